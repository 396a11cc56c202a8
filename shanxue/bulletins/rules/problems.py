"""二、存在问题 and what each asks for in 三、整改要求. Units are named, persons are not; nobody is ranked."""

from __future__ import annotations

from shanxue.assessment.rules.figures import count_presence, list_missing, write_percent
from shanxue.assessment.rules.report import WAITING, LineRow, Part, ResultRow, YearReport, write_quantity
from shanxue.assessment.rules.sentences import write_day

from .lettering import MOST_NAMED, join_named, number_blocks
from .overall import count_blocked, total_presence
from .shapes import Block, Choices


def list_problems(report: YearReport, choices: Choices) -> tuple[tuple[Block, Block], ...]:
    """二、存在问题, each with what it asks for in 三、整改要求. Most people or units concerned come first in each."""
    by = f"于{choices.due_on.month}月{choices.due_on.day}日前" if choices.due_on else "及时"
    pairs = [
        (
            _find_missing(report),
            Block(
                "补齐资料",
                (f"有{WAITING}资料的支部对照附件逐项核对，{by}补报{choices.office}；补齐前相关等次不作评定。",),
            ),
        ),
        (
            _find_low_presence(report, choices),
            Block(
                "安排补学",
                (f"上述支部逐次核对请假、缺席和未记录情况，为需要补学的同志安排补学，{by}将安排报{choices.office}。",),
            ),
        ),
        (
            _find_short_items(report),
            Block("落实制度", (f"未得满分的支部、部门对照条款查明原因，{by}将改进安排报{choices.office}。",)),
        ),
        (_find_lowest(report), Block("做好帮助", ("有关支部与本人核对得分明细，听取意见，商定下一年度学习安排。",))),
    ]
    found = [(problem, need) for problem, need in pairs if problem.paragraphs]
    headed = number_blocks(problem for problem, _ in found)
    return tuple((problem, need) for problem, (_, need) in zip(headed, found, strict=True))


def _find_missing(report: YearReport) -> Block:
    sentences = []
    for _, part in report.parts[:1] if report.people is not None else ():
        for missing in list_missing(part):
            homes = join_named((home or "未编入支部", f"{count}人") for home, count in missing.homes)
            sentences.append(f"“{missing.title}”缺{missing.subjects}人资料，涉及{homes}。")
    unrecorded = sorted(
        (row for row in map(count_presence, report.attendance) if row.unrecorded), key=lambda row: -row.unrecorded
    )
    if unrecorded:
        total = sum(row.unrecorded for row in unrecorded)
        homes = join_named((row.name, f"{row.unrecorded}人次") for row in unrecorded)
        sentences.append(f"考勤未记录{total}人次，未计入应到，涉及{homes}。")
    lead = f"截至{write_day(report.as_of)}，以下资料{WAITING}。" if sentences else ""
    return Block(f"部分资料{WAITING}", (lead + "".join(sentences),) if sentences else ())


def _find_low_presence(report: YearReport, choices: Choices) -> Block:
    whole = total_presence(report).tenths
    line = choices.attendance_line if choices.attendance_line is not None else whole
    rows = [row for row in map(count_presence, report.attendance) if row.tenths is not None]
    low = sorted(
        (row for row in rows if line is not None and (row.tenths or 0) < line), key=lambda row: row.tenths or 0
    )
    if not low:
        return Block("", ())
    against = (
        f"全局到会率{write_percent(whole)}"
        if choices.attendance_line is None
        else f"{choices.attendance_clause}{write_percent(line)}"
    )
    named = join_named(
        (
            row.name,
            f"{write_percent(row.tenths)}（应到{row.expected}、实到{row.present}、已补学{row.made_up}人次）",
        )
        for row in low
    )
    return Block("部分支部到会率偏低", (f"到会率低于{against}的支部有{len(low)}个：{named}。",))


def _find_short_items(report: YearReport) -> Block:
    paragraphs = []
    for word, part in report.parts:
        if part is not report.people:
            paragraphs += [_describe_short(word, part, lines) for lines in _group_short(part)]
    return Block("部分要求没有全部落实" if paragraphs else "", tuple(paragraphs))


def _group_short(part: Part) -> list[list[LineRow]]:
    """Group the lines that lost points by item, those with the most units concerned first.

    Where half of the units or more lost points, the figure is the year's, not a fault of those named: the attachment
    shows it.
    """
    items: dict[str, list[LineRow]] = {}
    for line in part.lines:
        lost = line.awarded is not None and (line.awarded < 0 if line.full is None else line.awarded < line.full)
        if lost and not line.item.startswith("="):
            items.setdefault(line.item, []).append(line)
    few = [lines for lines in items.values() if 2 * len(lines) < len(part.rows)]
    return sorted(few, key=len, reverse=True)


def _describe_short(word: str, part: Part, lines: list[LineRow]) -> str:
    """Name the units that lost points on one item, those with the same loss together, the largest loss first."""
    first = lines[0]
    title = f"“{first.title or first.item}”" + (f"（{first.clause}）" if first.clause else "")
    losses: dict[str, list[str]] = {}
    for line in sorted(lines, key=lambda line: (line.awarded or 0) - (line.full or 0)):
        losses.setdefault(_describe_loss(part, line), []).append(line.name)
    groups = [f"{join_named(((name, '') for name in names), f'个{word}')}{loss}" for loss, names in losses.items()]
    shown = "；".join(groups[:MOST_NAMED]) + ("；其余见附件" if len(groups) > MOST_NAMED else "")
    return f"{title}一项，{len(lines)}个{word}未得满分：{shown}。"


def _describe_loss(part: Part, line: LineRow) -> str:
    points = part.scheme.write_points
    if line.full is None:
        return f"扣{points(-(line.awarded or 0))}分"
    share = (
        f"计入{write_quantity(line.counted)}、应计{write_quantity(line.out_of)}，"
        if line.counted is not None and line.out_of
        else ""
    )
    return f"{share}得{points(line.awarded)}分、满分{points(line.full)}分"


def list_lowest(part: Part) -> tuple[ResultRow, ...]:
    grades = part.scheme.grades
    return tuple(row for row in part.rows if len(grades) > 1 and row.grade == grades[-1])


def _find_lowest(report: YearReport) -> Block:
    rows = list_lowest(report.people) if report.people is not None else ()
    if not rows:
        return Block("", ())
    homes: dict[str, int] = {}
    for row in rows:
        homes[row.home or "未编入支部"] = homes.get(row.home or "未编入支部", 0) + 1
    named = join_named((home, f"{count}人") for home, count in sorted(homes.items(), key=lambda pair: -pair[1]))
    return Block("部分人员需要帮助", (f"考核等次为{rows[0].grade}的{len(rows)}人，涉及{named}。",))


def list_uses(report: YearReport) -> list[Block]:
    """What the gates ask of those who decide on the other assessment (D8)."""
    if report.people is None:
        return []
    sentences = [
        f"拟定{target}等次与{clause}不一致的{count}人，由有关支部、部门会同人事部门重新研究拟定等次。"
        for clause, target, count in count_blocked(report.people)
    ]
    return [Block("用好结果", ("".join(sentences),))] if sentences else []
