"""Searching the trail."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.audit.rules import Algorithm, is_available
from shanxue.web.forms import PlainForm

from ..rules.verbs import read_subject

NAMES = {Algorithm.SHA256: _("SHA-256（国际通用）"), Algorithm.SM3: _("SM3（国家商用密码，GB/T 32905-2016）")}


class TrailForm(PlainForm):
    subject = forms.CharField(
        label=_("对什么"), required=False, max_length=80, widget=forms.TextInput(attrs={"placeholder": _("会议 12")})
    )
    from_on = forms.DateField(label=_("从"), required=False, widget=forms.DateInput())
    until_on = forms.DateField(label=_("到"), required=False, widget=forms.DateInput())

    def clean_subject(self) -> str:
        return read_subject(self.cleaned_data["subject"])


class AlgorithmForm(PlainForm):
    """Another algorithm for the trail; only what this machine can compute is offered."""

    algorithm = forms.ChoiceField(label=_("换成"))
    sure = forms.BooleanField(label=_("链头已导出保存，备份和恢复用的机器也能算新算法"))

    def __init__(self, data: object = None, *, used: set[str]) -> None:
        super().__init__(data)
        offered = [one for one in Algorithm if is_available(one) and used != {str(one)}]
        self.fields["algorithm"].choices = [(str(one), NAMES[one]) for one in offered]  # type: ignore[attr-defined]
        self.fields["algorithm"].initial = str(offered[0]) if offered else None
