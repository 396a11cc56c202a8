"""Recognising files by content, their limits, and what is refused (ux D cases 1, 2, 15, 29; D0)."""

from __future__ import annotations

import contextlib
import os
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from shanxue.base.errors import Refusal
from shanxue.intake import reading_limits, reading_xlsx
from shanxue.intake.reading import list_spreadsheets, read_workbook
from shanxue.intake.reading_limits import check_row_count
from tests.intake.fixtures import (
    ROSTER_HEADER,
    list_people,
    write_daily_export,
    write_encrypted,
    write_raw_xlsx,
    write_roster,
    write_sheet_xml,
    write_xls,
    write_xlsx,
)


def refuse(path: Path) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        read_workbook(path)
    return caught.value.code, caught.value.sentence


def test_read_workbook_reads_past_a_false_dimension(tmp_path: Path) -> None:
    """ux D case 1: the declared range is A1, 717 rows follow, all inlineStr, no style."""
    book = read_workbook(write_daily_export(tmp_path / "导出.xlsx"))
    assert (book.sheets[0].name, len(book.sheets[0].rows)) == ("每日统计", 717)
    assert book.sheets[0].rows[716][1] == "第一支部"


def test_check_row_count_stops_when_rows_are_lost() -> None:
    """ux D case 1: if a reader sees fewer rows than the file holds, nothing is read."""
    with pytest.raises(Refusal) as caught:
        check_row_count("每日统计", 717, 1, "c0ffee0012345678")
    assert caught.value.sentence == (
        "「每日统计」文件里有 717 行，只读到 1 行，已停止。请把这个文件发给管理员（编号 E-C0FFEE00）。"
    )


def test_read_workbook_stops_on_two_rows_with_one_number(tmp_path: Path) -> None:
    """ux D case 1: a reader folds two <row r="2"> into one; the cross-check notices."""
    xml = write_sheet_xml([["姓名"], ["赵建国"], ["钱秀英"]], numbers=[1, 2, 2])
    code, sentence = refuse(write_raw_xlsx(tmp_path / "a.xlsx", xml))
    assert code == "file_rows_lost"
    assert sentence.startswith("「Sheet1」文件里有 3 行，只读到 2 行，已停止。请把这个文件发给管理员（编号 E-")


def test_read_workbook_does_not_count_cells_with_an_empty_text(tmp_path: Path) -> None:
    """ux D case 1: a row whose only cell is an empty shared string is no lost row."""
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    shared = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>姓名</t></si><si><t></t></si></sst>'
    book = read_workbook(write_raw_xlsx(tmp_path / "a.xlsx", xml, shared=shared))
    assert book.sheets[0].rows == [["姓名"], [None]]


def test_read_workbook_reads_the_used_area_only(tmp_path: Path) -> None:
    """ux D case 2: formats and merged areas out to XFD (180,000 cells) are not content."""
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 0, ROSTER_HEADER)
    sheet.write_row(1, 0, ["赵建国", "0001", "第一支部"])
    red = book.add_format({"bg_color": "#FF0000"})
    for row in range(2, 13):
        sheet.merge_range(row, 3, row, 16383, None, red)
    book.close()
    read = read_workbook(path).sheets[0]
    assert (len(read.rows), len(read.rows[0]), read.used_to) == (13, 3, "")


def test_read_workbook_cuts_a_sheet_that_is_too_wide(tmp_path: Path) -> None:
    """ux D case 2: content in XFD; only the leading columns are read, without the rectangle in memory."""
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Sheet1")
    for row in range(300):
        sheet.write_row(row, 0, [f"第{column}列" for column in range(7)])
    sheet.write(0, 16383, "x")
    book.close()
    read = read_workbook(path).sheets[0]
    assert (read.used_to, len(read.rows), read.rows[299]) == ("XFD", 300, [f"第{column}列" for column in range(7)])


