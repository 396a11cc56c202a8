"""Finding headers and columns (ux D cases 2–8, 11, 22, 26, 29)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from shanxue.intake.lines import describe_skipped
from shanxue.intake.reading import read_workbook
from shanxue.intake.rules import Context, Table
from shanxue.intake.tables import find_tables
from tests.intake.fixtures import (
    ROSTER_HEADER,
    list_people,
    name_person,
    write_daily_export,
    write_roster,
    write_xls,
    write_xlsx,
)
from tests.intake.kinds import KINDS


def find(path: Path, answers: dict[str, str] | None = None, **known: Any) -> list[Table]:
    return find_tables(read_workbook(path), KINDS, Context(None, date(2025, 12, 1), **known), answers or {})


def find_one(path: Path, answers: dict[str, str] | None = None, **known: Any) -> Table:
    (table,) = find(path, answers, **known)
    return table


def count_lines(*tables: Table) -> tuple[int, int]:
    """Lines that became rows, and lines skipped; no line is both."""
    rows = {row.number for table in tables for row in table.rows}
    skipped = [line.row for table in tables for line in table.skipped]
    assert len(skipped) == len(set(skipped))
    assert not rows & set(skipped)
    return len(rows), len(skipped)


def say(table: Table) -> list[str]:
    return [finding.message for finding in [*table.questions, *table.problems]]


def test_find_tables_reads_all_rows_of_a_daily_export(tmp_path: Path) -> None:
    """ux D cases 1, 14: 717 lines, two header lines, a two-digit year asked about once."""
    path = write_daily_export(tmp_path / "a.xlsx")
    table = find_one(path)
    assert (table.kind, table.header_rows) == ("attendance", (3, 4))
    assert say(table) == ["「每日统计」第 5 行 D 列（日期）：25-10-01 是 2025 年吗？（共 713 处）"]
    table = find_one(path, {"两位年份:20": "是"})
    assert (count_lines(table), say(table)) == ((713, 4), [])
    assert table.rows[0].values == {
        "name": name_person(0),
        "unit": "第一支部",
        "staff_no": "0001",
        "on": date(2025, 10, 1),
        "mark": "到",
    }
    assert table.unread == ["上班1/打卡时间", "下班1/打卡时间"]


def test_find_tables_asks_before_it_cuts_a_wide_sheet(tmp_path: Path) -> None:
    """ux D case 2."""
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 0, [*ROSTER_HEADER, "性别", "民族", "学历", "备注"])
    sheet.write_row(1, 0, ["赵建国", "0001", "第一支部", "男", "汉", "本科", "无"])
    sheet.write(1, 16383, "x")
    book.close()
    table = find_one(path)
    assert say(table) == ["「Sheet1」使用到 XFD 列，超过 200 列。请删除右侧空白列后再传，或点“只读前 7 列（有内容）”。"]
    assert count_lines(table) == (0, 2)
    table = find_one(path, {table.questions[0].answer_key: "只读前 7 列（有内容）"})
    assert (table.kind, count_lines(table), say(table)) == ("roster", (1, 1), [])


def test_find_tables_counts_blank_rows_and_reads_on(tmp_path: Path) -> None:
    """ux D case 3: 38 formatted but empty rows at the end; data after a blank row is still read."""
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("名册")
    red = book.add_format({"bg_color": "#FF0000"})
    lines: list[Any] = [ROSTER_HEADER, *list_people(3), [], *list_people(2)]
    for row, line in enumerate(lines):
        sheet.write_row(row, 0, line)
    for row in range(7, 44):
        sheet.write_blank(row, 0, None, red)
    book.close()
    table = find_one(path)
    assert [row.number for row in table.rows] == [2, 3, 4, 6, 7]
    assert describe_skipped(table.skipped) == "跳过空行 38"
    assert count_lines(table) == (5, 39)


def test_find_tables_reads_two_header_lines(tmp_path: Path) -> None:
    """ux D case 4: title, two merged header lines, the same sub-header twice, `3 月` beside `3月`."""
    lines = [
        ["2025年三会一课情况"],
        ["序号", "姓 名", "工号", "支委会次数", None, "党员集体活动"],
        [None, None, None, "3 月", "4月", "3月", "4月"],
        [1, "赵建国", "0001", 1, 1, 2, 2],
    ]
    merges = ["A1:G1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2"]
    table = find_one(write_xlsx(tmp_path / "a.xlsx", {"三会一课": lines}, merges={"三会一课": merges}))
    assert (table.header_rows, table.unread) == (
        (2, 3),
        ["支委会次数/3月", "支委会次数/4月", "党员集体活动/3月", "党员集体活动/4月"],
    )
    assert [row.values for row in table.rows] == [{"name": "赵建国", "staff_no": "0001"}]
    assert count_lines(table) == (1, 3)


def test_find_tables_reads_two_header_lines_without_merges(tmp_path: Path) -> None:
    """ux D case 4 after it was saved as text, which loses merged areas."""
    path = tmp_path / "a.csv"
    path.write_text(
        "序号,姓名,工号,支委会次数,,党员集体活动,\n,,,3月,4月,3月,4月\n1,赵建国,0001,1,1,2,2\n", encoding="utf-8"
    )
    table = find_one(path)
    assert (table.header_rows, table.unread[2], len(table.rows)) == ((1, 2), "党员集体活动/3月", 1)


def test_find_tables_asks_which_line_is_the_header(tmp_path: Path) -> None:
    """ux D case 4: unsure: asked with the first lines shown."""
    path = write_xlsx(
        tmp_path / "a.xlsx", {"Sheet1": [["姓名", "甲项", "乙项"], ["赵建国", "a", "b"], ["钱秀英", "c", "d"]]}
    )
    table = find_one(path)
    assert say(table) == [
        "「Sheet1」表头是第几行？第 1 行：姓名、甲项、乙项；第 2 行：赵建国、a、b；第 3 行：钱秀英、c、d。"
    ]
    assert table.questions[0].choices == ("第 1 行", "第 2 行", "第 3 行", "没有表头")
    assert find_one(path, {table.questions[0].answer_key: "没有表头"}).questions[0].code == "no_header"


def test_find_tables_reads_meeting_info_above(tmp_path: Path) -> None:
    """ux D case 5: 8 lines above the header, 2 lines below the data."""
    above = [
        ["会议名称：", "学习全会精神"],
        ["会议时间：", "2025年3月5日 14:30-16:30"],
        ["地点", "三楼会议室"],
        ["主持人", "王书记"],
        ["记录人", "李干事"],
        ["参会支部", "第一支部"],
        ["应到", "60"],
        ["备注：电话会议"],
    ]
    people = [[name, code, "√"] for name, code, _ in list_people(56)]
    below = [["说明：√表示到会"], ["以上名单由会议系统导出，请各支部核对"]]
    table = find_one(write_xlsx(tmp_path / "a.xlsx", {"会议": [*above, ["姓名", "工号", "签到"], *people, *below]}))
    assert (table.kind, table.header_rows, count_lines(table)) == ("attendance", (9,), (56, 11))
    assert describe_skipped(table.skipped) == "跳过：第 1–8 行会议信息，第 66–67 行说明"
    facts = {key: table.facts[key] for key in ("topic", "on", "place", "host", "unit", "expected")}
    assert facts == {
        "topic": "学习全会精神",
        "on": date(2025, 3, 5),
        "place": "三楼会议室",
        "host": "王书记",
        "unit": "第一支部",
        "expected": 60,
    }
    assert f"{table.facts['starts_at']}–{table.facts['ends_at']}" == "14:30:00–16:30:00"


def test_find_tables_reads_several_pairs_in_one_line(tmp_path: Path) -> None:
    """ux D case 25: key–value lines above, label and value in one cell."""
    lines = [["主题：学习条例  时间：2025.3.5 下午2:30  地点：三楼"], ["姓名", "工号", "签到"], ["赵建国", "0001", "√"]]
    facts = find_one(write_xlsx(tmp_path / "a.xlsx", {"签到": lines}, merges={"签到": ["A1:C1"]})).facts
    assert (facts["topic"], facts["on"], facts["place"]) == ("学习条例", date(2025, 3, 5), "三楼")


def test_find_tables_skips_sample_marks_and_instructions(tmp_path: Path) -> None:
    """ux D case 6: sample row, 必填 row, a merged block of instructions among the data."""
    lines = [
        ["*姓名", "*工号", "所在支部", "性别"],
        ["张三", "000001", "第一支部", "男\\女"],
        ["必填", "必填", "选填", "选填"],
        ["赵建国", "0001", "第一支部", "男"],
        ["填写说明：请勿修改表头，支部填写全称。"],
        [],
        ["钱秀英", "0002", "第一支部", "女"],
    ]
    table = find_one(write_xlsx(tmp_path / "a.xlsx", {"名册": lines}, merges={"名册": ["A5:D6"]}))
    assert describe_skipped(table.skipped) == "跳过：第 2 行示例行，第 3 行必填标记，第 5–6 行说明"
    assert ([row.number for row in table.rows], count_lines(table), say(table)) == ([4, 7], (2, 5), [])


def test_find_tables_asks_about_a_sample_that_may_be_real(tmp_path: Path) -> None:
    """ux D case 6: a person called 张三 with an ordinary number."""
    path = write_roster(tmp_path / "a.xlsx", [["张三", "1023", "第一支部"], ["赵建国", "1024", "第一支部"]])
    table = find_one(path)
    assert (say(table), len(table.rows)) == (["「名册」第 2 行像示例（张三），是真实人员吗？"], 1)
    key = table.questions[0].answer_key
    assert len(find_one(path, {key: "是真实人员"}).rows) == 2
    assert describe_skipped(find_one(path, {key: "是示例"}).skipped) == "跳过：第 2 行示例行"


def test_find_tables_asks_about_a_sample_when_the_person_is_known(tmp_path: Path) -> None:
    """ux D case 6: if a sample person equals a real one."""
    path = write_roster(tmp_path / "a.xlsx", [["张三", "000001", "第一支部"], ["赵建国", "1024", "第一支部"]])
    assert say(find_one(path)) == []
    assert say(find_one(path, people=frozenset({"张三"}))) == ["「名册」第 2 行像示例（张三），是真实人员吗？"]


def test_find_tables_keeps_a_zhang_san_in_the_middle(tmp_path: Path) -> None:
    """Only the first lines can be samples."""
    table = find_one(write_roster(tmp_path / "a.xlsx", [*list_people(3), ["张三", "1023", "第一支部"]]))
    assert ([row.number for row in table.rows], say(table)) == ([2, 3, 4, 5], [])


@pytest.mark.parametrize(
    "header",
    [
        ["姓名 ", "学工号", "所在支部"],
        ["姓\n名", "工作证号", "所在支部（填简称）"],
        ["*姓　名（必填）", "工号：", "所在支部名称"],
        ["【姓名】", "工 号*", "党员所在支部"],
    ],
)
def test_find_tables_knows_headers_by_synonym(tmp_path: Path, header: list[str]) -> None:
    """ux D case 7: trailing space, line break, explanation in brackets, 工号/学工号/工作证号."""
    table = find_one(write_roster(tmp_path / "a.xlsx", list_people(2), header=header))
    assert (table.columns, say(table)) == ({"name": 0, "staff_no": 1, "unit": 2}, [])


def test_find_tables_asks_which_of_two_columns(tmp_path: Path) -> None:
    """ux D case 7."""
    header = ["姓名", "性别", "所在支部", "工作证号", "职务", "工号"]
    path = write_roster(tmp_path / "a.xlsx", [["赵建国", "男", "第一支部", "A1", "科员", "0001"]], header=header)
    table = find_one(path)
    assert say(table) == ["「名册」D 列“工作证号”和 F 列“工号”都像工号，用哪一列？"]
    answered = find_one(path, {table.questions[0].answer_key: "F 列“工号”"})
    assert (answered.rows[0].values["staff_no"], say(answered)) == ("0001", [])


def test_find_tables_needs_no_question_when_columns_agree(tmp_path: Path) -> None:
    """offices.md §3: 备注 occurs twice; two numbers that are the same need no question."""
    header = ["姓名", "工号", "所在支部", "备注", "学工号", "备注"]
    lines = [["赵建国", "0001", "第一支部", None, "0001", "借调"]]
    table = find_one(write_roster(tmp_path / "a.xlsx", lines, header=header))
    assert (say(table), table.rows[0].values["remark"]) == ([], "借调")


def test_find_tables_says_which_column_is_missing(tmp_path: Path) -> None:
    """ux D case 7: header missing; the columns seen are listed."""
    lines = [["在职党员名册"], ["党员全名", "工号", "所在支部"], ["赵建国", "0001", "第一支部"]]
    path = write_xlsx(tmp_path / "a.xlsx", {"在职党员": lines})
    table = find_one(path)
    assert say(table) == [
        "「在职党员」没有找到“姓名”列。第 2 行的列名是：党员全名、工号、所在支部。请改正列名，或补上这一列。"
    ]
    assert (table.kind, count_lines(table)) == ("roster", (0, 3))
    assert len(find_one(path, {"列名:党员全名": "姓名"}).rows) == 1


def test_find_tables_asks_what_columns_without_header_are(tmp_path: Path) -> None:
    """ux D case 8: order 姓名, 部门, 编号; the answers hold for every such file."""
    lines = [[name_person(i), "人事科", f"{i:03d}"] for i in range(7)]
    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet1": lines})
    table = find_one(path)
    names = "、".join(name_person(i) for i in range(5))
    assert say(table) == [
        f"「Sheet1」没有表头，A 列是什么？前 5 个值：{names}",
        "「Sheet1」没有表头，B 列是什么？前 5 个值：人事科、人事科、人事科、人事科、人事科",
        "「Sheet1」没有表头，C 列是什么？前 5 个值：000、001、002、003、004",
    ]
    answers = dict(zip((q.answer_key for q in table.questions), ("姓名", "支部", "工号"), strict=True))
    table = find_one(path, answers)
    assert (table.kind, count_lines(table), say(table)) == ("roster", (7, 0), [])
    assert table.rows[6].values == {"name": name_person(6), "unit": "人事科", "staff_no": "006"}


def test_find_tables_does_not_show_id_numbers(tmp_path: Path) -> None:
    """ux D case 13, D0 rule 8: not even in a question."""
    path = write_xlsx(
        tmp_path / "a.xlsx", {"Sheet1": [["赵建国", "11010119900307123X"], ["钱秀英", "110101199003071248"]]}
    )
    assert say(find_one(path))[1] == "「Sheet1」没有表头，B 列是什么？前 2 个值：（不显示）"


def test_find_tables_never_reads_private_columns(tmp_path: Path) -> None:
    """ux D case 13, D0 rule 8: ID number, phone and address are listed as unread."""
    header = ["姓名", "工号", "身份证号码", "手机号码", "家庭住址", "所在支部"]
    line = ["赵建国", "0001", "1" * 18, "13" * 5, "某路 1 号", "第一支部"]
    table = find_one(write_roster(tmp_path / "a.xlsx", [line], header=header))
    assert table.unread == ["身份证号码", "手机号码", "家庭住址"]
    assert table.rows[0].values == {"name": "赵建国", "staff_no": "0001", "unit": "第一支部"}


def test_find_tables_asks_once_about_leading_zeros(tmp_path: Path) -> None:
    """ux D case 11: known codes have 3 digits, the file has 1."""
    path = write_roster(tmp_path / "a.xlsx", [[name_person(i), i, "第一支部"] for i in range(1, 18)])
    table = find_one(path, code_width=3)
    assert say(table) == ["「名册」B 列工号少了前导零，按 3 位补齐吗？（1 → 001，共 17 处）"]
    key = table.questions[0].answer_key
    filled = find_one(path, {key: "补齐"}, code_width=3)
    assert ([row.values["staff_no"] for row in filled.rows][:2], len(filled.changed)) == (["001", "002"], 17)
    assert str(filled.changed[0].place) == "「名册」第 2 行 B 列（工号）"
    assert [row.values["staff_no"] for row in find_one(path, {key: "不补"}, code_width=3).rows][:2] == ["1", "2"]


def test_find_tables_notices_lost_zeros_within_one_column(tmp_path: Path) -> None:
    """ux D case 11: some cells kept their zeros, others are numbers."""
    path = write_roster(tmp_path / "a.xlsx", [["赵建国", "001", "第一支部"], ["钱秀英", 2, "第一支部"]])
    assert say(find_one(path)) == ["「名册」B 列工号少了前导零，按 3 位补齐吗？（2 → 002，共 1 处）"]


def test_find_tables_stops_at_bad_cells_with_their_place(tmp_path: Path) -> None:
    """ux D cases 10, 12, 15: 「工作表」第 R 行 C 列（列名）：现象。怎么办。"""
    lines = [
        ["张?", "0001", "第一支部", "2021-07-01"],
        ["钱秀英", "1.13E+10", "第一支部", "2019.2.30"],
        ["孙丽华", 110101199003071234, "第一支部", "2027-01-01"],
    ]
    table = find_one(write_roster(tmp_path / "a.xlsx", lines, header=[*ROSTER_HEADER, "转正日期"]))
    assert say(table) == [
        "「名册」第 2 行 A 列（姓名）：“张?”里有丢失的字，导出时可能用了 GBK。请改正这个字。",
        "「名册」第 3 行 B 列（工号）：“1.13E+10”已丢失后几位。请在原系统重新导出，或手工改成完整工号。",
        "「名册」第 3 行 D 列（转正日期）：“2019.2.30”不是有效日期。",
        "「名册」第 4 行 B 列（工号）：是按数字存的，末几位已不可靠，不能导入。请在原系统按文本重新导出。",
        "「名册」第 4 行 D 列（转正日期）：“2027-01-01”在今天之后。请改成实际日期。",
    ]
    assert count_lines(table) == (3, 1)


def test_find_tables_lists_what_it_tidied(tmp_path: Path) -> None:
    """ux D cases 12, 14, 17; D0 rule 6: 原值 → 新值."""
    lines = [
        ["王　五(女)", 11312018275, "第一支部", "2021年7月", None],
        ["赵六★", "０１２", "第一支部", "20210701", "借调"],
    ]
    path = write_roster(tmp_path / "a.xlsx", lines, header=[*ROSTER_HEADER, "入党时间", "备注"])
    table = find_one(path)
    assert [(str(c.place), c.before, c.after) for c in table.changed] == [
        ("「名册」第 2 行 A 列（姓名）", "王　五(女)", "王五"),
        ("「名册」第 2 行 A 列（姓名）", "王　五(女)", "备注：女"),
        ("「名册」第 2 行 D 列（入党时间）", "2021年7月", "2021-07"),
        ("「名册」第 3 行 A 列（姓名）", "赵六★", "赵六"),
        ("「名册」第 3 行 A 列（姓名）", "赵六★", "备注：★"),
        ("「名册」第 3 行 B 列（工号）", "０１２", "012"),
        ("「名册」第 3 行 D 列（入党时间）", "20210701", "2021-07-01"),
    ]
    assert (table.rows[0].values["staff_no"], table.rows[0].values["remark"]) == ("11312018275", "女")
    assert table.rows[1].values["remark"] == "借调；★"


def test_find_tables_fills_down_inside_merged_areas_only(tmp_path: Path) -> None:
    """ux D case 22."""
    lines = [["赵建国", "0001", "第一支部"], ["钱秀英", "0002", None], ["孙丽华", "0003", None]]
    table = find_one(write_roster(tmp_path / "a.xlsx", lines, merges={"名册": ["C2:C3"]}))
    assert [row.values.get("unit") for row in table.rows] == ["第一支部", "第一支部", None]
    xls = write_xls(tmp_path / "a.xls", {"名册": [ROSTER_HEADER, *lines]}, merges={"名册": [(1, 2, 2, 2)]})
    assert [row.values.get("unit") for row in find_one(xls).rows] == ["第一支部", "第一支部", None]


def test_find_tables_asks_whether_a_blank_id_is_the_person_above(tmp_path: Path) -> None:
    """ux D case 22: a person's second line has an empty id; asked once for the table."""
    header = ["编号", "姓名", "学时"]
    lines = [["001", "赵建国", 4], [None, None, 2], ["002", "钱秀英", 8], [None, None, 1], [None, None, 1]]
    path = write_xlsx(tmp_path / "a.xlsx", {"学时": [header, *lines]})
    table = find_one(path)
    assert say(table) == ["「学时」第 3 行编号为空，是与第 2 行同一个人吗？（共 3 处）"]
    assert count_lines(table) == (2, 4)
    table = find_one(path, {table.questions[0].answer_key: "是同一个人"})
    assert [row.values["staff_no"] for row in table.rows] == ["001", "001", "002", "002", "002"]
    table = find_one(path, {"行:续行:学时": "不是同一个人"})
    assert say(table)[0] == "「学时」第 3 行 B 列（姓名）：没有填。请补上。"


