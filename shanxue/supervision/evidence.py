"""From duties to the records that may fulfil them: each room is asked once, for all subjects and all days together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from shanxue.activities.queries import evidence as activities
from shanxue.activities.queries.evidence import Held, Wanted
from shanxue.exams.queries import evidence as exams
from shanxue.plans.queries import evidence as plans
from shanxue.plans.rules.expansion import Duty
from shanxue.plans.rules.fulfilment import Record
from shanxue.plans.rules.obligations import Attendance, Pairs, list_events
from shanxue.plans.rules.subjects import Subject
from shanxue.study.queries import evidence as study

MOST_NAMED = 300  # with more subjects than this the whole bureau is read: a long IN list costs more than it saves


@dataclass
class _Need:
    """What one kind of subject needs of one source: kinds and the days they span."""

    spans: dict[tuple[str, ...], tuple[date, date]] = field(default_factory=dict)
    quorums: dict[str, dict[tuple[str, ...], tuple[date, date]]] = field(default_factory=dict)
    pairs: dict[tuple[str, ...], tuple[date, date]] = field(default_factory=dict)
    posts: dict[tuple[str, ...], tuple[date, date]] = field(default_factory=dict)
    roles: set[str] = field(default_factory=set)  # the posts by whose holders a lecture must be given,
    kinds: set[str] = field(default_factory=set)  # and in which kinds of units
    today: date = date.min

    @property
    def whole(self) -> tuple[date, date]:
        return min(first for first, _ in self.spans.values()), max(last for _, last in self.spans.values())


def _widen(spans: dict[tuple[str, ...], tuple[date, date]], kinds: tuple[str, ...], first: date, last: date) -> None:
    held = spans.get(kinds)
    spans[kinds] = (min(held[0], first), max(held[1], last)) if held else (first, last)


def _list_wanted(spans: dict[tuple[str, ...], tuple[date, date]]) -> list[Wanted]:
    return [Wanted(frozenset(kinds), first, last) for kinds, (first, last) in spans.items()]


def gather_records(bureau_id: int, duties: Sequence[Duty], today: date) -> list[Record]:
    """Read every record that may count for these duties: at most one query per source and kind of subject."""
    needs: dict[tuple[bool, str], _Need] = {}
    subjects: dict[str, Subject] = {}
    seen: set[int] = set()
    for duty in duties:
        subjects[duty.subject.key] = duty.subject
        if id(duty.slot) in seen:
            continue  # hundreds of branches share one turn
        seen.add(id(duty.slot))
        _note_needs(needs, duty, today)
    units = [subject for subject in subjects.values() if subject.is_unit]
    people = [subject for subject in subjects.values() if not subject.is_unit]
    found: list[Record] = []
    for (of_units, source), need in needs.items():
        found += _READERS[of_units, source](bureau_id, need, units if of_units else people)
    return found


def _note_needs(needs: dict[tuple[bool, str], _Need], duty: Duty, today: date) -> None:
    slot, demand = duty.slot, duty.slot.rule.obligation.demand
    # a duty that was moved may be done later than its rule says; nothing is dated after today
    first, last = min(slot.counts_from, slot.period.from_on), max(slot.grace_on, today)
    for event in list_events(demand):
        need = needs.setdefault((duty.subject.is_unit, event.source), _Need())
        need.today = today
        if event.by_roles:
            need.roles.update(event.by_roles)
            need.kinds.update(slot.rule.obligation.who.unit_kinds)
        _widen(need.spans if not event.by_roles else need.posts, event.kinds, first, last)
        quorum = demand.quorum if isinstance(demand, Attendance) else event.quorum
        if quorum is not None:
            _widen(need.quorums.setdefault(str(quorum.of), {}), event.kinds, first, last)
        if isinstance(demand, Pairs):
            _widen(need.pairs, event.kinds, first, last)


def _name(subjects: list[Subject]) -> list[int] | None:
    return [subject.id for subject in subjects] if len(subjects) <= MOST_NAMED else None


def _read_held(bureau_id: int, need: _Need, units: list[Subject]) -> Iterator[Record]:
    """Sessions held by units, with who was there where a rule asks for it; lectures by whoever holds a post."""
    if need.posts:
        yield from _read_lectures(need, units)
    if not need.spans:
        return
    held = activities.list_held(bureau_id, _list_wanted(need.spans), _name(units))
    kinds: dict[str, list[Held]] = {}
    for row in held:
        kinds.setdefault(row.kind, []).append(row)
    due: dict[int, tuple[tuple[str, int, int], ...]] = {}
    for of, spans in need.quorums.items():
        for session, (present, expected) in activities.count_present(_pick(kinds, spans), of).items():
            due[session] = (*due.get(session, ()), (of, present, expected))
    people = activities.list_own_present(_pick(kinds, need.pairs), need.today)
    keys = {unit.id: unit.key for unit in units}
    for row in held:
        if key := keys.get(row.unit_id):
            yield _build_held(row, key, due.get(row.id, ()), people.get(row.id, ()))


def _pick(held: dict[str, list[Held]], spans: dict[tuple[str, ...], tuple[date, date]]) -> list[int]:
    """Pick the sessions of these kinds (of any, where none is named) in these days."""
    found: set[int] = set()
    for kinds, (first, last) in spans.items():
        for kind in kinds or held:
            found.update(row.id for row in held.get(kind, ()) if first <= row.on <= last)
    return list(found)


def _build_held(
    row: Held, key: str, due: tuple[tuple[str, int, int], ...] = (), people: tuple[int, ...] = (),
    speakers: tuple[int, ...] = (),
) -> Record:  # fmt: skip
    pk, _unit, kind, tier, on, topic, minutes = row
    return Record("session", pk, key, on, kind, topic, tier, "", None, minutes, None, None, speakers, people, due)


def _read_lectures(need: _Need, units: list[Subject]) -> Iterator[Record]:
    """A lecture counts for the unit whose post its speaker holds, wherever it was held."""
    holders: dict[int, list[str]] = {}
    for unit in units:
        for post in unit.posts:
            if post.role in need.roles and unit.unit_kind in need.kinds:
                holders.setdefault(post.person_id, []).append(unit.key)
    for row, speaker in activities.list_lectures(_list_wanted(need.posts), list(holders)):
        for key in holders[speaker]:
            yield _build_held(row, key, speakers=(speaker,))


def _list_ids(people: list[Subject]) -> list[int]:
    return [person.id for person in people]


def _read_attended(_bureau_id: int, need: _Need, people: list[Subject]) -> Iterator[Record]:
    for row in activities.list_attended(_list_wanted(need.spans), _list_ids(people)):
        yield Record(
            "session", row.id, f"p{row.person_id}", row.on, row.kind, row.topic, tier=row.tier, minutes=row.minutes
        )


def _read_credit(_bureau_id: int, need: _Need, people: list[Subject]) -> Iterator[Record]:
    """Recognised hours: earned at sessions, and entered. ``ref`` of the first is negative: two tables, one source."""
    first, last = need.whole
    for row in activities.list_attended([Wanted(frozenset(), first, last)], _list_ids(people)):
        if row.credit_milli:
            yield Record(
                "credit", -row.id, f"p{row.person_id}", row.on, row.kind, row.topic, tier=row.tier, measure="学时",
                amount_milli=row.credit_milli,
            )  # fmt: skip
    for hours in study.list_hours(_list_ids(people), first, last):
        yield Record(
            "credit", hours.id, f"p{hours.person_id}", hours.on, hours.kind, hours.title, measure=hours.measure,
            amount_milli=hours.amount_milli,
        )  # fmt: skip


def _read_notes(_bureau_id: int, need: _Need, people: list[Subject]) -> Iterator[Record]:
    return _turn_written("note", study.list_written(_list_ids(people), *need.whole))


def _read_outcomes(_bureau_id: int, need: _Need, people: list[Subject]) -> Iterator[Record]:
    return _turn_written("outcome", study.list_outcomes(_list_ids(people), *need.whole))


def _turn_written(source: str, rows: Iterable[study.Written]) -> Iterator[Record]:
    for row in rows:
        yield Record(
            source, row.id, f"p{row.person_id}", row.on, row.kind, row.title, characters=row.characters,
            pages=row.pages,
        )  # fmt: skip


def _read_scores(_bureau_id: int, need: _Need, people: list[Subject]) -> Iterator[Record]:
    for row in exams.list_taken(_list_ids(people), *need.whole):
        yield Record("score", row.id, f"p{row.person_id}", row.on, row.kind, row.title)


def _read_unit_items(bureau_id: int, need: _Need, units: list[Subject]) -> Iterator[Record]:
    return _turn_items(need, plans.list_finished(bureau_id, *need.whole, units=_name(units), people=None))


def _read_own_items(bureau_id: int, need: _Need, people: list[Subject]) -> Iterator[Record]:
    return _turn_items(need, plans.list_finished(bureau_id, *need.whole, units=None, people=_list_ids(people)))


def _turn_items(need: _Need, rows: Iterable[plans.Finished]) -> Iterator[Record]:
    """An item counts by its kind, or by the word standing in its title: 报送上半年小结."""
    words = {word for kinds in need.spans for word in kinds}
    for row in rows:
        subject = f"p{row.person_id}" if row.person_id else f"u{row.unit_id}"
        named = {row.kind} | {word for word in words if word in row.title}
        for kind in sorted(named):
            yield Record("plan", row.id, subject, row.on, kind, row.title)


def _read_receipts(_bureau_id: int, _need: _Need, people: list[Subject]) -> Iterator[Record]:
    """That the next unit received somebody: known from the stints already at hand."""
    for person in people:
        for stay in person.stays:
            if stay.of_party and stay.received_on is not None:
                yield Record("receipt", stay.unit_id, person.key, stay.received_on, "", f"转出{stay.unit_name}后被接收")


_READERS = {
    (True, "session"): _read_held,
    (True, "plan"): _read_unit_items,
    (False, "session"): _read_attended,
    (False, "credit"): _read_credit,
    (False, "note"): _read_notes,
    (False, "outcome"): _read_outcomes,
    (False, "score"): _read_scores,
    (False, "plan"): _read_own_items,
    (False, "receipt"): _read_receipts,
}