def test_read_workbook_refuses_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ux D0 rule 10: the limit is named in the message."""
    monkeypatch.setattr(reading_limits, "MAX_ROWS", 20)
    path = write_roster(tmp_path / "a.xlsx", list_people(30))
    assert refuse(path) == ("file_too_many_rows", "「名册」有 31 行，超过 20 行。请分成几个文件后再传。")


def test_read_workbook_refuses_a_large_file(tmp_path: Path) -> None:
    """ux D0 rule 10: 20 MB."""
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    assert refuse(path) == ("file_too_large", "文件有 21.0 MB，超过 20 MB。请分成几个文件后再传。")


def test_read_workbook_refuses_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"")
    assert refuse(path) == ("file_empty", "文件是空的，没有内容。")


def test_read_workbook_stops_a_zip_bomb_at_the_limit(tmp_path: Path) -> None:
    """ux D case 29: bombs stop at the limit, no detail."""
    path = write_raw_xlsx(
        tmp_path / "a.xlsx", write_sheet_xml([["姓名"]]), extra={"xl/worksheets/sheet2.xml": b" " * (210 * 1024 * 1024)}
    )
    assert path.stat().st_size < 1024 * 1024
    assert refuse(path) == ("file_too_large", "这个文件解压后超过 200 MB，已停止读取。")


def test_read_workbook_does_not_believe_the_sizes_a_zip_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ux D case 29: a header that states less than unpacks is a broken file."""
    monkeypatch.setattr(reading_xlsx, "MAX_UNPACKED_BYTES", 100_000)
    path = write_raw_xlsx(tmp_path / "a.xlsx", write_sheet_xml([["姓名"]] * 5000))
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    data = path.read_bytes().replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(data)
    assert refuse(path)[0] == "file_broken"


def test_read_workbook_refuses_entities(tmp_path: Path) -> None:
    """ux D case 29: entity bomb; D0 rule 11."""
    prolog = '<!DOCTYPE worksheet [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    path = write_raw_xlsx(tmp_path / "a.xlsx", write_sheet_xml([["&b;"]], prolog=prolog))
    assert refuse(path) == (
        "file_hostile",
        "这个文件的内容不正常，已停止读取。请在 WPS 里另存为 .xlsx 再传。",
    )


def test_read_workbook_reads_an_xls_renamed_xlsx(tmp_path: Path) -> None:
    """ux D case 29: .xls renamed .xlsx."""
    path = write_xls(tmp_path / "a.xls", {"名册": [ROSTER_HEADER, ["赵建国", "0001", date(2021, 7, 1)]]})
    path = path.rename(tmp_path / "b.xlsx")
    book = read_workbook(path)
    assert (book.format, book.notes) == ("xls", ("扩展名是 .xlsx，内容是旧版 .xls，已按 .xls 读取。",))
    assert book.sheets[0].rows[1] == ["赵建国", "0001", date(2021, 7, 1)]


def test_read_workbook_reads_an_xlsx_named_xls(tmp_path: Path) -> None:
    path = write_roster(tmp_path / "a.xlsx", list_people(1)).rename(tmp_path / "b.xls")
    assert read_workbook(path).notes == ("扩展名是 .xls，内容是 .xlsx，已按 .xlsx 读取。",)


