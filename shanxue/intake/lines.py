"""What a line below a header is: data, or blank, total, signature, note, sample (ux D cases 3, 5, 6, 27)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shanxue.intake.above import is_key_value
from shanxue.intake.columns import Layout
from shanxue.intake.headers import Grid, plain_header
from shanxue.intake.rules import Cell, Skipped
from shanxue.intake.values_text import show, squeeze

BLANK, HEADER, TITLE, MEETING, NOTE, TOTAL = "空行", "表头", "标题", "会议信息", "说明", "合计行"
SIGNATURE, MUST, NUMBERS, SERIAL_ONLY, AGAIN = "落款", "必填标记", "栏号", "只有序号，没有内容", "重复的表头"
_TOTAL = re.compile(
    r"(?:本页|本支部|全部|全局|各支部)?(?:合计|小计|总计|共计|累计|平均分?|平均值|总人数|人数合计|合计人数|统计)(?:[:：(（].*|\d+人?)?|(?:合计|总计|共计|共)[:：]?\d+(?:人|名|行|条).*"
)
_TALLY = re.compile(
    r"(?:应到|实到|应出席|实出席|应出勤|实出勤|出勤|出席|到会|缺席|缺勤|请假|迟到|早退|参会|未到|参学)(?:人数|总数|次数|率|合计|比例)"
    r"(?:[:：(（].*)?|(?:应到|实到|应出席|实出席)(?:\d+人?|[:：].*)?"
)
_SIGNATURE = re.compile(
    r"(?:制表人?|填表人?|填报人?|审核人?|审批人?|统计人|记录人|负责人|经办人|联系人|考勤员|单位负责人|支部书记|主管领导|领导签字|签字|签章|盖章)"
    r"(?:签字|签名|日期|时间|单位|签章)?\s*(?:[:：(（]|$)|(?:制表|填表|填报|打印|导出|报送|统计)(?:日期|时间|单位)"
)
_NOTE = re.compile(
    r"^(?:备注|说明|注意事项?|注|填表说明|填写说明|填报说明|导入说明|图例|提示|要求)(?:\d*[:：.、（(\s]|$)|^(?:\d{1,2}|[一二三四五六七八九十])[.、．]\s*\S{8,}|^[(（]\d{1,2}[)）]\S{6,}"
)
_MUST_WORDS = re.compile(
    r"\(?(?:非?必填项?|选填项?|可选|必选|可不填|自动生成|\*+|文本|数字|日期|下拉选择|是|否|yyyy[-/.]mm[-/.]dd|格式.*)\)?",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[:：,，。、;；《》]|\d{4}年|(?:表|名单|说明|统计|情况|汇总|成绩|名册)$")
_SAMPLE_NAMES = frozenset(
    "张三 李四 王五 赵六 某某 某某某 张某 李某 张某某 XXX XX ××× ×× 张×× 小明 示例 样例 例 姓名".split()
)
_SAMPLE_WORDS = re.compile(
    r"^[(（【]?(?:示例|样例|举例|例如?|范例|样表)[)）】:：]?|示例数据|样表数据|^x{2,}$|^×{2,}$", re.IGNORECASE
)
_SAMPLE_CODES = re.compile(r"0*[01]?|0{2,}\d|0*123456?7?8?9?|1{4,}|x{2,}", re.IGNORECASE)
_EITHER = re.compile(r"^男[\\/或]女$|^是[\\/或]否$")


@dataclass(frozen=True)
class Line:
    """What a line is: ``reason`` "" for data; ``heads`` when the total states a head-count."""

    reason: str
    heads: int | None = None
    group: str = ""  # a line that only names the unit of the lines below


class Lines:
    """Tells what the lines below one header are."""

    def __init__(self, grid: Grid, layout: Layout, first: int) -> None:
        self._grid, self._layout, self._first = grid, layout, first
        self._width = len(grid.filled(layout.header.rows[-1])) or 1
        self._name = layout.columns.get("name")
        self._data = sorted(layout.used - ({layout.serial} if layout.serial is not None else set()))
        self._serials = {(layout.serial or 0) + o for o in layout.offsets} if layout.serial is not None else set()
        self._note_until = -1

    def read(self, row: int) -> Line:
        grid = self._grid
        filled = grid.filled(row)
        if row <= self._note_until:
            return Line(NOTE)
        if not filled:
            return Line(BLANK)
        texts = [squeeze(show(grid.rows[row][column])) for column in filled]
        return (
            self._read_total(row, filled, texts)
            or self._read_tally(texts)
            or self._read_note(row, filled, texts)
            or self._read_marks(row, filled, texts)
            or self._read_empty(filled)
            or Line("")
        )

    def _read_total(self, row: int, filled: list[int], texts: list[str]) -> Line | None:
        at = next((i for i, text in enumerate(texts[:3]) if _TOTAL.fullmatch(text)), None)
        if at is None or (self._name is not None and filled[at] > self._name and self._has_name(row)):
            return None
        return Line(TOTAL, self._count_heads(filled, texts, at))

    def _read_tally(self, texts: list[str]) -> Line | None:
        """Read a line of counts per column (实到人数, 出勤率): no person, and no head-count of the table."""
        return Line("统计行") if any(_TALLY.fullmatch(text) for text in texts[:2]) else None

    def _has_name(self, row: int) -> bool:
        """Whether the name column holds what may be a name (合计 itself is none)."""
        cell = self._grid.rows[row][self._name] if self._name is not None else None
        return isinstance(cell, str) and not _TOTAL.fullmatch(squeeze(cell)) and not cell.strip()[:1].isdigit()

    def _count_heads(self, filled: list[int], texts: list[str], at: int) -> int | None:
        """Read the head-count a total states: 186人, or a number below names, numbers or units of people."""
        if "人次" in "".join(texts):
            return None
        for text in texts:
            found = re.search(r"(\d+)(?:人|名)", text) or re.fullmatch(
                r"(?:合计|总计|共计|总人数|合计人数)[:：]?(\d+)", text
            )
            if found:
                return int(found[1])
        people = {self._layout.columns[name] for name in ("name", "staff_no", "unit") if name in self._layout.columns}
        for column, text in zip(filled[at + 1 :], texts[at + 1 :], strict=True):
            if column in people and text.isdigit():
                return int(text)
        return None

    def _read_note(self, row: int, filled: list[int], texts: list[str]) -> Line | None:
        grid, first = self._grid, texts[0]
        if is_key_value(grid, row):
            return Line(MEETING)
        if any(_SIGNATURE.match(text) for text in texts[:1]) or (
            len(filled) <= 4 and sum(bool(_SIGNATURE.match(text)) for text in texts) >= 1 and not self._fits(row)
        ):
            return Line(SIGNATURE)
        down, across = grid.spans.get((row, filled[0]), (1, 1))
        if len(filled) == 1 and across > 1 and across * 2 > self._width:
            self._note_until = row + down - 1
            return Line(NOTE) if len(first) > 12 or not is_unit(first) else Line(f"分组行（{first}）", group=first)
        if _NOTE.match(first) and len(filled) <= 2:
            return Line(NOTE)
        if len(filled) == 1 and self._width > 2:
            return self._read_single(filled[0], first)
        return None

    def _read_single(self, column: int, text: str) -> Line | None:
        """Read a line with one text alone: the unit of the lines below, or a note; a name alone stays data."""
        if column in self._serials and not text.isdigit():
            return Line(f"分组行（{text}）", group=text) if is_unit(text) else Line(NOTE)
        if is_unit(text) and column != self._layout.columns.get("unit") and len(text) <= 24:
            return Line(f"分组行（{text}）", group=text)
        if len(text) > 12 or column not in self._layout.used or _SENTENCE.search(text):
            return Line(NOTE)
        return None

    def _fits(self, row: int) -> bool:
        """Whether a line has a serial number or a code like the data around it."""
        codes = [self._layout.columns.get("staff_no"), self._layout.serial]
        return any(c is not None and show(self._grid.rows[row][c]).strip()[:1].isdigit() for c in codes)

    def _read_marks(self, row: int, filled: list[int], texts: list[str]) -> Line | None:
        if any("填" in text or text.startswith("*") for text in texts) and all(_MUST_WORDS.fullmatch(t) for t in texts):
            return Line(MUST)
        if row > self._first + 3:
            return None
        numbers = [text.strip("()") for text in texts]
        counted = [int(text) for text in numbers if text.isdigit()]
        if len(numbers) >= 3 and numbers[: len(counted)] != numbers and numbers[0] in ("甲", "A"):
            return Line(NUMBERS) if all(len(text) <= 2 for text in numbers) else None
        if len(counted) == len(numbers) >= 3 and counted == list(range(counted[0], counted[0] + len(counted))):
            return Line(NUMBERS) if counted[0] <= 1 and self._name in filled else None
        return None

    def _read_empty(self, filled: list[int]) -> Line | None:
        if set(filled) <= self._serials:
            return Line(SERIAL_ONLY)
        if not set(filled) & set(self._data):
            return Line("要读的各列都没有内容")
        return None


def is_unit(text: str) -> bool:
    """Tell whether a short text names a unit."""
    return (
        re.fullmatch(
            r"[\u4e00-\u9fffA-Za-z\d()（）]{1,24}?(?:支部|总支|小组|大队|中队|科|处|室|股|局|中心|所|队|部)", text
        )
        is not None
    )


def judge_sample(grid: Grid, layout: Layout, row: int, people: frozenset[str]) -> str:
    """Tell whether one of the first lines is a sample: "yes", "maybe" (ask), or "" for data."""
    cells = grid.rows[row]
    texts = [squeeze(show(cell)) for cell in cells if cell is not None]
    name = squeeze(show(cells[layout.columns["name"]])) if "name" in layout.columns else ""
    code = squeeze(show(cells[layout.columns["staff_no"]])) if "staff_no" in layout.columns else ""
    told = any(_SAMPLE_WORDS.search(text) or _EITHER.match(text) for text in texts)
    if name not in _SAMPLE_NAMES and not told:
        return ""
    if name in people or (code and code in people):
        return "maybe"
    if (
        told
        or (code and _SAMPLE_CODES.fullmatch(code))
        or not re.fullmatch(r"[\u4e00-\u9fff]{2,3}", name)
        or "某" in name
    ):
        return "yes"
    return "maybe"


def is_repeated(grid: Grid, layout: Layout, row: int) -> bool:
    """Whether a line is the header printed again (any of its lines)."""
    for header_row in layout.header.rows:
        now = [plain_header(show(cell)) for cell in grid.rows[row]]
        then = [plain_header(show(cell)) for cell in grid.rows[header_row]]
        if now == then and sum(bool(text) for text in now) >= 2:
            return True
    return False


def looks_like_header(grid: Grid, row: int, knows: set[str]) -> bool:
    """Whether a line among the data holds names of columns and nothing that is data."""
    filled = grid.filled(row)
    if len(filled) < 2 or any(isinstance(grid.rows[row][c], int | float | date | datetime) for c in filled[:2]):
        return False
    known = sum(plain_header(show(grid.rows[row][column])) in knows for column in filled)
    return known >= 2 and known * 2 >= len(filled)


def describe_skipped(skipped: Sequence[Skipped]) -> str:
    """Write what was skipped in one sentence: 跳过：第 1–8 行会议信息，第 66–67 行说明；跳过空行 38。"""
    ranges: list[tuple[int, int, str]] = []
    for line in sorted((s for s in skipped if s.reason not in (BLANK, HEADER)), key=lambda s: s.row):
        if ranges and ranges[-1][2] == line.reason and ranges[-1][1] == line.row - 1:
            ranges[-1] = (ranges[-1][0], line.row, line.reason)
        else:
            ranges.append((line.row, line.row, line.reason))
    words = [f"第 {a} 行{why}" if a == b else f"第 {a}–{b} 行{why}" for a, b, why in ranges]
    blank = sum(line.reason == BLANK for line in skipped)
    parts = ([f"跳过：{'，'.join(words)}"] if words else []) + ([f"跳过空行 {blank}"] if blank else [])
    return "；".join(parts)


def skip_lines(sheet: str, rows: Iterable[int], reason: str) -> list[Skipped]:
    """Skip 0-based lines with one reason."""
    return [Skipped(sheet, row + 1, reason) for row in rows]


def first_values(grid: Grid, column: int, first: int, count: int = 5) -> list[Cell]:
    """The first values of a column, for asking what it holds."""
    found = [row[column] for row in grid.rows[first:] if row[column] is not None]
    return found[:count]
