"""What is typed to arrange a make-up and to report it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm

from ..rules import MakeUpForm


class ArrangeMakeUpForm(PlainForm):
    form = forms.ChoiceField(
        label=_("方式"), choices=[(form.value, form.value) for form in MakeUpForm], widget=forms.RadioSelect()
    )
    material = forms.CharField(label=_("学什么（可不填）"), required=False, max_length=200)
    until_on = forms.DateField(label=_("什么时候前完成"), widget=forms.DateInput())


class ReportMakeUpForm(PlainForm):
    account = forms.CharField(
        label=_("学了什么、有什么收获"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("一句话就可以。"),
    )  # fmt: skip
    done_on = forms.DateField(label=_("哪天完成的"), widget=forms.DateInput())
