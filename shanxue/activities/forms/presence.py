"""Shapes of roll-call: the whole list posted at once, one batch of a device, one change afterwards, permits."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shanxue.base.errors import Refusal
from shanxue.orgs.models import Unit
from shanxue.web.forms import PlainForm

from ..models import Attendance
from ..rules import LeaveReason, Mark
from ..rules.presence import MOST_IN_BATCH, MOST_MINUTES_LATE, ROLL_MARKS, WORDS_MOST, Said, read_instant, read_said

REASONS = [(str(reason), str(reason)) for reason in LeaveReason if reason]
LATE_MARKS = [(str(mark), str(mark)) for mark in ROLL_MARKS]


@dataclass(frozen=True)
class Batch:
    """What a device sent: entries or, for a broken one, its key and the sentence; ``skew`` is our clock less its."""

    said: tuple[Said, ...]
    broken: tuple[tuple[str, str], ...]
    agenda: dict[int, bool]
    skew: timedelta


def read_batch(body: bytes, at: datetime) -> Batch:
    """Read the JSON of a device. Raises Refusal ``broken_batch``: nothing of it is taken, the device sends again."""
    try:
        found = json.loads(body)
        sent_at, marks, agenda = read_instant(found["sent_at"]), found["marks"], found.get("agenda") or {}
        ticks = {int(item): bool(done) for item, done in agenda.items()}
        if not isinstance(marks, list) or len(marks) > MOST_IN_BATCH or any(item >= 2**63 for item in ticks):
            raise ValueError(len(marks))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Refusal(
            "broken_batch", "这批点名没有收全，一条也没有采纳，都还在这台设备上。请刷新页面，会再传一次。"
        ) from error
    read = [(item, read_said(item)) for item in marks]
    broken = [(_find_key(item), one) for item, one in read if isinstance(one, str)]
    return Batch(tuple(one for _, one in read if isinstance(one, Said)), tuple(broken), ticks, at - sent_at)


def _find_key(item: object) -> str:
    return str(item.get("key", ""))[:64] if isinstance(item, dict) else ""


def read_roll_form(data: QueryDict, rows: Iterable[Attendance], at: datetime, *, all_present: bool) -> list[Said]:
    """Read the whole list as it was posted and give what differs from what was seen.

    Keys are made from the form's own and the content: a form that is posted twice says everything once.
    """
    form_key = _read_key(data)
    said = (_read_row(data, row, form_key, at, all_present) for row in rows)
    return [one for one in said if one is not None]


def _read_key(data: QueryDict) -> UUID:
    try:
        return UUID(data.get("form_key", ""))
    except ValueError as error:
        raise Refusal("stale_form", "这一页不完整，没有保存。请刷新后再点。") from error


def _read_row(data: QueryDict, row: Attendance, form_key: UUID, at: datetime, all_present: bool) -> Said | None:
    seen = data.get(f"seen-{row.person_id}")
    if seen not in set(Mark):
        return None  # not on the page that was posted
    mark = data.get(f"mark-{row.person_id}") or seen
    if all_present and mark == Mark.UNRECORDED:
        mark = Mark.PRESENT
    late = data.get(f"late-{row.person_id}", "")
    item = {
        "key": "", "person": row.person_id, "mark": mark, "seen": seen, "said_at": at.isoformat(),
        "reason": data.get(f"reason-{row.person_id}", ""), "minutes_late": int(late) if late.isdecimal() else None,
        "because": data.get("because", ""),
    }  # fmt: skip
    item["key"] = str(uuid5(form_key, json.dumps([item[name] for name in item if name != "said_at"])))
    said = read_said(item)
    if isinstance(said, str):
        raise Refusal("broken_row", f"{row.person.name}：{said}")
    unchanged = (said.reason, said.minutes_late) == (row.reason, row.minutes_late) or seen != row.mark
    return None if mark == seen and unchanged else said


class MarkForm(PlainForm):
    """One mark after roll-call has ended: 补录 or 更正, with the reason why now."""

    mark = forms.ChoiceField(label=_("改为"), choices=LATE_MARKS)
    reason = forms.ChoiceField(label=_("请假的原因"), choices=[("", _("不是请假")), *REASONS], required=False)
    minutes_late = forms.IntegerField(
        label=_("迟到多少分钟"), required=False, min_value=0, max_value=MOST_MINUTES_LATE,
        help_text=_("只在“迟到”时填。"),
    )  # fmt: skip
    because = forms.CharField(
        label=_("为什么现在补录或更正"), max_length=WORDS_MOST,
        help_text=_("写一句，例如：纸质签到表漏看一行。考勤里会写明这是补录。"),
    )  # fmt: skip


class GuestForm(PlainForm):
    who = forms.CharField(
        label=_("加列席：姓名或工号"), max_length=64, help_text=_("本单位的人填工号或姓名；外单位的人写单位和姓名。")
    )


class WordForm(PlainForm):
    code = forms.CharField(
        label=_("会议口令（会场屏幕上的 4 位数字）"), max_length=64,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class PermitForm(PlainForm):
    """Which unit may offer codes, and why: a written reason is asked for (ux §0.1)."""

    unit: forms.ModelChoiceField[Unit] = forms.ModelChoiceField(
        label=_("单位"), queryset=None, empty_label=_("请选单位")
    )
    below = forms.BooleanField(label=_("连同下属单位"), required=False)
    reason = forms.CharField(label=_("开通的理由"), max_length=200, help_text=_("写明是谁、在哪次会上同意的。"))
    from_on = forms.DateField(label=_("从哪天起"), widget=forms.DateInput())
    until_on = forms.DateField(label=_("到哪天止"), required=False, widget=forms.DateInput(), help_text=_("可以不填。"))

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        from_on, until_on = data.get("from_on"), data.get("until_on")
        if from_on and until_on and until_on <= from_on:
            self.add_error("until_on", _("“到哪天止”要晚于“从哪天起”。"))
        return data
