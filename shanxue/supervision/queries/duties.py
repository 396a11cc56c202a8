"""Duties of units and people as they stand today: rules, histories and records brought together, a few reads each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from shanxue.base.errors import refuse_missing
from shanxue.base.periods import Period
from shanxue.orgs.models import Bureau, Grant, Person, Stint, Unit
from shanxue.orgs.queries import (
    Actor,
    filter_in_force,
    is_leading,
    match_led_units,
    scope_led_units,
    scope_people,
    scope_units,
)
from shanxue.orgs.rules import UnitKind
from shanxue.plans.queries.duties import list_remarks
from shanxue.plans.queries.institutions import read_issues
from shanxue.plans.queries.subjects import read_people, read_units
from shanxue.plans.queries.workdays import read_calendar
from shanxue.plans.rules.calendar import WorkCalendar
from shanxue.plans.rules.coverage import Place, cover
from shanxue.plans.rules.expansion import expand
from shanxue.plans.rules.obligations import Obligation
from shanxue.plans.rules.settling import Settled, settle
from shanxue.plans.rules.subjects import Subject
from shanxue.plans.rules.versions import Issue, Rule, list_rules

from ..evidence import gather_records
from ..models import Reminder
from ..rules.boards import Board, Section, build_board, build_grid, pick_shown

DAY = timedelta(days=1)
RECENT = 2  # a board shows the turn before this one while something is left to do for it,
LOOK_BACK = timedelta(days=92)  # and no longer than a quarter after it ended; the unit's own page shows the year
LONGEST_TURN = timedelta(days=400)


@dataclass(frozen=True)
class RuleBook:
    """All institutions of a bureau with its calendar. Two queries."""

    bureau: Bureau
    issues: tuple[Issue, ...]
    calendar: WorkCalendar

    def list_obligations(self, *, of_units: bool) -> list[Obligation]:
        """List what any version asks of units, or of people."""
        rules = [rule.obligation for rule in list_rules(self.issues)]
        return [one for one in rules if one.who.of_units == of_units]


def read_book(bureau: Bureau) -> RuleBook:
    return RuleBook(bureau, tuple(read_issues(bureau)), read_calendar(bureau))


def look_back(today: date) -> Period:
    """The days a board looks at."""
    return Period(today - LOOK_BACK, today + DAY)


def look_at_year(today: date) -> Period:
    """This year so far, and what ended shortly before it."""
    return Period(min(date(today.year, 1, 1), today - LOOK_BACK), today + DAY)


def _settle(
    book: RuleBook, subjects: Sequence[Subject], window: Period, today: date, *, recent: int = 0
) -> list[Settled]:
    duties = expand(book.issues, subjects, window, book.calendar, recent=recent)
    if not duties:
        return []
    records = gather_records(book.bureau.pk, duties, today)
    return settle(duties, records, list_remarks(book.bureau, subjects), today, open_only=bool(recent))


def list_duties(
    subject: Unit | Person, today: date, *, window: Period | None = None, recent: int = RECENT
) -> list[Settled]:
    """List a unit's or a person's duties as they stand, by key; without a window the last two turns of each."""
    book = read_book(subject.bureau)
    found = _read_unit(book, subject, today) if isinstance(subject, Unit) else _read_person(book, subject)
    return _settle(book, found, window or look_back(today), today, recent=0 if window else recent)


def _read_unit(book: RuleBook, unit: Unit, today: date) -> list[Subject]:
    obligations = book.list_obligations(of_units=True)
    return read_units(Unit.objects.filter(pk=unit.pk), obligations, today) if obligations else []


def _read_person(book: RuleBook, person: Person) -> list[Subject]:
    return read_people(Person.objects.filter(pk=person.pk)) if book.list_obligations(of_units=False) else []


def list_shown(subject: Unit | Person, today: date) -> list[Settled]:
    """List of each obligation the one turn that matters now, the most pressing first."""
    return pick_shown(list_duties(subject, today))


def build_units_board(actor: Actor, today: date) -> Board:
    """Every unit the actor may read × every obligation: a constant number of queries."""
    assert actor.bureau is not None
    book = read_book(actor.bureau)
    obligations = [rule.obligation for rule in list_rules(book.issues) if rule.is_in_force(today)]
    asked = [one for one in obligations if one.who.of_units]
    kinds = {kind for one in asked for kind in one.who.unit_kinds} | {str(UnitKind.BRANCH)}
    units = scope_units(actor).filter(filter_in_force(today), kind__in=kinds).order_by("code")
    subjects = read_units(units, asked, today)
    settled = _settle(book, subjects, look_back(today), today, recent=RECENT)
    rules = _list_shown_rules(book, settled, today)
    return build_board(subjects, [rule for rule in rules if rule.obligation.who.of_units], settled)


def _list_shown_rules(book: RuleBook, settled: Iterable[Settled], today: date) -> list[Rule]:
    """The rules in force; and those of an earlier version under which a turn began that is still due."""
    rules = {rule.line: rule for rule in list_rules(book.issues) if rule.is_in_force(today)}
    slots = {id(one.duty.slot): one.duty.slot for one in settled}  # hundreds of branches share one turn
    for slot in slots.values():
        if today in slot.period:
            rules.setdefault(slot.rule.line, slot.rule)
    return list(rules.values())


def list_members(unit: Unit, today: date) -> list[Settled]:
    """List the duties of the people who stand in a unit and below, the turn that matters now of each."""
    return pick_shown(_read_members(read_book(unit.bureau), unit, today)[1])


def build_members_grid(unit: Unit, today: date) -> Section:
    """Every person who stands in a unit and below × every obligation asked of people: a constant number of queries."""
    book = read_book(unit.bureau)
    people, settled = _read_members(book, unit, today)
    rules = [rule for rule in _list_shown_rules(book, settled, today) if not rule.obligation.who.of_units]
    return build_grid(people, rules, settled)


def _read_members(book: RuleBook, unit: Unit, today: date) -> tuple[list[Subject], list[Settled]]:
    if not book.list_obligations(of_units=False):
        return [], []
    held = filter_in_force(today) | Q(received_on__gt=today)
    inside = Unit.objects.filter(path__startswith=unit.path).values("pk")
    stints = Stint.objects.filter(held, unit__in=inside).values("pk")
    people = read_people(Person.objects.filter(stints__in=stints).exclude(left_on__lte=today).distinct())
    return people, _settle(book, people, look_back(today), today, recent=RECENT)


@dataclass(frozen=True)
class Found:
    """One duty with whose it is."""

    settled: Settled
    unit: Unit | None
    person: Person | None


def find_duty(actor: Actor, key: str, today: date) -> Found:
    """Find one duty the actor may read. Unknown, not readable and not begun: the same refusal."""
    parts = key.split("/")
    if len(parts) != 4 or not parts[2][1:].isdecimal() or len(parts[3]) < 8:
        raise refuse_missing("这项任务")
    subject = _find_subject(actor, parts[2])
    start = _read_tag(parts[3])
    window = Period(start - LONGEST_TURN, max(today, start) + DAY)
    settled = next((one for one in list_duties(subject, today, window=window) if one.duty.key == key), None)
    if settled is None:
        raise refuse_missing("这项任务")
    is_unit = isinstance(subject, Unit)
    return Found(settled, subject if is_unit else None, None if is_unit else subject)  # type: ignore[arg-type]


def list_led_duties(actor: Actor, today: date, *, units: Iterable[int], keys: Iterable[str] = ()) -> list[Settled]:
    """List the duties the board shows of these units and by these keys, where the actor writes for the unit.

    A single key may also be that of a person, or of a turn the board no longer shows.
    """
    named = set(keys)
    if len(named) == 1:
        found = find_duty(actor, next(iter(named)), today)
        return [found.settled] if may_explain(actor, found.unit, found.person) else []
    led = set(scope_led_units(actor).values_list("pk", flat=True))
    wanted = led & set(units) if not named else led
    if not wanted:
        return []
    rows = [row for row in build_units_board(actor, today).rows if row.subject.id in wanted]
    cells = [cell for row in rows for cell in row.cells if cell is not None]
    return [cell for cell in cells if cell.duty.key in named] if named else cells


def _find_subject(actor: Actor, name: str) -> Unit | Person:
    subject: Unit | Person | None = None
    if name[0] == "u":
        subject = scope_units(actor).select_related("bureau").filter(pk=int(name[1:])).first()
    elif name[0] == "p":
        subject = scope_people(actor).select_related("bureau").filter(pk=int(name[1:])).first()
    if subject is None:
        raise refuse_missing("这项任务")
    return subject


def _read_tag(tag: str) -> date:
    try:
        return date(int(tag[:4]), int(tag[4:6]), int(tag[6:8]))
    except ValueError:
        raise refuse_missing("这项任务") from None


def list_open_reminders(subject: Unit | Person) -> dict[str, Reminder]:
    """List a unit's or a person's unsettled reminders by duty, the latest of each, an explanation before a reminder."""
    owner = {"unit": subject} if isinstance(subject, Unit) else {"person": subject}
    rows = Reminder.objects.filter(**owner, settled_at__isnull=True).order_by("at")
    return {row.duty: row for row in sorted(rows, key=lambda row: row.answer_until_on is not None)}


def list_questions(bureau: Bureau) -> dict[str, date]:
    """List until when an explanation is asked for that was not given, by duty. One query."""
    open_ones = Reminder.objects.filter(bureau=bureau, settled_at__isnull=True, answer_until_on__isnull=False)
    return {row.duty: row.answer_until_on for row in open_ones.order_by("at") if row.answer_until_on}


def list_reminders(bureau: Bureau, duty: str) -> list[Reminder]:
    """List every reminder about one duty, the latest first."""
    return list(Reminder.objects.filter(bureau=bureau, duty=duty).order_by("-at"))


def find_reminder(actor: Actor, reminder_id: int) -> Reminder:
    """Find a reminder that the actor may answer: to a unit they write for, or to themselves."""
    row = (
        Reminder.objects.select_related("bureau", "unit", "person").filter(bureau=actor.bureau, pk=reminder_id).first()
    )
    if row is None or not may_explain(actor, row.unit, row.person):
        raise refuse_missing("这条提醒")
    return row


def may_explain(actor: Actor, unit: Unit | None, person: Person | None) -> bool:
    """Whether the actor may speak for whose duty it is: the unit's secretary, the office, or the person."""
    if unit is not None:
        return is_leading(actor, unit)
    if person is None or actor.is_admin:
        return False
    if actor.person is not None and actor.person.pk == person.pk:
        return True
    held = filter_in_force(actor.on) | Q(received_on__gt=actor.on)
    return Stint.objects.filter(held & match_led_units(actor, "unit"), person=person).exists()


def is_set_over(actor: Actor, unit: Unit) -> bool:
    """Whether the actor answers for this unit from above: keeps the office, or is secretary of a unit above it."""
    return any(
        grant.unit is None
        or (unit.path.startswith(grant.unit.path) and (grant.power == Grant.Power.OFFICE or grant.unit.pk != unit.pk))
        for grant in actor.leading_grants
    )


def cover_units(actor: Actor, today: date) -> list[Place]:
    """Say of every unit and every obligation of units in force whether it is in the cycle, and why not."""
    assert actor.bureau is not None
    book = read_book(actor.bureau)
    units = scope_units(actor).filter(filter_in_force(today)).order_by("code")
    subjects = read_units(units, book.list_obligations(of_units=True), today)
    return cover(book.issues, subjects, today, book.calendar, of_units=True)


def cover_people(actor: Actor, people: Iterable[int], today: date) -> list[Place]:
    """Say of these people and every obligation of people in force whether they are in the cycle, and why not."""
    assert actor.bureau is not None
    book = read_book(actor.bureau)
    subjects = read_people(Person.objects.filter(pk__in=list(people)))
    return cover(book.issues, subjects, today, book.calendar, of_units=False)
