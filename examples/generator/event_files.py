"""Awards, notices, scorers' sheets, votes, last year's results and the grades proposed for the personnel appraisal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from .books import Line, Sheet, write_csv, write_xls, write_xlsx
from .days import list_workdays
from .draw import draw, draw_between, pick
from .people import Person, list_people
from .study_files import list_asked
from .units import BRANCHES, DEPARTMENTS

AWARD_TITLES = {"省级": "全省城市管理学习征文奖", "市级": "市直机关读书交流奖", "局级": "局学习标兵"}
REASONS = (
    "学习成果用于本岗位，流程有改进",
    "能结合工作讲清所学",
    "参加课题调研，有书面成果",
    "学习笔记联系实际",
    "按要求完成学习任务",
)


def write_events(folder: Path) -> None:
    people = [person for person in list_asked() if not person.is_retired]
    _write_awards(folder / "50表彰奖励台账.xlsx", people)
    _write_notices(folder / "51通报批评和处分情况.xls", people)
    for stem, branches in (("52", range(10)), ("53", range(10, 18)), ("54", range(18, 25))):
        _write_merit(
            folder / f"{stem}学习成效评议打分表-第{int(stem) - 51}组.xlsx", [p for p in people if p.branch in branches]
        )
    _write_votes(folder / "55民主评议党员测评票统计.csv", people)
    _write_prior(folder / "56 2024年度学习考核结果.xls", people)
    _write_proposals(folder / "57 2025年度考核拟定等次（组织人事处）.xlsx", people)
    _write_unit_events(folder / "58支部和部门督查、表扬情况.xlsx")


def _draw_day(*key: object) -> date:
    month = draw_between(2, 12, "event month", *key)
    return pick(list_workdays(month), "event day", *key)


def _write_awards(path: Path, people: Iterable[Person]) -> None:
    lines: list[Line] = [
        ["2025年学习方面表彰奖励台账"],
        ("序号", "日期", "类别", "工号", "姓名", "事项", "级别", "备注"),
    ]
    for person in people:
        for place, level in enumerate(person.year.awards):
            title = AWARD_TITLES[level] + ("" if person.year.awards[:place].count(level) == 0 else "（第二次）")
            lines.append(
                (
                    len(lines) - 1,
                    _draw_day("award", person.staff_no, place),
                    "表彰",
                    person.staff_no,
                    person.name,
                    title,
                    level,
                    "证书复印件已存",
                )
            )
    lines.append(["说明：级别填省级、市级、局级。"])
    write_xlsx(path, [Sheet("表彰", lines, frozenset({0, 1}), [(0, 0, 0, 7)])])


def _write_notices(path: Path, people: Iterable[Person]) -> None:
    lines: list[Line] = [["2025年通报批评和处分情况"], ("序号", "日期", "类别", "工号", "姓名", "事项", "依据")]
    for person in people:
        if person.year.criticisms:
            lines.append(
                (
                    len(lines) - 1,
                    _draw_day("notice", person.staff_no),
                    "通报批评",
                    person.staff_no,
                    person.name,
                    "学习制度落实不到位被通报",
                    "情况通报",
                )
            )
        if person.year.veto:
            lines.append(
                (
                    len(lines) - 1,
                    date(2025, 10, 17),
                    person.year.veto,
                    person.staff_no,
                    person.name,
                    "受到党纪处分",
                    "上级通知",
                )
            )
    write_xls(path, [Sheet("Sheet1", lines, frozenset({0, 1}), [(0, 0, 0, 6)])])


def _write_merit(path: Path, people: Iterable[Person]) -> None:
    lines: list[Line] = [
        ["2025年学习成效评议打分表（满分5分）"],
        ("序号", "工号", "姓名", "类别", "自评分", "评分", "评分人", "理由", "日期"),
    ]
    secretaries = {person.branch: person.name for person in list_people() if person.role == "书记"}
    for person in people:
        tenths = person.year.merit_tenths
        own = min(50, tenths + draw(6, "self", person.staff_no))
        by = secretaries[person.branch] if person.role != "书记" else "局评议小组"
        reason = REASONS[min(4, max(0, (50 - tenths) // 6))]
        lines.append(
            (
                len(lines) - 1,
                person.staff_no,
                person.name,
                "成效评议",
                own / 10,
                tenths / 10,
                by,
                reason,
                date(2025, 12, 18),
            )
        )
    write_xlsx(path, [Sheet("打分", lines, frozenset({0, 1}), [(0, 0, 0, 8)])])


def _write_votes(path: Path, people: Iterable[Person]) -> None:
    """Tallies of the democratic review: one line per person, one column per grade."""
    lines: list[Line] = [("日期", "工号", "姓名", "测评主体", "优秀", "合格", "基本合格", "不合格")]
    for person in people:
        if person.status != "正式党员":
            continue
        voters = BRANCHES[person.branch].size - 3
        good = draw_between(voters * 4 // 10, voters * 9 // 10, "votes", person.staff_no)
        fair = draw(3, "fair votes", person.staff_no)
        tally = (good, voters - good - fair, fair, 0)
        lines.append(("2025-12-10", person.staff_no, person.name, "党员", *tally))
    write_csv(path, lines, "utf-8")


def _write_prior(path: Path, people: Iterable[Person]) -> None:
    lines: list[Line] = [["2024年度学习考核结果"], ("序号", "年度", "考核名称", "工号", "姓名", "得分", "等次")]
    for person in people:
        if person.year.prior:
            total = int(person.year.prior)
            grade = "优秀" if total >= 90 else "良好" if total >= 80 else "合格" if total >= 60 else "不合格"
            lines.append((len(lines) - 1, 2024, "学习考核", person.staff_no, person.name, total, grade))
    write_xls(path, [Sheet("2024", lines, frozenset({0, 1}), [(0, 0, 0, 6)])])


def _write_proposals(path: Path, people: Iterable[Person]) -> None:
    lines: list[Line] = [
        ["2025年度考核拟定等次名单"],
        ("序号", "年度", "考核名称", "工号", "姓名", "部门", "拟定等次", "备注"),
    ]
    for person in people:
        lines.append(
            (
                len(lines) - 1,
                2025,
                "年度考核",
                person.staff_no,
                person.name,
                person.department,
                person.year.proposed,
                "试用期不定等次" if person.year.proposed == "不定等次" else None,
            )
        )
    write_xlsx(path, [Sheet("拟定等次", lines, frozenset({0, 1}), [(0, 0, 0, 7)])])


def _write_unit_events(path: Path) -> None:
    lines: list[Line] = [["2025年支部学习督查、表扬情况"], ("序号", "日期", "类别", "支部", "事项", "级别", "备注")]
    for branch in BRANCHES:
        if draw(5, "praise", branch.name) == 0:
            lines.append(
                (
                    len(lines) - 1,
                    _draw_day("praise", branch.name),
                    "通报表扬",
                    branch.name,
                    "学习经验在全局交流",
                    "局级",
                    None,
                )
            )
        if draw(6, "fault", branch.name) == 0:
            lines.append(
                (
                    len(lines) - 1,
                    _draw_day("fault", branch.name),
                    "督查问题",
                    branch.name,
                    "会议记录要素不全",
                    None,
                    "已整改",
                )
            )
    sections: list[Line] = [["2025年部门学习督查、表扬情况"], ("序号", "日期", "类别", "部门", "事项", "级别", "备注")]
    for department in DEPARTMENTS:
        if draw(4, "praise", department) == 0:
            sections.append(
                (
                    len(sections) - 1,
                    _draw_day("praise", department),
                    "通报表扬",
                    department,
                    "学用结合成果被采纳",
                    "局级",
                    None,
                )
            )
        if draw(4, "fault", department) == 0:
            sections.append(
                (
                    len(sections) - 1,
                    _draw_day("fault", department),
                    "督查问题",
                    department,
                    "业务学习安排未按时报送",
                    None,
                    "已整改",
                )
            )
    write_xlsx(
        path,
        [
            Sheet("支部", lines, frozenset({0, 1}), [(0, 0, 0, 6)]),
            Sheet("部门", sections, frozenset({0, 1}), [(0, 0, 0, 6)]),
        ],
    )
