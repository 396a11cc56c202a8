"""The checklist of an inspection as a text an office edits: one line each, four columns, sections by kind of record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shanxue.base.errors import Refusal
from shanxue.base.points import MILLI, format_scaled, scale_decimal

from .sampling import RecordKind

MOST_LINES = 100
LONGEST = 300
COLUMNS = ("考评项目", "考评内容", "分值", "考评方式")


@dataclass(frozen=True)
class CheckLine:
    """One line. ``kind`` is the kind of record it is checked on, "" for every kind; ``full_milli`` its 分值 × 1000."""

    kind: str
    item: str
    content: str
    full_milli: int | None
    method: str

    @property
    def full(self) -> str:
        return "" if self.full_milli is None else format_scaled(self.full_milli, MILLI, trim=True)

    def is_for(self, kind: str) -> bool:
        return self.kind in ("", kind)


def read_checklist(text: str) -> list[CheckLine]:
    """Read a checklist; columns are parted by ``|`` or, pasted from a spreadsheet, by tabs.

    Raises Refusal naming the line and what is wrong with it.
    """
    lines: list[CheckLine] = []
    kind = ""
    for number, raw in enumerate(text.splitlines(), 1):
        row = raw.strip()
        if not row or row.startswith("#"):
            continue
        if row.startswith(("[", "【")) and row.endswith(("]", "】")):
            kind = _read_kind(row[1:-1].strip(), number)
            continue
        cells = [cell.strip() for cell in raw.replace("｜", "|").replace("\t", "|").split("|")]
        if tuple(cells[: len(COLUMNS)]) != COLUMNS:  # the header, pasted with the rest
            lines.append(_read_line(cells, kind, number))
    if not lines:
        raise Refusal("empty_checklist", "检查表里还没有条目。每行写一条：考评项目 | 考评内容 | 分值 | 考评方式。")
    if len(lines) > MOST_LINES:
        raise Refusal("long_checklist", f"检查表有 {len(lines)} 条，最多 {MOST_LINES} 条。")
    return lines


def _read_kind(word: str, number: int) -> str:
    if word in list(RecordKind):
        return word
    known = "、".join(RecordKind)
    raise Refusal("unknown_kind", f"第 {number} 行：“{word}”不是记录的种类，可以写：{known}。")


def _read_line(cells: list[str], kind: str, number: int) -> CheckLine:
    if len(cells) < 2 or not cells[0] or not cells[1]:
        raise Refusal("short_line", f"第 {number} 行：至少写考评项目和考评内容，中间用“|”隔开。")
    if len(cells) > len(COLUMNS):
        raise Refusal("long_line", f"第 {number} 行：有 {len(cells)} 列，最多 4 列。")
    item, content, full, method = (*cells, "", "")[:4]
    if max(map(len, cells)) > LONGEST:
        raise Refusal("long_cell", f"第 {number} 行：有一格超过 {LONGEST} 个字。")
    return CheckLine(kind, item, content, _read_full(full, number), method)


def _read_full(text: str, number: int) -> int | None:
    if not text:
        return None
    figure = text.removesuffix("分").strip()
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", figure) or not scale_decimal(figure, MILLI):
        raise Refusal("bad_full", f"第 {number} 行：分值“{text}”不是大于 0 的数字，例如 5 或 2.5，也可以不填。")
    return scale_decimal(figure, MILLI)


def pack_lines(lines: list[CheckLine]) -> list[list[str | int | None]]:
    return [[one.kind, one.item, one.content, one.full_milli, one.method] for one in lines]


def unpack_lines(rows: Iterable[Sequence[Any]]) -> list[CheckLine]:
    return [CheckLine(*row) for row in rows]
