"""Whether the records at hand do what an obligation asks, which of them, and what is still missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from shanxue.base.points import MILLI, format_scaled

from .calendar import write_day
from .obligations import (
    Amounts,
    Attendance,
    Cycle,
    Deadline,
    Event,
    FixedDay,
    Frequency,
    PairClass,
    Pairs,
    Quorum,
    QuorumOf,
    Quota,
)
from .slots import Slot
from .subjects import Subject
from .vocabulary import COMMITTEE_ROLES
from .wording import describe_quota


class Record(NamedTuple):  # a tuple, because a board makes tens of thousands of them
    """One thing that happened, of a unit or a person. Amounts are milli of ``measure``; ``None`` is not known.

    ``present`` and ``due``: by whom an attendance ratio is counted, see ``QuorumOf``. ``people``: who was there, for
    talks between two.
    """

    source: str
    ref: int
    subject: str
    on: date
    kind: str = ""
    title: str = ""
    tier: str = ""
    measure: str = ""
    amount_milli: int | None = None
    minutes: int | None = None
    characters: int | None = None
    pages: int | None = None
    speakers: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    due: tuple[tuple[str, int, int], ...] = ()  # (QuorumOf, present, due)


@dataclass(frozen=True)
class Rejected:
    """A record that looks like one, and why it does not count."""

    record: Record
    why: str


class Fulfilment(NamedTuple):
    """``done`` says how far it is (1/2次, 24/32学时); ``met_on`` is the day on which it was met."""

    met: bool
    done: str
    records: tuple[Record, ...]
    rejected: tuple[Rejected, ...] = ()
    met_on: date | None = None
    missing: str = ""


NEVER, MOST_LATE = timedelta(0), timedelta(days=366)
_IN_ORDER = attrgetter("on", "ref")


class RecordBook:
    """Records by subject, source and kind, each list in order of days, so that a duty looks at few of them."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._found: dict[tuple[str, str], dict[str, list[Record]]] = {}
        found = self._found
        for record in records:
            place = (record.subject, record.source)
            kinds = found.get(place)
            if kinds is None:
                kinds = found[place] = {}
            rows = kinds.get(record.kind)
            if rows is None:
                kinds[record.kind] = [record]
            else:
                rows.append(record)
        for kinds in self._found.values():
            for rows in kinds.values():
                if len(rows) > 1:
                    rows.sort(key=_IN_ORDER)

    def list_for(self, subject: str, event: Event) -> Sequence[Record]:
        kinds = self._found.get((subject, event.source))
        if kinds is None:
            return ()
        if len(event.kinds) == 1:
            rows = kinds.get(event.kinds[0])
            if rows is None:
                return ()
        else:
            wanted = event.kinds or tuple(kinds)
            rows = [record for kind in wanted for record in kinds.get(kind, ())]
            rows.sort(key=_IN_ORDER)
        return [record for record in rows if record.tier in event.tiers] if event.tiers else rows


def fulfil(subject: Subject, slot: Slot, book: RecordBook, taken: set[int]) -> Fulfilment:
    """Judge one turn. ``taken``: records that an earlier turn of the same line already counted; grows here."""
    demand = slot.rule.obligation.demand
    if isinstance(demand, Frequency):
        return _fulfil_count(subject, slot, book, demand.event, demand.least, taken)
    if isinstance(demand, Deadline):  # done late is done, and said to be late; a meeting missed is not held again
        return _fulfil_count(subject, slot, book, demand.event, demand.least, taken, late=MOST_LATE)
    if isinstance(demand, FixedDay):
        return _fulfil_count(subject, slot, book, demand.event, 1, taken)
    if isinstance(demand, Amounts):
        return _fulfil_amounts(subject, slot, book, demand.quotas, demand.any)
    if isinstance(demand, Cycle):
        return _fulfil_amounts(subject, slot, book, demand.quotas, True)
    if isinstance(demand, Attendance):
        return _fulfil_attendance(subject, slot, book, demand)
    return _fulfil_pairs(subject, slot, book, demand)


def list_within(records: Sequence[Record], slot: Slot, until_on: date | None = None) -> list[Record]:
    end = until_on or slot.grace_on
    return [record for record in records if slot.counts_from <= record.on <= end]


