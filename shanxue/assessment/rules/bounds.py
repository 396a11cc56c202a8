"""How low a total can fall, and how large the integers become, as far as the scheme's own numbers say."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from shanxue.assessment.rules.scheme import Component, Item, Scheme

LARGEST_INTEGER = 2**61  # half of Int64: rounding doubles the numerator
LARGEST_MILLI = 4 * 10**9  # no count of one subject reaches four million
NEVER_NEGATIVE = ("ratio", "quota", "score", "votes", "carry", "award_each", "rank")


def find_least_total(scheme: Scheme) -> Fraction | None:
    """Find the least total a subject can get; None when nothing holds it."""
    if scheme.floor is not None:
        return scheme.floor
    parts = [_find_least_component(scheme, component) for component in scheme.components]
    known = [least for least in parts if least is not None]
    return scheme.base + sum(known, Fraction(0)) if len(known) == len(parts) else None


def _find_least_component(scheme: Scheme, component: Component) -> Fraction | None:
    if component.floor is not None:
        return component.floor * component.weight
    least = component.base
    for item in scheme.items:
        if item.component == component.name:
            lowest = _find_least_item(item)
            if lowest is None:
                return None
            least += lowest
    return least * component.weight


def _find_least_item(item: Item) -> Fraction | None:
    if item.floor is not None:
        return item.floor
    if item.kind == "fixed":
        return min([*item.table.values(), item.points or Fraction(0)])
    if item.kind == "lookup" and not item.each_row:
        return min([row.points for row in item.ranges] + [Fraction(0)])
    if item.kind == "marks" and item.least is not None and item.least >= 0:
        return Fraction(0)
    return Fraction(0) if item.kind in NEVER_NEGATIVE else None


def find_largest(scheme: Scheme, item: Item) -> int:
    """Find the largest integer that valuing an item may need: coefficients brought to one denominator × counts."""
    weight = next((part.weight for part in scheme.components if part.name == item.component), Fraction(1))
    terms = [term * scheme.scale * weight for term in _list_coefficients(item)]
    shared = lcm(*(term.denominator for term in terms)) if terms else 1
    return int(sum(abs(term) * shared for term in terms) * LARGEST_MILLI)


def _list_coefficients(item: Item) -> list[Fraction]:
    full = item.full or Fraction(0)
    if item.kind == "ratio" and item.slope is not None:
        return [100 * item.slope * item.baseline.numerator / item.baseline.denominator, full]
    if item.kind == "ratio":
        return [full / item.baseline]
    if item.kind == "quota":
        each = [(value or Fraction(0)) / 1000 for value in (item.short_each, item.over_each)]
        return [full, *each]
    if item.steps:
        return [full / 1000, *(step.each / 1000 for step in item.steps)]
    if item.kind == "votes":
        return [full / 100 * value for value in item.values.values()]
    return []
