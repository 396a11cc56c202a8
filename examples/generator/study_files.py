"""Notes, plans, tests and recognised hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from .books import Line, Sheet, write_csv, write_xls, write_xlsx
from .draw import choose, draw, draw_between, is_drawn, pick
from .people import Person, list_exemptions, list_people
from .roster_files import space_name, write_day
from .units import BRANCHES, BUREAU, DEPARTMENTS

NOTE_TITLES = (
    "学习党章的体会",
    "做好城市管理工作的几点认识",
    "规范执法学习心得",
    "参加主题党日有感",
    "读书笔记：基层治理",
    "垃圾分类工作学习体会",
    "为民服务学习心得",
    "安全生产学习体会",
    "学习先进典型有感",
    "法治专题学习笔记",
    "年度学习小结",
    "业务培训学习体会",
)
PLAN_TITLES = (
    ("精读党章及党员教育管理条例", "2025-03-31"),
    ("学习城市管理执法有关法规", "2025-06-30"),
    ("完成干部网络学院年度课程", "2025-11-30"),
    ("交流学习体会一次", "2025-09-30"),
    ("结合岗位提出一条工作建议", "2025-12-15"),
)
BRANCH_PLAN = (
    ("支部党员大会", "一季度支部党员大会", "2025-03-31"),
    ("支部党员大会", "二季度支部党员大会", "2025-06-30"),
    ("支部党员大会", "三季度支部党员大会", "2025-09-30"),
    ("支部党员大会", "四季度支部党员大会", "2025-12-31"),
    ("党课", "上半年党课", "2025-06-30"),
    ("党课", "下半年党课", "2025-12-31"),
    ("组织生活会", "年度组织生活会", "2025-03-15"),
    ("学习计划", "制定支部年度学习计划", "2025-02-28"),
    ("学习小结", "半年学习小结", "2025-07-15"),
    ("学习小结", "全年学习小结", "2025-12-31"),
)
DEPARTMENT_PLAN = (
    ("业务学习", "制定部门年度业务学习安排", "2025-02-28"),
    ("业务学习", "上半年业务培训", "2025-06-30"),
    ("业务学习", "下半年业务培训", "2025-11-30"),
    ("学用结合", "完成一项学用结合调研", "2025-10-31"),
    ("学习小结", "报送年度学习小结", "2025-12-20"),
)


def write_study(folder: Path) -> None:
    people = [person for person in list_asked() if not person.is_retired]
    write_xlsx(folder / "40学习笔记心得审阅台账（上半年）.xlsx", [_make_notes(list_asked(), 1, 6)])
    write_xls(folder / "41学习笔记心得审阅台账(下半年).xls", [_make_notes(list_asked(), 7, 12)])
    offices = [person for person in people if person.branch < 10]
    write_xlsx(folder / "42个人学习计划完成情况-机关.xlsx", [_make_plans("机关", offices)])
    write_xlsx(
        folder / "43个人学习计划完成情况-基层.xlsx", [_make_plans("基层", [p for p in people if p.branch >= 10])]
    )
    write_xlsx(folder / "44支部和部门学习计划任务分解表.xlsx", [_make_branch_plan(), _make_department_plan()])
    _write_first_test(folder / "45上半年党的理论知识测试成绩.xls", people)
    _write_second_test(folder / "46下半年城市管理法规测试成绩.xlsx", people)
    _write_hours(folder, people)


def list_asked() -> list[Person]:
    """List those of whom a year's study is asked: members and applicants who are not exempt for age."""
    old = {each.person.staff_no for each in list_exemptions() if each.category == "年老体弱"}
    return [person for person in list_people() if person.status != "群众" and person.staff_no not in old]


