"""The result workbook as plain tables: which sheets, which columns, which values. No file format here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from shanxue.base.points import MILLI, divide_half_up, format_scaled

from .figures import (
    Presence,
    Tally,
    count_presence,
    list_best,
    list_blocked,
    list_grades,
    list_references,
    show_grade,
    tally_branches,
    tally_departments,
    tally_whole,
)
from .report import WAITING, LineRow, Part, ResultRow, YearReport
from .sentences import describe_effect, describe_excluded, describe_gates, describe_mean, describe_whole

Value = str | int | Decimal | None  # Decimal: its own digits are the ones shown; None: an empty cell


@dataclass(frozen=True)
class Share:
    """A share shown as a percentage with one decimal; ``tenths`` of a percent."""

    tenths: int


@dataclass(frozen=True)
class Column:
    """A column's head and the most characters (Chinese ones) it may grow to; ``wrap`` breaks longer text."""

    title: str
    most: int = 16
    wrap: bool = False


@dataclass(frozen=True)
class Table:
    """One sheet: a head, rows as they come, and a sentence when there is nothing to list."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[tuple[Value | Share, ...]]]
    empty: str
    frozen_columns: int = 2


def exact_points(points: int | None, scale: int) -> Decimal | None:
    """Turn points into a decimal with the scheme's digits: 9000 of scale 100 is 90.00."""
    return None if points is None else Decimal(points).scaleb(1 - len(str(scale)))


def exact_quantity(milli: int | None) -> Decimal | int | None:
    """Turn milli into a number without needless digits: 17000 is 17, 1500 is 1.5."""
    if milli is None:
        return None
    if milli % MILLI == 0:
        return milli // MILLI
    return (Decimal(milli) / MILLI).normalize()


def build_tables(report: YearReport) -> tuple[Table, ...]:
    """The sheets after 汇总, in order."""
    return (
        build_people(report),
        build_lines(report),
        build_units(report, "支部", report.branches, tally_branches(report), with_presence=True),
        build_units(report, "部门", report.departments, tally_departments(report), with_presence=False),
        build_lists(report),
    )


def build_people(report: YearReport) -> Table:
    """One row per person."""
    part = report.people
    heads = [Column("工号", 20), Column("姓名"), Column("支部", 24), Column("部门", 20), Column("合计"), Column("等次")]
    if part is not None:
        heads += [Column(title) for title in head_components(part)]
    heads += [Column("影响等次的条款", 24, wrap=True), Column("说明", 20, wrap=True)]
    rows = (lambda: (_person_row(part, row) for row in part.rows)) if part is not None else lambda: iter(())
    return Table("人员", tuple(heads), rows, "本次没有运行人员考核细则。" if part is None else "没有应考核的人员。")


def head_components(part: Part) -> list[str]:
    """Head a component's column with its full marks when it has them: 考勤（30）."""
    full = part.scheme.component_full or (None,) * len(part.scheme.components)
    return [
        name if points is None else f"{name}（{format_scaled(points, part.scheme.scale, trim=True)}）"
        for name, points in zip(part.scheme.components, full, strict=True)
    ]


def _person_row(part: Part, row: ResultRow) -> tuple[Value, ...]:
    outcome = (exact_points(row.total, part.scheme.scale), show_grade(row))
    return (row.code, row.name, row.home, row.department, *outcome, *_subtotals(part, row), *_remarks(row))


def _subtotals(part: Part, row: ResultRow | None) -> list[Value]:
    found = row.components if row is not None and row.components else (None,) * len(part.scheme.components)
    return [exact_points(points, part.scheme.scale) for points in found]


def _remarks(row: ResultRow | None) -> tuple[str, str]:
    if row is None:
        return "", ""
    said = (f"{describe_effect(gate.target, gate.at_most, gate.list_name)}（{gate.clause}）" for gate in row.gates)
    return "；".join(said), row.rank_note


def build_lines(report: YearReport) -> Table:
    """One row per subject and item, persons first."""
    heads = (
        *(Column("对象"), Column("工号或编码", 20), Column("姓名或名称", 24), Column("项目编号"), Column("项目", 24)),
        *(Column("类别"), Column("计入"), Column("应计"), Column("得分"), Column("满分"), Column("条款")),
        *(Column("说明", 18, wrap=True), Column("怎么算的", 32, wrap=True)),
    )

    def list_rows() -> Iterator[tuple[Value, ...]]:
        for word, part in report.parts:
            for line in part.lines:
                yield word, *_line_row(part, line)

    return Table("明细", heads, list_rows, "没有得分明细。", frozen_columns=3)


def _line_row(part: Part, line: LineRow) -> tuple[Value, ...]:
    scale = part.scheme.scale
    names = (line.code, line.name, line.item, line.title, line.component)
    numbers = (exact_quantity(line.counted), exact_quantity(line.out_of))
    points = (exact_points(line.awarded, scale), exact_points(line.full, scale))
    return (*names, *numbers, *points, line.clause, line.note, line.words)


