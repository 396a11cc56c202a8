"""How a document is put before people: pieces with links, addresses of rows, fonts it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse

from shanxue.base.paper import FANGSONG, HEI, KAI, TITLE

from ..models import OfficialDocument
from ..queries.checks import Check, read_tables
from ..rules import Section
from ..rules.marking import Marked, Piece, cut_pieces
from ..rules.numbering import is_heading

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FONTS = (TITLE, FANGSONG, HEI, KAI)
PAGES = {"duty": "supervision:duty", "session": "activities:session", "unit": "supervision:unit",
         "finding": "supervision:finding",
         "outcome": "study:outcome"}  # fmt: skip


def find_where(where: str) -> str:
    """The address of a row behind a figure; "" where it has none. ``where``: duty:KEY, finding:4, session:3, board."""
    kind, _, ref = where.partition(":")
    if kind == "board":
        return reverse("assessment:board")
    if kind == "sessions":
        return f"{reverse('activities:sessions')}?when=year&unit={ref}"
    try:
        return reverse(PAGES[kind], args=[ref if kind == "duty" else int(ref)]) if kind in PAGES else where
    except (NoReverseMatch, ValueError):
        return ""


def send_file(name: str, data: bytes, kind: str = DOCX) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def show_sections(document: OfficialDocument, check: Check) -> list[dict[str, Any]]:
    """The text as the page shows it: paragraphs of pieces, each figure with its address and what is said of it."""
    changed = {change.key: change.new for change in check.changes}
    shown: list[tuple[Section, str]] = []
    plain = (Section.OPENING, Section.BODY)
    told = [one for one in check.sections if one not in plain and check.sections[one].text]
    for number, section in enumerate(told):
        shown.append((section, f"{'一二三四'[number]}、{section}"))
    headings: dict[Section, str] = dict(shown)
    return [
        {
            "name": section,
            "heading": headings.get(section, ""),
            "lines": [
                {"pieces": [_show_piece(document, check, piece, changed) for piece in line], "is_heading": heads}
                for line, heads in _list_lines(marked)
            ],
        }
        for section, marked in check.sections.items()
    ]


def _list_lines(marked: Marked) -> Iterator[tuple[list[Piece], bool]]:
    for line in cut_pieces(marked):
        if line:
            yield line, is_heading("".join(piece.text for piece in line))


def _show_piece(document: OfficialDocument, check: Check, piece: Piece, changed: dict[str, str]) -> dict[str, Any]:
    figure = check.figures.get(piece.key)
    if figure is None:
        return {"text": piece.text}
    return {
        "text": piece.text,
        "href": reverse("bulletins:figure", args=[document.pk, piece.key]),
        "by_hand": figure.value if figure.value != piece.text else "",
        "changed": piece.key in changed,
        "new": changed.get(piece.key, ""),
        "label": figure.label,
    }


def show_tables(document: OfficialDocument, units: dict[str, int]) -> list[dict[str, Any]]:
    """The attachments; a row of a unit leads to that unit's page, where its numbers come from."""
    return [
        {
            "table": table,
            "rows": [(name, cells, reverse("supervision:unit", args=[units[name]]) if name in units else "")
                     for name, cells in table.rows],
        }
        for table in read_tables(document.tables)
    ]  # fmt: skip
