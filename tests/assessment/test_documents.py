"""The workbook and the two machine-readable files, read back from what was written."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from shanxue.assessment.documents import measure_text, write_lines, write_results, write_workbook
from shanxue.assessment.rules.report import Part

from .year_report import FIRST, LI, PEOPLE_SCHEME, make_quiet_report, make_report


def read_sheets(path: Path) -> dict[str, Worksheet]:
    return {sheet.title: sheet for sheet in openpyxl.load_workbook(path).worksheets}


@pytest.fixture
def sheets(tmp_path: Path) -> dict[str, Worksheet]:
    write_workbook(make_report(), tmp_path / "考核结果.xlsx")
    return read_sheets(tmp_path / "考核结果.xlsx")


def list_rows(sheet: Worksheet) -> list[tuple[object, ...]]:
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


def test_results_csv_holds_the_columns_of_the_contract(tmp_path: Path) -> None:
    """DESIGN §7: staff_no, name, unit, total, grade, rank_note, gates; decimals as text, long numbers whole."""
    write_results(make_report().main, tmp_path / "results.csv")
    raw = (tmp_path / "results.csv").read_bytes()
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8").splitlines()))
    assert rows[0] == ["staff_no", "name", "unit", "total", "grade", "rank_note", "gates"]
    gate = "按第九条，学习考核未达优秀的，年度考核不评优秀"
    assert rows[2] == ["202500012345678901", "李梅", FIRST, "89.99", "良好", "低于优秀线 0.01 分", gate]


def test_results_csv_leaves_a_missing_total_empty(tmp_path: Path) -> None:
    """No data is not zero (DESIGN §8)."""
    write_results(make_report().main, tmp_path / "results.csv")
    rows = list(csv.DictReader((tmp_path / "results.csv").open(encoding="utf-8")))
    assert [(row["name"], row["total"], row["grade"]) for row in rows[3:5]] == [
        ("赵敏", "", "待补充"),
        ("钱进", "40.00", "不合格"),
    ]


def test_lines_csv_holds_the_columns_of_the_contract(tmp_path: Path) -> None:
    """DESIGN §7: staff_no, item, counted, out_of, awarded, full, clause, note."""
    write_lines(make_report().main, tmp_path / "lines.csv")
    assert (tmp_path / "lines.csv").read_text(encoding="utf-8") == (
        "staff_no,item,counted,out_of,awarded,full,clause,note\n"
        "0007,A1,20,20,30.00,30.00,第五条,\n"
        "202500012345678901,A1,19.5,20,29.99,30.00,第五条,\n"
        "0010,D1,,,,30.00,第八条,无数据\n"
        "0013,D1,,,,30.00,第八条,免\n"
        "0011,A2,3,,-9.00,,第六条,-归零\n"
    )


def test_csv_keeps_a_text_that_looks_like_a_formula(tmp_path: Path) -> None:
    """The CSV files are for programs: values stay as they are (docs/documents.md)."""
    write_results(make_report().main, tmp_path / "results.csv")
    assert "\n0009,=张&<伟>,第二党支部,65.50,合格,," in (tmp_path / "results.csv").read_text(encoding="utf-8")


def test_workbook_has_six_sheets_in_order(sheets: dict[str, Worksheet]) -> None:
    """issue 2, item 6: summary, persons, lines, branches, departments, lists."""
    assert list(sheets) == ["汇总", "人员", "明细", "支部", "部门", "名单"]


def test_summary_says_the_sentence_first(sheets: dict[str, Worksheet]) -> None:
    """B0: the first line answers; ungraded and waiting people are told apart from grades."""
    rows = list_rows(sheets["汇总"])
    assert rows[0][0] == "江州市城市管理局2025年度学习考核结果"
    assert rows[2][1] == (
        "截至2025年12月31日，全局3个支部应考核7人，已评定5人，其中优秀1人、占14.3%，良好2人、占28.6%，"
        "合格1人、占14.3%，不合格1人、占14.3%；不定等次1人；资料不全、待补充1人。"
    )


def test_summary_holds_distribution_gates_policies_and_digests(sheets: dict[str, Worksheet]) -> None:
    texts = [[cell for cell in row if cell is not None] for row in list_rows(sheets["汇总"])]
    assert ["条款适用", "第九条：4人，年度考核最高可评称职。"] in texts
    assert ["等次限制", "受条款限制、拟定等次需要调整的1人，见“名单”。"] in texts
    assert ["未规定事项", "细则未规定年中调入人员的考核，按全年计。"] in texts
    assert ["人员", "优秀", "良好", "合格", "不合格", "不定等次", "待补充", "合计"] in texts
    assert ["数量", 1, 2, 1, 1, 1, 1, 7] in texts
    assert ["占比", 0.143, 0.286, 0.143, 0.143, 0.143, 0.143] in texts
    assert [f"细则校验值 {'ab' * 32}"] in texts
    assert ["输入数据校验值", "12" * 32] in texts


def test_staff_numbers_are_texts_and_points_are_numbers(sheets: dict[str, Worksheet]) -> None:
    """ux D: ids always text; 89.99 stays 89.99 with the scheme's two decimals."""
    sheet = sheets["人员"]
    assert [sheet.cell(2, 1).value, sheet.cell(3, 1).value] == ["0007", "202500012345678901"]
    assert (sheet.cell(3, 1).data_type, sheet.cell(3, 1).number_format) == ("s", "@")
    assert (sheet.cell(3, 5).value, sheet.cell(3, 5).number_format) == (89.99, "0.00_ ")
    assert sheet.cell(5, 5).value is None


