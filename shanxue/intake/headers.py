"""Finding the header of a table and which column is which field (ux D cases 4, 5, 7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache

from shanxue.intake.rules import Cell, Kind, Sheet
from shanxue.intake.values_text import show, squeeze

SEARCH_ROWS = 30  # a header is looked for in that many lines with content
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>|\{[^{}]*\}")
_STARS = re.compile(r"^[*＊★☆※#]+|[*＊★☆※]+$")
_MUST = re.compile(r"(?:必填项?|选填项?|非必填)$")
_FRONTS = (
    "所在",
    "所属",
    "本人",
    "人员",
    "党员",
    "学员",
    "参会人员",
    "参会人",
    "参训人员",
    "员工",
    "职工",
    "考生",
    "姓名及",
)
_BACKS = ("名称", "信息", "情况", "填写")
PRIVATE = re.compile(
    r"身份证|证件号|公民身份|手机|电话|联系方式|联系号码|住址|居住地|家庭地址|通讯地址|通信地址|户籍地|现居住|QQ|微信号|银行卡|银行账|密码",
    re.IGNORECASE,
)
SERIAL = frozenset({"序号", "序", "编次", "顺序", "次序", "no", "no.", "项次", "行号"})


@lru_cache(maxsize=8192)  # asked of the same few words again and again
def plain_header(text: str) -> str:
    """Make a header comparable: no spaces, breaks, brackets with what is inside them, stars, 必填, colon.

    >>> plain_header("考核结果 "), plain_header("姓　名\\n（必填）"), plain_header("*工号："), plain_header("（签到）")
    ('考核结果', '姓名', '工号', '签到')
    """
    whole = _STARS.sub("", squeeze(text)).rstrip(":")
    bare = _MUST.sub("", _STARS.sub("", _BRACKETS.sub("", whole)).rstrip(":;,。")).strip("-_")
    return (bare or whole.strip("()[]【】〔〕")).lower()


def is_serial(name: str) -> bool:
    return plain_header(name) in SERIAL


@dataclass
class Header:
    """A header: its lines, and for each column the path from the upper to the lower header (支委会次数/3月)."""

    rows: tuple[int, ...]  # 0-based
    paths: list[tuple[str, ...]]  # plain texts; empty where a column has no header
    cells: list[Cell]  # the lowest cell of each column as read (a date stays a date)

    def title(self, column: int) -> str:
        """The header as read, without spaces and breaks."""
        return "/".join(self.paths[column]) if column < len(self.paths) else ""

    def names(self, column: int) -> list[str]:
        """What a column may be called, the likeliest first."""
        path = [plain_header(part) for part in self.paths[column]]
        if not path:
            return []
        joined = "".join(path)
        return list(dict.fromkeys([joined, path[-1], path[0]] if len(path) > 1 else path))


@dataclass
class Vocabulary:
    """Every kind's headers, for looking fields up by what a column is called."""

    kinds: Sequence[Kind]
    words: dict[str, dict[str, str]] = field(default_factory=dict)  # kind code → plain header → field name
    every: set[str] = field(default_factory=set)

    @classmethod
    def build(cls, kinds: Sequence[Kind], answers: Mapping[str, str]) -> Vocabulary:
        made = cls(kinds)
        for kind in kinds:
            table: dict[str, str] = {}
            for item in kind.fields:
                for word in (item.title, *item.synonyms):
                    table.setdefault(plain_header(word), item.name)
            titles = {item.title: item.name for item in kind.fields}
            for key, answer in answers.items():
                if key.startswith("列名:") and answer in titles:
                    answers.get(key)  # an answer asked for counts as used, and is remembered
                    table[plain_header(key.removeprefix("列名:"))] = titles[answer]
            made.words[kind.code] = table
            made.every |= table.keys()
        return made

    def find(self, kind: Kind, name: str) -> str | None:
        """Find the field that a plain header means, exactly or after 所在/名称 and the like are taken off."""
        table = self.words[kind.code]
        if name in table:
            return table[name]
        for other in _shorten(name):
            if other in table:
                return table[other]
        return None

    def knows(self, name: str) -> bool:
        return name in self.every or name in SERIAL or any(other in self.every for other in _shorten(name))


