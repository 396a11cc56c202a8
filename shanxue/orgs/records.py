"""What tables of dated records have in common: whose a row is, which day it means, whether it is stored already."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.drafts import Draft, Model, Outcome
from shanxue.intake.rules import Row
from shanxue.intake.values import Month

from .directory import Directory, open_directory
from .lookup import find_person, find_unit, show_person


class Subject(NamedTuple):
    """Exactly one of a person and a unit, and the unit to show beside it."""

    person: Draft | None
    unit: Draft | None
    home: Draft | None

    @property
    def columns(self) -> dict[str, Draft | None]:
        return {"person_id": self.person, "unit_id": self.unit}

    def show(self, directory: Directory) -> dict[str, Any]:
        if self.person is not None:
            return show_person(directory, self.person, self.home)
        return {"unit": directory.name_unit(self.unit)}


def find_owner(planned: TablePlan, desk: Desk, row: Row, day: date | None) -> Subject | None:
    """Find the person of a row, with the branch of that day; the 单位 column only tells people of one name apart."""
    unit = None
    if row.values.get("unit"):
        unit = find_unit(planned, desk, row, "unit", str(row.values["unit"]))
        if unit is None:
            return None
    person = find_person(planned, desk, row, unit=unit, day=day)
    if person is None:
        return None
    return Subject(person, None, open_directory(desk).find_unit_on(person, day) or unit)


def find_subject(planned: TablePlan, desk: Desk, row: Row, day: date | None) -> Subject | None:
    """Find the person of a row, or the unit when it names nobody."""
    if row.values.get("staff_no") or row.values.get("name"):
        return find_owner(planned, desk, row, day)
    text = row.values.get("unit") or row.values.get("department") or planned.table.facts.get("unit")
    if not text or {"staff_no", "name"} & planned.table.columns.keys():
        planned.stop(row, "name", "no_subject", "没有写是谁的，也没有写是哪个单位的。请补上，或删去这一行。")
        return None
    unit = find_unit(planned, desk, row, "unit" if row.values.get("unit") else "department", str(text))
    return None if unit is None else Subject(None, unit, unit)


def settle_day(planned: TablePlan, row: Row, name: str) -> date | None:
    """Read a day; of a date that names only the month, the month's last day, and say so."""
    value = row.values.get(name)
    if isinstance(value, Month):
        last = date(value.year, value.month, calendar.monthrange(value.year, value.month)[1])
        planned.tidy(row, name, str(value), f"{last.isoformat()}（只写了月份，按当月最后一天）")
        return last
    return value if isinstance(value, date) else None


class RecordBook:
    """The stored rows of one table by what makes a record the same, so that a file read twice changes nothing.

    Rows alike in every key column are told apart by counting: the second such row of a table is the second such record.
    """

    def __init__(
        self, desk: Desk, model: Model, key: tuple[str, ...], columns: Iterable[str], where: dict[str, Any]
    ) -> None:
        self.ledger, self.model, self.key = desk.ledger, model, key
        self._directory = open_directory(desk)
        self._known: dict[tuple[Any, ...], list[Draft]] = {}
        self._taken: dict[tuple[Any, ...], int] = {}
        bureau = self._directory.bureau
        if bureau is not None and bureau.id is not None:
            names = tuple(dict.fromkeys((*key, *columns)))
            for draft in self.ledger.load(model, names, bureau_id=bureau.id, person="person_id", **where):
                self._known.setdefault(self._identify(draft.values), []).append(draft)

    def _identify(self, values: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(values.get(name) for name in self.key)

    def begin_table(self) -> None:
        """Start counting anew: a record with a day and a title that two tables list is one record."""
        told = [place for place, name in enumerate(self.key) if name in ("title", "on", "due_on")]
        self._taken = {
            key: count for key, count in self._taken.items() if any(key[place] in (None, "") for place in told)
        }

    def put(self, **values: Any) -> tuple[Outcome, Draft]:
        """Find the record or make it; say whether it was added, updated or is unchanged."""
        plain = {name: value.key if isinstance(value, Draft) else value for name, value in values.items()}
        key = self._identify(plain)
        known = self._known.setdefault(key, [])
        place = self._taken.get(key, 0)
        self._taken[key] = place + 1
        if place < len(known):
            return ("updated" if self.ledger.change(known[place], **values) else "unchanged"), known[place]
        draft = self.ledger.create(self.model, bureau_id=self._directory.need_bureau(), **values)
        known.append(draft)
        return "added", draft


def open_records(desk: Desk, model: Model, key: tuple[str, ...], columns: Iterable[str], **where: Any) -> RecordBook:
    """The record book of one table for this import; every call begins another spreadsheet table.

    ``where`` narrows the stored rows that a spreadsheet may speak of.
    """
    name = f"records.{model._meta.label}"
    if name not in desk.rooms:
        desk.rooms[name] = RecordBook(desk, model, key, columns, where)
    book: RecordBook = desk.rooms[name]
    book.begin_table()
    return book
