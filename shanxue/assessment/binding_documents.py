"""Workbooks that leave the office: stopped proposals for personnel (D8), departments for 绩效 (D3), lists (D7, D9)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

import xlsxwriter
from django.utils import timezone

from shanxue.base.points import format_scaled

from .documents import Style, write_sheet
from .namelists import NameList
from .queries.binding import Blocked
from .queries.results import Row, Shown
from .rules.pages import LineView, show_grade
from .rules.sheets import Column, Share, Table, Value, exact_points

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip


def write_blocked(shown: Shown, blocked: Sequence[Blocked]) -> bytes:
    """For the personnel office: what each clause stops, and apart from it what a meeting took up."""
    heads = _head("工号 姓名 支部 学习考核总分 学习考核等次 考核 拟定等次 最高可评 条款") + (
        Column("条款怎么说", 30, wrap=True), Column("差在哪里", 24, wrap=True), Column("告知时间", 16),
    )  # fmt: skip
    apart = _head("工号 姓名 支部 学习考核等次 考核 拟定等次 最高可评 条款 批准人 会议") + (
        Column("理由", 30, wrap=True),
    )
    open_rows = [one for one in blocked if one.decided is None]
    tables = [
        Table("受条款限制", heads, lambda: _list_blocked(shown, open_rows), "没有拟定等次受条款限制的人员。"),
        Table("另行研究", apart, lambda: _list_decided(blocked), "没有另行研究的人员。"),
    ]
    return _write_book(shown, tables, "受条款限制的拟定等次")


def _list_blocked(shown: Shown, blocked: Iterable[Blocked]) -> Iterator[tuple[Value | Share, ...]]:
    for one in blocked:
        told = f"{timezone.localtime(one.told.at):%Y-%m-%d}" if one.told else ""
        yield (
            *_name(one), exact_points(one.result.total_points, shown.scheme.scale), one.result.grade,
            one.gate.target, one.proposed, one.gate.at_most, one.gate.clause, one.gate.sentence,
            describe_lacking(one.lacking, shown.scheme.scale), told,
        )  # fmt: skip


def _list_decided(blocked: Iterable[Blocked]) -> Iterator[tuple[Value | Share, ...]]:
    for one in blocked:
        if one.decided is not None:
            yield (
                *_name(one), one.result.grade, one.gate.target, one.proposed, one.gate.at_most, one.gate.clause,
                one.decided.approved_by, one.decided.meeting, one.decided.reason,
            )  # fmt: skip


def _name(one: Blocked) -> tuple[str, str, str]:
    person, home = one.result.person, one.result.home
    return (person.staff_no if person else "", person.name if person else "", home.name if home else "")


def describe_lacking(line: LineView | None, scale: int) -> str:
    """Word the line that lacks most: 到会 50.5/60; one without data is 待补充."""
    if line is None or line.full is None:
        return ""
    points = "待补充" if line.points is None else format_scaled(line.points, scale, trim=True)
    return f"{line.title} {points}/{format_scaled(line.full, scale, trim=True)}"


def write_departments(shown: Shown, rows: Sequence[Row]) -> bytes:
    """For 部门绩效 (D3): one row per department with its components, then the clauses and what it rests on."""
    parts = tuple(Column(component.name) for component in shown.scheme.components)
    heads = (*_head("编码 部门 总分 等次"), *parts, Column("说明", 24, wrap=True))
    ground = (Column("条款"), Column("内容", 60, wrap=True))
    tables = [
        Table("部门学习考核结果", heads, lambda: _list_departments(shown, rows), "没有部门考核结果。"),
        Table("依据", ground, lambda: _list_ground(shown), "细则没有引用条款。", frozen_columns=1),
    ]
    return _write_book(shown, tables, "部门学习考核结果")


def _list_departments(shown: Shown, rows: Iterable[Row]) -> Iterator[tuple[Value | Share, ...]]:
    scale = shown.scheme.scale
    for row in rows:
        parts = (exact_points(slot.view.points, scale) if slot.view else None for slot in row.parts)
        unit, result = row.result.unit, row.result
        yield (
            unit.code if unit else "", unit.name if unit else "", exact_points(result.total_points, scale),
            show_grade(result.total_points, result.grade), *parts, result.rank_note,
        )  # fmt: skip


def _list_ground(shown: Shown) -> Iterator[tuple[Value | Share, ...]]:
    yield from shown.scheme.clauses.items()
    yield "细则", f"{shown.scheme.title}（{shown.scheme.code}）"
    yield "计算时间", f"{timezone.localtime(shown.run.at):%Y-%m-%d %H:%M}"
    yield "细则校验值", shown.run.scheme.sha256
    yield "结果校验值", shown.run.results_sha256


def write_lists(shown: Shown, lists: Sequence[NameList]) -> bytes:
    """奖励 and reference lists (D7, D9), one row per person and list, with the reason. No ranks."""
    heads = (
        Column("名单", 20), *_head("工号 姓名 支部 总分 等次 条款"), Column("理由", 36, wrap=True),
    )  # fmt: skip
    table = Table("名单", heads, lambda: _list_named(shown, lists), "没有名单可列。")
    return _write_book(shown, [table], "名单")


def _list_named(shown: Shown, lists: Iterable[NameList]) -> Iterator[tuple[Value | Share, ...]]:
    for listed in lists:
        for one in listed.people:
            person, home = one.result.person, one.result.home
            yield (
                listed.title, person.staff_no if person else "", person.name if person else "",
                home.name if home else "", exact_points(one.result.total_points, shown.scheme.scale),
                one.result.grade, one.gate.clause if one.gate else "", listed.sentence,
            )  # fmt: skip


def _head(titles: str) -> tuple[Column, ...]:
    return tuple(Column(title, 20) for title in titles.split())


def _write_book(shown: Shown, tables: Iterable[Table], title: str) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, OPTIONS) as book:
        whole = f"{shown.run.bureau.name}{shown.last_on.year}年度{title}"
        book.set_properties({"title": whole, "created": shown.run.at.replace(tzinfo=None)})
        style = Style(book)
        for table in tables:
            write_sheet(book.add_worksheet(table.name), style, table, list(table.rows()), whole)
    return kept.getvalue()
