"""What is typed about places, their equipment and bookings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.orgs.models import Unit
from shanxue.web.forms import PlainForm

from ..models import Venue
from ..rules import Condition
from .money import DAY

DAYS = [(str(number), f"周{word}") for number, word in enumerate("一二三四五六日", 1)]
CLOCK = {"invalid": _("请写成 14:30 这样的时间。")}
CONDITIONS = [(str(word), str(word)) for word in Condition]


class VenueForm(PlainForm):
    name = forms.CharField(label=_("名称"), max_length=40)
    address = forms.CharField(label=_("在哪里（可不写）"), max_length=80, required=False)
    seats = forms.IntegerField(label=_("座位"), min_value=1, max_value=5000)
    keeper = forms.CharField(label=_("管理员工号（可不写）"), max_length=32, required=False)
    opens_at = forms.TimeField(label=_("开放时间"), widget=forms.TimeInput, error_messages=CLOCK)
    closes_at = forms.TimeField(label=_("关闭时间"), widget=forms.TimeInput, error_messages=CLOCK)
    weekdays = forms.MultipleChoiceField(label=_("开放的日子"), choices=DAYS, widget=forms.CheckboxSelectMultiple)
    longest_minutes = forms.IntegerField(label=_("一次最长（分钟）"), min_value=15, max_value=1440)


class EquipmentForm(PlainForm):
    name = forms.CharField(label=_("设备"), max_length=60)
    count = forms.IntegerField(label=_("数量"), min_value=1, max_value=9999, initial=1)
    condition = forms.ChoiceField(label=_("状态"), choices=CONDITIONS)


class PlaceEquipmentForm(EquipmentForm):
    """Equipment from a receipt line: into which place it goes."""

    venue = forms.TypedChoiceField(label=_("放在哪个阵地"), coerce=int)
    field_order = ("venue", "name", "count", "condition")

    def __init__(self, *args: Any, venues: Iterable[Venue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["venue"].choices = [(str(one.pk), one.name) for one in venues]  # type: ignore[attr-defined]


class CheckForm(PlainForm):
    count = forms.IntegerField(label=_("数量"), min_value=0, max_value=9999, help_text=_("写 0 就删去这一行。"))
    condition = forms.ChoiceField(label=_("状态"), choices=CONDITIONS)


class BookingForm(PlainForm):
    unit = forms.TypedChoiceField(label=_("哪个单位用"), coerce=int)
    what = forms.CharField(label=_("做什么用"), max_length=200)
    on = forms.DateField(label=_("日期"), widget=forms.DateInput, error_messages=DAY)
    start_time = forms.TimeField(label=_("开始时间"), widget=forms.TimeInput, error_messages=CLOCK)
    end_time = forms.TimeField(label=_("结束时间"), widget=forms.TimeInput, error_messages=CLOCK)

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(str(unit.pk), unit.name) for unit in units]  # type: ignore[attr-defined]
