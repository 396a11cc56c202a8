"""Doubts, and taking records away."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm


class DoubtForm(PlainForm):
    text = forms.CharField(
        label=_("疑点"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("写哪里对不上。记录所在的单位看得到，会来说明。"),
    )  # fmt: skip


class AnswerForm(PlainForm):
    answer = forms.CharField(label=_("说明"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class PurposeForm(PlainForm):
    purpose = forms.CharField(
        label=_("用途"), required=False, max_length=200, help_text=_("写给谁、办什么事。印在每一页上，有关单位看得到。")
    )
