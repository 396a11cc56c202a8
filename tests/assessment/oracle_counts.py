"""Counts once more, by loops and fractions: what the oracle knows of facts, periods and filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any

from shanxue.assessment.rules.scheme import Condition, Count, Who
from shanxue.base.periods import Period, split_period

Fact = Mapping[str, Any]
Subject = Mapping[str, Any]
Facts = Mapping[str, Sequence[Fact]]
WEEKLESS = ("day", "week", "month", "quarter", "half", "year")


def half_up(value: Fraction | int) -> int:
    """Round half away from zero."""
    size = abs(Fraction(value))
    whole = int(size + Fraction(1, 2))
    return whole if value >= 0 else -whole


# Periods


def period_of(day: date, unit: str) -> tuple[int, ...]:
    """A name for the calendar period a day lies in."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return (monday.year, monday.month, monday.day)
    month = {"month": 1, "quarter": 3, "half": 6, "year": 12}.get(unit)
    return (day.year, (day.month - 1) // month) if month else (day.year, day.month, day.day)


def elapsed(fact: Fact, unit: str, window: Period) -> int:
    """Periods begun after the due day until it was done, or until the window's last day."""
    last = window.until_on - timedelta(days=1)
    due = fact["due_on"]
    done = min(fact["done_on"] or last, last)
    if due is None or done <= due:
        return 0
    if unit in ("day", "week"):
        return -(-(done - due).days // (1 if unit == "day" else 7))
    months = (done.year - due.year) * 12 + done.month - due.month + (1 if done.day > due.day else 0)
    length = {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]
    return -(-months // length)


# Filters


def meets(fact: Fact, condition: Condition) -> bool:
    column, op, value = condition.column, condition.op, condition.value
    if column == "on_time":
        in_time = fact["done_on"] is not None and fact["due_on"] is not None and fact["done_on"] <= fact["due_on"]
        return in_time is value
    if op == "is":
        return bool(fact[column]) is value
    if op in ("in", "not_in"):
        word = (fact["on"].month if fact["on"] else 0) if column == "month" else fact[column] or ""
        return (word in value) is (op == "in")
    held = fact[column]
    if held is None:
        return False
    return {">=": held >= value, ">": held > value, "<": held < value, "<=": held <= value}[op]


def belongs(subject: Subject, who: Who) -> bool:
    ages = subject["age"]
    return (
        all((subject[column] or "") in words for column, words in who.columns.items())
        and all((subject[column] or "") not in words for column, words in who.columns_not.items())
        and (who.age_from is None or (ages is not None and ages >= who.age_from))
        and (who.age_below is None or ages is None or ages < who.age_below)
    )


def inside(fact: Fact, source: str, window: Period) -> bool:
    return source in ("prior", "members", "subunits") or fact["on"] is None or fact["on"] in window


# Counts


@dataclass(frozen=True)
class Room:
    """One subject's facts, in the window or in one piece of it."""

    facts: Facts
    window: Period
    piece: Period | None = None
    piece_unit: str | None = None

    def list(self, source: str) -> list[Fact]:
        rows = [fact for fact in self.facts.get(source, ()) if inside(fact, source, self.window)]
        if self.piece is None or self.piece_unit is None:
            return rows
        here = period_of(self.piece.from_on, self.piece_unit)
        return [fact for fact in rows if fact["on"] is not None and period_of(fact["on"], self.piece_unit) == here]


def mark_of(fact: Fact, source: str) -> int | None:
    """The amount of a fact; a missed test is nothing."""
    if source == "scores" and fact["mark"] in ("缺考", "作弊"):
        return 0
    amount: int | None = fact["amount"]
    return amount


def percent_of(fact: Fact, source: str) -> Fraction | None:
    """For a mean: the amount in milli, of a test on the scale of 100."""
    amount = mark_of(fact, source)
    if amount is None:
        return None
    if source != "scores":
        return Fraction(amount)
    full = fact["full"] if fact["full"] is not None and fact["full"] > 0 else 100_000
    return Fraction(amount * 100_000, full)


def choose_attempts(rows: list[Fact], count: Count) -> list[dict[str, Any]]:
    """Group tests by title and let one attempt stand for each; then test the amount."""
    words = [condition for condition in count.where if condition.column != "amount"]
    groups: dict[Any, list[Fact]] = {}
    for fact in rows:
        if all(meets(fact, condition) for condition in words):
            groups.setdefault(fact["title"] or ("untitled", fact["ref"]), []).append(fact)
    chosen = []
    for tries in groups.values():
        sizes = [fact["size"] or 0 for fact in tries]
        if count.attempts in ("first", "last"):
            edge = min(sizes) if count.attempts == "first" else max(sizes)
            tries = [fact for fact, size in zip(tries, sizes, strict=True) if size == edge]
        amounts = [a for a in (mark_of(fact, "scores") for fact in tries) if a is not None]
        shares = [s for s in (percent_of(fact, "scores") for fact in tries) if s is not None]
        amount: Fraction | int | None = max(amounts, default=None)
        share = max(shares, default=None)
        if count.attempts == "mean" and amounts:
            amount, share = half_up(Fraction(sum(amounts), len(amounts))), sum(shares) / len(shares)
        days = [fact["on"] for fact in tries if fact["on"] is not None]
        row = {"amount": amount, "share": share, "on": min(days, default=None)}
        if all(meets(row, condition) for condition in count.where if condition.column == "amount"):
            chosen.append(row)
    return chosen


def list_values(count: Count, room: Room) -> list[tuple[date | None, Fraction | None]]:
    """(day, value in milli) of each fact that counts, after attempts and once_per."""
    rows = room.list(count.source)
    if count.source == "scores" and count.attempts != "all":
        key = {"rows": None, "mean": "share"}.get(count.measure, "amount")
        return [(row["on"], Fraction(1000) if key is None else row[key]) for row in choose_attempts(rows, count)]
    rows = [fact for fact in rows if all(meets(fact, condition) for condition in count.where)]
    values = [(fact, value_of(fact, count, room.window)) for fact in rows]
    if count.once_per is None:
        return [(fact["on"], value) for fact, value in values]
    groups: dict[Any, list[tuple[Fact, Fraction]]] = {}
    for fact, value in values:
        key = (fact["title"] or None) if count.once_per == "title" else fact["on"]
        groups.setdefault(("none", fact["ref"]) if key is None else key, []).append((fact, value or Fraction(0)))
    kept = []
    for alike in groups.values():
        most = max(value for _, value in alike)
        days = [fact["on"] for fact, value in alike if value == most and fact["on"] is not None]
        kept.append((min(days, default=None), most))
    return kept


def value_of(fact: Fact, count: Count, window: Period) -> Fraction | None:
    if count.measure == "amount":
        amount = mark_of(fact, count.source)
        if amount is None:
            return None
        measure, kind = fact["measure"] or "", fact["kind"] or ""
        convert = count.convert.get(measure, count.convert.get("", Fraction(1)))
        return amount * convert * count.factor.get(kind, count.factor.get("", Fraction(1)))
    if count.measure in ("points", "size"):
        held = fact[count.measure]
        return None if held is None else Fraction(held)
    if count.measure == "mean":
        return percent_of(fact, count.source)
    if count.measure == "least":
        least = mark_of(fact, count.source)
        return None if least is None else Fraction(least)
    if count.measure == "elapsed":
        return Fraction(1000 * elapsed(fact, count.per or "month", window))
    return Fraction(1000)


def add_capped(values: Iterable[tuple[date | None, Fraction]], caps: Mapping[str, Fraction]) -> Fraction:
    """Add up under caps per period, the shortest first; a longer period holds what its parts were cut to."""
    units = [unit for unit in WEEKLESS if unit in caps]

    def total(rows: list[tuple[date | None, Fraction]], level: int) -> Fraction:
        if level < 0:
            return sum((value for _, value in rows), Fraction(0))
        unit = units[level]

        def name(row: tuple[date | None, Fraction]) -> tuple[int, ...]:
            return period_of(row[0], unit) if row[0] is not None else ()

        parts = groupby(sorted(rows, key=name), key=name)
        return sum((min(total(list(part), level - 1), caps[unit]) for _, part in parts), Fraction(0))

    return total(list(values), len(units) - 1)


def count_milli(count: Count, room: Room) -> int | None:
    """The value of a count in milli, half up."""
    if count.measure in ("periods", "missing_periods"):
        return count_periods(count, room)
    values = list_values(count, room)
    known = [(day, value) for day, value in values if value is not None]
    if count.measure == "mean":
        return half_up(sum(value for _, value in known) / len(known)) if known else None
    if count.measure == "least":
        return int(min(value for _, value in known)) if known else None
    return half_up(add_capped(known, {unit: Fraction(cap) for unit, cap in count.caps_per}))


def count_periods(count: Count, room: Room) -> int:
    unit = count.per or "month"
    rows = [fact for fact in room.list(count.source) if all(meets(fact, condition) for condition in count.where)]
    held: dict[tuple[int, ...], int] = {}
    for fact in rows:
        if fact["on"] is not None:
            name = period_of(fact["on"], unit)
            held[name] = held.get(name, 0) + 1
    enough = sum(1 for rows_held in held.values() if rows_held >= count.at_least_rows)
    if count.measure == "periods":
        return enough * 1000
    return (sum(1 for _ in split_period(room.piece or room.window, unit)) - enough) * 1000
