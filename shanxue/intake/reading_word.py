"""Reading .docx: the zip is checked first, then paragraphs and tables are given as plain text in their order.

Kept, because question banks need it: numbers that Word counts itself (1. A.), underlined text (as _text_), line breaks,
inserted text of tracked changes, ticks from symbol fonts. Told, because it cannot be read: pictures and formulas.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zlib import error as ZlibError

from docx import Document as open_document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import XMLSyntaxError  # type: ignore[import-untyped]

from shanxue.intake.reading_limits import MAX_FILE_BYTES, MAX_ROWS, Deadline, refuse
from shanxue.intake.reading_xls import OLE_MAGIC, list_streams
from shanxue.intake.reading_xlsx import check_archive

BROKEN = "这个文档已损坏，读不出来。请在 WPS 里打开后另存为 .docx 再传。"
OLD = "这是旧版 .doc 文档，不能读取。请在 WPS 里另存为 .docx 再传。"
_TICKS = {"F0FC": "√", "F0FB": "×", "F050": "√", "F04F": "×", "F052": "√", "F0FE": "√", "F0FD": "×"}
_PICTURES = (qn("w:drawing"), qn("w:pict"), qn("w:object"))
_FORMULAS = ("{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath",)
_CHINESE = "〇一二三四五六七八九十"


@dataclass(frozen=True)
class WordLine:
    """One line of text. ``paragraph`` counts the document's paragraphs from 1; ``lost``: 图片, 公式 or empty."""

    paragraph: int
    text: str
    lost: str = ""


@dataclass
class WordFile:
    """A document's lines, and its tables as rows of texts; a table stands among the lines as one line of its own."""

    name: str
    sha256: str
    lines: list[WordLine] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)


def is_word(data: bytes) -> bool:
    """Tell a Word document (.docx, .doc) by its content."""
    if data.startswith(OLE_MAGIC):
        return "WordDocument" in list_streams(data)
    if data[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.lstrip("/").lower() == "word/document.xml" for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def read_word(name: str, data: bytes) -> WordFile:
    """Read a document. Raises ``Refusal`` with the sentence for the clerk; nothing is half-read."""
    if len(data) > MAX_FILE_BYTES:
        size, most = len(data) / 1024 / 1024, MAX_FILE_BYTES // 1024 // 1024
        raise refuse("too_large", f"文件有 {size:.1f} MB，超过 {most} MB。请分成几个文件后再传。")
    if data.startswith(OLE_MAGIC):
        raise refuse("format", OLD)
    deadline = Deadline()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive, deadline, saved_as=".docx")
        return _read(name, data, deadline)
    except (
        zipfile.BadZipFile,
        ZlibError,
        KeyError,
        ValueError,
        EOFError,
        NotImplementedError,
        XMLSyntaxError,
    ) as error:
        raise refuse("broken", BROKEN) from error


def _read(name: str, data: bytes, deadline: Deadline) -> WordFile:
    document = open_document(io.BytesIO(data))  # lxml without entities; doctypes were refused before
    file = WordFile(name, hashlib.sha256(data).hexdigest())
    numbers = _Numbers(document)
    for count, block in enumerate(document.iter_inner_content(), 1):
        deadline.check()
        if count > MAX_ROWS:
            raise refuse("too_many_rows", f"文档超过 {MAX_ROWS} 段。请分成几个文件后再传。")
        if isinstance(block, Table):
            file.tables.append([_read_cells(row) for row in block.rows])
        else:
            file.lines += _read_paragraph(count, block, numbers)
    return file


def _read_cells(row: Any) -> list[str]:
    return ["\n".join(_write_text(paragraph._p) for paragraph in cell.paragraphs).strip() for cell in row.cells]


def _read_paragraph(number: int, paragraph: Paragraph, numbers: _Numbers) -> Iterator[WordLine]:
    element = paragraph._p
    lost = ""
    if any(next(element.iter(tag), None) is not None for tag in _PICTURES):
        lost = "图片"
    elif any(next(element.iter(tag), None) is not None for tag in _FORMULAS):
        lost = "公式"
    text = numbers.label(paragraph) + _write_text(element)
    for index, line in enumerate(text.split("\n")):
        yield WordLine(number, line, lost if index == 0 else "")


