"""Tables printed side by side: the same columns again to the right (ux D case 25)."""

from __future__ import annotations

from shanxue.intake.headers import Header, plain_header


def find_blocks(header: Header, name_columns: list[int]) -> tuple[list[int], int]:
    """Find how far right each block stands from the first, and the column where the first block ends.

    ([0], width) for an ordinary table, ([0, 4], 4) for A–D beside E–H. ``name_columns`` are the columns that hold the
    same field; they and at least one neighbour must repeat at one distance.
    """
    plain = [0], len(header.paths)
    if len(name_columns) < 2:
        return plain
    first, distance = name_columns[0], name_columns[1] - name_columns[0]
    steps = {b - a for a, b in zip(name_columns, name_columns[1:], strict=False)}
    if distance < 2 or len(steps) > 1:
        return plain
    names = [plain_header("".join(path)) for path in header.paths]
    around = range(max(0, first - distance + 1), name_columns[1])
    same = [c for c in around if names[c] and c + distance < len(names) and names[c] == names[c + distance]]
    if len(same) < 2:
        return plain
    return [column - first for column in name_columns], min(same) + distance


def find_gaps(serials: list[int]) -> list[tuple[int, int]]:
    """List where a running number jumps, as (before, after)."""
    return [(a, b) for a, b in zip(serials, serials[1:], strict=False) if b != a + 1]