def _spread_notes(person: Person) -> list[tuple[date, str, str, str]]:
    """Give each note a day, a title, a state and a grade; notes come every other month from joining on."""
    year = person.year
    count = year.notes_passed + year.notes_returned + year.notes_waiting
    first = person.joined_on.month if person.joined_on.year == 2025 else 1
    months = choose(range(max(1, first), 13), min(count, 13 - first), "note months", person.staff_no)
    months += [12] * (count - len(months))
    states = ["通过"] * year.notes_passed + ["退回修改"] * year.notes_returned + ["待审"] * year.notes_waiting
    return [
        (
            date(2025, month, draw_between(3, 27, "note", person.staff_no, place)),
            NOTE_TITLES[(draw(12, "note title", person.staff_no) + place) % len(NOTE_TITLES)],
            states[place],
            (
                "优秀"
                if place < year.notes_excellent
                else pick(("良好", "良好", "合格"), "note grade", person.staff_no, place)
            )
            if states[place] == "通过"
            else "",
        )
        for place, month in enumerate(months)
    ]


def _make_notes(people: Iterable[Person], first: int, last: int) -> Sheet:
    lines: list[Line] = [
        [f"{BUREAU}学习笔记心得审阅台账"],
        ("序号", "工号", "姓名", "所在支部", "类别", "题目", "提交日期", "审阅结果", "等次", "备注"),
    ]
    number = 0
    for person in people:
        for on, title, state, grade in _spread_notes(person):
            if not first <= on.month <= last:
                continue
            number += 1
            kind = "笔记" if "笔记" in title else "心得"
            lines.append(
                (
                    number,
                    person.staff_no,
                    person.name,
                    BRANCHES[person.branch].name,
                    kind,
                    title,
                    write_day(on, "note day", person.staff_no, on),
                    state,
                    grade or None,
                    None,
                )
            )
    lines.append(["合计", f"{number}篇"])
    return Sheet("审阅台账", lines, frozenset({0, 1}), [(0, 0, 0, 9)])


def _make_plans(name: str, people: Iterable[Person]) -> Sheet:
    lines: list[Line] = [
        [f"2025年个人学习计划完成情况（{name}）"],
        ("序号", "工号", "姓名", "计划项目", "完成时限", "完成日期", "完成情况"),
    ]
    number = 0
    for person in people:
        year = person.year
        states = ["on time"] * year.plan_on_time + ["late"] * year.plan_late + ["open"] * year.plan_open
        ranked = sorted(range(len(states)), key=lambda place: draw(1 << 60, "plan", person.staff_no, place))
        for (title, due), place in zip(PLAN_TITLES[-len(states) :], ranked, strict=True):
            number += 1
            done_on = _draw_done(date.fromisoformat(due), states[place], person.staff_no, title)
            lines.append(
                (
                    number,
                    person.staff_no,
                    person.name,
                    title,
                    date.fromisoformat(due),
                    done_on,
                    "完成" if done_on else "未完成",
                )
            )
    return Sheet(name, lines, frozenset({0, 1}), [(0, 0, 0, 6)])


def _draw_done(due: date, state: str, *key: object) -> date | None:
    if state == "open":
        return None
    if state == "late":
        return min(date(2025, 12, 31), due + timedelta(days=draw_between(3, 15, "late", *key)))
    return due - timedelta(days=draw(20, "early", *key))


def _make_branch_plan() -> Sheet:
    lines: list[Line] = [
        ["2025年党支部学习计划任务分解表"],
        ("序号", "责任支部", "类别", "工作任务", "完成时限", "完成日期", "完成情况", "备注"),
    ]
    for branch in BRANCHES:
        lines += _write_unit_items(len(lines) - 1, branch.name, BRANCH_PLAN)
    return Sheet("支部", lines, frozenset({0, 1}), [(0, 0, 0, 7)])


def _make_department_plan() -> Sheet:
    lines: list[Line] = [
        ["2025年部门学习计划任务分解表"],
        ("序号", "责任部门", "类别", "工作任务", "完成时限", "完成日期", "完成情况", "备注"),
    ]
    for department in DEPARTMENTS:
        lines += _write_unit_items(len(lines) - 1, department, DEPARTMENT_PLAN)
    return Sheet("部门", lines, frozenset({0, 1}), [(0, 0, 0, 7)])


