"""Attendance as five secretaries keep it: month matrices, long tables, printed sign-in sheets, exports, old CSV."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from .books import Cell, Line, Sheet, write_csv, write_export, write_xls, write_xlsx
from .days import HOLIDAYS, YEAR, count_days
from .draw import draw_between, pick
from .roster_files import space_name, write_branch
from .sessions import Marked, Session, list_marks, list_sessions
from .units import BRANCHES, BUREAU, NUMERALS

WEEKEND = {5: "六", 6: "日"}
MATRIX_MARKS = {"到": "√", "迟到": "迟", "早退": "早退", "请假": "△", "缺席": "×", "已补学": "补", "未记录": None}
REASON_MARKS = {"病假": "病", "事假": "事", "出差": "出差"}
SIGN_MARKS = {
    "到": "√",
    "迟到": "迟到",
    "早退": "早退",
    "请假": "请假",
    "缺席": "缺席",
    "已补学": "已补学",
    "未记录": None,
}
PLACES = ("三楼会议室", "党员活动室", "多功能厅", "二楼学习室")


def write_attendance(folder: Path) -> None:
    _write_lectures(folder / "10全局报告会签到汇总2025.xlsx")
    _write_centre(folder / "11党组理论学习中心组学习考勤.xlsx")
    for index, branch in enumerate(BRANCHES):
        stem = f"{12 + index}{branch.name}"
        if branch.style == "matrix":
            _write_matrix(folder, stem, index)
        elif branch.style == "signin":
            _write_signin(folder / f"{stem}签到表.xlsx", index)
        elif branch.style == "dingtalk":
            _write_dingtalk(folder / f"{stem}_钉钉签到导出_20251231.xlsx", index)
        elif branch.style == "csv":
            write_csv(folder / f"{stem}考勤明细.csv", _list_plain(index), "gb18030")
        else:
            _write_long(folder, stem, index)


def _list_own(index: int) -> list[Session]:
    return [session for session in list_sessions() if session.branch == index]


def _write_lectures(path: Path) -> None:
    """One sheet per lecture: what it was stands above the table."""
    sheets = []
    for session in (each for each in list_sessions() if each.scope == "bureau"):
        lines: list[Line] = [
            [f"{BUREAU}报告会签到表"],
            ["会议名称：", session.topic],
            ["会议时间：", f"{session.on.year}年{session.on.month}月{session.on.day}日 14：30", "地点：", "局机关礼堂"],
            ["会议类型：", session.kind, "认定学时：", session.hours],
            ["主办单位：", "局党委", "学习层级：", session.tier],
            ("序号", "姓名", "工号", "所在支部", "签到情况", "备注"),
        ]
        marks = list_marks()[session]
        for number, each in enumerate(marks, start=1):
            lines.append(
                (
                    number,
                    each.person.name,
                    each.person.staff_no,
                    BRANCHES[each.person.branch].name,
                    SIGN_MARKS[each.mark],
                    each.reason or None,
                )
            )
        there = sum(each.mark in ("到", "迟到", "早退") for each in marks)
        lines.append([f"应到{len(marks)}人，实到{there}人"])
        sheets.append(Sheet(f"{session.on.month}月", lines, frozenset({0, 5}), [(0, 0, 0, 5)]))
    write_xlsx(path, sheets)


def _write_centre(path: Path) -> None:
    lines: list[Line] = [
        ["2025年党组理论学习中心组学习考勤表"],
        (
            "学习日期",
            "学习主题",
            "会议类型",
            "学习层级",
            "主办单位",
            "认定学时",
            "姓名",
            "工号",
            "出勤情况",
            "请假事由",
        ),
    ]
    merges = [(0, 0, 0, 9)]
    for session in (each for each in list_sessions() if each.scope == "centre"):
        first = len(lines)
        for place, each in enumerate(list_marks()[session]):
            shared = (session.on, session.topic, "中心组学习", "党组集中学", "局党委", 4) if place == 0 else (None,) * 6
            lines.append((*shared, each.person.name, each.person.staff_no, each.mark, each.reason or None))
        merges += [(first, column, len(lines) - 1, column) for column in range(6)]
    write_xlsx(path, [Sheet("考勤", lines, frozenset({0, 1}), merges)])


def _write_matrix(folder: Path, stem: str, index: int) -> None:
    """A workbook with a sheet per month; the sixth and eighth teams still use the old format."""
    sheets = [_make_month(index, month) for month in range(1, 13)]
    if BRANCHES[index].name.startswith(("执法六", "执法八")):
        write_xls(folder / f"{stem}集中学习考勤.xls", sheets)
    else:
        write_xlsx(folder / f"{stem}集中学习考勤.xlsx", sheets)


def _make_month(index: int, month: int) -> Sheet:
    branch = BRANCHES[index]
    with_number = BRANCHES[index].name[2] in "一二三四"
    marks = {each: list_marks()[each] for each in _list_own(index) if each.on.month == month}
    people = sorted({each.person.staff_no: each.person for found in marks.values() for each in found}.items())
    cells = {(each.person.staff_no, session.on.day): each for session, found in marks.items() for each in found}
    head: list[Cell] = [
        "序号",
        "姓名",
        *(["工号"] if with_number else []),
        *(_write_column(month, day) for day in range(1, 32)),
        "备注",
    ]
    lines: list[Line] = [[f"{branch.name}{YEAR}年{month}月集中学习考勤表"], head]
    for number, (staff_no, person) in enumerate(people, start=1):
        row = [_write_matrix_mark(cells.get((staff_no, day))) for day in range(1, 32)]
        lines.append((number, space_name(person.name, "matrix", staff_no), *([staff_no] if with_number else []), *row))
    if with_number:
        lines.append(["说明：√ 出勤　△ 请假　× 缺席；病、事、出差、迟、补按字面"])
    return Sheet(f"{month}月", lines, frozenset({0, 1}), [(0, 0, 0, len(head) - 1)], narrow=True)


def _write_column(month: int, day: int) -> Cell:
    """Write the head of a day's column: weekends and holidays in place of the number, always thirty-one columns."""
    if day > count_days(month):
        return day
    on = date(YEAR, month, day)
    return HOLIDAYS.get(on) or WEEKEND.get(on.weekday()) or day


