"""How places and books of a bureau were used, as a room above them knows it (D11). Plain values, no Django.

A room whose records happen in places has a module ``uses`` with ``list_uses(actor, year) -> list[VenueUse]``;
``settings.VENUE_USES`` names the modules. One whose records rest on books of the shelf has there
``list_title_uses(title_ids, year) -> list[TitleUse]``; ``settings.TITLE_USES`` names those.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VenueUse:
    """What was held in one place in a year, as far as the reader may see it. ``href`` lists the very records."""

    venue_id: int
    held: int
    expected: int  # 应到
    present: int  # 实到
    href: str


@dataclass(frozen=True)
class TitleUse:
    """How often people wrote in a year that they studied a book of the shelf: a number, nobody is named."""

    title_id: int
    studies: int
