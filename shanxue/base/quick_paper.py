"""Official paper written as text: for documents of which a year has thousands.

The sheet itself is drawn once by ``paper.py`` and kept packed; of each document only its text and its title are packed
anew. Equal contents are equal bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple
from xml.sax.saxutils import escape

from docx.document import Document as DocxDocument

from .paper import (
    EMPTY_STYLE,
    HEAD_CELL,
    TABLE_STYLE,
    TEXT_CELL,
    clean_lines,
    clean_text,
    pack_document,
    start_document,
)

Extend = Callable[[DocxDocument], None]
MOMENT = (1980, 1, 1, 0, 0, 0)
BODY, CORE = "word/document.xml", "docProps/core.xml"
TITLE = "［题名］"
KEEP = "<w:keepNext/>"


class _Sheet(NamedTuple):
    """An empty sheet: all parts but two, packed, and those two around the place of the text and of the title."""

    package: bytes
    body: tuple[str, str]
    core: tuple[str, str]


@cache
def _draw_sheet(extend: Extend | None) -> _Sheet:
    document = start_document(TITLE)
    if extend is not None:
        extend(document)
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(pack_document(document))) as packed, zipfile.ZipFile(kept, "w") as written:
        for info in packed.infolist():
            if info.filename not in (BODY, CORE):
                written.writestr(zipfile.ZipInfo(info.filename, MOMENT), packed.read(info), zipfile.ZIP_DEFLATED)
        before, mark, after = packed.read(BODY).decode().partition("<w:sectPr")
        core = packed.read(CORE).decode().partition(TITLE)
    return _Sheet(kept.getvalue(), (before, mark + after), (core[0], core[2]))


class QuickPaper:
    """One document, from top to bottom. ``extend`` adds styles to the sheet; it is called once in a process."""

    def __init__(self, title: str, extend: Extend | None = None) -> None:
        self.title, self.sheet = clean_text(title), _draw_sheet(extend)
        self.parts: list[str] = []

    def add_lines(self, *lines: tuple[str, str], mark: str = "") -> None:
        """Append paragraphs: (style, text). Without a style: 公文空行."""
        self.parts.extend(_write_line(style or EMPTY_STYLE, clean_text(text), mark) for style, text in lines)

    def add_table(
        self, widths: Sequence[int], head: Sequence[str], rows: Iterable[Sequence[str]], *,
        styles: Sequence[str] = (), height: int = 0, exact: bool = False,
    ) -> None:  # fmt: skip
        """Append a table whose head repeats; empty ``head``: none. ``height`` is a row's least, or exact, height.

        ``styles``: of each column, where they are not all 公文表文. Line breaks in a text stay line breaks.
        """
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        least = f'<w:trHeight w:val="{height}"/>' if height else ""
        fixed = f'<w:trHeight w:val="{height}" w:hRule="exact"/>' if exact else least
        columns = styles or (TEXT_CELL,) * len(widths)
        lines = [_write_row(widths, (HEAD_CELL,) * len(widths), head, f"{least}<w:tblHeader/>")] if head else []
        lines.extend(_write_row(widths, columns, row, fixed) for row in rows)
        self.parts.append(
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{TABLE_STYLE}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
            f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(lines)}</w:tbl>'
        )

    def pack(self) -> bytes:
        body = "".join((self.sheet.body[0], *self.parts, self.sheet.body[1]))
        core = f"{self.sheet.core[0]}{escape(self.title)}{self.sheet.core[1]}"
        packed = io.BytesIO(self.sheet.package)
        with zipfile.ZipFile(packed, "a") as written:
            for name, text in ((BODY, body), (CORE, core)):
                written.writestr(zipfile.ZipInfo(name, MOMENT), text.encode(), zipfile.ZIP_DEFLATED)
        return packed.getvalue()


def _write_line(style: str, text: str, mark: str = "") -> str:
    breaks = escape(text).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    run = f'<w:r><w:t xml:space="preserve">{breaks}</w:t></w:r>' if text else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{mark}</w:pPr>{run}</w:p>'


def _write_row(widths: Sequence[int], styles: Sequence[str], texts: Sequence[str], mark: str) -> str:
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f"{_write_line(style, clean_lines(text))}</w:tc>"
        for width, style, text in zip(widths, styles, texts, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{mark}</w:trPr>{cells}</w:tr>"
