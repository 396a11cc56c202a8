"""What a draft is made of, before it is stored. Plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import FigureKind, Section
from .marking import Marked, Span, join
from .shapes import Attachment


@dataclass(frozen=True)
class Row:
    """One row behind a figure: what, how much, and where it can be seen (an address, or "" where there is none)."""

    title: str
    value: str
    href: str = ""


@dataclass(frozen=True)
class FigureDraft:
    """One figure: what it counts in words, its value, and the rows that make it."""

    key: str
    label: str
    value: str
    kind: FigureKind = FigureKind.NUMBER
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Why a unit is named: the matter, and one fact that can be opened. ``figure`` is the list that names it."""

    unit_id: int
    unit: str
    figure: str
    matter: str
    fact: str
    href: str = ""


@dataclass(frozen=True)
class Paragraph:
    """One paragraph, or a heading （一）… when ``is_heading``."""

    text: Marked
    is_heading: bool = False


@dataclass(frozen=True)
class Draft:
    """A whole draft. ``persons``: (person id, what is said), only those whom the office chose to name."""

    sections: dict[Section, Marked]
    figures: tuple[FigureDraft, ...]
    evidence: tuple[Evidence, ...] = ()
    tables: tuple[Attachment, ...] = ()
    persons: tuple[tuple[int, str], ...] = ()


def join_paragraphs(paragraphs: Iterable[Marked]) -> Marked:
    return join([one for one in paragraphs if one.text], "\n")


def write_spans(marked: Marked) -> list[list[int | str]]:
    """Spans as they are stored."""
    return [list(span) for span in marked.spans]


def read_spans(text: str, spans: Iterable[tuple[int, int, str]]) -> Marked:
    return Marked(text, tuple(Span(int(start), int(stop), key) for start, stop, key in spans))