def _write_matrix_mark(each: Marked | None) -> Cell:
    if each is None:
        return None
    if each.mark == "请假":
        return REASON_MARKS.get(each.reason, MATRIX_MARKS["请假"])
    return MATRIX_MARKS[each.mark]


def _write_signin(path: Path, index: int) -> None:
    write_xlsx(path, [_make_signin(index, session) for session in _list_own(index)])


def _make_signin(index: int, session: Session) -> Sheet:
    """A printed sheet: two blocks side by side, what the meeting was above them."""
    marks = list_marks()[session]
    there = sum(each.mark in ("到", "迟到", "早退") for each in marks)
    lines: list[Line] = [
        ["学 习 签 到 表"],
        ["支部名称：", BRANCHES[index].full_name],
        ["会议类型：", session.kind, None, None, "学习主题：", session.topic],
        [
            "时间：",
            f"{session.on.year}年{session.on.month}月{session.on.day}日 15：00",
            None,
            None,
            "地点：",
            pick(PLACES, key_session(session)),
        ],
        ["应到：", f"{len(marks)}人", None, None, "实到：", f"{there}人"],
        ["认定学时：", session.hours],
        ("序号", "姓名", "签名", "备注", "序号", "姓名", "签名", "备注"),
    ]
    half = (len(marks) + 1) // 2
    for place in range(half):
        left = _write_signature(place + 1, marks[place])
        right = _write_signature(place + half + 1, marks[place + half]) if place + half < len(marks) else (None,) * 4
        lines.append((*left, *right))
    lines.append(["注：因故不能参加的，请在备注栏写明事由。"])
    name = f"{session.on.month:02d}{session.on.day:02d}{session.kind}"
    return Sheet(name, lines, frozenset({0, 6}), [(0, 0, 0, 7), (len(lines) - 1, 0, len(lines) - 1, 7)])


def key_session(session: Session) -> str:
    return f"{session.branch}-{session.on.isoformat()}"


def _write_signature(number: int, each: Marked) -> Line:
    return (
        number,
        space_name(each.person.name, "sign", each.person.staff_no),
        f"请假（{each.reason}）" if each.mark == "请假" else SIGN_MARKS[each.mark],
        "会后自学" if each.mark == "已补学" else None,
    )


