"""Attendance: marks, month matrices, one column per session, printed sheets, further tables (ux D cases 23–27)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.intake.fixtures import (
    ROSTER_HEADER,
    list_people,
    name_person,
    write_month_matrix,
    write_roster,
    write_xls,
    write_xlsx,
)
from tests.intake.test_tables import count_lines, find, find_one, say


def test_find_tables_reads_a_month_matrix_by_position(tmp_path: Path) -> None:
    """ux D case 24: always 31 columns; 六/日 and 国庆节 in place of the day's number."""
    header = ["国庆节", "国庆节", "国庆节", "六", "日", *range(6, 32)]
    lines = [
        [1, "赵建国", "0001", None, None, None, "√", None, "√", "病"],
        [2, "钱秀英", "0002", None, None, None, None, None, "√"],
        [3, "孙丽华", "0003"],
    ]
    path = write_month_matrix(tmp_path / "a.xlsx", title="第一支部2025年10月学习考勤表", header=header, lines=lines)
    table = find_one(path)
    rows = [(row.number, row.values["name"], row.values["on"].day, row.values["mark"]) for row in table.rows]
    assert rows == [(3, "赵建国", 4, "到"), (3, "赵建国", 6, "到"), (3, "赵建国", 7, "请假"), (4, "钱秀英", 6, "到")]
    assert table.rows[2].values["reason"] == "病假"
    assert (table.facts["unit"], table.facts["year"], table.facts["month"]) == ("第一支部", 2025, 10)
    assert (count_lines(table), say(table)) == ((2, 3), [])
    assert table.skipped[-1].reason == "这一行没有标记"
    assert table.notes == ["标记：√ → 到（3 处），病 → 请假（病假）（1 处）。"]


def test_find_tables_stops_at_marks_on_a_day_that_is_not(tmp_path: Path) -> None:
    """ux D case 24: 31 June."""
    lines = [[i, name_person(i), f"{i:04d}", *["√"] * 31] for i in range(1, 4)]
    path = write_month_matrix(tmp_path / "a.xlsx", lines=lines)
    table = find_one(path)
    assert say(table) == ["「考勤」AH 列是 6 月 31 日，没有这一天，但有 3 个标记。请改正。"]
    assert (len(table.rows), max(row.values["on"] for row in table.rows)) == (90, date(2025, 6, 30))


def test_find_tables_asks_for_the_month(tmp_path: Path) -> None:
    """ux D case 24: the period comes from the title, sheet or file name, else it is asked."""
    lines = [[1, "赵建国", "0001", "√"]]
    path = write_month_matrix(tmp_path / "a.xlsx", title="学习考勤表", lines=lines)
    table = find_one(path)
    assert say(table) == ["「考勤」没有写明是哪一年哪一月，请选择。"]
    assert (table.questions[0].choices[5], count_lines(table)) == ("2025-06", (0, 3))
    assert find_one(path, {table.questions[0].answer_key: "2025-06"}).rows[0].values["on"] == date(2025, 6, 1)
    named = write_month_matrix(tmp_path / "2025年7月考勤.xlsx", title="", lines=lines)
    assert find_one(named).rows[0].values["on"] == date(2025, 7, 1)


def test_find_tables_reads_a_matrix_with_weekdays_below_the_days(tmp_path: Path) -> None:
    """ux D case 24: two header lines, sums behind the days, workdays only."""
    lines = [
        ["第一支部2025年6月考勤"],
        ["姓名", "工号", *[f"{day}日" for day in range(2, 14)], "合计", "备注"],
        [None, None, *"一二三四五六日一二三四五", None, None],
        ["赵建国", "0001", "√", "√", *[None] * 9, "√", 3, "无"],
    ]
    merges = ["A1:P1", "A2:A3", "B2:B3", "O2:O3", "P2:P3"]
    table = find_one(write_xlsx(tmp_path / "a.xlsx", {"考勤": lines}, merges={"考勤": merges}))
    assert [row.values["on"].day for row in table.rows] == [2, 3, 13]
    assert (table.rows[0].values["remark"], table.unread, table.header_rows) == ("无", ["合计"], (2, 3))


