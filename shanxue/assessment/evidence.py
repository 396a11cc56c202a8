"""The records behind a line, as people read them: day, what, how it was marked, who wrote it down and how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model

from shanxue.activities.models import Attendance, Session
from shanxue.activities.rules import How
from shanxue.base.points import MILLI, format_scaled
from shanxue.exams.models import Score
from shanxue.intake.models import Batch
from shanxue.orgs.models import Person
from shanxue.plans.models import PlanItem
from shanxue.study.models import LearningHours, Note

from .models import Event, PriorResult

# Where the records of a source live, for those that say which file they came from.
TABLES: dict[str, type[Model]] = {
    "sessions": Session,
    "notes": Note,
    "hours": LearningHours,
    "credits": LearningHours,
    "plan": PlanItem,
    "scores": Score,
    "events": Event,
    "prior": PriorResult,
}
CHAINS = {"attendance": "mark", "notes": "note", "plan": "item", "scores": "score", "outcomes": "outcome",
          "sessions": "session"}  # fmt: skip


@dataclass(frozen=True)
class Record:
    """One record as a row of a table. Texts are ready to show; "" where the record says nothing."""

    on: date | None
    whom: str
    kind: str
    title: str
    mark: str
    quantity: str
    by: str
    how: str
    chain: tuple[str, int] | None = None  # the record's kind and id on the page of its chain (A2)


def store_record(record: Record) -> dict[str, Any]:
    """Write a record down as it was shown, for what is kept with an appeal or a decision; no addresses."""
    return {name: value for name, value in asdict(record).items() if name != "chain"}


@dataclass(frozen=True)
class Origin:
    """Who wrote a record down, how, when, and from which file."""

    by: str = ""
    how: str = ""
    at: datetime | None = None


def describe_records(facts: Sequence[dict[str, Any]], *, of_unit: bool) -> list[Record]:
    """Turn facts (FACT_SCHEMA with ``source``) into records. Two queries per source, whatever the number of rows.

    ``of_unit`` adds whom an attendance record or a member's result speaks of.
    """
    origins, names = _find_origins(facts), _find_names(facts) if of_unit else {}
    return [_describe(fact, origins, names) for fact in facts]


def _describe(fact: dict[str, Any], origins: dict[Any, Origin], names: dict[Any, str]) -> Record:
    key = (fact["source"], fact["ref"])
    origin = origins.get(key, Origin())
    mark = "，".join(word for word in (fact["mark"], fact["level"], fact["reason"]) if word)
    if fact["late_minutes"]:
        mark += f"，迟到 {fact['late_minutes']} 分钟"
    by = origin.by or (fact["tier"] or "" if fact["source"] == "events" else "")
    whom = names.get(key, "")
    title = "" if fact["source"] == "members" else fact["title"] or ""
    return Record(
        fact["on"], whom, fact["kind"] or "", title, mark, write_quantity(fact), by, origin.how, name_chain(*key)
    )


def name_chain(source: str, ref: int) -> tuple[str, int] | None:
    """Which chain a fact's record has; hours, self-study, events and earlier results have none."""
    if source == "credits" and ref < 0:  # earned by being at a session: activities.facts.read_credits
        return "mark", -ref
    kind = CHAINS.get(source)
    return (kind, ref) if kind else None


def write_quantity(fact: dict[str, Any]) -> str:
    """Write what a record amounts to, in its own unit; "" for those that only count as one."""
    source, amount, full = fact["source"], fact["amount"], fact["full"]
    if source == "events":
        marks = f"{_write(fact['points'])}分" if fact["points"] is not None else ""
        return marks or ("" if amount in (None, MILLI) else _write(amount))
    if amount is None or source == "plan":
        return ""
    if source in ("selfstudy", "outcomes"):
        return ""
    if source in ("attendance", "sessions"):
        return f"{_write(amount)}学时" if amount else ""
    if source == "scores":
        return f"{_write(amount)} / {_write(full or 0)}"
    return f"{_write(amount)}{fact['measure'] or ''}"


def _write(milli: int) -> str:
    return format_scaled(milli, MILLI, trim=True)


def _find_origins(facts: Sequence[dict[str, Any]]) -> dict[Any, Origin]:
    origins = _find_attendance(_list_refs(facts, "attendance"))
    earned = [-ref for ref in _list_refs(facts, "credits") if ref < 0]  # attendance rows: activities.facts.read_credits
    origins |= {("credits", -ref): origin for (_, ref), origin in _find_attendance(earned).items()}
    batches: dict[Any, int] = {}
    for source, table in TABLES.items():
        refs = _list_refs(facts, source)
        if refs:
            rows = table._default_manager.filter(pk__in=refs, batch_id__isnull=False).values_list("pk", "batch_id")
            batches |= {(source, pk): batch_id for pk, batch_id in rows}
    known = Batch.objects.in_bulk(set(batches.values())) if batches else {}
    for key, batch_id in batches.items():
        if batch := known.get(batch_id):
            origins[key] = Origin(batch.actor, f"{How.IMPORT}（{batch.file_name}）", batch.at)
    return origins


def _find_attendance(refs: list[int]) -> dict[Any, Origin]:
    rows = Attendance.objects.filter(pk__in=refs).values_list("pk", "recorded_by", "how", "recorded_at")
    return {("attendance", pk): Origin(by, how, at) for pk, by, how, at in rows} if refs else {}


def _find_names(facts: Sequence[dict[str, Any]]) -> dict[Any, str]:
    marks = Attendance.objects.filter(pk__in=_list_refs(facts, "attendance")).values_list("pk", "person__name")
    members = Person.objects.filter(pk__in=_list_refs(facts, "members")).values_list("pk", "name")
    return {("attendance", pk): name for pk, name in marks} | {("members", pk): name for pk, name in members}


def _list_refs(facts: Iterable[dict[str, Any]], source: str) -> list[int]:
    return [fact["ref"] for fact in facts if fact["source"] == source]