def _shorten(name: str) -> Iterable[str]:
    for front in _FRONTS:
        if name.startswith(front) and len(name) > len(front):
            yield name.removeprefix(front)
    for back in _BACKS:
        if name.endswith(back) and len(name) > len(back) + 1:
            yield name.removesuffix(back)


@dataclass
class Grid:
    """A sheet with its merged areas at hand."""

    sheet: Sheet
    owner: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)  # covered cell → top left cell
    spans: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)  # top left → (rows, columns)

    @classmethod
    def build(cls, sheet: Sheet) -> Grid:
        grid = cls(sheet)
        for area in sheet.merges:
            grid.spans[area.row, area.column] = (area.last_row - area.row + 1, area.last_column - area.column + 1)
            for row in range(area.row, area.last_row + 1):
                for column in range(area.column, area.last_column + 1):
                    grid.owner[row, column] = (area.row, area.column)
        return grid

    @property
    def rows(self) -> list[list[Cell]]:
        return self.sheet.rows

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0

    def cell(self, row: int, column: int) -> Cell:
        """The value shown at a place: inside a merged area that of its first cell."""
        at = self.owner.get((row, column))
        return self.rows[at[0]][at[1]] if at else self.rows[row][column]

    def filled(self, row: int) -> list[int]:
        """Columns of a line that hold something themselves."""
        return [column for column, cell in enumerate(self.rows[row]) if cell is not None]

    def is_covered(self, row: int, column: int) -> bool:
        """Whether a place belongs to a merged area that begins elsewhere."""
        return self.owner.get((row, column), (row, column)) != (row, column)


def build_header(grid: Grid, top: int, depth: int) -> Header:
    """Read ``depth`` lines from ``top`` as one header."""
    paths: list[tuple[str, ...]] = []
    cells: list[Cell] = []
    above = [_fill_right(grid, top + level) for level in range(depth - 1)] + [
        [grid.cell(top + depth - 1, column) for column in range(grid.width)]
    ]
    for column in range(grid.width):
        parts: list[str] = []
        last: Cell = None
        for line in above:
            text = squeeze(show(line[column]))
            if text:
                last = line[column]
                if not parts or parts[-1] != text:
                    parts.append(text)
        paths.append(tuple(parts))
        cells.append(last)
    return Header(tuple(range(top, top + depth)), paths, cells)


def _fill_right(grid: Grid, row: int) -> list[Cell]:
    """Read an upper header line; a text file has lost its merged areas, so its blanks go on with the text before."""
    line = [grid.cell(row, column) for column in range(grid.width)]
    if grid.sheet.merges or row + 1 >= len(grid.rows):
        return line
    for column in range(1, grid.width):
        if line[column] is None and line[column - 1] is not None and grid.rows[row + 1][column] is not None:
            line[column] = line[column - 1]
    return line


def list_depths(grid: Grid, top: int) -> list[int]:
    """Say how many lines a header at ``top`` may have, the likeliest first."""
    depth = 1
    while depth < 3 and top + depth < len(grid.rows) and _goes_on(grid, top, depth):
        depth += 1
    return list(range(depth, 0, -1))


def _goes_on(grid: Grid, top: int, depth: int) -> bool:
    """Whether the line below still belongs to the header: merged down into, or below a group merged across."""
    row = top + depth
    below = grid.filled(row)
    if not below or any(isinstance(grid.rows[row][column], date | datetime | time | float) for column in below[:3]):
        return bool(below) and any(grid.is_covered(row, column) for column in range(grid.width))
    upper = grid.rows[row - 1]
    if any((at := grid.owner.get((row, c))) and at[0] >= top and at[0] < row for c in range(grid.width)):
        return True
    groups = [c for c in grid.filled(row - 1) if grid.spans.get((row - 1, c), (1, 1))[1] > 1]
    if groups and len(grid.filled(row - 1)) > 1:
        return all(upper[column] is None or (row - 1, column) in grid.spans for column in below)
    if grid.sheet.merges:
        return False
    # Without merged areas: texts that stand only where the line above is blank or begins a group.
    starts = {c for c in range(grid.width - 1) if upper[c] is not None and upper[c + 1] is None}
    fits = all(upper[c] is None or c in starts for c in below) and any(upper[c] is None for c in below)
    return fits and len(grid.filled(row - 1)) > 1 and len(below) < grid.width
