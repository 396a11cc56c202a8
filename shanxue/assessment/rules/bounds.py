"""How low a total can fall, as far as the scheme's own bounds say."""

from __future__ import annotations

from fractions import Fraction

from shanxue.assessment.rules.scheme import Component, Item, Scheme

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