def _write_dingtalk(path: Path, index: int) -> None:
    """An export of a sign-in app: bare XML, a title and a line of conditions above the header."""
    lines: list[Line] = [
        ["签到统计 统计日期：2025-01-01 至 2025-12-31"],
        ["报表生成时间：2025-12-31 17:20"],
        (
            "姓名",
            "工号",
            "所在支部",
            "会议主题",
            "会议类型",
            "日期",
            "签到时间",
            "签到情况",
            "请假类型",
            "认定学时",
        ),
    ]
    for session in _list_own(index):
        for each in list_marks()[session]:
            lines.append(
                (
                    each.person.name,
                    each.person.staff_no,
                    BRANCHES[index].name,
                    session.topic,
                    session.kind,
                    _write_export_day(session.on, short=index == 9),
                    _draw_arrival(each),
                    _write_export_result(each),
                    each.reason or None,
                    session.hours,
                )
            )
    write_export(path, Sheet("签到明细", lines))


def _write_export_day(on: date, *, short: bool) -> str:
    """Write the day as the app does; its second version writes the year in two digits."""
    return f"{on:{'%y' if short else '%Y'}-%m-%d} 星期{'一二三四五六日'[on.weekday()]}"


def _draw_arrival(each: Marked) -> str | None:
    if each.mark not in ("到", "迟到", "早退"):
        return None
    if each.mark == "迟到":
        return f"15:{each.minutes_late:02d}"
    return f"14:{draw_between(35, 59, 'arrival', each.person.staff_no, each.session.on)}"


def _write_export_result(each: Marked) -> str | None:
    if each.mark == "到":
        return "正常"
    return None if each.mark == "未记录" else each.mark


LONG_COLUMNS = (
    "会议日期",
    "会议类型",
    "学习主题",
    "工号",
    "姓名",
    "所在支部",
    "出勤情况",
    "请假事由",
    "迟到分钟",
    "认定学时",
    "备注",
)


def _write_long(folder: Path, stem: str, index: int) -> None:
    """A table of one line per person and session; some secretaries cut the year into quarters."""
    numeral = BRANCHES[index].name
    if index in (2, 5, 25):
        write_xls(folder / f"{stem}学习考勤台账.xls", [_make_long(index, "2025年", range(1, 13))])
    elif index in (3, 6, 18, 19):
        quarters = [
            _make_long(index, f"{NUMERALS[place]}季度", range(place * 3 + 1, place * 3 + 4)) for place in range(4)
        ]
        write_xlsx(folder / f"{stem}学习考勤台账（分季度）.xlsx", quarters)
    else:
        write_xlsx(folder / f"{stem}学习考勤台账.xlsx", [_make_long(index, numeral, range(1, 13)), Sheet("Sheet2", [])])


def _make_long(index: int, name: str, months: range) -> Sheet:
    lines: list[Line] = [[f"{BRANCHES[index].name}2025年学习考勤台账"], [], LONG_COLUMNS]
    for session in _list_own(index):
        if session.on.month in months:
            lines += [_write_mark(index, session, each) for each in list_marks()[session]]
            lines.append([])
    return Sheet(name, lines, frozenset({0, 2}), [(0, 0, 0, len(LONG_COLUMNS) - 1)])


def _write_mark(index: int, session: Session, each: Marked) -> Line:
    on: Cell = f"{session.on.year}.{session.on.month}.{session.on.day}" if index in (5, 7) else session.on
    word = {"到": "出勤", "缺席": "无故缺席"}.get(each.mark, each.mark) if index % 2 else each.mark
    note = "会后一周内自学并交流心得" if each.mark == "已补学" else None
    return (
        on,
        session.kind,
        session.topic,
        each.person.staff_no,
        space_name(each.person.name, "long", each.person.staff_no),
        write_branch(index, key_session(session), each.person.staff_no),
        None if each.mark == "未记录" else word,
        each.reason or None,
        each.minutes_late or None,
        float(session.hours),
        note,
    )


def _list_plain(index: int) -> list[Line]:
    lines: list[Line] = [("日期", "会议类型", "主题", "支部", "工号", "姓名", "考勤", "请假原因", "学时")]
    for session in _list_own(index):
        for each in list_marks()[session]:
            mark = REASON_MARKS.get(each.reason, "请假") if each.mark == "请假" else SIGN_MARKS[each.mark]
            lines.append(
                (
                    session.on,
                    session.kind,
                    session.topic,
                    BRANCHES[index].name,
                    each.person.staff_no,
                    each.person.name,
                    mark,
                    each.reason or None,
                    session.hours,
                )
            )
    return lines
