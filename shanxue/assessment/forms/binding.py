"""What is written where a meeting takes up a proposal that a clause stops."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm


class DecisionApartForm(PlainForm):
    """Who approved, where, and why; nothing may be left out."""

    approved_by = forms.CharField(label=_("批准人"), max_length=64)
    meeting = forms.CharField(label=_("会议"), max_length=100, help_text=_("哪天、什么会议研究的。"))
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 4}))
