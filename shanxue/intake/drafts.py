"""Rows on their way into the database: what is there, what would be new, what would change. Writes nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from django.db import models

Model = type[models.Model]
NOW = "\0now"  # stands for the moment of writing, known only then
WRITER = "\0writer"  # stands for who writes
Outcome = Literal["added", "updated", "unchanged", "skipped", "excluded", "blocked"]
Snapshot = list[tuple[Any, ...]]


@dataclass(eq=False, slots=True)
class Draft:
    """One row, by column name as the table has it (``person_id``). A reference may be another draft not yet written.

    ``id`` is None until the row is in the database. ``source`` is the index of the file that made it.
    """

    model: Model
    values: dict[str, Any]
    id: int | None = None
    source: int = 0

    @property
    def key(self) -> Any:
        """What other drafts refer to it by: the id once there is one, else the draft itself."""
        return self if self.id is None else self.id


@dataclass(frozen=True)
class Load:
    """One question put to the database, with the answer the plan relied on."""

    rows: models.QuerySet[Any]
    snapshot: Snapshot
    person_column: int | None  # which of the columns says whose row it is


@dataclass(frozen=True, slots=True)
class Edit:
    """Columns of one draft that one file changes, with their former values."""

    draft: Draft
    source: int
    before: dict[str, Any]


@dataclass
class Ledger:
    """Everything an import has read and would write."""

    loads: list[Load] = field(default_factory=list)
    created: dict[Model, list[Draft]] = field(default_factory=dict)
    edits: dict[tuple[int, Draft], Edit] = field(default_factory=dict)
    source: int = 0  # the file being planned

    def load(self, model: Model, columns: Iterable[str], *, person: str | None = None, **where: Any) -> list[Draft]:
        """Read rows that the plan will rely on, in one query. ``person`` names the column of their owner."""
        names = tuple(columns)
        rows = model._default_manager.filter(**where).order_by("id").values_list("id", *names)
        snapshot = list(rows)
        place = None if person is None else ("id", *names).index(person)
        self.loads.append(Load(rows, snapshot, place))
        return [Draft(model, dict(zip(names, row[1:], strict=True)), row[0]) for row in snapshot]

    def create(self, model: Model, **values: Any) -> Draft:
        draft = Draft(model, {name: _refer(value) for name, value in values.items()}, None, self.source)
        self.created.setdefault(model, []).append(draft)
        return draft

    def change(self, draft: Draft, **values: Any) -> bool:
        """Set columns; say whether any of them differed. A row of the same file is simply written so."""
        new = {name: _refer(value) for name, value in values.items()}
        before = {name: draft.values.get(name) for name, value in new.items() if draft.values.get(name) != value}
        if not before:
            return False
        draft.values.update({name: new[name] for name in before})
        if draft.id is None and draft.source == self.source:
            return True
        edit = self.edits.setdefault((self.source, draft), Edit(draft, self.source, {}))
        for name, value in before.items():
            edit.before.setdefault(name, value)
        return True

    def forget(self, drafts: Iterable[Draft]) -> None:
        """Take back drafts that were made and then not needed."""
        gone = set(drafts)
        for model, made in self.created.items():
            self.created[model] = [draft for draft in made if draft not in gone]

    @property
    def is_empty(self) -> bool:
        return not self.edits and not any(self.created.values())

    def count_moved(self) -> tuple[int, int]:
        """Read everything relied on again; count persons and other rows that are not as they were."""
        people: set[Any] = set()
        others = 0
        for load in self.loads:
            for row in _compare(load.snapshot, list(load.rows.all())):
                if load.person_column is None:
                    others += 1
                else:
                    people.add(row[load.person_column])
        return len(people), others


def _refer(value: Any) -> Any:
    """Store references by key and words of an enumeration as plain text, as the database gives them back."""
    if isinstance(value, Draft):
        return value.key
    return str(value) if isinstance(value, StrEnum) else value


def _compare(before: Snapshot, now: Snapshot) -> list[tuple[Any, ...]]:
    """List one row per id that is new, gone or different."""
    if before == now:
        return []
    old, new = {row[0]: row for row in before}, {row[0]: row for row in now}
    return [
        row for key in old.keys() | new.keys() if (row := new.get(key) or old[key]) and old.get(key) != new.get(key)
    ]


def resolve(values: Mapping[str, Any], stamps: Mapping[str, Any]) -> dict[str, Any]:
    """Replace references to drafts by the ids they have been given, NOW and WRITER by ``stamps``."""
    return {name: _resolve_one(value, stamps) for name, value in values.items()}


def _resolve_one(value: Any, stamps: Mapping[str, Any]) -> Any:
    if isinstance(value, Draft):
        return value.id
    return stamps.get(value, value) if type(value) is str else value
