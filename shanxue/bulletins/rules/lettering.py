"""How a bulletin writes numbered headings and lists of units."""

from __future__ import annotations

from collections.abc import Iterable

from shanxue.base.lettering import write_numeral

from .shapes import Block

MOST_NAMED = 5  # units named in one sentence; all of them are in the attachment


def number_blocks(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Put （一）（二） before the headings, unless there is only one."""
    blocks = tuple(block for block in blocks if block.paragraphs)
    return tuple(
        Block(f"（{write_numeral(index)}）{block.heading}", block.paragraphs) for index, block in enumerate(blocks, 1)
    )


def join_named(pairs: Iterable[tuple[str, str]], unit: str = "个支部") -> str:
    """Name at most five units with their figures, and say how many there are: 甲3人、乙2人等7个支部."""
    pairs = tuple(pairs)
    shown = "、".join(name + figure for name, figure in pairs[:MOST_NAMED])
    return shown if len(pairs) <= MOST_NAMED else f"{shown}等{len(pairs)}{unit}"