def build_units(
    report: YearReport, word: str, part: Part | None, tallies: tuple[Tally, ...], *, with_presence: bool
) -> Table:
    """One row per unit: its own result if units were assessed, and what its people show."""
    heads = [Column(word, 28)]
    if part is not None:
        heads += [Column("合计"), Column("等次"), *(Column(title) for title in head_components(part))]
    if report.people is not None:
        heads += [Column("应考核人数"), *(Column(grade) for grade in list_grades(report.people))]
        heads += [Column(WAITING), Column("免考核"), Column("人员平均分")]
    if with_presence:
        heads += [Column(title) for title in ("应到人次", "实到人次", "到会率", "已补学人次", "未记录人次")]
    if part is not None:
        heads += [Column("影响等次的条款", 24, wrap=True), Column("说明", 20, wrap=True)]
    presences = {row.name: row for row in map(count_presence, report.attendance)}

    def list_rows() -> Iterator[tuple[Value | Share, ...]]:
        results = {row.name: row for row in part.rows} if part is not None else {}
        by_name = {tally.name: tally for tally in tallies}
        for name in dict.fromkeys([*results, *by_name]):
            cells: list[Value | Share] = [name]
            if part is not None:
                cells += _unit_outcome(part, results.get(name))
            cells += _tally_cells(report, by_name.get(name))
            cells += _presence_cells(presences.get(name)) if with_presence else []
            yield (*cells, *(_remarks(results.get(name)) if part is not None else ()))

    return Table(word, tuple(heads), list_rows, f"没有{word}可列。", frozen_columns=1)


def _unit_outcome(part: Part, row: ResultRow | None) -> list[Value]:
    outcome = [exact_points(row.total, part.scheme.scale), show_grade(row)] if row is not None else [None, ""]
    return [*outcome, *_subtotals(part, row)]


def _tally_cells(report: YearReport, tally: Tally | None) -> list[Value]:
    if report.people is None:
        return []
    if tally is None:
        return [None] * (len(list_grades(report.people)) + 4)
    mean = exact_points(tally.mean, report.people.scheme.scale)
    return [tally.people, *tally.grades, tally.waiting, tally.excluded, mean]


def _presence_cells(presence: Presence | None) -> list[Value | Share]:
    if presence is None:
        return [None] * 5
    share = None if presence.tenths is None else Share(presence.tenths)
    return [presence.expected, presence.present, share, presence.made_up, presence.unrecorded]


def build_lists(report: YearReport) -> Table:
    """Everybody on a list, list by list: 优秀; stopped by a gate (D8); reference lists (D9); not assessed."""
    titles = ("名单", "工号", "姓名", "支部", "部门", "合计", "等次", "拟定等次", "条款")
    heads = (*(Column(title, 20, wrap=title == "名单") for title in titles), Column("说明", 26, wrap=True))
    part = report.people
    rows = (lambda: _list_rows(part)) if part is not None else lambda: iter(())
    return Table("名单", heads, rows, "没有名单可列。", frozen_columns=3)


def _list_rows(part: Part) -> Iterator[tuple[Value, ...]]:
    def start(name: str, row: ResultRow) -> tuple[Value, ...]:
        points = exact_points(row.total, part.scheme.scale)
        return name, row.code, row.name, row.home, row.department, points, show_grade(row)

    for row in list_best(part):
        yield *start(f"学习考核{row.grade}", row), "", "", row.rank_note
    for row, gate, proposed in list_blocked(part):
        yield *start(name_blocked(part, row, gate.target, proposed), row), proposed, gate.clause, gate.sentence
    for name, found in list_references(part).items():
        for row, gate in found:
            yield *start(name, row), "", gate.clause, gate.sentence
    for person in part.excluded:
        yield "免考核", person.code, person.name, person.home, "", None, "", "", "", person.reason


def name_blocked(part: Part, row: ResultRow, target: str, proposed: str) -> str:
    """Name the list of those a gate stops: 拟定年度考核优秀而学习考核未达优秀 (D8)."""
    best = part.scheme.grades[0] if part.scheme.grades else ""
    return f"拟定{target}{proposed}而" + ("受条款限制" if row.grade == best else f"学习考核未达{best}")


def list_summary(report: YearReport) -> Iterator[tuple[str, str]]:
    """The sentences of 汇总 after its title, each with a head word; the first says the year."""
    yield "总体", describe_whole(report)
    if report.people is not None:
        for sentence in (describe_mean(report.people), describe_excluded(report.people)):
            if sentence:
                yield "", sentence
        yield from (("条款适用", sentence) for sentence in describe_gates(report.people))
        blocked = len({row.code for row, _, _ in list_blocked(report.people)})
        yield (
            "等次限制",
            f"受条款限制、拟定等次需要调整的{blocked}人，见“名单”。" if blocked else "没有拟定等次受条款限制的人员。",
        )
    yield from (("资料", notice) for notice in report.notices)
    yield from (("未规定事项", policy) for policy in report.policies)


def build_distribution(
    part: Part, word: str
) -> tuple[tuple[str, ...], tuple[Value | Share, ...], tuple[Value | Share, ...]]:
    """The grades of one part: heads, how many, which share of all."""
    whole = tally_whole(part)
    counts = (*whole.grades, whole.waiting)
    shares = (Share(divide_half_up(count * 1000, whole.people)) if whole.people else None for count in counts)
    return (word, *list_grades(part), WAITING, "合计"), ("数量", *counts, whole.people), ("占比", *shares, None)
