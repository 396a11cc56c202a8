"""What a page shows of a result: components with their lines, the next grade, and states as shapes with words.

Pure values from a scheme and stored lines; nothing is computed again. Points are integers of the scheme's scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

from .formulas import describe_line
from .report import UNGRADED, WAITING
from .scheme import Band, Scheme, Who
from .wording import find_item

EXCLUDED = "免考核"


class StoredLine(Protocol):
    """A line as the run stored it (one row of ResultLine)."""

    item: str
    counted_milli: int | None
    out_of_milli: int | None
    awarded_points: int | None
    full_points: int | None
    note: str


@dataclass(frozen=True)
class State:
    """A light: a shape that survives black-and-white print, the word it stands for, and its colour class."""

    shape: str
    word: str
    colour: str


GOOD = State("●", "正常", "good")
NEAR = State("◐", "临近", "near")
SHORT = State("▲", "未达", "late")
PAUSED = State("Ⅱ", "免", "none")
EMPTY = State("○", "无记录", "none")
STATES = (GOOD, NEAR, SHORT, PAUSED, EMPTY)


@dataclass(frozen=True)
class LineView:
    """One line of a result. ``words`` is its arithmetic with the subject's own numbers."""

    code: str
    title: str
    words: str
    points: int | None
    full: int | None
    clause: str
    clause_text: str
    has_records: bool  # adjusting lines (封顶、保底) and fixed points have none of their own


@dataclass(frozen=True)
class ComponentView:
    """A component: ``points`` is the sum of its lines, None while none of them has data."""

    name: str
    points: int | None
    full: int | None
    lines: tuple[LineView, ...]
    state: State


@dataclass(frozen=True)
class Slot:
    """A column of a table for one result: the component's name, its place in the result (from 1), None if absent."""

    name: str
    place: int
    view: ComponentView | None


@dataclass(frozen=True)
class NextGrade:
    label: str
    from_points: int
    missing: int


@dataclass(frozen=True)
class Thresholds:
    """From which share of full marks a component counts as 正常 and as 临近, taken from the scheme's own bands."""

    good: Fraction
    good_label: str
    near: Fraction
    near_label: str


