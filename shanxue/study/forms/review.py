"""Forms of S5: the answer to a note, a draw."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.orgs.models import Unit
from shanxue.web.forms import PlainForm, look_plain

from ..actions.review import Verdict


class ReviewForm(PlainForm):
    reason = forms.CharField(
        label=_("写给作者的一句话（退回修改时要写）"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    verdict = forms.ChoiceField(choices=[(word.value, word.value) for word in Verdict])
    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class DrawForm(PlainForm):
    month = forms.RegexField(
        r"^20\d\d-(0[1-9]|1[0-2])$",
        label=_("哪个月交的笔记"),
        error_messages={"invalid": _("请写成 2026-06 这样的月份。")},
    )
    count = forms.IntegerField(label=_("抽几篇"), min_value=1, max_value=200, initial=5)

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(unit.pk), unit.name) for unit in units]
        self.fields["unit"] = forms.TypedChoiceField(label=_("哪个单位"), choices=choices, coerce=int)
        look_plain(self.fields["unit"])
        self.order_fields(["unit", "month", "count"])
