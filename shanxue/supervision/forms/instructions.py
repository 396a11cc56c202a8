"""What a leader writes to a unit, and what it answers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm


class InstructForm(PlainForm):
    """批示: one sentence."""

    text = forms.CharField(
        label=_("批示"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("一句话。支部书记和学习办公室会看到，办完后在这里答复。"),
    )  # fmt: skip


class DoneForm(PlainForm):
    """已办: what was done, in one sentence."""

    answer = forms.CharField(label=_("怎样办的"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
