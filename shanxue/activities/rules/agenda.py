"""The rows of an agenda while they are typed, and moving them without a mouse (WCAG 2.5.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class AgendaRow:
    title: str = ""
    speaker_id: int | None = None
    material: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.title or self.speaker_id or self.material)


def move_row(rows: Sequence[AgendaRow], act: str) -> list[AgendaRow]:
    """Do what a button said: ``add``, ``up 2``, ``down 2`` or ``delete 2``, counted from 0. Anything else: nothing."""
    moved = list(rows)
    verb, _, place = act.partition(" ")
    if verb == "add":
        return [*moved, AgendaRow()]
    if not place.isdecimal() or int(place) >= len(moved):
        return moved
    index = int(place)
    if verb == "delete":
        del moved[index]
        return moved
    other = index + {"up": -1, "down": 1}.get(verb, 0)
    if 0 <= other < len(moved):
        moved[index], moved[other] = moved[other], moved[index]
    return moved