def _write_text(element: Any) -> str:
    """Write the text of a paragraph, deleted text left out, underlined text between underlines."""
    pieces: list[tuple[bool, str]] = []
    for run in element.iter(qn("w:r")):
        if any(parent.tag == qn("w:txbxContent") for parent in run.iterancestors()):
            continue
        text = "".join(map(_write_piece, run))
        if not text:
            continue
        underlined = _is_underlined(run)
        if pieces and pieces[-1][0] == underlined:
            pieces[-1] = (underlined, pieces[-1][1] + text)
        else:
            pieces.append((underlined, text))
    return "".join(_underline(text) if underlined else text for underlined, text in pieces)


def _underline(text: str) -> str:
    plain = text.strip(" \u3000\t_\xa0")
    return f"__{plain}__" if plain else "____"


def _is_underlined(run: Any) -> bool:
    mark = run.find(f"{qn('w:rPr')}/{qn('w:u')}")
    return mark is not None and mark.get(qn("w:val"), "single") not in ("none", "0", "false")


def _write_piece(piece: Any) -> str:
    if piece.tag == qn("w:t"):
        return piece.text or ""
    if piece.tag == qn("w:tab"):
        return "\t"
    if piece.tag in (qn("w:br"), qn("w:cr")):
        return "\n"
    if piece.tag == qn("w:noBreakHyphen"):
        return "-"
    if piece.tag == qn("w:sym"):
        return _TICKS.get((piece.get(qn("w:char")) or "").upper(), "□")
    return ""


class _Numbers:
    """The numbers that Word itself counts and that therefore stand in no run: 1. （1） A. 一、."""

    def __init__(self, document: Any) -> None:
        self.levels: dict[tuple[str, str], tuple[str, str, int]] = {}  # (list, level) → (format, pattern, start)
        self.lists: dict[str, str] = {}  # numId → abstract list
        self.counts: dict[str, dict[int, int]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        for abstract in root.iter(qn("w:abstractNum")):
            for level in abstract.iter(qn("w:lvl")):
                key = (abstract.get(qn("w:abstractNumId")), level.get(qn("w:ilvl")))
                start = int(_value(level, "w:start") or 1)
                self.levels[key] = (_value(level, "w:numFmt"), _value(level, "w:lvlText"), start)
        for number in root.iter(qn("w:num")):
            self.lists[number.get(qn("w:numId"))] = _value(number, "w:abstractNumId")

    def label(self, paragraph: Paragraph) -> str:
        """Give the number of a paragraph as Word shows it, counting it; empty when it has none."""
        found = _find_list(paragraph)
        if found is None:
            return ""
        list_id, level = found
        shape = self.levels.get((self.lists.get(list_id, ""), str(level)))
        if shape is None or shape[0] in ("bullet", "none", ""):
            return ""
        counts = self.counts.setdefault(list_id, {})
        counts[level] = counts.get(level, shape[2] - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        text = shape[1]
        for above in range(level + 1):
            own = self.levels.get((self.lists.get(list_id, ""), str(above)), shape)
            text = text.replace(f"%{above + 1}", _write_number(counts.get(above, 1), own[0]))
        return text + " "


def _value(element: Any, tag: str) -> str:
    child = element.find(qn(tag))
    return "" if child is None else child.get(qn("w:val")) or ""


def _find_list(paragraph: Paragraph) -> tuple[str, int] | None:
    """Find which list numbers a paragraph: said by itself, or by its style."""
    properties = [paragraph._p.pPr, getattr(getattr(paragraph.style, "element", None), "pPr", None)]
    for one in properties:
        mark = None if one is None else one.find(qn("w:numPr"))
        if mark is not None:
            list_id = _value(mark, "w:numId")
            return None if list_id in ("", "0") else (list_id, int(_value(mark, "w:ilvl") or 0))
    return None


def _write_number(number: int, shape: str) -> str:
    if shape in ("upperLetter", "lowerLetter"):
        letter = chr(65 + (number - 1) % 26)
        return letter if shape == "upperLetter" else letter.lower()
    if shape.startswith(("chineseCount", "taiwaneseCount", "japaneseCount", "ideographDigital")) and number < 100:
        tens, ones = divmod(number, 10)
        head = "" if not tens else ("十" if tens == 1 else f"{_CHINESE[tens]}十")
        return head + (_CHINESE[ones] if ones else "") or str(number)
    return str(number)