def scale_points(scheme: Scheme, value: Fraction) -> int:
    """Turn points as written in a scheme into integers of its scale; thresholds are exact there."""
    scaled = value * scheme.scale
    return -((-scaled.numerator) // scaled.denominator)  # up: a total reaches a line only from there on


def list_components(scheme: Scheme, lines: Iterable[StoredLine]) -> tuple[ComponentView, ...]:
    """Group a result's lines by component in the scheme's order. Adjustments of the total form a part of their own."""
    rows = list(lines)
    thresholds = find_thresholds(scheme)
    shown = []
    for component in scheme.components:
        own = [line for line in rows if name_component(scheme, line.item) == component.name]
        if own:
            full = component.full * component.weight if component.full is not None else None
            shown.append(_build_component(scheme, component.name, own, full, thresholds))
    rest = [line for line in rows if name_component(scheme, line.item) == "合计"]
    if rest:
        shown.append(_build_component(scheme, "合计调整", rest, None, None))
    return tuple(shown)


def name_component(scheme: Scheme, code: str) -> str:
    item = find_item(scheme, code)
    return item.component if item else code.removeprefix("=")


def _build_component(
    scheme: Scheme, name: str, lines: list[StoredLine], full: Fraction | None, thresholds: Thresholds | None
) -> ComponentView:
    points = sum_known(line.awarded_points for line in lines)
    whole = sum_known(line.full_points for line in lines) if full is None else scale_points(scheme, full)
    exempt = bool(lines) and all("免" in line.note.split("；") for line in lines)
    state = PAUSED if exempt else rate_share(points, whole, thresholds)
    views = [show_line(scheme, line) for line in lines]
    return ComponentView(name, points, whole, tuple(_quote_once(views)), state)


def _quote_once(views: list[LineView]) -> Iterator[LineView]:
    """Quote a clause's text at its first line only; the others keep its number."""
    quoted = set()
    for view in views:
        yield replace(view, clause_text="") if view.clause in quoted else view
        quoted.add(view.clause)


def sum_known(values: Iterable[int | None]) -> int | None:
    """Add up what is known; None when nothing is. No data is not zero."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def show_line(scheme: Scheme, line: StoredLine) -> LineView:
    item = find_item(scheme, line.item)
    if item is None:
        name = name_component(scheme, line.item)
        clause = next((one.clause for one in scheme.components if one.name == name), "")
        title, words, records = f"{name}调整", line.note, False
    else:
        clause, title = item.clause, item.title
        words = describe_line(
            scheme, item, line.counted_milli, line.out_of_milli, line.awarded_points, line.full_points, line.note
        )
        records = item.kind != "fixed"
    return LineView(
        line.item, title, words, line.awarded_points, line.full_points, clause, scheme.clauses.get(clause, ""), records
    )


def list_grades(scheme: Scheme) -> tuple[str, ...]:
    """List a scheme's grades from best to lowest."""
    bands = sorted(scheme.bands, key=lambda band: band.from_points, reverse=True)
    return tuple(dict.fromkeys(band.label for band in bands))


def show_grade(total: int | None, grade: str) -> str:
    return grade or (WAITING if total is None else UNGRADED)


def find_next_grade(scheme: Scheme, total: int | None, traits: Mapping[str, str]) -> NextGrade | None:
    """Find the nearest band whose line the total has not reached; None at the top or while the total is unknown.

    ``traits`` are the subject's columns (status, staff_state, rank_class); bands for other people are left out.
    """
    if total is None:
        return None
    above = [
        (scale_points(scheme, band.from_points), band.label)
        for band in scheme.bands
        if _concerns(band, traits) and scale_points(scheme, band.from_points) > total
    ]
    if not above:
        return None
    line, label = min(above)
    return NextGrade(label, line, line - total)


def find_reached_grade(scheme: Scheme, total: int | None, traits: Mapping[str, str]) -> str:
    """Name the best band whose line the total reaches, before gates and quotas; "" when there is none."""
    if total is None:
        return ""
    reached = [
        (band.from_points, band.label)
        for band in scheme.bands
        if _concerns(band, traits) and band.from_points * scheme.scale <= total
    ]
    return max(reached)[1] if reached else ""


def _concerns(band: Band, traits: Mapping[str, str]) -> bool:
    return matches_who(band.who, traits)


def matches_who(who: Who, traits: Mapping[str, str]) -> bool:
    """Test the word columns of a filter; ages are not known on a page, so a filter by age never matches here."""
    if who.age_from is not None or who.age_below is not None:
        return False
    inside = all(traits.get(column) in words for column, words in who.columns.items())
    return inside and all(traits.get(column) not in words for column, words in who.columns_not.items())


def find_thresholds(scheme: Scheme) -> Thresholds | None:
    """Take the lights' thresholds from the bands: 正常 from the second-best line, 临近 from the lowest one above 0.

    None when the scheme has no bands or no full marks to take a share of.
    """
    full = scheme.full or _add_up_full(scheme)
    bands = sorted({(band.from_points, band.label) for band in scheme.bands if band.from_points > 0}, reverse=True)
    if not full or not bands:
        return None
    good, near = bands[min(1, len(bands) - 1)], bands[-1]
    return Thresholds(good[0] / full, good[1], near[0] / full, near[1])


def _add_up_full(scheme: Scheme) -> Fraction:
    """Add up the full marks of the components; where a component names none, its items' are taken."""
    total = Fraction(0)
    for component in scheme.components:
        items = (item.full for item in scheme.items if item.component == component.name and item.full is not None)
        total += (sum(items, Fraction(0)) if component.full is None else component.full) * component.weight
    return total


def rate_share(points: int | None, full: int | None, thresholds: Thresholds | None) -> State:
    """Rate points against full marks. Where there are none (加减分), only a negative sum is 临近."""
    if points is None:
        return EMPTY
    if thresholds is None or not full or full < 0:
        return NEAR if points < 0 else GOOD
    share = Fraction(points, full)
    if share >= thresholds.good:
        return GOOD
    return NEAR if share >= thresholds.near else SHORT


def rate_total(scheme: Scheme, total: int | None, grade: str) -> State:
    """Rate a whole result by its grade: the lines are the same as for components."""
    if grade == EXCLUDED:
        return PAUSED
    if total is None or grade == WAITING:
        return EMPTY
    bands = sorted({band.from_points for band in scheme.bands if band.from_points > 0}, reverse=True)
    if not bands:
        return GOOD
    if total >= bands[min(1, len(bands) - 1)] * scheme.scale:
        return GOOD
    return NEAR if total >= bands[-1] * scheme.scale else SHORT


def order_by_need(scheme: Scheme, grade: str) -> int:
    """Give a place in a list that starts with those who need a hand: 待补充, then the grades from the lowest.

    People of one grade keep the order of their staff numbers: the list is no ranking.
    """
    grades = list_grades(scheme)
    if grade in grades:
        return len(grades) - grades.index(grade)
    return {WAITING: 0, "": len(grades) + 1, EXCLUDED: len(grades) + 2}.get(grade, len(grades) + 1)


def align_components(names: Iterable[str], components: Iterable[ComponentView]) -> tuple[Slot, ...]:
    """Put a result's components under a table's columns."""
    places = {view.name: (place, view) for place, view in enumerate(components, 1)}
    return tuple(Slot(name, *places.get(name, (0, None))) for name in names)
