"""试算: what a clerk may turn in a scheme without saving it, and what then moves. Pure values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from shanxue.base.errors import Refusal
from shanxue.base.points import MILLI, read_fraction

from .counting import write_number
from .pages import EXCLUDED, list_grades, show_grade
from .report import WAITING
from .scheme import Band, Component, Item, Quota, Scheme, Target

MOST = Fraction(100_000)


@dataclass(frozen=True)
class Knob:
    """One number of a scheme that may be tried out. ``value`` is as people write it (20 for a share of 20%)."""

    code: str  # full:A1, weight:考勤, band:优秀, quota:0, target:A1:0
    group: str
    label: str
    value: str
    unit: str
    clause: str = ""


def list_knobs(scheme: Scheme) -> tuple[Knob, ...]:
    """List what can be turned: full marks, weights of components, lines of bands, quota shares, targets."""
    return (
        *(_knob_full(item) for item in scheme.items if item.full is not None),
        *(_knob_weight(component) for component in scheme.components if component.weight != 1),
        *_list_band_knobs(scheme),
        *(_knob_quota(index, quota) for index, quota in enumerate(scheme.quotas)),
        *(
            _knob_target(item, index, target)
            for item in scheme.items
            for index, target in enumerate(item.targets)
            if target.milli is not None
        ),
    )


def _knob_full(item: Item) -> Knob:
    return Knob(f"full:{item.code}", "满分", item.title, write_number(item.full or 0), "分", item.clause)


def _knob_weight(component: Component) -> Knob:
    return Knob(
        f"weight:{component.name}", "权重", component.name, write_number(component.weight * 100), "%", component.clause
    )


def _list_band_knobs(scheme: Scheme) -> list[Knob]:
    lowest = min((band.from_points for band in scheme.bands), default=Fraction(0))
    lines: dict[str, Band] = {}
    for band in scheme.bands:
        if band.from_points != lowest:
            lines.setdefault(band.label, band)
    return [
        Knob(f"band:{label}", "分数线", label, write_number(band.from_points), "分以上")
        for label, band in lines.items()
    ]


def _knob_quota(index: int, quota: Quota) -> Knob:
    label = f"{quota.grade}不超过"
    return Knob(f"quota:{index}", "名额", label, write_number(quota.share * 100), "%", quota.clause)


def _knob_target(item: Item, index: int, target: Target) -> Knob:
    value = write_number(Fraction(target.milli or 0, MILLI))
    return Knob(f"target:{item.code}:{index}", "要求数", item.title, value, "", item.clause)


def change_scheme(scheme: Scheme, wishes: Mapping[str, str]) -> Scheme:
    """Build the scheme with some knobs turned. ``wishes`` maps a knob's code to what was typed.

    Raises ``Refusal`` naming the knob when a number cannot be read or the lines of the bands would cross.
    """
    knobs = {knob.code: knob for knob in list_knobs(scheme)}
    for code, text in wishes.items():
        knob = knobs.get(code)
        if knob is None:
            raise Refusal("unknown_knob", f"细则里没有“{code}”这一项，请从试算页面重新填写。")
        value = read_wish(knob, text)
        if value != read_fraction(knob.value):
            scheme = _turn(scheme, code, value)
    _check_bands(scheme)
    return scheme


def read_wish(knob: Knob, text: str) -> Fraction:
    """Read a typed number, full-width digits included."""
    try:
        number = Decimal(text.strip().rstrip("%％"))
    except InvalidOperation as error:
        raise Refusal("bad_number", f"“{knob.label}”（{knob.group}）应填数字，现在是“{text}”。") from error
    if not number.is_finite() or not 0 <= number <= MOST:
        raise Refusal(
            "bad_number", f"“{knob.label}”（{knob.group}）应在 0 到 {write_number(MOST)} 之间，现在是“{text}”。"
        )
    if knob.unit == "%" and number > 100:
        raise Refusal("bad_number", f"“{knob.label}”（{knob.group}）不能超过 100%，现在是“{text}”。")
    return Fraction(number)


def _turn(scheme: Scheme, code: str, value: Fraction) -> Scheme:
    kind, _, name = code.partition(":")
    if kind == "full":
        return _turn_full(scheme, name, value)
    if kind == "weight":
        parts = (replace(one, weight=value / 100) if one.name == name else one for one in scheme.components)
        return replace(scheme, components=tuple(parts))
    if kind == "band":
        bands = (replace(band, from_points=value) if band.label == name else band for band in scheme.bands)
        return replace(scheme, bands=tuple(bands))
    if kind == "quota":
        index = int(name)
        quotas = (replace(one, share=value / 100) if at == index else one for at, one in enumerate(scheme.quotas))
        return replace(scheme, quotas=tuple(quotas))
    return _turn_target(scheme, name, value)


def _turn_full(scheme: Scheme, code: str, value: Fraction) -> Scheme:
    """Change an item's full marks; its component's full and cap, where they are the items' sum, follow."""
    old = next(item for item in scheme.items if item.code == code)
    shift = value - (old.full or 0)
    items = (_resize(item, value) if item.code == code else item for item in scheme.items)
    components = tuple(_shift(one, shift) if one.name == old.component else one for one in scheme.components)
    full = scheme.full + shift * _weight_of(scheme, old.component) if scheme.full is not None else None
    ceiling = full if scheme.ceiling is not None and scheme.ceiling == scheme.full else scheme.ceiling
    return replace(scheme, items=tuple(items), components=components, full=full, ceiling=ceiling)