def test_find_tables_asks_once_per_unknown_sign(tmp_path: Path) -> None:
    """ux D case 23: every distinct sign with its count; an empty cell is 未记录, never 缺席."""
    lines = [[1, "赵建国", "0001", "○", "○", "√"], [2, "钱秀英", "0002", "△", None, "√"]]
    path = write_month_matrix(tmp_path / "a.xlsx", lines=lines)
    table = find_one(path)
    assert say(table) == [
        "「考勤」第 3 行 D 列（1）：标记“○”表示什么？（共 2 处）",
        "「考勤」第 4 行 D 列（1）：标记“△”表示什么？",
    ]
    assert table.questions[0].choices == ("到", "迟到", "早退", "请假", "缺席", "已补学", "免", "未记录")
    table = find_one(path, {"标记:○": "请假", "标记:△": "迟到"})
    assert [row.values["mark"] for row in table.rows] == ["请假", "请假", "到", "迟到", "到"]


def test_find_tables_takes_the_legend_of_the_table(tmp_path: Path) -> None:
    """ux D case 23: a line that explains the signs answers for them; a person's answer goes before it."""
    lines = [[1, "赵建国", "0001", "○", "△", "√"]]
    path = write_month_matrix(tmp_path / "a.xlsx", lines=lines, below=[["备注：√到会，○请假，△迟到，×缺席"]])
    table = find_one(path)
    assert ([row.values["mark"] for row in table.rows], say(table)) == (["请假", "迟到", "到"], [])
    assert find_one(path, {"标记:○": "缺席"}).rows[0].values["mark"] == "缺席"


def test_find_tables_warns_of_cells_told_by_colour_only(tmp_path: Path) -> None:
    """ux D case 23: 12 cells; a weekend column coloured from top to bottom is decoration."""
    lines = [[i, name_person(i), f"{i:04d}", None, "√"] for i in range(1, 15)]
    cells = [f"F{row}" for row in range(3, 15)] + [f"J{row}" for row in range(3, 17)]
    path = write_month_matrix(tmp_path / "a.xlsx", lines=lines, coloured={"考勤": cells})
    assert find_one(path).notes[-1] == "「考勤」有 12 个单元格只用颜色区分，颜色读不出来，请写成文字。"


def test_find_tables_reads_one_column_per_session(tmp_path: Path) -> None:
    """A column per session: the header carries day and topic; a blank is a person not recorded, not an absence."""
    lines = [
        ["2025年学习考勤"],
        ["姓名", "工号", "3月5日 主题党日", "2025-04-10 党课（学习条例）", date(2025, 5, 8), "备注"],
        ["赵建国", "0001", "√", None, "√", "借调"],
        ["钱秀英", "0002", "病假", "×", None, None],
    ]
    table = find_one(write_xlsx(tmp_path / "a.xlsx", {"学习考勤": lines}))
    rows = [(row.number, str(row.values["on"]), row.values.get("mark")) for row in table.rows]
    assert rows == [
        (3, "2025-03-05", "到"),
        (3, "2025-04-10", None),
        (3, "2025-05-08", "到"),
        (4, "2025-03-05", "请假"),
        (4, "2025-04-10", "缺席"),
        (4, "2025-05-08", None),
    ]
    assert (table.rows[0].values["session_kind"], table.rows[1].values["topic"]) == ("主题党日", "党课(学习条例)")
    assert (count_lines(table), say(table)) == ((2, 2), [])


def test_find_tables_stops_at_a_session_without_day(tmp_path: Path) -> None:
    """A session whose day nobody wrote is not guessed; the day above the table will do (offices.md §3: 第一节…)."""
    lines = [["姓名", "学号", "第一节", "第二节"], ["赵建国", "0001", "√", "√"]]
    table = find_one(write_xlsx(tmp_path / "a.xlsx", {"考勤": lines}))
    assert say(table)[0] == "「考勤」C 列“第一节”没有写日期。请在列名里写上日期，如“3月5日 主题党日”。"
    table = find_one(write_xlsx(tmp_path / "b.xlsx", {"考勤": [["日期：2025年3月5日"], *lines]}))
    rows = [(row.values["topic"], row.values.get("on") or table.facts["on"]) for row in table.rows]
    assert (rows, say(table)) == ([("第一节", date(2025, 3, 5)), ("第二节", date(2025, 3, 5))], [])


