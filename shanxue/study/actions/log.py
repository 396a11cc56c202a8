"""Writing self-study: one line, by and about oneself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Person

from ..models import SelfStudy
from ..queries.log import find_entry, list_entries
from ..rules.entries import Entry, check_day, find_same, is_open
from ..rules.texts import clean_line


@dataclass(frozen=True)
class Line:
    """One line of self-study as written in the form."""

    title: str
    on: date
    gain: str = ""
    material_id: int | None = None
    plan_item_id: int | None = None


@transaction.atomic
def add_entry(person: Person, line: Line, *, confirmed: bool, actor: str, at: datetime, today: date) -> SelfStudy:
    """Write an entry. The same again is asked about once (code same_entry), never refused."""
    line = _check(line, today)
    if not confirmed:
        _ask_about_same(person, line)
    entry = SelfStudy.objects.create(
        bureau=person.bureau, person=person, title=line.title, on=line.on, gain=line.gain,
        material_id=line.material_id, plan_item_id=line.plan_item_id, at=at,
    )  # fmt: skip
    _record(entry, "study.add_entry", actor, at)
    return entry


@transaction.atomic
def change_entry(person: Person, entry_id: int, line: Line, *, actor: str, at: datetime, today: date) -> SelfStudy:
    entry = find_entry(person, entry_id)
    _demand_open(entry, today)
    demand_open_year(entry.bureau_id, entry.on)
    line = _check(line, today)
    before = {"title": entry.title, "on": entry.on.isoformat(), "gain": entry.gain}
    entry.title, entry.on, entry.gain = line.title, line.on, line.gain
    entry.material_id, entry.plan_item_id = line.material_id, line.plan_item_id
    entry.save(update_fields=["title", "on", "gain", "material", "plan_item"])
    _record(entry, "study.change_entry", actor, at, before=before)
    return entry


@transaction.atomic
def delete_entry(person: Person, entry_id: int, *, actor: str, at: datetime, today: date) -> None:
    entry = find_entry(person, entry_id)
    _demand_open(entry, today)
    _record(entry, "study.delete_entry", actor, at)
    entry.delete()


def _check(line: Line, today: date) -> Line:
    sentence = check_day(line.on, today)
    if sentence:
        raise Refusal("bad_day", sentence)
    title = clean_line(line.title)
    if not title:
        raise Refusal("no_title", "请选一项，或者写下学了什么。")
    return Line(title[:120], line.on, clean_line(line.gain)[:200], line.material_id, line.plan_item_id)


def _demand_open(entry: SelfStudy, today: date) -> None:
    if not is_open(entry.on, today):
        raise Refusal("closed_year", f"{entry.on.year}年的记录已经不能再改。需要更正时请联系学习办公室。", status=409)


def _ask_about_same(person: Person, line: Line) -> None:
    of_year = list_entries(person).filter(title=line.title, on__year=line.on.year)
    earlier = [Entry(one.title, one.on, one.gain) for one in of_year]
    same = find_same(Entry(line.title, line.on, line.gain), earlier)
    if same is not None:
        raise Refusal("same_entry", f"这条和 {same.on.month}月{same.on.day}日 的记录相同，仍要保存吗？", status=409)


def _record(entry: SelfStudy, verb: str, actor: str, at: datetime, **detail: object) -> None:
    demand_open_year(entry.bureau_id, entry.on)
    record_entry(
        chain=entry.bureau.code, actor=actor, at=at, verb=verb, subject=f"selfstudy:{entry.pk}",
        detail={"title": entry.title, "on": entry.on.isoformat(), **detail},
    )  # fmt: skip
