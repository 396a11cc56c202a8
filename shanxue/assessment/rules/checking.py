"""What a scheme must hold as a whole: references, sums, bands. Problems refuse it; warnings are shown beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from shanxue.assessment.rules.bounds import LARGEST_INTEGER, find_largest, find_least_total
from shanxue.assessment.rules.building import name_item
from shanxue.assessment.rules.counting import write_number, write_percent
from shanxue.assessment.rules.scheme import Band, Component, Gate, Quota, Scheme, When, Who
from shanxue.assessment.rules.wording import LOWEST
from shanxue.base.toml_fields import suggest

CHINESE_NUMBERS = "零一二三四五六七八九十"


@dataclass
class Findings:
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check_scheme(scheme: Scheme, ends: dict[int, Fraction], written: tuple[Component, ...]) -> Findings:
    """Check a scheme built from a file. ``ends``: the written upper ends of bands by their place in the file.

    ``written``: the components the file names itself (the others exist because an item names them).
    """
    found = Findings()
    _check_names(scheme, found)
    _check_references(scheme, found)
    _check_sums(scheme, written, found)
    _check_bands(scheme, ends, found)
    _check_clauses(scheme, found)
    _check_sources(scheme, found)
    for item in scheme.items:
        if find_largest(scheme, item) > LARGEST_INTEGER:
            where = name_item(item.clause, item.code, item.title)
            found.problems.append(f"{where}的数字太大或小数位太多，不能精确计算。请减少小数位，或改小分值。")
    return found


def _check_names(scheme: Scheme, found: Findings) -> None:
    for what, codes in (
        ("代号", [item.code for item in scheme.items]),
        ("部分", [component.name for component in scheme.components]),
        ("限制的代号", [gate.code for gate in scheme.gates]),
    ):
        for code in dict.fromkeys(code for code in codes if code and codes.count(code) > 1):
            clauses = "、".join(dict.fromkeys(item.clause for item in scheme.items if item.code == code))
            tail = f"（{clauses}）" if what == "代号" and clauses else ""
            found.problems.append(f"{what}“{code}”写了{codes.count(code)}次{tail}。请改成各不相同。")


def _list_parts(scheme: Scheme) -> tuple[str, ...]:
    return (*(item.code for item in scheme.items), *(component.name for component in scheme.components))


def _check_references(scheme: Scheme, found: Findings) -> None:
    grades = tuple(dict.fromkeys(band.label for band in scheme.bands))
    for gate in scheme.gates:
        _check_gate(scheme, gate, grades, found)
    for quota in (*scheme.quotas, *scheme.optional_quotas):
        _check_quota(scheme, quota, grades, found)
    for exempt in scheme.exempts:
        for code in exempt.items:
            if code not in [item.code for item in scheme.items]:
                known = [item.code for item in scheme.items]
                where = exempt.clause or "免考核"
                found.problems.append(f"{where}的 items 里“{code}”没有这一项，{suggest(code, known)}")
    for band in scheme.bands:
        for code, _ in band.needs:
            _check_part(scheme, f"等次“{band.label}”的 needs", code, found)


def _check_part(scheme: Scheme, where: str, code: str, found: Findings) -> None:
    if code and code not in _list_parts(scheme):
        found.problems.append(f"{where}里“{code}”没有这一项，{suggest(code, _list_parts(scheme))}")


def _check_gate(scheme: Scheme, gate: Gate, grades: tuple[str, ...], found: Findings) -> None:
    where = f"{gate.clause}（{gate.code}）"
    named = list(_list_grades(gate.when))
    if not gate.effect.target:
        named += [name for name in (gate.effect.at_most, gate.effect.grade, *gate.effect.not_in) if name]
    for name in dict.fromkeys(named):
        if name not in grades:
            tail = suggest(name, grades) if grades else "本细则没有写等次（[[band]]）。"
            found.problems.append(f"{where}里的“{name}”不是本细则的等次，{tail}")
    for code in _list_named_parts(gate.when):
        _check_part(scheme, where, code, found)
    if gate.effect.total is not None and not gate.effect.target and list(_list_grades(gate.when)):
        found.problems.append(f"{where}改总分，不能以等次为条件：等次要等总分定了才有。请改用分数或次数作条件。")


def _list_grades(when: When) -> Iterable[str]:
    if when.grade_below:
        yield when.grade_below
    yield from when.grade_in
    if when.prior_grades:
        yield from when.prior_grades[1]
    for part in (*when.all_of, *when.any_of):
        yield from _list_grades(part)


def _list_named_parts(when: When) -> Iterable[str]:
    yield from (pair[0] for pair in (when.item_below, when.share_below) if pair)
    for part in (*when.all_of, *when.any_of):
        yield from _list_named_parts(part)


def _check_quota(scheme: Scheme, quota: Quota, grades: tuple[str, ...], found: Findings) -> None:
    where = f"{quota.clause}（名额）"
    for name in dict.fromkeys((quota.grade, quota.demote_to)):
        if name and name not in grades:
            tail = suggest(name, grades) if grades else "本细则没有写等次（[[band]]）。"
            found.problems.append(f"{where}里的“{name}”不是本细则的等次，{tail}")
    order = [band.label for band in sorted(scheme.bands, key=lambda band: band.from_points, reverse=True)]
    if quota.grade in grades and quota.demote_to in grades and order.index(quota.demote_to) <= order.index(quota.grade):
        found.problems.append(f"{where}的 demote_to“{quota.demote_to}”不低于“{quota.grade}”。请写更低的等次。")
    for code in quota.order_by:
        _check_part(scheme, f"{where}的 order_by", code, found)


def _check_sums(scheme: Scheme, written: tuple[Component, ...], found: Findings) -> None:
    """Weights make 100 %; full marks make what the scheme names, or 100 where it grades on 100."""
    weighted = [component for component in written if component.weight != 1]
    total = sum((component.weight for component in weighted), Fraction(0))
    if weighted and total != 1:
        found.problems.append(_write_sum(f"{_count_words(len(weighted))}项权重", total, Fraction(1), percent=True))
        return
    full = sum_full(scheme)
    if full is None:
        return
    if scheme.full is not None and full != scheme.full:
        count = sum(1 for component in scheme.components if _find_full(scheme, component))
        found.problems.append(_write_sum(f"{_count_words(count)}项满分", full, scheme.full, percent=False))
        return
    top = max((band.from_points for band in scheme.bands), default=None)
    gains = any(item.full is None and item.kind not in ("deduct_each",) for item in scheme.items)
    if top is not None and scheme.base + full < top and not gains and not weighted:
        reach = write_number(scheme.base + full)
        found.warnings.append(f"满分合计{reach}分，达不到最高等次的{write_number(top)}分。请核对满分或分数线。")
    elif scheme.full is None and scheme.base + full < 100 and written and not gains:
        reach = write_number(scheme.base + full)
        found.warnings.append(f"满分合计{reach}分，不是100分。只收录了一部分条款的，可以不改。")


def sum_full(scheme: Scheme) -> Fraction | None:
    """Add the full marks of every part, weighted; None when no part has any."""
    known = [(component, _find_full(scheme, component)) for component in scheme.components]
    values = [full * component.weight for component, full in known if full is not None]
    return sum(values, Fraction(0)) if values else None


def _find_full(scheme: Scheme, component: Component) -> Fraction | None:
    if component.full is not None:
        return component.full
    fulls = [item.full for item in scheme.items if item.component == component.name and item.full is not None]
    return sum(fulls, Fraction(0)) if fulls else None


def _count_words(count: int) -> str:
    return CHINESE_NUMBERS[count] if count <= 10 else str(count)


def _write_sum(what: str, total: Fraction, goal: Fraction, *, percent: bool) -> str:
    write = write_percent if percent else lambda value: f"{write_number(value)}分"
    change = f"还差 {write(goal - total)}" if total < goal else f"多了 {write(total - goal)}"
    tail = "" if percent else f"（应当是 {write(goal)}）"
    return f"{what}合计 {write(total)}，{change}{tail}。"


def _check_bands(scheme: Scheme, ends: dict[int, Fraction], found: Findings) -> None:
    groups: dict[str, list[tuple[int, Band]]] = {}
    for at, band in enumerate(scheme.bands):
        groups.setdefault(repr(band.who), []).append((at, band))
    if not scheme.bands:
        found.warnings.append("没有写等次（[[band]]），只计分，不定等次。")
    for group in groups.values():
        _check_band_group(scheme, group, ends, found)
    whos = [group[0][1].who for group in groups.values()]
    for at, one in enumerate(whos):
        if any(_may_share(one, other) for other in whos[at + 1 :]):
            found.warnings.append("两组等次可能都适用于同一人，取写在前面的一组。请用 who 和 status_not 把人分开。")


def _may_share(one: Who, other: Who) -> bool:
    for column, words in one.columns.items():
        if column in other.columns and not set(words) & set(other.columns[column]):
            return False
        if column in other.columns_not and set(words) <= set(other.columns_not[column]):
            return False
    apart = any(set(words) <= set(one.columns_not.get(column, ())) for column, words in other.columns.items())
    return not apart


def _check_band_group(
    scheme: Scheme, group: list[tuple[int, Band]], ends: dict[int, Fraction], found: Findings
) -> None:
    starts = [band.from_points for _, band in group]
    labels = [band.label for _, band in group]
    if len(set(labels)) < len(labels):
        found.problems.append(f"等次的名称有重复：{'、'.join(labels)}。请改成各不相同。")
    same = next((one.label + "”和“" + two.label for (_, one), (_, two) in pairwise(group)
                 if one.from_points == two.from_points), None)  # fmt: skip
    if same:
        found.problems.append(f"等次“{same}”的分数线相同。请改成不同的分数。")
    elif starts not in (sorted(starts), sorted(starts, reverse=True)):
        found.problems.append(f"等次没有按分数从高到低写：{'、'.join(labels)}。请调整顺序或分数。")
    ordered = sorted(group, key=lambda pair: pair[1].from_points, reverse=True)
    for (_, above), (at, band) in pairwise(ordered):
        _check_end(scheme, above, band, ends.get(at), found)
    lowest = ordered[-1][1]
    least = find_least_total(scheme)
    if lowest.from_points > LOWEST and (least is None or least < lowest.from_points) and len(group) > 1:
        found.problems.append(
            f"{write_number(lowest.from_points)}分以下没有等次，总分可能落在其间。"
            f"请把最低的等次“{lowest.label}”的 from 删去，或再写一个不带 from 的 [[band]]。"
        )


def _check_end(scheme: Scheme, above: Band, band: Band, end: Fraction | None, found: Findings) -> None:
    """Compare a written upper end (80—89) with the start of the band above it."""
    if end is None:
        return
    start, step = above.from_points, Fraction(1, scheme.scale)
    if end > start:
        found.problems.append(
            f"等次“{band.label}”写到{write_number(end)}，与“{above.label}”的{write_number(start)}重叠。请改开。"
        )
    elif end == start:
        both = f"“{above.label}”和“{band.label}”"
        found.warnings.append(f"{write_number(start)}分同时写在{both}两档，按“{above.label}”（下限含本数）。")
    elif end + step < start:
        middle, top = write_number((end + start) / 2), write_number(start)
        low = "" if band.from_points <= LOWEST else f"{write_number(band.from_points)}—"
        found.warnings.append(
            f"等次“{band.label}”：{low}{write_number(end)} 与 {top} 之间的 {middle} 没有等次。"
            f"按半开区间处理，不足{top}分的都是“{band.label}”。"
        )


def _check_clauses(scheme: Scheme, found: Findings) -> None:
    if not scheme.clauses:
        found.warnings.append("没有写条款原文（[scheme.clauses]），页面上只能显示第几条。")
        return
    named = [item.clause for item in scheme.items] + [gate.clause for gate in scheme.gates]
    named += [quota.clause for quota in (*scheme.quotas, *scheme.optional_quotas)]
    named += [exempt.clause for exempt in scheme.exempts] + [component.clause for component in scheme.components]
    for clause in dict.fromkeys(named):
        if clause and clause not in scheme.clauses:
            found.warnings.append(f"[scheme.clauses] 里没有{clause}的原文。")


def _check_sources(scheme: Scheme, found: Findings) -> None:
    for item in scheme.items:
        counts = [item.count, *(step.count for step in item.steps), *(target.count for target in item.targets)]
        for count in counts:
            if count is not None and count.source in ("members", "subunits") and not scheme.members_scheme:
                where = name_item(item.clause, item.code, item.title)
                found.problems.append(
                    f"{where}用到 {count.source}（成员或下级单位的结果），[scheme] 里没有写 members。"
                    '请写上那份考核的 code，如 members = "jiguan-2025"。'
                )
                break


def complete_quotas(scheme: Scheme) -> Scheme:
    """Name the next lower grade where a quota does not say where those beyond it go."""
    ordered = sorted(scheme.bands, key=lambda band: band.from_points, reverse=True)
    labels = list(dict.fromkeys(band.label for band in ordered))
    return replace(
        scheme,
        quotas=tuple(_complete_quota(quota, labels) for quota in scheme.quotas),
        optional_quotas=tuple(_complete_quota(quota, labels) for quota in scheme.optional_quotas),
    )


def _complete_quota(quota: Quota, labels: list[str]) -> Quota:
    if quota.demote_to or quota.grade not in labels[:-1]:
        return quota
    return replace(quota, demote_to=labels[labels.index(quota.grade) + 1])
