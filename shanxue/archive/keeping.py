"""Which rows of personal data fall due, and which an open assessment or appeal still needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from shanxue.activities.models import Leave, MakeUp
from shanxue.assessment.models import Appeal
from shanxue.assessment.models.proceedings import Proceeding
from shanxue.assessment.rules.appeals import AppealState
from shanxue.exams.models import SittingAnswer
from shanxue.orgs.models import Bureau, PersonReading
from shanxue.resources.models import Suggestion
from shanxue.study.models import Note, NotePrint, NoteVersion
from shanxue.study.rules import NoteState
from shanxue.supervision.models import Reminder

from .rules.keeping import KEEPINGS, Falling, Limits, find_limits

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Open:
    """What is not over: the first day of the earliest open assessment, and whoever waits for an answer to an appeal."""

    from_on: date | None
    people: tuple[int, ...]

    def spare(self, day: str, person: str) -> Q:
        """Match rows that are still needed; ``day`` and ``person`` are the paths to them."""
        found = Q(**{f"{person}__in": self.people})
        return found | Q(**{f"{day}__gte": self.from_on}) if self.from_on else found


@dataclass(frozen=True)
class Rule:
    """One kind as the database knows it: which rows are over, whose they are, and what is done to them."""

    select: Callable[[Bureau, Limits], Rows]
    day: str  # "": no assessment needs it
    person: str
    act: Callable[[Rows], int]


def find_open(bureau: Bureau) -> Open:
    running = Proceeding.objects.filter(bureau=bureau, settled_at__isnull=True).order_by("from_on").first()
    asked = Appeal.objects.filter(result__run__bureau=bureau, state=AppealState.ASKED, result__person__isnull=False)
    return Open(
        running.from_on if running else None, tuple(sorted(set(asked.values_list("result__person", flat=True))))
    )


def select_due(code: str, bureau: Bureau, at: datetime) -> Rows:
    """Rows of one kind whose time is over and that nothing open needs."""
    rule = RULES[code]
    rows = rule.select(bureau, find_limits(at, timezone.localdate(at)))
    return rows.exclude(find_open(bureau).spare(rule.day, rule.person)) if rule.day else rows


def list_falling(bureau: Bureau, at: datetime) -> list[Falling]:
    """What falls due now, kind by kind: a fixed number of queries."""
    limits, still = find_limits(at, timezone.localdate(at)), find_open(bureau)
    found = []
    for keeping in KEEPINGS:
        rule = RULES[keeping.code]
        rows = rule.select(bureau, limits)
        spared = rows.filter(still.spare(rule.day, rule.person)).count() if rule.day else 0
        found.append(Falling(keeping, rows.count() - spared, spared))
    return found


def _select_drafts(bureau: Bureau, limits: Limits) -> Rows:
    return Note.objects.filter(bureau=bureau, state=NoteState.DRAFT, saved_at__lt=limits.drafts_at)


def _select_texts(bureau: Bureau, limits: Limits) -> Rows:
    written = Note.objects.filter(bureau=bureau, on__lt=limits.records_on).exclude(state=NoteState.DRAFT)
    return written.exclude(body="")


def _clear_texts(rows: Rows) -> int:
    ids = list(rows.values_list("pk", flat=True))
    NoteVersion.objects.filter(note__in=ids).update(body="")
    NotePrint.objects.filter(note__in=ids).delete()
    return Note.objects.filter(pk__in=ids).update(body="")


def _select_answers(bureau: Bureau, limits: Limits) -> Rows:
    return SittingAnswer.objects.filter(
        sitting__paper__bureau=bureau, sitting__handed_in_at__date__lt=limits.records_on
    )  # fmt: skip


def _select_leaves(bureau: Bureau, limits: Limits) -> Rows:
    told = ~Q(text="") | ~Q(decision="")
    return Leave.objects.filter(told, session__bureau=bureau, session__on__lt=limits.records_on)


def _select_accounts(bureau: Bureau, limits: Limits) -> Rows:
    return MakeUp.objects.filter(session__bureau=bureau, session__on__lt=limits.records_on).exclude(account="")


def _select_reminders(bureau: Bureau, limits: Limits) -> Rows:
    return Reminder.objects.filter(bureau=bureau, settled_at__isnull=False, at__date__lt=limits.records_on)


def _select_suggestions(bureau: Bureau, limits: Limits) -> Rows:
    return Suggestion.objects.filter(bureau=bureau, answered_at__date__lt=limits.records_on)


def _select_readings(bureau: Bureau, limits: Limits) -> Rows:
    return PersonReading.objects.filter(person__bureau=bureau, on__lt=limits.readings_on)


def _select_failures(bureau: Bureau, limits: Limits) -> Rows:  # noqa: ARG001 - accounts belong to no bureau
    rows: Rows = AccessAttempt.objects.filter(attempt_time__lt=limits.failures_at)
    return rows


def _delete_failures(rows: Rows) -> int:
    newest = max(rows.values_list("attempt_time", flat=True), default=None)
    if newest is not None:
        AccessFailureLog.objects.filter(attempt_time__lte=newest).delete()
    return _delete(rows)


def _delete(rows: Rows) -> int:
    model: type[Model] = rows.model
    return rows.delete()[1].get(model._meta.label, 0)


RULES = {
    "note_drafts": Rule(_select_drafts, "", "", _delete),
    "note_texts": Rule(_select_texts, "on", "person", _clear_texts),
    "sitting_answers": Rule(_select_answers, "sitting__handed_in_at__date", "sitting__person", _delete),
    "leave_texts": Rule(_select_leaves, "session__on", "person", lambda rows: rows.update(text="", decision="")),
    "make_up_accounts": Rule(_select_accounts, "session__on", "person", lambda rows: rows.update(account="")),
    "reminders": Rule(_select_reminders, "at__date", "person", _delete),
    "suggestions": Rule(_select_suggestions, "", "", _delete),
    "readings": Rule(_select_readings, "", "", _delete),
    "sign_in_failures": Rule(_select_failures, "", "", _delete_failures),
}
