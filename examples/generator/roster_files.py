"""Rosters, newcomers, transfers and exemptions, with what an office leaves around the data."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from .books import Cell, Line, Sheet, write_csv, write_xls, write_xlsx
from .draw import draw, is_drawn
from .people import Person, list_exemptions, list_people, list_transfers, locate
from .units import BRANCHES, BUREAU, RETIRED

ROSTER_AS_OF = date(2025, 12, 31)
GROUPS = (("基本情况", 4), ("组织情况", 3), ("工作情况", 4))
COLUMNS = (
    "序号",
    "工号",
    "姓名",
    "性别",
    "党籍状态",
    "所在支部",
    "党内职务",
    "部门",
    "职级类别",
    "人员状态",
    "入职日期",
    "备注",
)
INSTRUCTIONS = (
    "填写说明：1. 工号按人事系统编号填写，共5位，不足5位前面补0。",
    "2. 党籍状态填写正式党员、预备党员、入党积极分子、群众。",
    "3. 身份证号码、联系电话今年起不再填报。",
)


def write_rosters(folder: Path) -> None:
    write_xls(
        folder / "01党员名册-机关和数字城管.xls",
        [
            _make_roster("机关一至四支部", range(4)),
            _make_roster("机关五至八支部", range(4, 8)),
            _make_roster("数字城管", range(8, 10)),
            Sheet("Sheet3", []),
        ],
    )
    write_xlsx(folder / "02执法支队党员花名册(12月修订).xlsx", [_make_roster("执法支队", range(10, 18))])
    write_xlsx(
        folder / "03环卫、停车、渣土党员名册.xlsx",
        [_make_roster("环卫", range(18, 22)), _make_roster("停车和渣土", range(22, 25)), Sheet("Sheet3", [])],
    )
    write_xlsx(folder / "04离退休支部党员名册.xlsx", [_make_retired()])
    _write_masses(folder / "05群众职工花名册.csv")
    _write_newcomers(folder / "06 2025年新进人员登记表.xls")
    _write_transfers(folder / "07党员组织关系接转台账.xlsx")
    _write_exemptions(folder / "08免予考核人员审批汇总表.xlsx")


def write_branch(index: int, *key: object) -> str:
    """Write a branch's name in one of the ways the bureau writes it."""
    branch = BRANCHES[index]
    others = (branch.full_name, *branch.other_names, branch.name + " ")
    ways = (branch.name,) * 6 + others
    return ways[draw(len(ways), "branch", *key)]


def space_name(name: str, *key: object) -> str:
    """Write a name of two characters as tables like it: with a space between, or a trailing one."""
    if "·" in name:
        return name.replace("·", "•") if is_drawn(50, "dot", *key) else name
    if len(name) == 2 and is_drawn(60, "space", *key):
        return name[0] + "　" + name[1]
    return name + " " if is_drawn(4, "trail", *key) else name


def write_day(day: date, *key: object) -> Cell:
    """Write a day as a real date or in one of the usual spellings."""
    way = draw(5, "day", *key)
    if way == 1:
        return f"{day.year}.{day.month}.{day.day}"
    if way == 2:
        return f"{day.year}年{day.month}月{day.day}日"
    return day.strftime("%Y/%m/%d") if way == 3 else day


def _list_roster(index: int) -> list[Person]:
    return [person for person in list_people() if locate(person, ROSTER_AS_OF) == index and person.status != "群众"]


def _write_person(number: int, person: Person) -> Line:
    return (
        number,
        person.staff_no,
        space_name(person.name, "roster", person.staff_no),
        "女" if person.woman else "男",
        person.status,
        write_branch(person.branch, person.staff_no),
        person.role if person.role != "成员" else None,
        person.department,
        person.rank,
        person.state,
        write_day(person.joined_on, "joined", person.staff_no),
        None,
    )