def test_find_tables_splits_two_people_on_one_device(tmp_path: Path) -> None:
    """ux D case 26: 甲&乙 splits into two after a question; a glued number becomes the staff number."""
    lines = [["姓名", "成绩"], ["赵建国&钱秀英", 90], ["李建国20210113", 80], ["孙丽华(小孙)", 85]]
    path = write_xlsx(tmp_path / "a.xlsx", {"成绩": lines})
    table = find_one(path)
    assert say(table) == ["「成绩」第 2 行 A 列（姓名）：“赵建国&钱秀英”是两个人吗？"]
    table = find_one(path, {table.questions[0].answer_key: "是两个人"})
    assert [(row.number, row.values["name"], row.values.get("staff_no")) for row in table.rows] == [
        (2, "赵建国", None),
        (2, "钱秀英", None),
        (3, "李建国", "20210113"),
        (4, "孙丽华", None),
    ]


def test_find_tables_stops_at_formulas_and_errors(tmp_path: Path) -> None:
    """ux D case 29."""
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("成绩")
    sheet.write_row(0, 0, ["姓名", "工号", "所在支部", "考试日期", "题数", "成绩", "备注", "照片"])
    for row in range(1, 5):
        sheet.write_row(row, 0, [name_person(row), f"{row:04d}", "第一支部"])
        sheet.write(row, 5, 90)
    sheet.write_formula(4, 5, "=SUM(A1:A2)", None, "")
    sheet.write_formula(3, 5, "=A99", None, "#REF!")
    sheet.write_formula(2, 7, '=DISPIMG("ID_1",1)', None, '=DISPIMG("ID_1",1)')
    sheet.set_row(1, None, None, {"hidden": True})
    book.close()
    table = find_one(path)
    assert say(table) == [
        "「成绩」第 4 行 F 列（成绩）：#REF! 是公式出错。请改正后再传。",
        "「成绩」第 5 行 F 列是公式，没有算出的值，请在 WPS 里打开保存一次。",
    ]
    assert table.notes == ["「成绩」H 列是嵌入图片，不读取。", "「成绩」第 2 行是隐藏或筛选掉的，已经读取（共 1 行）。"]
    assert ([row.hidden for row in table.rows], count_lines(table)) == ([True, False, False, False], (4, 1))


