"""The records of a period brought together as plain facts: a document speaks of its scope, whoever asks.

A constant number of queries, however many units and sessions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from shanxue.activities.queries.arranging import find_home_units
from shanxue.activities.queries.totals import (
    PresenceTotal,
    count_presence_by_unit,
    list_missed_people,
    list_session_totals,
    name_record_state,
)
from shanxue.base.lights import Light
from shanxue.base.periods import Period
from shanxue.exams.queries.totals import count_tests_by_person
from shanxue.orgs.models import Bureau, Unit
from shanxue.orgs.queries import filter_in_force, order_units
from shanxue.orgs.rules import UnitKind
from shanxue.plans.rules.settling import Settled
from shanxue.study.queries.outcomes import list_adopted
from shanxue.study.queries.totals import count_notes_by_person
from shanxue.supervision.queries.agenda import list_told_points
from shanxue.supervision.queries.periods import list_duties_of_units

from ..models import OfficialDocument
from ..rules import DocumentKind, NamedChoice
from ..rules.briefing import Practice, write_briefing
from ..rules.drafting import Wanted, draft_period
from ..rules.drafts import Draft
from ..rules.facts import DutyFact, DutyOutcome, PeriodFacts, PersonFact, PointFact, SessionFact, UnitFacts
from ..rules.periods import NamedPeriod, read_period
from .years import add_year, find_report

ALWAYS_LISTED = frozenset({UnitKind.BRANCH, UnitKind.GENERAL_BRANCH})  # others only where something is known of them


def draft_document(document: OfficialDocument, today: date) -> Draft:
    """Draft a document's period anew from the records of today."""
    period = read_period(document.period)
    assert period is not None
    facts, wanted = gather_facts(document, period, today), read_wanted(document)
    draft = draft_period(facts, wanted)
    if document.kind == DocumentKind.BRIEFING:
        return write_briefing(draft, facts, _list_chosen(document), wanted)
    return add_year(draft, document, period, wanted) if document.period.endswith("y") else draft


def list_practices(document: OfficialDocument) -> list[Practice]:
    """List the outcomes of the document's period and scope that a 简报 may tell of. Two queries."""
    assert document.from_on is not None
    assert document.until_on is not None
    units = list_scope(document, document.until_on)
    rows = list_adopted(document.bureau_id, [unit.pk for unit in units], Period(document.from_on, document.until_on))
    return [Practice(one.pk, one.unit.name, one.title, one.adopted_as, one.evidence) for one in rows]


def _list_chosen(document: OfficialDocument) -> list[Practice]:
    chosen = set(document.practices or ())
    return [one for one in list_practices(document) if one.id in chosen] if chosen else []


def has_something(document: OfficialDocument, period: NamedPeriod, today: date) -> bool:
    """Whether there is anything to speak of: records of these days, or for the 通报 of a year its assessment."""
    if not gather_facts(document, period, today).is_empty:
        return True
    if document.kind != DocumentKind.BULLETIN:
        return False
    return document.period.endswith("y") and document.unit is None and find_report(document.bureau, period) is not None


def read_wanted(document: OfficialDocument) -> Wanted:
    return Wanted(
        document.office, document.due_on, document.answer_days, document.line_percent, document.line_clause
    )  # fmt: skip


def gather_facts(document: OfficialDocument, period: NamedPeriod, today: date) -> PeriodFacts:
    """Read what the records of the period say of the units in the document's scope."""
    bureau, days = document.bureau, period.period
    in_scope = list_scope(document, today)
    names = {unit.pk: unit for unit in in_scope}
    scoped = Unit.objects.filter(pk__in=names)
    duties = [_read_duty(one) for one in list_duties_of_units(bureau, scoped, days, today)]
    sessions = [
        SessionFact(row.id, row.unit_id, names[row.unit_id].name, row.kind, row.topic, row.on, row.expected,
                    row.present, name_record_state(row))
        for row in list_session_totals(bureau.pk, names, days)
    ]  # fmt: skip
    units = _count_units(bureau.pk, in_scope, days, today)
    told = {duty.unit_id for duty in duties} | {session.unit_id for session in sessions}
    units = [unit for unit in units if unit.kind in ALWAYS_LISTED or unit.id in told or _is_known(unit)]
    points = _list_points(bureau, names, duties, today) if document.kind == DocumentKind.BULLETIN else []
    persons = _list_persons(bureau.pk, names, days) if NamedChoice.MISSED in document.named else []
    return PeriodFacts(
        bureau=bureau.name, scope=document.unit.name if document.unit else "全局", label=period.label,
        from_on=days.from_on, until_on=days.until_on, today=today, units=tuple(units),
        duties=tuple(_sort_duties(duties, units)), sessions=tuple(sessions), points=tuple(points),
        persons=tuple(persons),
    )  # fmt: skip