def _fulfil_count(
    subject: Subject, slot: Slot, book: RecordBook, event: Event, least: int, taken: set[int], late: timedelta = NEVER
) -> Fulfilment:
    rows = book.list_for(subject.key, event)
    if not rows:
        return _find_nothing(least)
    counted: list[Record] = []
    rejected: list[Rejected] = []
    first, last, end = slot.period.from_on, slot.last_on, slot.grace_on + late
    checks = event.is_bounded or slot.counts_from > first
    for record in rows:
        if record.on < first or record.on > end or record.ref in taken:
            continue
        why = _reject(event, record, subject, slot) if checks else ""
        if why:
            rejected.append(Rejected(record, why))
        elif record.on <= last or len(counted) < least:  # in the grace only what is still missing
            counted.append(record)
    if end > last or slot.counts_from > first:  # turns may overlap: each record counts once
        taken.update(record.ref for record in counted)
    if not counted and not rejected:
        return _find_nothing(least)
    met_on = counted[least - 1].on if len(counted) >= least else None
    done, missing = _say_count(len(counted), least)
    refused: tuple[Rejected, ...] = ()
    if rejected:
        refs = {record.ref for record in counted}
        refused = tuple(one for one in rejected if one.record.ref not in refs)
    return Fulfilment(met_on is not None, done, tuple(counted), refused, met_on, missing)


@cache
def _find_nothing(least: int) -> Fulfilment:
    done, missing = _say_count(0, least)
    return Fulfilment(False, done, (), (), None, missing)


@cache
def _say_count(count: int, least: int) -> tuple[str, str]:
    """How far it is, and what is missing."""
    return f"{count}/{least}次", f"还差{least - count}次" if count < least else ""


def _reject(event: Event, record: Record, subject: Subject, slot: Slot) -> str:
    if record.on < slot.counts_from:
        return f"{write_day(record.on)}不在可以调整的日子里"
    return explain_rejection(event, record, subject)


def explain_rejection(event: Event, record: Record, subject: Subject) -> str:
    """Say why a record is too small to count (K03, K04), or nothing. What is not known does not count, and says so."""
    if event.least_minutes is not None:
        if record.minutes is None:
            return f"没有记录时长，要求不少于{event.least_minutes}分钟"
        if record.minutes < event.least_minutes:
            return f"时长{record.minutes}分钟，要求不少于{event.least_minutes}分钟"
    if event.least_characters is not None:
        if record.characters is None:
            return f"没有记录字数，要求不少于{event.least_characters}字"
        if record.characters < event.least_characters:
            return f"{record.characters}字，要求不少于{event.least_characters}字"
    if event.by_roles:
        holders = {post.person_id for post in subject.posts if post.role in event.by_roles}
        if not holders & set(record.speakers):
            return f"讲授人不是{'或'.join(event.by_roles)}"
    return _explain_quorum(event.quorum, record) if event.quorum else ""


def _explain_quorum(quorum: Quorum, record: Record) -> str:
    present, due = _find_due(record, quorum.of)
    if due == 0:
        return "没有应到名单，无法核对到会人数"
    if quorum.is_met(present, due):
        return ""
    word = "没有超过" if quorum.strict else "不足"
    share = {Fraction(1, 2): "半数"}.get(quorum.ratio, f"{_write(quorum.ratio * 100)}%")
    of = "" if quorum.of == QuorumOf.EXPECTED else quorum.of
    return f"{of}到会{present}人，应到{due}人，{word}{share}"


def _write(number: Fraction) -> str:
    return format_scaled(int(number * MILLI), MILLI, trim=True)


def _find_due(record: Record, of: str) -> tuple[int, int]:
    return next(((present, due) for name, present, due in record.due if name == of), (0, 0))


def _fulfil_attendance(subject: Subject, slot: Slot, book: RecordBook, demand: Attendance) -> Fulfilment:
    records = list_within(book.list_for(subject.key, demand.event), slot, slot.last_on)
    known = [record for record in records if _find_due(record, demand.quorum.of)[1]]
    rejected = [Rejected(record, "没有应到名单，无法核对到会人数") for record in records if record not in known]
    if not known:
        return Fulfilment(False, "没有会议", (), tuple(rejected))
    if demand.each:
        below = [Rejected(one, _explain_quorum(demand.quorum, one)) for one in known]
        failed = [one for one in below if one.why]
        met = not failed
        done = f"{len(known) - len(failed)}/{len(known)}次"
        return Fulfilment(met, done, tuple(known), (*rejected, *failed), known[-1].on if met else None, "到会不足")
    present = sum(_find_due(record, demand.quorum.of)[0] for record in known)
    due = sum(_find_due(record, demand.quorum.of)[1] for record in known)
    met = demand.quorum.is_met(present, due)
    done = f"到会{present}，应到{due}（{_write(Fraction(present * 100, due))}%）"
    return Fulfilment(met, done, tuple(known), tuple(rejected), known[-1].on if met else None, "到会率不足")


