"""Small files that cannot be taken as they are, one fault each; ``docs/example.md`` quotes what the product answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from .books import Line, Sheet, write_csv, write_xls, write_xlsx
from .locked import write_locked
from .people import list_people
from .units import BRANCHES

TITLE = frozenset({0, 1})


def write_broken(folder: Path) -> None:
    """Write the six spreadsheets; the two schemes beside them are written by hand and left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.suffix in (".xls", ".xlsx", ".csv"):
            old.unlink()
    _rename_column(folder / "1改了列名的名册.xlsx")
    _name_unknown_branch(folder / "2支部对不上的考勤.xlsx")
    _lose_characters(folder / "3丢了字的名册.csv")
    write_locked(folder / "4设了密码的名册.xlsx")
    _mark_impossible_day(folder / "5多出一天的考勤表.xlsx")
    _exceed_full_marks(folder / "6超过满分的成绩.xls")


def _rename_column(path: Path) -> None:
    lines: list[Line] = [["机关第三支部党员名册"], ("序号", "工号", "人员", "所在支部", "党籍状态")]
    people = [person for person in list_people() if person.branch == 2]
    lines += [(number, each.staff_no, each.name, "机关第三支部", each.status) for number, each in enumerate(people, 1)]
    write_xlsx(path, [Sheet("名册", lines, TITLE, [(0, 0, 0, 4)])])


def _name_unknown_branch(path: Path) -> None:
    lines: list[Line] = [["学习考勤台账"], ("会议日期", "会议类型", "学习主题", "工号", "姓名", "所在支部", "出勤情况")]
    people = [person for person in list_people() if person.branch == 11][:8]
    lines += [
        (date(2025, 6, 18), "学习日", "安全生产法学习", each.staff_no, each.name, "执法二大队一中队支部", "到")
        for each in people
    ]
    write_xlsx(path, [Sheet("6月", lines, TITLE, [(0, 0, 0, 6)])])


def _lose_characters(path: Path) -> None:
    """Write in GBK as an old system does: what it lacks becomes a question mark."""
    people = [person for person in list_people() if person.branch in (14, 15)]
    lines: list[Line] = [("工号", "姓名", "所在支部", "党籍状态")]
    lines += [
        (each.staff_no, each.name.encode("gbk", "replace").decode("gbk"), BRANCHES[each.branch].name, each.status)
        for each in people
    ]
    write_csv(path, lines, "gbk")


def _mark_impossible_day(path: Path) -> None:
    people = [person for person in list_people() if person.branch == 12][:6]
    head = ["序号", "姓名", *map(str, range(1, 32))]
    lines: list[Line] = [["执法三大队支部2025年6月集中学习考勤表"], head]
    for number, each in enumerate(people, start=1):
        marks: list[str | None] = [None] * 31
        marks[11] = "√"
        marks[30] = "√" if number <= 3 else None
        lines.append((number, each.name, *marks))
    write_xlsx(path, [Sheet("6月", lines, TITLE, [(0, 0, 0, 32)], narrow=True)])


def _exceed_full_marks(path: Path) -> None:
    people = [person for person in list_people() if person.branch == 5][:6]
    lines: list[Line] = [["2025年上半年党的理论知识测试成绩"], ("序号", "工号", "姓名", "考试名称", "满分", "成绩")]
    lines += [
        (number, each.staff_no, each.name, "上半年党的理论知识测试", 100, 105 if number == 4 else 80 + number)
        for number, each in enumerate(people, start=1)
    ]
    write_xls(path, [Sheet("成绩", lines, TITLE, [(0, 0, 0, 5)])])