def test_people_show_component_subtotals_under_their_full_marks(sheets: dict[str, Worksheet]) -> None:
    """D6: 计划、考勤、笔记、成效."""
    rows = list_rows(sheets["人员"])
    assert rows[0][6:10] == ("计划（20）", "考勤（30）", "笔记（20）", "成效（30）")
    assert rows[2][6:10] == (18, 29.99, 17, 25)


def test_texts_never_become_formulas_or_links(tmp_path: Path) -> None:
    """Formula injection: cells that begin with = + - @ tab or CR are texts, and stay so when edited."""
    starts = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "http://example.com/")
    people = tuple(replace(LI, code=f"{number}", name=text) for number, text in enumerate(starts))
    report = replace(make_report(), people=Part(PEOPLE_SCHEME, people))
    write_workbook(report, tmp_path / "考核结果.xlsx")
    sheet = read_sheets(tmp_path / "考核结果.xlsx")["人员"]
    cells = [sheet.cell(row, 2) for row in range(2, 9)]
    assert [cell.data_type for cell in cells] == ["s"] * 7
    assert [bool(cell.quotePrefix) for cell in cells] == [True] * 6 + [False]
    assert [cell.hyperlink for cell in cells] == [None] * 7
    with zipfile.ZipFile(tmp_path / "考核结果.xlsx") as package:
        assert not any(b"<f>" in package.read(name) for name in package.namelist())


def test_sheets_freeze_filter_and_print(sheets: dict[str, Worksheet]) -> None:
    """issue 2, item 6: frozen panes, filters, widths; A4 across, head on every page."""
    sheet = sheets["人员"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:L8"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert "第 &P 页，共 &N 页" in str(sheet.oddFooter.center.text)
    assert sheet.column_dimensions["A"].width >= measure_text("202500012345678901")


def test_branches_show_attendance_and_make_up_apart(sheets: dict[str, Worksheet]) -> None:
    """offices §5.1: 实到 and 已补学 are two numbers; 未记录 and 免 are not in 应到."""
    rows = [dict(zip(list_rows(sheets["支部"])[0], row, strict=True)) for row in list_rows(sheets["支部"])[1:]]
    second = rows[1]
    assert [second[head] for head in ("应到人次", "实到人次", "到会率", "已补学人次", "未记录人次")] == [
        90,
        61,
        0.678,
        9,
        7,
    ]
    assert [second[head] for head in ("合计", "等次", "应考核人数", "待补充", "人员平均分")] == [
        85,
        "达标",
        4,
        1,
        61.83,
    ]
    assert (rows[2]["到会率"], rows[2]["免考核"]) == (None, 1)


def test_lists_name_the_best_the_blocked_and_the_references(sheets: dict[str, Worksheet]) -> None:
    """D8: proposed 优秀 without study 优秀 is listed with the clause; proposed 称职 is not. D9: reference list."""
    rows = [row[:3] + row[6:9] for row in list_rows(sheets["名单"])[1:]]
    assert rows == [
        ("学习考核优秀", "0007", "王建国", "优秀", None, None),
        ("拟定年度考核优秀而学习考核未达优秀", "202500012345678901", "李梅", "良好", "优秀", "第九条"),
        ("选拔任用参考", "0007", "王建国", "优秀", None, "第十一条"),
        ("免考核", "0099", "吴老", None, None, None),
    ]


def test_a_part_that_was_not_run_is_said(tmp_path: Path) -> None:
    """A default is never silent."""
    report = replace(make_report(), people=None)
    write_workbook(report, tmp_path / "考核结果.xlsx")
    sheets = read_sheets(tmp_path / "考核结果.xlsx")
    assert sheets["人员"].cell(2, 1).value == "本次没有运行人员考核细则。"
    assert sheets["部门"].cell(2, 1).value == "没有部门可列。"
    assert sheets["汇总"].cell(3, 2).value == (
        "截至2025年12月31日，全局应考核支部3个，已评定3个，其中先进2个、占66.7%，达标1个、占33.3%。"
    )


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    """Same inputs, same digest (DESIGN §5)."""
    write_workbook(make_report(), tmp_path / "1.xlsx")
    write_workbook(make_report(), tmp_path / "2.xlsx")
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


def test_a_quiet_year_has_no_lists_of_blocked_people(tmp_path: Path) -> None:
    write_workbook(make_quiet_report(), tmp_path / "考核结果.xlsx")
    rows = list_rows(read_sheets(tmp_path / "考核结果.xlsx")["名单"])
    assert [row[0] for row in rows[1:]] == ["学习考核优秀", "选拔任用参考"]