def test_find_tables_reads_hidden_sheets_only_when_told(tmp_path: Path) -> None:
    """ux D case 29."""
    sheets = {"名册": [ROSTER_HEADER, *list_people(2)], "旧名册": [ROSTER_HEADER, *list_people(3)]}
    path = write_xlsx(tmp_path / "a.xlsx", sheets, hidden=["旧名册"])
    shown, hidden = find(path)
    assert (len(shown.rows), hidden.kind, hidden.notes) == (2, "", ["「旧名册」是隐藏的工作表，没有读取。"])
    assert (count_lines(hidden), hidden.skipped[0].reason) == ((0, 4), "隐藏的工作表")
    assert [len(table.rows) for table in find(path, {"读隐藏表:旧名册": "读取"})] == [2, 3]


def test_find_tables_takes_the_unit_from_the_sheet(tmp_path: Path) -> None:
    """ux D case 30, offices.md §3 (one sheet per 支部); empty Sheet3 is no table."""
    header = ["姓名", "工号", "入党时间"]
    sheets = {
        "第一支部": [header, ["赵建国", "0001", "2001-07-01"]],
        "老干部": [header, ["钱秀英", "0002", "1981-07-01"]],
        "Sheet3": [],
    }
    first, second = find(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert (first.facts["unit"], second.facts["unit"]) == ("第一支部", "老干部")


def test_find_tables_notes_sheets_that_hold_no_table(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        {"名册": [ROSTER_HEADER, *list_people(1)], "填报要求": [["一、请按时报送。"], ["二、请勿改表头。"]]},
    )
    _, other = find(path)
    assert (other.kind, other.notes, count_lines(other)) == ("", ["「填报要求」没有表格，没有读取。"], (0, 2))


def test_find_tables_asks_when_two_kinds_fit(tmp_path: Path) -> None:
    """A header that fits two kinds alike is never decided silently."""
    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet1": [["姓名", "成绩", "学时"], ["赵建国", 90, 4]]})
    table = find_one(path)
    assert say(table) == ["「Sheet1」像成绩，也像学时，按哪一种读？"]
    assert find_one(path, {table.questions[0].answer_key: "学时"}).kind == "hours"


def test_find_tables_stops_at_scores_above_full_marks(tmp_path: Path) -> None:
    """ux D case 28: 105; the header may say what full marks are."""
    path = write_xlsx(
        tmp_path / "a.xlsx", {"成绩": [["姓名", "成绩"], ["赵建国", 105], ["钱秀英", None], ["孙丽华", 0]]}
    )
    table = find_one(path)
    assert say(table) == ["「成绩」第 2 行 B 列（成绩）：105 超过满分 100。"]
    assert [row.values.get("score", ("无",))[0] for row in table.rows] == ["无", "无", 0]
    path = write_xlsx(tmp_path / "b.xlsx", {"成绩": [["姓名", "成绩（满分120分）"], ["赵建国", 105]]})
    assert (say(find_one(path)), find_one(path).rows[0].values["score"][0]) == ([], 105000)
