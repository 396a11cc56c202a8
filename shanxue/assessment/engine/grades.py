"""From totals to grades: vetoes, bands, gates on the assessment itself, and the gates that hold in the end."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import polars as pl

from shanxue.assessment.rules.scheme import Band, Effect, Gate, Scheme, When

from .items import Names
from .scoring import ASSESSED, UNGRADED
from .totals import Adjustment, Sheet, list_components

NO_GRADE = -1  # the column ``grade`` holds the place of a label in ``list_labels``, the best first


def list_labels(scheme: Scheme) -> list[str]:
    """Every grade the scheme knows, the best first: bands by their threshold, then what only quotas and gates name."""
    bands = sorted(scheme.bands, key=lambda band: band.from_points, reverse=True)
    named = [band.label for band in bands] + [quota.demote_to for quota in scheme.quotas]
    own = [gate.effect for gate in scheme.gates if not gate.effect.target]
    named += [label for effect in own for label in (effect.grade, effect.at_most) if label]
    return list(dict.fromkeys(named))


def is_veto(effect: Effect) -> bool:
    return effect.target == "" and effect.total is not None


def is_own_grade(effect: Effect) -> bool:
    return effect.target == "" and bool(effect.grade or effect.at_most or effect.not_in)


def add_grades(sheet: Sheet) -> None:
    """Vetoes, then bands, then gates on this assessment's own grade. Adds ``grade`` and a ``gate{n}`` each."""
    scheme, labels = sheet.scheme, list_labels(sheet.scheme)
    sheet.write(grade=pl.lit(NO_GRADE, dtype=pl.Int64), decided=pl.lit(False))
    for at, gate in enumerate(scheme.gates):
        if is_veto(gate.effect):
            _apply_veto(sheet, at, gate, labels)
    _add_bands(sheet, labels)
    own = [(at, gate) for at, gate in enumerate(scheme.gates) if is_own_grade(gate.effect)]
    sheet.write(**{f"gate{at}": _test_gate(sheet, gate, labels) for at, gate in own if not is_veto(gate.effect)})
    for at, gate in own:
        _apply_grade(sheet, pl.col(f"gate{at}"), gate.effect, labels)


def add_final_gates(sheet: Sheet) -> None:
    """Decide the gates against other assessments, lists and notices, on the grade as it stands after the quotas."""
    labels = list_labels(sheet.scheme)
    rest = {
        f"gate{at}": _test_gate(sheet, gate, labels)
        for at, gate in enumerate(sheet.scheme.gates)
        if not is_veto(gate.effect) and not is_own_grade(gate.effect)
    }
    sheet.write(**rest)


def _apply_veto(sheet: Sheet, at: int, gate: Gate, labels: list[str]) -> None:
    """The year's points become what the gate says; a line of its own carries the difference (K44)."""
    if any(_names_grade(part) for part in _walk(gate.when)):
        raise ValueError(f"gate {gate.code} sets the total and cannot rest on the grade that follows from it")
    sheet.write(**{f"gate{at}": _test_gate(sheet, gate, labels)})
    holds, total = pl.col(f"gate{at}"), pl.col("total")
    given = sheet.turn(gate.effect.total or Fraction(0))
    before = pl.coalesce(total, pl.lit(sheet.turn(sheet.scheme.base), dtype=pl.Int64))
    name = f"adjust_gate{at}"
    sheet.write(**{name: pl.when(holds).then(given - before).otherwise(0)})
    sheet.write(
        total=pl.when(holds).then(pl.lit(given, dtype=pl.Int64)).otherwise(total), decided=pl.col("decided") | holds
    )
    note = "归零" if given == 0 else f"按{gate.clause}记分"
    sheet.adjustments.append(Adjustment(f"={gate.code}", name, pl.lit(note)))


def _walk(when: When) -> list[When]:
    return [when, *(leaf for part in (*when.all_of, *when.any_of) for leaf in _walk(part))]


def _names_grade(when: When) -> bool:
    return bool(when.grade_below or when.grade_in or when.prior_grades)


def _add_bands(sheet: Sheet, labels: list[str]) -> None:
    """The highest band whose threshold, circle and needs are met (K40, K42, K50). Nobody waiting gets a grade."""
    grade = pl.lit(NO_GRADE, dtype=pl.Int64)
    for band in sorted(sheet.scheme.bands, key=lambda band: band.from_points):
        place = pl.lit(labels.index(band.label), dtype=pl.Int64)
        grade = pl.when(_reach_band(sheet, band)).then(place).otherwise(grade)
    open_ = pl.col("waiting") & ~pl.col("decided")
    graded = (pl.col("state") == ASSESSED) & pl.col("total").is_not_null() & ~open_
    sheet.write(grade=pl.when(graded).then(grade).otherwise(NO_GRADE))


