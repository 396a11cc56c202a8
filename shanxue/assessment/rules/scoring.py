"""评分 by a named scorer (K26, K63): which items ask for it, their bounds, and what a mark must say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from shanxue.base.errors import Refusal
from shanxue.base.periods import Period, split_period
from shanxue.base.points import MILLI, format_scaled

from .scheme import Count, Item, Scheme

OPENS_DAYS = 45  # before a period's end scorers are reminded
CLOSES_DAYS = 60  # after it they no longer are


@dataclass(frozen=True)
class Bounds:
    """The least and the most a mark may be, in milli; None is no bound."""

    least: int | None
    most: int | None

    @property
    def words(self) -> str:
        least, most = (None if one is None else format_scaled(one, MILLI, trim=True) for one in (self.least, self.most))
        if least is not None and most is not None:
            return f"{least} 到 {most}"
        return f"不低于 {least}" if least is not None else f"不高于 {most}" if most is not None else "不限"


@dataclass(frozen=True)
class Term:
    """One stretch for which an item is scored once: the window, or a quarter of it. ``number`` counts from 0."""

    number: int
    period: Period
    label: str

    @property
    def last_on(self) -> date:
        return self.period.last_on


def find_kind(item: Item) -> str:
    """The kind of events an item's marks are, or "" where a page cannot score it: it asks for more than a kind."""
    count = item.count
    if item.kind != "marks" or not isinstance(count, Count) or count.source != "events":
        return ""
    named = [one for one in count.where if one.column == "kind" and one.op == "in"]
    if len(named) != 1 or len(count.where) != 1:
        return ""
    return str(named[0].value[0])


def list_items(scheme: Scheme) -> list[Item]:
    """The items of a scheme that a named scorer gives marks for, in its order."""
    return [item for item in scheme.items if find_kind(item)]


def find_bounds(item: Item) -> Bounds:
    """The item's own bounds; without them from 0 to its full marks."""
    least = item.least if item.least is not None else (Fraction(0) if item.full is not None else None)
    most = item.most if item.most is not None else item.full
    return Bounds(*(None if one is None else int(one * MILLI) for one in (least, most)))


def list_terms(scheme: Scheme, item: Item) -> list[Term]:
    """The stretches an item is scored in: its periods, or the whole window."""
    if not item.per:
        return [Term(0, scheme.window, "")]
    parts = split_period(scheme.window, item.per)
    return [Term(number, part, f"第 {number + 1} 期（{part.from_on:%m-%d} 起）") for number, part in enumerate(parts)]


def pick_term(terms: list[Term], today: date) -> Term:
    """The stretch that is asked for now: the one under way, or the last one that ended."""
    begun = [one for one in terms if one.period.from_on <= today]
    return begun[-1] if begun else terms[0]


def read_mark(name: str, text: str, bounds: Bounds, title: str) -> int:
    """Read a mark as typed, in milli. Raises ``not_a_number`` and ``out_of_bounds``."""
    try:
        value = Decimal(text.strip()) * MILLI
    except InvalidOperation:
        raise Refusal("not_a_number", f"{name}的分“{text.strip()}”不是数字。") from None
    if not value.is_finite() or value != value.to_integral_value():
        raise Refusal("not_a_number", f"{name}的分“{text.strip()}”写得太细，最多三位小数。")
    milli = int(value)
    if (bounds.least is not None and milli < bounds.least) or (bounds.most is not None and milli > bounds.most):
        raise Refusal("out_of_bounds", f"“{title}”的分应当是 {bounds.words}，{name}写的是 {text.strip()}。")
    return milli


def check_reason(name: str, reason: str) -> None:
    """Refuse a mark without its reason (K26): the engine would not count it either."""
    if not reason.strip():
        raise Refusal("no_reason", f"请写{name}的评分理由：为什么是这个分，扣在哪里。")


def print_mark(points_milli: int | None, reason: str) -> str:
    """A mark as a page has seen it, to tell at saving whether it changed meanwhile; "" where there is none."""
    return "" if points_milli is None else f"{points_milli} {reason}"


def name_source(scheme_code: str, item: str, number: int) -> str:
    """The mark on the events that were given on the page: one per subject, item and stretch."""
    return f"score-{scheme_code}-{item}-{number}"


def is_asked(term: Term, today: date) -> bool:
    """Whether scorers are reminded of a stretch today."""
    return term.last_on - timedelta(days=OPENS_DAYS) <= today <= term.last_on + timedelta(days=CLOSES_DAYS)