def test_read_workbook_reads_text_named_xls(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes("姓名\t工号\n赵建国\t0001\n".encode("gb18030"))
    book = read_workbook(path)
    assert (book.format, book.notes) == ("csv", ("扩展名是 .xls，内容是文本，已按文本表读取。",))
    assert book.sheets[0].rows == [["姓名", "工号"], ["赵建国", "0001"]]


@pytest.mark.parametrize(
    "head",
    ["<html><table><tr><td>姓名", "<!DOCTYPE html><html>", "\ufeff\n<TABLE border=1>", "<meta charset=gbk><table>"],
)
def test_read_workbook_refuses_a_web_page(tmp_path: Path, head: str) -> None:
    """ux D case 29: HTML saved as .xls."""
    path = tmp_path / "a.xls"
    path.write_text(head, encoding="utf-8")
    assert refuse(path) == ("file_web_page", "这是网页另存的表，请在 WPS 里另存为 .xlsx。")


def test_read_workbook_refuses_a_password(tmp_path: Path) -> None:
    """ux D case 29: password-protected (an OLE2 file that holds EncryptedPackage)."""
    template = write_xls(tmp_path / "a.xls", {"名册": [ROSTER_HEADER]})
    path = write_encrypted(tmp_path / "b.xlsx", template)
    assert refuse(path) == ("file_password", "这个文件设了密码，去掉密码后再传。")


def test_read_workbook_reads_a_workbook_with_macros(tmp_path: Path) -> None:
    """ux D case 29: .xlsm: values are read, nothing runs."""
    path = write_raw_xlsx(
        tmp_path / "a.xlsm", write_sheet_xml([["姓名"], ["赵建国"]]), extra={"xl/vbaProject.bin": b"\xd0\xcf"}
    )
    book = read_workbook(path)
    assert (book.notes, book.sheets[0].rows) == (
        ("这个文件带宏，宏不会运行，只读取数据。",),
        [["姓名"], ["赵建国"]],
    )


def test_read_workbook_refuses_et(tmp_path: Path) -> None:
    """ux D case 29."""
    path = write_xls(tmp_path / "a.xls", {"名册": [ROSTER_HEADER]}).rename(tmp_path / "名册.et")
    assert refuse(path) == ("file_et", ".et 是 WPS 表格格式，请另存为 .xlsx。")


@pytest.mark.parametrize("head", [b"%PDF-1.4\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_read_workbook_refuses_a_picture(tmp_path: Path, head: bytes) -> None:
    """ux D case 25: a scan or photo, whatever its extension."""
    path = tmp_path / "签到表.xlsx"
    path.write_bytes(head + b"\x00" * 64)
    assert refuse(path) == ("file_image", "这是图片，不能读取名单。请用“点名”录入，或上传电子表。")


def test_read_workbook_refuses_other_archives(tmp_path: Path) -> None:
    """ux D case 29: what openpyxl calls “File contains no valid workbook part”."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("名册.txt", "姓名")
    assert refuse(path) == ("file_format", "这是压缩包，不是表格。请解压后上传里面的 .xlsx。")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refuse(path)[1] == "这是文字文档，不是表格。请把表复制到 WPS 表格里，另存为 .xlsx 再传。"


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9])
def test_read_workbook_refuses_a_truncated_file(tmp_path: Path, keep: float) -> None:
    """A file cut off in transfer never half-reads."""
    whole = write_roster(tmp_path / "a.xlsx", list_people(50)).read_bytes()
    path = tmp_path / "b.xlsx"
    path.write_bytes(whole[: int(len(whole) * keep)])
    assert refuse(path) == ("file_broken", "这个文件已损坏，读不出来。请在 WPS 里打开后另存为 .xlsx 再传。")


@pytest.mark.parametrize("at", range(0, 6000, 500))
def test_read_workbook_survives_a_damaged_xls(tmp_path: Path, at: int) -> None:
    """Damage in an .xls ends in a refusal or a reading, never in another error."""
    data = bytearray(write_xls(tmp_path / "a.xls", {"名册": [ROSTER_HEADER, *list_people(40)]}).read_bytes())
    data[at : at + 40] = b"\xff" * 40
    path = tmp_path / "b.xls"
    path.write_bytes(bytes(data))
    with contextlib.suppress(Refusal):
        assert read_workbook(path).format in ("xls", "csv")


def test_read_workbook_uses_the_epoch_of_the_workbook(tmp_path: Path) -> None:
    """ux D case 15: 44378 is 2021-07-01 or, in a 1904 workbook, 2025-07-02; real date cells know which."""
    lines = [["入党时间"], [date(2021, 7, 1)]]
    old = read_workbook(write_xlsx(tmp_path / "a.xlsx", {"名册": lines}, epoch_1904=True))
    new = read_workbook(write_xlsx(tmp_path / "b.xlsx", {"名册": lines}))
    assert (old.epoch_1904, old.sheets[0].rows[1]) == (True, [date(2021, 7, 1)])
    assert (new.epoch_1904, new.sheets[0].rows[1]) == (False, [date(2021, 7, 1)])


def test_read_workbook_shows_what_the_number_format_shows(tmp_path: Path) -> None:
    """ux D cases 11, 14: 000001 is stored as 1; 2021年7月 is stored as the 1st."""
    lines = [["编号", "入党时间"], [1, date(2021, 7, 1)]]
    path = write_xlsx(
        tmp_path / "a.xlsx", {"名册": lines}, formats={("名册", 0): "000000", ("名册", 1): 'yyyy"年"m"月"'}
    )
    assert read_workbook(path).sheets[0].rows[1] == ["000001", "2021年7月"]


def test_read_workbook_marks_formulas_errors_pictures_and_hidden_rows(tmp_path: Path) -> None:
    """ux D case 29: formulas without cached value, #REF!, =DISPIMG, hidden rows and sheets; case 23: colour only."""
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("名册")
    sheet.write_row(0, 0, ["姓名", "学时", "成绩", "照片", "签到"])
    sheet.write(1, 0, "赵建国")
    sheet.write_formula(1, 1, "=1+1", None, "")
    sheet.write_formula(1, 2, "=A9", None, "#REF!")
    sheet.write_formula(1, 3, '=DISPIMG("ID_1",1)', None, '=DISPIMG("ID_1",1)')
    sheet.write_blank(1, 4, None, book.add_format({"bg_color": "#00FF00"}))
    sheet.set_row(1, None, None, {"hidden": True})
    book.add_worksheet("选项").hide()
    book.close()
    read, options = read_workbook(path).sheets
    assert read.rows[1] == ["赵建国", None, "#REF!", '=DISPIMG("ID_1",1)', None]
    assert (read.formulas_without_value, read.images, read.coloured, read.hidden_rows) == (
        {(1, 1)},
        {3},
        ((1, 4),),
        {2},
    )
    assert options.hidden


def test_read_workbook_marks_the_same_in_xls(tmp_path: Path) -> None:
    """ux D case 29, in the old format."""
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("名册")
    for column, title in enumerate(["姓名", "编号", "入党时间"]):
        sheet.write(0, column, title)
    sheet.write(1, 0, "赵建国")
    sheet.write(1, 1, 7, xlwt.easyxf(num_format_str="000"))
    sheet.write(1, 2, date(2021, 7, 1), xlwt.easyxf(num_format_str='yyyy"年"m"月"'))
    sheet.row(1).hidden = True
    book.save(str(tmp_path / "a.xls"))
    read = read_workbook(tmp_path / "a.xls").sheets[0]
    assert (read.rows[1], read.hidden_rows) == (["赵建国", "007", "2021年7月"], {2})


def test_list_spreadsheets_leaves_lock_files_out(tmp_path: Path) -> None:
    """offices.md §3: hidden lock files ~$模板0….xlsx lie beside the tables."""
    write_roster(tmp_path / "名册.xlsx", list_people(1))
    (tmp_path / "~$名册.xlsx").write_bytes(b"\x05user")
    (tmp_path / "说明.docx").write_bytes(b"x")
    os.mkdir(tmp_path / "旧.xlsx")
    assert [path.name for path in list_spreadsheets(tmp_path)] == ["名册.xlsx"]
    assert refuse(tmp_path / "~$名册.xlsx")[1] == "“~$名册.xlsx”是打开表格时留下的临时文件，不是表格。"


def test_read_workbook_takes_rows_and_cells_without_addresses(tmp_path: Path) -> None:
    """ux D case 1: exporters that write no r attributes, ISO dates, cells of spaces only."""
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row><c t="inlineStr"><is><t>姓名</t></is></c><c t="d"><v>2021-07-01</v></c></row>'
        '<row><c t="inlineStr"><is><t xml:space="preserve">  </t></is></c></row>'
        '<row><c t="inlineStr"><is><t>赵建国</t></is></c></row></sheetData></worksheet>'
    )
    book = read_workbook(write_raw_xlsx(tmp_path / "a.xlsx", xml))
    assert book.sheets[0].rows == [["姓名", date(2021, 7, 1)], [None, None], ["赵建国", None]]