def test_find_tables_stacks_printed_blocks(tmp_path: Path) -> None:
    """ux D case 25: A–D and E–H, key–value lines above, blocks stacked, 序号 checked for gaps."""
    lines = [
        ["第一支部主题党日签到表"],
        ["时间：2025年3月5日", None, "地点：会议室"],
        ["序号", "姓名", "部门", "签名", "序号", "姓名", "部门", "签名"],
        [1, "赵建国", "办公室", "赵建国", 4, "周文博", "人事科", "周文博"],
        [2, "钱秀英", "办公室", "√", 5, "吴海燕", "人事科", None],
        [3, "孙丽华", "办公室", "请假", 7, "郑永生", "人事科", "√"],
        [None, None, None, None, 8],
    ]
    table = find_one(write_xlsx(tmp_path / "a.xlsx", {"签到表": lines}, merges={"签到表": ["A1:H1"]}))
    assert [(row.number, row.values["name"], row.values.get("mark")) for row in table.rows] == [
        (4, "赵建国", "到"),
        (5, "钱秀英", "到"),
        (6, "孙丽华", "请假"),
        (4, "周文博", "到"),
        (5, "吴海燕", None),
        (6, "郑永生", "到"),
    ]
    assert (table.facts["on"], table.facts["session_kind"]) == (date(2025, 3, 5), "主题党日")
    assert count_lines(table) == (3, 4)
    assert table.notes[-1] == "「签到表」序号不连续：5 之后是 7。请核对是否少了人。"


def test_find_tables_compares_the_head_count(tmp_path: Path) -> None:
    """ux D case 27: totals, signatures and notes below the data."""
    below = [["合  计", "186人"], ["制表人：李干事", None, "填表日期：2025年1月"], ["备注：含借调人员"]]
    table = find_one(write_roster(tmp_path / "a.xlsx", [*list_people(185), *below]))
    assert say(table) == ["「名册」第 187 行：合计写 186，读到 185 行，请核对。"]
    assert (table.stated_total, count_lines(table)) == (186, (185, 4))
    assert describe(table) == "跳过：第 187 行合计行，第 188 行落款，第 189 行说明"
    assert say(find_one(tmp_path / "a.xlsx", {table.questions[0].answer_key: "按读到的 185 行"})) == []


def describe(table: object) -> str:
    from shanxue.intake.lines import describe_skipped

    return describe_skipped(table.skipped)  # type: ignore[attr-defined]


def test_find_tables_compares_subtotals_with_their_part(tmp_path: Path) -> None:
    """ux D case 27: 小计 counts since the last one, 合计 all."""
    lines = [*list_people(3), ["小计", "3人"], *list_people(2, "第二支部"), ["小计", "2人"], ["合计", "5人"]]
    table = find_one(write_roster(tmp_path / "a.xlsx", lines))
    assert (say(table), table.stated_total, count_lines(table)) == ([], 5, (5, 4))


def test_find_tables_takes_sums_for_sums(tmp_path: Path) -> None:
    """ux D case 27: a sum of scores is no head-count."""
    lines = [
        ["姓名", "工号", "成绩"],
        ["赵建国", "0001", 90],
        ["钱秀英", "0002", 80],
        ["合计", None, 170],
        ["平均分", None, 85],
    ]
    table = find_one(write_xlsx(tmp_path / "a.xlsx", {"成绩": lines}))
    assert (say(table), count_lines(table)) == ([], (2, 3))


def test_find_tables_asks_about_a_second_table(tmp_path: Path) -> None:
    """ux D case 27: another header below."""
    second = [[], ["附：测试成绩"], ["序号", "姓名", "成绩"], [1, "赵建国", 90], [2, "钱秀英", 80]]
    path = write_roster(tmp_path / "a.xlsx", [*list_people(8), *second])
    first, other = find(path)
    assert say(other) == ["「名册」第 12 行起是另一张表，要导入吗？"]
    assert ((first.kind, len(first.rows)), count_lines(first, other)) == (("roster", 8), (8, 6))
    first, other = find(path, {other.questions[0].answer_key: "导入"})
    assert ((other.kind, len(other.rows)), count_lines(first, other), say(other)) == (("scores", 2), (10, 4), [])
    first, other = find(path, {"行:另一张表:名册:12": "不导入"})
    assert [(line.row, line.excluded) for line in other.skipped] == [
        (10, False),
        (11, False),
        (12, False),
        (13, True),
        (14, True),
    ]


