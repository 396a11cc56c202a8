"""What is looked at before a document goes out: figures that changed, and units that are named. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from . import Section
from .drafts import Draft, Evidence
from .marking import Marked

NAMING = (Section.PROBLEMS, Section.REQUIREMENTS)
ORDINARY = 3  # characters of a unit's name that may be an ordinary word


@dataclass(frozen=True)
class Change:
    """A figure whose rows say something else today. ``new`` "": what it counted is no longer there."""

    key: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class HandMade:
    """A place where the text says something else than its figure."""

    key: str
    label: str
    written: str
    value: str


@dataclass(frozen=True)
class Kept:
    """A stored figure. ``seen``: the newer value that the office saw and decided not to take."""

    key: str
    label: str
    value: str
    seen: str | None = None


def list_changes(kept: Iterable[Kept], used: frozenset[str], fresh: Draft) -> list[Change]:
    """List the figures of the text that have changed and were not decided on yet."""
    now = {figure.key: figure.value for figure in fresh.figures}
    found = []
    for figure in kept:
        new = now.get(figure.key, "")
        if figure.key in used and new != figure.value and new != figure.seen:
            found.append(Change(figure.key, figure.label, figure.value, new))
    return found


def list_hand_made(sections: Iterable[Marked], figures: Mapping[str, Kept]) -> list[HandMade]:
    found = []
    for section in sections:
        for span in section.spans:
            figure, written = figures.get(span.key), section.text[span.start : span.stop]
            if figure is not None and written != figure.value:
                found.append(HandMade(span.key, figure.label, written, figure.value))
    return found


def list_new_matters(used: frozenset[str], kept: frozenset[str], fresh: Draft) -> list[str]:
    """List the matters of today's draft that the edited text does not speak of: their labels."""
    return [
        figure.label
        for figure in fresh.figures
        if figure.key.endswith("/units") and figure.key not in used and figure.key not in kept
    ]


def find_names(text: str, names: Iterable[str]) -> set[str]:
    """Find which unit names a text holds; a longer name hides the shorter ones inside it."""
    found = set()
    for name in sorted(names, key=len, reverse=True):
        if name and name in text:
            found.add(name)
            text = text.replace(name, "\x00")
    return found


def keep_evidence(
    evidence: Iterable[Evidence], sections: Sequence[Marked], figures: Mapping[str, Kept], units: Sequence[str]
) -> list[Evidence]:
    """Keep the evidence of units that the text still names: by name, or by a list of units left as it was drafted."""
    named = find_names("\n".join(section.text for section in sections), units)
    whole = {
        span.key
        for section in sections
        for span in section.spans
        if span.key in figures and figures[span.key].value == section.text[span.start : span.stop]
    }
    return [one for one in evidence if one.unit in named or one.figure in whole]


def list_unproved(text: str, units: Iterable[str], proved: Iterable[str]) -> list[str]:
    """List the units that the text names without any evidence, in the order they are given.

    Names of at most three characters (办公室, 党委) are ordinary words too, so they are not looked for.
    """
    units = [unit for unit in units if len(unit) > ORDINARY]
    named, known = find_names(text, units), set(proved)
    return [unit for unit in units if unit in named and unit not in known]


def say_changes(changes: Sequence[Change]) -> str:
    """The question of ux K4."""
    return f"草稿生成后有 {len(changes)} 个数字发生变化，已标出。用新数还是旧数？"
