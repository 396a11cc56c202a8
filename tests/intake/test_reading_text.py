"""Text tables: encodings and separators (ux D cases 9–11)."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from shanxue.base.errors import Refusal
from shanxue.intake.reading import read_workbook
from shanxue.intake.reading_text import decode_text, sniff_separator

TEXT = "姓名,工号,所在支部\n赵建国,0001,第一支部\n钱秀英,0002,第一支部\n"
ROWS = [["姓名", "工号", "所在支部"], ["赵建国", "0001", "第一支部"], ["钱秀英", "0002", "第一支部"]]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode("utf-8"), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("gbk"), "gb18030"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_read_workbook_tells_the_encoding(tmp_path: Path, data: bytes, encoding: str) -> None:
    """ux D case 9: BOM → strict UTF-8 → gb18030; UTF-16 as 记事本 writes it."""
    path = tmp_path / "名册.csv"
    path.write_bytes(data)
    book = read_workbook(path)
    assert (book.format, book.encoding, book.sheets[0].name, book.sheets[0].rows) == ("csv", encoding, "名册", ROWS)


def test_read_workbook_keeps_rare_characters(tmp_path: Path) -> None:
    """ux D case 10: bytes FE 9F fail in gbk and decode in gb18030; 𠮷 takes four bytes."""
    path = tmp_path / "名册.csv"
    path.write_bytes("姓名,工号\n䶮㛃,0001\n𠮷𬭎,0002\n".encode("gb18030"))
    assert read_workbook(path).sheets[0].rows[1:] == [["䶮㛃", "0001"], ["𠮷𬭎", "0002"]]


@pytest.mark.parametrize(
    "data",
    [
        "姓名,工号\n赵建国,1\n".encode() + b"\xff\xff\xff" + b"\x81",
        "姓名,所在支部,备注\n赵建国,第一支部,学习委员\n钱秀英,第二支部,无\n".encode()[:-2] + b"\n",
        b"\x01\x02\x03name,code\n",
    ],
)
def test_read_workbook_refuses_an_unknown_encoding(tmp_path: Path, data: bytes) -> None:
    """ux D case 9: neither UTF-8 nor GB18030; a UTF-8 file cut in the middle of a character is not GB18030 either."""
    path = tmp_path / "名册.csv"
    path.write_bytes(data)
    with pytest.raises(Refusal) as caught:
        read_workbook(path)
    assert caught.value.sentence == "文件编码认不出。请在 WPS 里另存为 .xlsx 再传。"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_sniff_separator_takes_the_one_that_cuts_evenly(separator: str) -> None:
    """A title line and commas inside cells do not mislead."""
    lines = [
        "第一支部名册",
        separator.join(["姓名", "工号", "备注"]),
        separator.join(["赵建国", "0001", '"党课，学习"']),
    ]
    assert sniff_separator("\n".join(lines)) == separator


def test_read_workbook_counts_records_as_rows(tmp_path: Path) -> None:
    """A quoted cell over two lines is one row, blank lines are rows, so that row numbers are those WPS shows."""
    path = tmp_path / "名册.csv"
    path.write_text('姓名,备注\n赵建国,"第一行\n第二行"\n\n钱秀英,\n', encoding="utf-8")
    assert read_workbook(path).sheets[0].rows == [
        ["姓名", "备注"],
        ["赵建国", "第一行\n第二行"],
        [None, None],
        ["钱秀英", None],
    ]


def test_decode_text_reads_plain_letters_as_utf8() -> None:
    assert decode_text(b"name,code\nA,1\n") == ("name,code\nA,1\n", "utf-8")