def list_scope(document: OfficialDocument, on: date) -> list[Unit]:
    """The units a document speaks of, in tree order."""
    units = Unit.objects.filter(filter_in_force(on), bureau=document.bureau_id)
    if document.unit is not None:
        units = units.filter(path__startswith=document.unit.path)
    return order_units(units)


def _is_known(unit: UnitFacts) -> bool:
    return bool(unit.expected or unit.unrecorded or unit.notes or unit.tests_taken)


def _count_units(bureau_id: int, units: Iterable[Unit], days: Period, today: date) -> list[UnitFacts]:
    presence = count_presence_by_unit(bureau_id, days)
    notes, tests = count_notes_by_person(bureau_id, days), count_tests_by_person(bureau_id, days)
    homes = find_home_units({*notes, *tests}, min(days.until_on, today))
    found = {}
    for unit in units:
        total = presence.get(unit.pk, PresenceTotal())
        found[unit.pk] = UnitFacts(unit.pk, unit.name, unit.kind, *total)
    for person, home in homes.items():
        if home.pk in found:
            unit_facts, (written, passed) = found[home.pk], notes.get(person, (0, 0))
            found[home.pk] = replace(
                unit_facts, notes=unit_facts.notes + written, notes_passed=unit_facts.notes_passed + passed,
                tests_taken=unit_facts.tests_taken + tests.get(person, 0),
            )  # fmt: skip
    return list(found.values())


def _read_duty(settled: Settled) -> DutyFact:
    slot, subject = settled.duty.slot, settled.duty.subject
    title = slot.rule.obligation.title
    return DutyFact(
        subject.id, subject.name, slot.rule.line, settled.duty.key, title, slot.label, _judge(settled), settled.sentence
    )


def _judge(settled: Settled) -> DutyOutcome:
    if settled.light == Light.PAUSED:
        return DutyOutcome.PAUSED
    if settled.light == Light.LATE:
        return DutyOutcome.LATE
    if settled.light == Light.FINE and not settled.sentence.startswith("进行中"):
        return DutyOutcome.DONE_LATE if settled.short.startswith("晚") else DutyOutcome.DONE
    return DutyOutcome.OPEN


def _sort_duties(duties: Iterable[DutyFact], units: Iterable[UnitFacts]) -> list[DutyFact]:
    places = {unit.id: number for number, unit in enumerate(units)}
    return sorted(duties, key=lambda one: (one.line, places.get(one.unit_id, 0), one.key))


def _list_points(bureau: Bureau, units: dict[int, Unit], duties: Iterable[DutyFact], today: date) -> list[PointFact]:
    """What the office put on the agenda; a duty that the period speaks of as late anyway is not said twice."""
    told = {f"duty:{duty.key}" for duty in duties if duty.outcome == DutyOutcome.LATE}
    return [
        PointFact(point.pk, point.unit_id, units[point.unit_id].name, sentence, point.where)
        for point, sentence in list_told_points(bureau, today)
        if point.unit_id in units and point.where not in told
    ]


def _list_persons(bureau_id: int, units: dict[int, Unit], days: Period) -> list[PersonFact]:
    return [
        PersonFact(row.person_id, row.name, units[row.unit_id].name, f"缺席 {row.times} 次，没有安排补学")
        for row in list_missed_people(bureau_id, units, days)
    ]