def _reach_band(sheet: Sheet, band: Band) -> pl.Expr:
    reached = _compare(pl.col("total"), band.from_points * sheet.scheme.scale, ">=")
    circle = sheet.plan.name_circle(band.who)
    if circle is not None:
        reached = reached & pl.col(circle)
    for name, least in band.needs:
        reached = reached & _compare(points_of(sheet, name), least * sheet.scheme.scale, ">=")
    return reached.fill_null(False)


def _compare(points: pl.Expr, bound: Fraction, op: str) -> pl.Expr:
    """Compare integers with an exact bound that may lie between two of them."""
    scaled = points * bound.denominator
    return scaled >= bound.numerator if op == ">=" else scaled < bound.numerator


def points_of(sheet: Sheet, name: str) -> pl.Expr:
    """The points of an item or a component as its lines show them; null where an item does not apply."""
    for at, item in enumerate(sheet.scheme.items):
        if item.code == name:
            return pl.when(sheet.applies(at)).then(pl.col(Names(at).points))
    for at, component in enumerate(list_components(sheet.scheme)):
        if component.name == name:
            return pl.col(f"component{at}")
    raise ValueError(f"the scheme has no item or component {name}")


def _apply_grade(sheet: Sheet, holds: pl.Expr, effect: Effect, labels: list[str]) -> None:
    grade = pl.col("grade")
    ungraded = pl.col("state") == UNGRADED
    if effect.grade is not None:
        fixed = pl.lit(labels.index(effect.grade), dtype=pl.Int64)
        sheet.write(grade=pl.when(holds & ~ungraded).then(fixed).otherwise(grade))
        grade = pl.col("grade")
    if effect.at_most is not None:
        best = labels.index(effect.at_most)
        lower = holds & (grade >= 0) & (grade < best)
        sheet.write(grade=pl.when(lower).then(pl.lit(best, dtype=pl.Int64)).otherwise(grade))
    if effect.not_in:
        allowed = grade
        for place, label in enumerate(labels):
            if label in effect.not_in:
                below = next((p for p in range(place + 1, len(labels)) if labels[p] not in effect.not_in), place)
                allowed = pl.when(holds & (grade == place)).then(pl.lit(below, dtype=pl.Int64)).otherwise(allowed)
        sheet.write(grade=allowed)


def _test_gate(sheet: Sheet, gate: Gate, labels: list[str]) -> pl.Expr:
    """Whether a gate holds. What is not known (no grade yet, no points) makes no gate hold."""
    held = _test_when(sheet, gate.when, labels).fill_null(False)
    held = held & pl.col("state").is_in([ASSESSED, UNGRADED])
    circle = sheet.plan.name_circle(gate.who)
    return held & pl.col(circle) if circle is not None else held


def _test_when(sheet: Sheet, when: When, labels: list[str]) -> pl.Expr:
    tests = [*_test_grade(when, labels), *_test_points(sheet, when)]
    if when.count_from or when.share_over:
        tests.append(pl.col(sheet.plan.name_leaf(when)))
    if when.prior_grades is not None:
        tests.append(pl.col(sheet.plan.name_leaf(when)) & _is_among(when.prior_grades[1], labels))
    tests += [_test_when(sheet, part, labels) for part in when.all_of]
    if when.any_of:
        tests.append(pl.any_horizontal(*(_test_when(sheet, part, labels).fill_null(False) for part in when.any_of)))
    if not tests:
        raise ValueError("a gate without a condition")
    return pl.all_horizontal(*tests) if len(tests) > 1 else tests[0]


def _test_grade(when: When, labels: list[str]) -> Iterable[pl.Expr]:
    if when.grade_below is not None:
        yield pl.col("grade") > labels.index(when.grade_below)
    if when.grade_in:
        yield _is_among(when.grade_in, labels)


def _is_among(grades: Iterable[str], labels: list[str]) -> pl.Expr:
    return pl.col("grade").is_in([labels.index(label) for label in grades if label in labels])


def _test_points(sheet: Sheet, when: When) -> Iterable[pl.Expr]:
    scale = sheet.scheme.scale
    settled = pl.when(~pl.col("waiting") | pl.col("decided")).then(pl.col("total"))
    if when.total_below is not None:
        yield _compare(settled, when.total_below * scale, "<")
    if when.total_from is not None:
        yield _compare(settled, when.total_from * scale, ">=")
    if when.item_below is not None:
        name, least = when.item_below
        yield _compare(points_of(sheet, name), least * scale, "<")
    if when.share_below is not None:
        name, share = when.share_below
        part = points_of(sheet, name) * share.denominator
        yield (settled > 0) & (part < settled * share.numerator)
