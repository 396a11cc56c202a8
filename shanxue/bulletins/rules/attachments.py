"""The tables behind the text."""

from __future__ import annotations

from collections.abc import Iterator

from shanxue.assessment.rules.figures import (
    Presence,
    count_presence,
    list_best,
    list_blocked,
    list_grades,
    show_grade,
    tally_branches,
    tally_departments,
    tally_whole,
    write_percent,
)
from shanxue.assessment.rules.report import WAITING, Part, YearReport

from .overall import total_presence
from .problems import list_lowest
from .shapes import Attachment, Choices


def list_attachments(report: YearReport, choices: Choices) -> Iterator[Attachment]:
    """Tables behind the text: branches, departments, and persons only if the office names some."""
    if report.people is not None:
        presence = {row.name: row for row in map(count_presence, report.attendance)}
        yield _tabulate(report, report.people, "支部", presence)
        if report.department_names:
            yield _tabulate(report, report.people, "部门", None)
        if choices.named:
            yield _tabulate_persons(report, report.people, choices)
    for word, part in report.parts:
        if part is not report.people:
            yield _tabulate_units(report, word, part)


def _tabulate(report: YearReport, part: Part, word: str, presence: dict[str, Presence] | None) -> Attachment:
    tallies = tally_branches(report) if word == "支部" else tally_departments(report)
    columns = ["应考核人数", *list_grades(part), WAITING, "平均分"] + (["到会率"] if presence is not None else [])
    rows = []
    for tally in (*tallies, tally_whole(part)):
        cells = [
            str(tally.people),
            *map(str, tally.grades),
            str(tally.waiting),
            part.scheme.write_points(tally.mean) or "—",
        ]
        if presence is not None:
            found = presence.get(tally.name) or (total_presence(report) if tally.name == "合计" else None)
            cells.append((write_percent(found.tenths) if found else "") or "—")
        rows.append((tally.name, tuple(cells)))
    remark = f"注：平均分为已评定等次人员的平均分；“{WAITING}”为资料不全、尚未评定；“—”为没有数据。"
    return Attachment(f"{report.year}年度各{word}学习考核情况表", word, tuple(columns), tuple(rows), remark)


def _tabulate_units(report: YearReport, word: str, part: Part) -> Attachment:
    columns = ("等次", "合计得分", *part.scheme.components)
    points = part.scheme.write_points
    rows = tuple(
        (row.name, (show_grade(row), points(row.total) or "—", *(points(value) or "—" for value in row.components)))
        for row in part.rows
    )
    return Attachment(f"{report.year}年度{word}考核得分表", word, columns, rows, "注：“—”为没有数据。")


def _tabulate_persons(report: YearReport, part: Part, choices: Choices) -> Attachment:
    rows: list[tuple[str, tuple[str, ...]]] = []
    if "优秀" in choices.named:
        rows += [(row.name, (row.home, show_grade(row), "")) for row in list_best(part)]
    if "等次限制" in choices.named:
        rows += [
            (row.name, (row.home, show_grade(row), f"{gate.clause}，拟定{gate.target}{proposed}"))
            for row, gate, proposed in list_blocked(part)
        ]
    if "末等" in choices.named:
        rows += [(row.name, (row.home, show_grade(row), "")) for row in list_lowest(part)]
    return Attachment(f"{report.year}年度学习考核有关人员名单", "姓名", ("支部", "等次", "说明"), tuple(rows))