def _resize(item: Item, full: Fraction) -> Item:
    return replace(item, full=full, cap=full if item.cap is not None and item.cap == item.full else item.cap)


def _shift(component: Component, shift: Fraction) -> Component:
    if component.full is None:
        return component
    full = component.full + shift
    return replace(component, full=full, cap=full if component.cap == component.full else component.cap)


def _weight_of(scheme: Scheme, name: str) -> Fraction:
    return next((one.weight for one in scheme.components if one.name == name), Fraction(1))


def _turn_target(scheme: Scheme, name: str, value: Fraction) -> Scheme:
    code, _, place = name.rpartition(":")
    milli = int(value * MILLI)
    items = tuple(
        replace(
            item,
            targets=tuple(
                replace(target, milli=milli) if at == int(place) else target for at, target in enumerate(item.targets)
            ),
        )
        if item.code == code
        else item
        for item in scheme.items
    )
    return replace(scheme, items=items)


def _check_bands(scheme: Scheme) -> None:
    """Refuse lines that meet or cross: a better grade must ask for more."""
    for above, below in zip(scheme.bands, scheme.bands[1:], strict=False):
        if above.who == below.who and above.from_points == below.from_points:
            raise Refusal("bands_cross", f"“{above.label}”和“{below.label}”的分数线相同，请改成不同的分数。")


def check_order(before: Scheme, after: Scheme) -> None:
    """Refuse a change that puts a lower grade's line above a better one's."""
    if list_grades(before) != list_grades(after):
        order = "、".join(list_grades(before))
        raise Refusal("bands_cross", f"分数线的高低次序变了（应依次为{order}），请重新填写。")


@dataclass(frozen=True)
class Outcome:
    """One subject under the scheme as it is and as it was tried: total in points (None: no data) and grade."""

    subject: int
    total_before: int | None
    grade_before: str
    total_after: int | None
    grade_after: str

    @property
    def moves(self) -> bool:
        return self.grade_before != self.grade_after


@dataclass(frozen=True)
class Share:
    """How many hold a grade before and after."""

    grade: str
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


def pair_outcomes(
    before: Iterable[tuple[int, int | None, str]], after: Iterable[tuple[int, int | None, str]]
) -> tuple[Outcome, ...]:
    """Pair (subject, total, grade) rows of two computations over the same subjects."""
    new = {subject: (total, grade) for subject, total, grade in after}
    return tuple(
        Outcome(subject, total, show_grade(total, grade), new[subject][0], show_grade(*new[subject]))
        for subject, total, grade in before
        if subject in new
    )


def count_grades(scheme: Scheme, outcomes: Iterable[Outcome]) -> tuple[Share, ...]:
    """Count grades before and after, from best to lowest, then 待补充 and others that occur."""
    rows = list(outcomes)
    before, after = (Counter(row.grade_before for row in rows), Counter(row.grade_after for row in rows))
    found = dict.fromkeys((*list_grades(scheme), *sorted({*before, *after} - {WAITING, EXCLUDED}), WAITING, EXCLUDED))
    return tuple(
        Share(grade, before[grade], after[grade])
        for grade in found
        if grade in list_grades(scheme) or before[grade] or after[grade]
    )


def compare_full(before: Scheme, after: Scheme) -> str:
    """Say when the full marks no longer add up to what they were; "" when they do."""
    old, new = (_add_full(scheme) for scheme in (before, after))
    if old == new:
        return ""
    gap = f"还差{write_number(old - new)}分" if new < old else f"多出{write_number(new - old)}分"
    return f"各项满分合计{write_number(new)}分，原来是{write_number(old)}分，{gap}。分数线没有随之改变。"


def _add_full(scheme: Scheme) -> Fraction:
    return sum(((item.full or Fraction(0)) * _weight_of(scheme, item.component) for item in scheme.items), Fraction(0))