def _fulfil_amounts(
    subject: Subject, slot: Slot, book: RecordBook, quotas: Sequence[Quota], any_one: bool
) -> Fulfilment:
    parts = [_fulfil_quota(subject, slot, book, quota) for quota in quotas]
    met = any(part.met for part in parts) if any_one else all(part.met for part in parts)
    days = [part.met_on for part in parts if part.met_on is not None]
    met_on = (min(days) if any_one else max(days)) if met and days else None
    records = {(record.source, record.ref): record for part in parts for record in part.records}
    rejected = {(one.record.source, one.record.ref): one for part in parts for one in part.rejected}
    missing = ("或" if any_one else "，").join(part.missing for part in parts if part.missing)
    return Fulfilment(
        met, ("，或" if any_one else "；").join(part.done for part in parts), tuple(records.values()),
        tuple(rejected.values()), met_on, "" if met else missing,
    )  # fmt: skip


def _fulfil_quota(subject: Subject, slot: Slot, book: RecordBook, quota: Quota) -> Fulfilment:
    target = Fraction(quota.least_milli) * slot.share
    total, met_on = 0, None
    counted: list[Record] = []
    rejected: list[Rejected] = []
    for record in list_within(book.list_for(subject.key, quota.event), slot):
        why = explain_rejection(quota.event, record, subject)
        amount = _find_amount(quota, record)
        if amount is None and not why:
            if quota.event.source == "credit":
                continue  # in another measure: it may count for the other half of an "or"
            why = "没有记录字数" if quota.measure == "字" else "没有记录页数"
        if why or amount is None:
            rejected.append(Rejected(record, why))
            continue
        counted.append(record)
        total += amount
        if met_on is None and total >= target:
            met_on = record.on
    word = quota.measure
    done = f"{_say(Fraction(total))}/{_say(target)}{word}"
    missing = f"还差{_say(target - total)}{word}{_name_short(quota)}" if total < target else ""
    return Fulfilment(total >= target, done, tuple(counted), tuple(rejected), met_on, missing)


def _name_short(quota: Quota) -> str:
    return "" if quota.event.source == "credit" else "、".join(quota.event.kinds) or describe_quota(quota)[:2]


def _find_amount(quota: Quota, record: Record) -> int | None:
    if quota.measure == "字":
        return None if record.characters is None else record.characters * MILLI
    if quota.measure == "页":
        return None if record.pages is None else record.pages * MILLI
    if quota.event.source == "credit":
        return record.amount_milli if record.measure == quota.measure else None
    return MILLI


def _say(milli: Fraction) -> str:
    return format_scaled(int(milli), MILLI, trim=True)


def _fulfil_pairs(subject: Subject, slot: Slot, book: RecordBook, demand: Pairs) -> Fulfilment:
    """``people`` of a record are those of the unit who were there; whoever is not 委员 is 党员."""
    records = list_within(book.list_for(subject.key, demand.event), slot)
    committee = {post.person_id for post in subject.posts if post.role in COMMITTEE_ROLES}
    sizes = {"委员": len(committee), "党员": subject.headcount - len(committee)}
    asked = done = 0
    names: list[str] = []
    for one in demand.classes:
        if sizes[one.left] + (sizes[one.right] if one.right != one.left else 0) < 2 or not sizes[one.right]:
            continue  # nobody to talk with
        talked = _count_talked(records, committee, one, demand.least) if records else 0
        asked += sizes[one.left]
        done += talked
        if talked < sizes[one.left]:
            names.append(f"{one.left}与{one.right}还有{sizes[one.left] - talked}人")
    met = not names and asked > 0
    met_on = records[-1].on if met and records else None
    return Fulfilment(met, f"{done}/{asked}人次", tuple(records), (), met_on, "、".join(names))


def _count_talked(records: Iterable[Record], committee: set[int], one: PairClass, least: int) -> int:
    """Count how many of the left side talked at least so often with one of the right."""
    talks: Counter[int] = Counter()
    for record in records:
        there = {"委员": [person for person in record.people if person in committee],
                 "党员": [person for person in record.people if person not in committee]}  # fmt: skip
        right = set(there[one.right])
        talks.update(person for person in there[one.left] if right - {person})
    return sum(1 for count in talks.values() if count >= least)
