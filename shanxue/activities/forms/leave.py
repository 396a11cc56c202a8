"""What is typed to ask for leave, and to answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm

from ..rules import MakeUpForm
from ..rules.leave import REASONS


class LeaveForm(PlainForm):
    """Reason and form of make-up are chips, shown by the template."""

    reason = forms.ChoiceField(
        label=_("原因"), choices=[(reason.value, reason.value) for reason in REASONS], widget=forms.RadioSelect()
    )
    text = forms.CharField(
        label=_("补充一句（可不填）"), required=False, max_length=100,
        help_text=_("不用写病情、去向等细节。"),
    )  # fmt: skip
    make_up = forms.ChoiceField(
        label=_("怎么补学（可不选）"), required=False, widget=forms.RadioSelect(),
        choices=[("", _("先不定")), *((form.value, form.value) for form in MakeUpForm)],
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = _("请先选一个原因。")
