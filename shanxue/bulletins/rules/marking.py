"""Figures inside a text that people edit: where they stand, and where they stand after an edit. Plain Python.

A text holds its figures as plain characters; ``Span`` says which characters they are. So an office edits ordinary
sentences, and a number stays a figure (linked to its rows) as long as its place in the text is still there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")


class Span(NamedTuple):
    """The characters from ``start`` up to ``stop`` are the figure ``key``."""

    start: int
    stop: int
    key: str


@dataclass(frozen=True)
class Marked:
    """A text with its figures; spans in order, none over another."""

    text: str = ""
    spans: tuple[Span, ...] = ()

    def find(self, key: str) -> str | None:
        """What the text says where the figure stands; ``None`` when it does not stand there."""
        return next((self.text[span.start : span.stop] for span in self.spans if span.key == key), None)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(span.key for span in self.spans)


def mark(pattern: str, *figures: tuple[str, str]) -> Marked:
    """Put figures (key, value) into the places ``{}`` of a sentence, in order.

    >>> mark("应到{}人次", ("expected", "20"))
    Marked(text='应到20人次', spans=(Span(start=2, stop=4, key='expected'),))
    """
    pieces = pattern.split("{}")
    if len(pieces) != len(figures) + 1:
        raise ValueError("a figure for every place")
    text, spans = pieces[0], []
    for (key, value), piece in zip(figures, pieces[1:], strict=True):
        if value:
            spans.append(Span(len(text), len(text) + len(value), key))
        text += value + piece
    return Marked(text, tuple(spans))


def join(parts: Sequence[Marked], between: str = "") -> Marked:
    """Set marked texts one after the other."""
    text, spans = "", []
    for number, part in enumerate(parts):
        text += between if number else ""
        spans += [Span(span.start + len(text), span.stop + len(text), span.key) for span in part.spans]
        text += part.text
    return Marked(text, tuple(spans))


def mark_numbers(text: str, prefix: str) -> Marked:
    """Mark every number of a sentence that is neither a day nor a clause, under keys ``prefix/1``, ``prefix/2`` …"""
    spans: list[Span] = []
    for found in _NUMBER.finditer(text):
        after, before = text[found.end() : found.end() + 1], text[found.start() - 1 : found.start()]
        if after in ("年", "月", "日", "号", "条") or before in ("第", "〔", "月", "年"):
            continue
        spans.append(Span(found.start(), found.end(), f"{prefix}/{len(spans) + 1}"))
    return Marked(text, tuple(spans))


def replace_figures(marked: Marked, values: Mapping[str, str]) -> Marked:
    """Write new values where figures stand. A figure without a new value stays as it is."""
    text, spans, at = "", [], 0
    for span in marked.spans:
        text += marked.text[at : span.start]
        value = values.get(span.key) or marked.text[span.start : span.stop]
        spans.append(Span(len(text), len(text) + len(value), span.key))
        text += value
        at = span.stop
    return Marked(text + marked.text[at:], tuple(spans))


def carry_spans(old: Marked, text: str) -> Marked:
    """Find the figures of a text again after somebody edited it.

    A figure whose characters were replaced stays at what replaced them; one that was deleted is gone.
    """
    if text == old.text:
        return old
    before, after = _cut(old.text), _cut(text)
    steps = SequenceMatcher(None, [one for one, _ in before], [one for one, _ in after], autojunk=False).get_opcodes()
    ends = [at for _, at in after] + [len(text)]
    places = {at: number for number, (_, at) in enumerate(before)} | {len(old.text): len(before)}
    spans: list[Span] = []
    for span in old.spans:
        if span.start not in places or span.stop not in places:
            continue
        first, last = _move(steps, places[span.start], places[span.stop])
        start, stop = ends[first], ends[last]
        if old.text[span.start : span.stop] != text[start:stop]:
            start, stop = _narrow(old.text[span.start : span.stop], text, start, stop, spans)
        if start < stop and (not spans or spans[-1].stop <= start):
            spans.append(Span(start, stop, span.key))
    return Marked(text, tuple(spans))


def _cut(text: str) -> list[tuple[str, int]]:
    """Cut a text into numbers and single characters, each with its place."""
    found, at = [], 0
    for number in _NUMBER.finditer(text):
        found += [(text[place], place) for place in range(at, number.start())]
        found.append((number.group(), number.start()))
        at = number.end()
    return found + [(text[place], place) for place in range(at, len(text))]


def _move(steps: Sequence[tuple[str, int, int, int, int]], first: int, last: int) -> tuple[int, int]:
    """Where the tokens from ``first`` up to ``last`` went."""
    start = stop = 0
    for _kind, old_from, old_until, new_from, new_until in steps:
        equal = _kind == "equal"
        if old_from <= first < old_until:
            start = new_from + (first - old_from if equal else 0)
        if old_from < last <= old_until:
            stop = new_until - (old_until - last if equal else 0)
    return start, max(start, stop)


def _narrow(was: str, text: str, start: int, stop: int, taken: Sequence[Span]) -> tuple[int, int]:
    """In a longer replaced piece, a number became the first number there that is not yet another figure's."""
    if not _NUMBER.fullmatch(was):
        return start, stop
    floor = max(start, taken[-1].stop if taken else 0)
    found = _NUMBER.search(text, floor, stop)
    return (found.start(), found.end()) if found else (start, start)


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: plain, or a figure with its key."""

    text: str
    key: str = ""


def cut_pieces(marked: Marked) -> Iterator[list[Piece]]:
    """Cut a marked text into paragraphs of pieces, as a page shows them."""
    pieces: list[Piece] = []
    at = 0
    for span in (*marked.spans, Span(len(marked.text), len(marked.text), "")):
        for number, line in enumerate(marked.text[at : span.start].split("\n")):
            if number:
                yield pieces
                pieces = []
            if line:
                pieces.append(Piece(line))
        if span.key:
            pieces.append(Piece(marked.text[span.start : span.stop].replace("\n", ""), span.key))
        at = span.stop
    yield pieces
