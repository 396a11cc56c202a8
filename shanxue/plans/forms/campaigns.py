"""Forms of themed campaigns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.orgs.models import Unit
from shanxue.web.forms import PlainForm


class CampaignForm(PlainForm):
    name = forms.CharField(label=_("名称"), max_length=60)
    unit_id = forms.TypedChoiceField(label=_("组织单位"), coerce=int, help_text=_("这个单位和它的下级参加。"))
    from_on = forms.DateField(label=_("开始日期"), widget=forms.DateInput())
    last_on = forms.DateField(label=_("结束日期"), widget=forms.DateInput())
    content = forms.CharField(label=_("学习内容和安排"), required=False, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_id"].choices = [(unit.pk, unit.name) for unit in units]  # type: ignore[attr-defined]


class CloseForm(PlainForm):
    result = forms.CharField(label=_("成果"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