def _write_unit_items(number: int, unit: str, plan: tuple[tuple[str, str, str], ...]) -> list[Line]:
    found: list[Line] = []
    for place, (kind, title, due) in enumerate(plan):
        state = (
            "open"
            if is_drawn(3, "unit open", unit, title)
            else "late"
            if is_drawn(7, "unit late", unit, title)
            else "on time"
        )
        done_on = _draw_done(date.fromisoformat(due), state, unit, title)
        found.append(
            (number + place, unit, kind, title, date.fromisoformat(due), done_on, "完成" if done_on else "未完成", None)
        )
    return found


def _write_first_test(path: Path, people: Iterable[Person]) -> None:
    lines: list[Line] = [
        ["2025年上半年党的理论知识测试成绩表"],
        ("考试名称：", "上半年党的理论知识测试", "考试日期：", "2025年6月20日", "满分：", "100"),
        ("序号", "姓名", "工号 ", "支部", "成绩", "备注"),
    ]
    taken = [person for person in people if person.year.first_test]
    for number, person in enumerate(taken, start=1):
        lines.append(
            (
                number,
                space_name(person.name, "test", person.staff_no),
                person.staff_no,
                BRANCHES[person.branch].name,
                _write_score(person.year.first_test, person.staff_no),
                None,
            )
        )
    lines.append(["合计", f"{len(taken)}人"])
    write_xls(path, [Sheet("成绩", lines, frozenset({0, 2}), [(0, 0, 0, 5)])])


def _write_score(text: str, staff_no: str) -> str | int:
    """Write a mark as a number or as people type it: 95分, ９５."""
    if not text.isdecimal():
        return text
    way = draw(12, "score", staff_no)
    if way == 0:
        return f"{text}分"
    return text.translate({48 + digit: 0xFF10 + digit for digit in range(10)}) if way == 1 else int(text)


def _write_second_test(path: Path, people: Iterable[Person]) -> None:
    lines: list[Line] = [
        ["下半年城市管理法规测试成绩（可补考一次，取最高分）"],
        ("序号", "工号", "姓名", "考试名称", "考试日期", "第几次", "满分", "成绩"),
    ]
    for person in people:
        for place, text in enumerate(person.year.second_test):
            on = date(2025, 11, 14) if place == 0 else date(2025, 12, 5)
            lines.append(
                (
                    len(lines) - 1,
                    person.staff_no,
                    person.name,
                    "下半年城市管理法规测试",
                    on,
                    place + 1,
                    100,
                    _write_score(text, f"second {person.staff_no}"),
                )
            )
    write_xlsx(path, [Sheet("成绩", lines, frozenset({0, 1}), [(0, 0, 0, 7)])])


def _write_hours(folder: Path, people: list[Person]) -> None:
    names = ("47集中培训学时登记表.xlsx", "48脱产培训登记.xls")
    header = ("序号", "工号", "姓名", "培训类别", "培训名称", "开始日期", "结束日期", "数量", "单位", "是否合格")
    sheets: dict[str, list[Line]] = {
        "集中培训": [["2025年集中培训学时登记表"], header],
        "脱产培训": [["2025年脱产培训登记表（党校）"], header],
    }
    online: list[Line] = [("工号", "姓名", "课程类别", "课程名称", "完成日期", "学时", "是否通过")]
    for person in people:
        for course in person.year.courses:
            if course.kind == "网络培训":
                online.append(
                    (
                        person.staff_no,
                        person.name,
                        course.kind,
                        course.title,
                        course.on.replace("-", ""),
                        course.amount,
                        "通过",
                    )
                )
                continue
            lines = sheets[course.kind]
            lines.append(
                (
                    len(lines) - 1,
                    person.staff_no,
                    person.name,
                    course.kind,
                    course.title,
                    date.fromisoformat(course.from_on),
                    date.fromisoformat(course.on),
                    float(course.amount),
                    course.measure,
                    "合格",
                )
            )
    write_xlsx(folder / names[0], [Sheet("集中培训", sheets["集中培训"], frozenset({0, 1}), [(0, 0, 0, 9)])])
    write_xls(folder / names[1], [Sheet("脱产", sheets["脱产培训"], frozenset({0, 1}), [(0, 0, 0, 9)])])
    write_csv(folder / "49干部网络学院学时导出.csv", online, "gb18030")
