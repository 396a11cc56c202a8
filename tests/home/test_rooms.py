"""Every room that expects something of people is read by the first page."""

from __future__ import annotations

from pathlib import Path

import shanxue
from shanxue.home.queries import ROOMS


def test_every_room_with_a_due_module_is_read() -> None:
    """Issue 3, 6: what a room expects may not be missing from the first page because nobody listed the room."""
    written = {path.parent.name for path in Path(shanxue.__file__).parent.glob("*/*due.py")}
    assert {room.__name__.split(".")[1] for room in ROOMS} == written
    assert [room.__name__ for room in ROOMS if not hasattr(room, "list_for_person")] == []