def _make_roster(name: str, branches: range) -> Sheet:
    top: list[Cell] = []
    merges = [(0, 0, 0, 11)]
    for title, width in GROUPS:
        merges.append((2, len(top), 2, len(top) + width - 1))
        top += [title] + [None] * (width - 1)
    lines: list[Line] = [
        [f"{BUREAU}党员名册（{name}）"],
        ["填报单位：组织人事处", *[None] * 8, "2025年12月31日"],
        [*top, "其他"],
        COLUMNS,
        (
            "示例",
            "00000",
            "张三",
            "男\\女",
            "正式党员",
            "××支部",
            "书记",
            "××处",
            "科级以下",
            "在职",
            "2010/7/1",
            "示例行，请勿删除",
        ),
    ]
    people = [person for index in branches for person in _list_roster(index)]
    for number, person in enumerate(people, start=1):
        lines.append(_write_person(number, person))
        if number % 60 == 0:
            lines.append([])
    lines.append(["合  计", None, f"{len(people)}人"])
    lines.append([])
    merges += [(len(lines) + place, 0, len(lines) + place, 11) for place in range(len(INSTRUCTIONS))]
    lines += [[text] for text in INSTRUCTIONS]
    return Sheet(name, lines, frozenset({0, 2, 3}), merges)


def _make_retired() -> Sheet:
    header = (
        "序号",
        "姓 名",
        "工作证号 ",
        "性别",
        "所在支部\n（全称）",
        "政治面貌",
        "人员状态",
        "党内职务",
        "身份证号码",
        "联系电话",
    )
    lines: list[Line] = [["离退休党员名册（2025年）"], header]
    people = _list_roster(RETIRED)
    for number, person in enumerate(people, start=1):
        branch = BRANCHES[RETIRED].name if number % 3 else BRANCHES[RETIRED].full_name
        role = person.role if person.role != "成员" else None
        lines.append(
            (
                number,
                space_name(person.name, "retired", person.staff_no),
                person.staff_no,
                "女" if person.woman else "男",
                branch,
                "中共党员",
                "离退休",
                role,
                None,
                None,
            )
        )
    lines.append(["合计", f"{len(people)}人"])
    return Sheet("离退休", lines, frozenset({0, 1}), [(0, 0, 0, 9)])


def _write_masses(path: Path) -> None:
    lines: list[Line] = [("工号", "姓名", "政治面貌", "部门", "所在支部", "职级类别", "人员状态")]
    lines += [
        (
            person.staff_no,
            person.name,
            "群众",
            person.department,
            BRANCHES[person.branch].name,
            person.rank,
            person.state,
        )
        for person in list_people()
        if person.status == "群众"
    ]
    write_csv(path, lines, "utf-8-sig")


def _write_newcomers(path: Path) -> None:
    lines: list[Line] = [
        [f"{BUREAU}2025年新进人员登记表"],
        ("序号", "工号", "姓名", "报到时间", "所在支部", "部门", "人员状态", "备注"),
    ]
    people = sorted((each for each in list_people() if each.joined_on.year == 2025), key=lambda each: each.joined_on)
    lines += [
        (
            number,
            each.staff_no,
            each.name,
            each.joined_on,
            BRANCHES[each.branch].name,
            each.department,
            "试用期",
            "试用期一年",
        )
        for number, each in enumerate(people, start=1)
    ]
    write_xls(path, [Sheet("Sheet1", lines, frozenset({0, 1}), [(0, 0, 0, 7)])])


def _write_transfers(path: Path) -> None:
    lines: list[Line] = [
        ["2025年党员组织关系接转台账"],
        ("序号", "工号", "姓名", "转出支部", "转入支部", "转出日期", "接收日期", "备注"),
    ]
    for number, each in enumerate(list_transfers(), start=1):
        note = None if each.received_on else "介绍信已开，对方支部尚未接收"
        lines.append(
            (
                number,
                each.person.staff_no,
                each.person.name,
                BRANCHES[each.from_branch].name,
                BRANCHES[each.to_branch].full_name,
                each.out_on,
                each.received_on,
                note,
            )
        )
    lines.append(["填表人：办公室"])
    write_xlsx(path, [Sheet("接转台账", lines, frozenset({0, 1}), [(0, 0, 0, 7)])])


def _write_exemptions(path: Path) -> None:
    lines: list[Line] = [
        ["2025年度免予学习考核人员审批汇总表"],
        ["只填类别，不填病情"],
        ("序号", "工号", "姓名", "所在支部", "免考核类别", "开始日期", "结束日期", "批准单位"),
    ]
    for number, each in enumerate(list_exemptions(), start=1):
        lines.append(
            (
                number,
                each.person.staff_no,
                each.person.name,
                BRANCHES[each.person.branch].name,
                each.category,
                each.from_on,
                each.until_on - timedelta(days=1) if each.until_on else None,
                each.approved_by,
            )
        )
    write_xlsx(path, [Sheet("汇总", lines, frozenset({0, 2}), [(0, 0, 0, 7), (1, 0, 1, 7)])])
