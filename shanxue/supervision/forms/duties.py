"""What is said of a duty."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.plans.rules import RemarkKind
from shanxue.web.forms import PlainForm


class RemarkForm(PlainForm):
    """An explanation; for the office also a pause or a new day. ``until_on`` of a pause is its last day."""

    kind = forms.ChoiceField(
        label=_("办理"),
        choices=[
            (RemarkKind.EXPLANATION.value, _("说明")),
            (RemarkKind.PAUSE.value, _("暂停到")),
            (RemarkKind.MOVED.value, _("改期到")),
        ],
    )
    text = forms.CharField(label=_("原因或安排"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    until_on = forms.DateField(
        label=_("日期"), required=False, widget=forms.DateInput(), help_text=_("暂停和改期要填；说明不用填。")
    )

    def __init__(self, *args: Any, office: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not office:
            del self.fields["kind"], self.fields["until_on"]

    @property
    def remark_kind(self) -> RemarkKind:
        return RemarkKind(self.cleaned_data.get("kind") or RemarkKind.EXPLANATION)


class AnswerForm(PlainForm):
    text = forms.CharField(label=_("回复"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class QuestionForm(PlainForm):
    """Until when an explanation is asked for; without words of its own each duty is asked about by its name."""

    until_on = forms.DateField(label=_("请在哪天前答复"), widget=forms.DateInput())
    text = forms.CharField(
        label=_("要说明什么"), required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("不填时，按每一项任务分别问：没有完成的原因和安排。"),
    )  # fmt: skip