def test_find_tables_reads_stacked_sessions_as_tables_of_their_own(tmp_path: Path) -> None:
    """The same header again after other meeting info is another session; without, a page break."""
    header = ["姓名", "工号", "签到"]
    lines = [
        ["时间：2025年3月5日", "主题：学习条例"],
        header,
        ["赵建国", "0001", "√"],
        header,
        ["钱秀英", "0002", "√"],
        [],
        ["时间：2025年4月9日", "主题：学习全会精神"],
        header,
        ["赵建国", "0001", "√"],
    ]
    first, second = find(write_xlsx(tmp_path / "a.xlsx", {"签到": lines}))
    assert (first.facts["on"], len(first.rows)) == (date(2025, 3, 5), 2)
    assert (second.facts["on"], second.facts["topic"], len(second.rows)) == (date(2025, 4, 9), "学习全会精神", 1)
    assert (count_lines(first, second), say(second)) == ((3, 6), [])
    assert [line.reason for line in first.skipped][-1] == "重复的表头"


def test_find_tables_takes_a_line_with_a_unit_for_those_below(tmp_path: Path) -> None:
    """A line that holds only 第二支部 stands for the unit of the people under it."""
    header = ["姓名", "工号", "入党时间"]
    lines = [header, ["第一支部"], ["赵建国", "0001", "2001-07-01"], ["第二支部"], ["钱秀英", "0002", "2001-07-01"]]
    table = find_one(write_xls(tmp_path / "a.xls", {"名册": lines}, merges={"名册": [(1, 1, 0, 2), (3, 3, 0, 2)]}))
    assert [row.values["unit"] for row in table.rows] == ["第一支部", "第二支部"]
    assert (describe(table), count_lines(table)) == (
        "跳过：第 2 行分组行（第一支部），第 4 行分组行（第二支部）",
        (2, 3),
    )


def test_find_tables_skips_lines_with_a_number_only(tmp_path: Path) -> None:
    """A printed form with numbered empty lines holds nobody there."""
    lines = [["序号", *ROSTER_HEADER], [1, "赵建国", "0001", "第一支部"], [2], [3]]
    table = find_one(write_xlsx(tmp_path / "a.xlsx", {"名册": lines}))
    assert (count_lines(table), table.skipped[-1].reason) == ((1, 3), "只有序号，没有内容")


def test_find_tables_reads_a_month_of_bare_days(tmp_path: Path) -> None:
    """ux D case 24 with real dates as headers: a blank day is no session; lines of counts are no people."""
    days = [date(2025, 6, day) for day in range(1, 31)]
    lines = [
        ["姓名", "工号", *days, "实到"],
        ["赵建国", "0001", "√", None, "√"],
        ["钱秀英", "0002", None, "√"],
        ["实到人数", None, 1, 1, 1],
        ["出勤率", None, 0.5, 0.5, 0.5],
    ]
    table = find_one(write_xlsx(tmp_path / "a.xlsx", {"考勤": lines}))
    assert [(row.values["name"], row.values["on"].day) for row in table.rows] == [
        ("赵建国", 1),
        ("赵建国", 3),
        ("钱秀英", 2),
    ]
    assert (describe(table), count_lines(table), say(table)) == ("跳过：第 4–5 行统计行", (2, 3), [])


def test_find_tables_asks_for_the_year_of_session_columns(tmp_path: Path) -> None:
    """A day without year in a header, and a number cell that lost its zero (6.10 is 6.1)."""
    lines = [["姓名", "工号", 6.1, 6.2, 6.1], ["赵建国", "0001", "√", None, "√"]]
    path = write_xlsx(tmp_path / "a.xlsx", {"考勤": lines})
    assert say(find_one(path)) == ["「考勤」C 列“6.1”没有写年份，是哪一年？"]
    assert say(find_one(path, {"行:年份": "2025年"})) == [
        "「考勤」C 列和 E 列都是 2025-06-01，分不清是哪一次。请在列名里写明日期和内容。"
    ]
