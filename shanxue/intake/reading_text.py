"""Reading text tables: which encoding, which separator. Every cell stays text, so leading zeros stay."""

from __future__ import annotations

import codecs
import csv
import io
import re

from shanxue.intake.reading_limits import MAX_COLUMNS, check_rows, refuse
from shanxue.intake.reading_xlsx import tidy_row
from shanxue.intake.rules import Cell, Sheet, name_column

UNREADABLE = "文件编码认不出。请在 WPS 里另存为 .xlsx 再传。"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")


def decode_text(data: bytes) -> tuple[str, str]:
    """Decode by byte-order mark, else strict UTF-8, else gb18030 (not gbk: 䶮 needs it); returns (text, encoding)."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode(data, encoding), encoding.removesuffix("-sig")
    unmarked = _guess_utf16(data)
    if unmarked:
        return _decode(data, unmarked), unmarked
    try:
        return _refuse_controls(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        if _is_damaged_utf8(data):
            raise refuse("encoding", UNREADABLE) from None
    return _decode(data, "gb18030"), "gb18030"


def _decode(data: bytes, encoding: str) -> str:
    try:
        return _refuse_controls(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise refuse("encoding", UNREADABLE) from error


def _refuse_controls(text: str) -> str:
    if _CONTROLS.search(text):
        raise refuse("encoding", UNREADABLE)
    return text


def _guess_utf16(data: bytes) -> str:
    """Tell UTF-16 without a mark by its zero bytes: separators and digits have one each."""
    head = data[:4000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if not even and not odd:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_damaged_utf8(data: bytes) -> bool:
    """Tell UTF-8 with a few bytes broken from GB18030, which as UTF-8 would be broken nearly everywhere."""
    text = data.decode("utf-8", "replace")
    broken, whole = text.count("\ufffd"), sum(1 for character in text if "\u4e00" <= character <= "\u9fff")
    return whole >= 8 and broken * 20 < whole


def sniff_separator(text: str) -> str:
    """Choose among comma, semicolon and tab the one that cuts most lines into equally many cells."""
    lines = [line for line in text[:20_000].splitlines()[:40] if line.strip()]

    def agree(separator: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=separator)]
        many = [count for count in counts if count > 1]
        if not many:
            return 0, 0
        usual = max(set(many), key=many.count)
        return many.count(usual), usual

    return max((",", "\t", ";"), key=agree)


def read_text(data: bytes, name: str) -> tuple[Sheet, str]:
    """Read a text table; a record is a row (a quoted cell may run over several lines)."""
    text, encoding = decode_text(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    separator = sniff_separator(text)
    found = re.match(r"sep=(.)\n", text)
    if found:
        separator, text = found[1], text[found.end() :]
    try:
        records: list[list[Cell]] = [
            list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        ]
    except csv.Error as error:
        raise refuse("encoding", UNREADABLE) from error
    check_rows(name, len(records))
    width = max(map(len, records), default=0)
    used = max((i + 1 for row in records for i, cell in enumerate(row) if cell), default=0)
    if used > MAX_COLUMNS:
        raise refuse(
            "too_many_columns",
            f"「{name}」使用到 {name_column(used - 1)} 列，超过 {MAX_COLUMNS} 列。请删除多余的列后再传。",
        )
    width = min(width, MAX_COLUMNS)
    return Sheet(name, [tidy_row(row[:width], width) for row in records]), encoding
