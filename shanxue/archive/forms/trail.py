"""Searching the trail."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm


class TrailForm(PlainForm):
    subject = forms.CharField(
        label=_("对什么"), required=False, max_length=80, help_text=_("例如 session:12，可以只写开头。")
    )
    from_on = forms.DateField(label=_("从"), required=False, widget=forms.DateInput())
    until_on = forms.DateField(label=_("到"), required=False, widget=forms.DateInput())
