"""一、总体情况: how many, which grades, who was there, what follows."""

from __future__ import annotations

from collections.abc import Iterator

from shanxue.assessment.rules.figures import (
    Presence,
    add_presence,
    count_presence,
    list_blocked,
    list_references,
    write_percent,
)
from shanxue.assessment.rules.report import Part, YearReport
from shanxue.assessment.rules.sentences import describe_excluded, describe_grades, describe_mean, describe_whole

from .lettering import number_blocks
from .shapes import Block


def list_overall(report: YearReport) -> tuple[Block, ...]:
    """一、总体情况."""
    blocks = [Block("考核结果", tuple(filter(None, (describe_whole(report), *_describe_people(report)))))]
    blocks.append(Block("学习考勤", tuple(_describe_presence(report))))
    units = [f"{word}应考核{len(part.rows)}个，{describe_grades(part, '个')}。" for word, part in report.parts[1:]]
    blocks.append(Block("支部和部门考核", ("".join(units),) if units else ()))
    blocks.append(Block("结果运用", tuple(_describe_uses(report))))
    return number_blocks(blocks)


def _describe_people(report: YearReport) -> Iterator[str]:
    if report.people is not None:
        yield describe_mean(report.people) + describe_excluded(report.people)


def total_presence(report: YearReport) -> Presence:
    """Attendance of the whole bureau."""
    return add_presence(map(count_presence, report.attendance))


def _describe_presence(report: YearReport) -> Iterator[str]:
    total = total_presence(report)
    if total.expected:
        rate = f"集体学习应到{total.expected}人次，实到{total.present}人次，到会率{write_percent(total.tenths)}"
        made_up = f"；另有已补学{total.made_up}人次，不计入实到" if total.made_up else ""
        yield f"{rate}{made_up}。"


def _describe_uses(report: YearReport) -> Iterator[str]:
    if report.people is None:
        return
    for clause, target, count in count_blocked(report.people):
        yield f"按{clause}，拟定{target}等次需要调整的{count}人。"
    for name, found in list_references(report.people).items():
        yield f"按{'、'.join(dict.fromkeys(gate.clause for _, gate in found))}，列入“{name}”的{len(found)}人。"


def count_blocked(part: Part) -> tuple[tuple[str, str, int], ...]:
    people: dict[tuple[str, str], set[str]] = {}
    for row, gate, _ in list_blocked(part):
        people.setdefault((gate.clause or "考核细则", gate.target), set()).add(row.code)
    return tuple((clause, target, len(codes)) for (clause, target), codes in people.items())
