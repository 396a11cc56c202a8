"""Question banks as spreadsheets: plain sheets in, entries out. Every row of every sheet ends in exactly one entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from shanxue.intake.matching import clean_text
from shanxue.intake.rules import Cell, Place, Sheet, name_column
from shanxue.intake.values_text import ERRORS, show

from .answers import LETTERS
from .questions import KINDS, NOT_MARKED, Entry, Places, Raw, Reading, settle_question

HEADERS: dict[str, tuple[str, ...]] = {  # words without spaces and brackets; the first found counts
    "stem": ("题目", "题干", "题目内容", "试题内容", "题干内容", "试题题干", "试题题目", "试题", "问题", "题目描述",
             "试题名称", "题目名称"),
    "kind": ("题型", "试题类型", "题目类型", "试题题型", "类型"),
    "answer": ("答案", "正确答案", "标准答案", "参考答案", "正确选项", "答题答案", "正确选择"),
    "bank": ("题库", "分类", "题目分类", "试题分类", "所属题库", "科目", "章节", "知识点", "类别"),
    "difficulty": ("难度", "难易度", "级别", "难度等级", "难易程度", "等级"),
    "analysis": ("解析", "答案解析", "试题解析", "题目解析", "详解"),
    "source": ("出处", "依据", "来源", "出题依据", "条款", "法条", "知识来源"),
    "options": ("选项", "备选项", "备选答案", "可选项", "选项内容", "候选项", "备选选项"),
}  # fmt: skip
KNOWN_AND_UNREAD = ("序号", "题号", "编号")
HEAD_ROWS = 20
_BRACKETS = re.compile(r"[（(][^）)]*[)）]|[*＊:：]")
_OPTION = re.compile(
    r"^(?:选项|答案|备选项|option)?([A-Ja-j])(?:选项|项)?$|^选项([1-9]|10|[一二三四五六七八九十])$", re.I
)
_NUMERALS = "一二三四五六七八九十"
_REMARK = re.compile(r"^(注[:：]|说明[:：]?|备注[:：]|填写说明|注意事项|填表说明|示例|例[:：])")
_SECTION = re.compile(
    r"^(?:[一二三四五六七八九十]+\s*[、.．]|第[一二三四五六七八九十]+部分)?\s*[【\[]?([\u4e00-\u9fff]{2,6}题)"
)


@dataclass
class Columns:
    """Where each part stands: 0-based columns; ``letters`` are 选项A, 选项B … in order."""

    header_row: int
    parts: dict[str, int]
    letters: dict[str, int]
    titles: dict[int, str]
    unread: list[str] = field(default_factory=list)

    @property
    def used(self) -> set[int]:
        return {*self.parts.values(), *self.letters.values()}


def read_sheets(sheets: Sequence[Sheet], bank: str) -> Reading:
    """Read every sheet of a workbook. ``bank`` is used where no column names one; else the sheet's own name."""
    reading = Reading()
    for index, sheet in enumerate(sheets):
        reading.line_count += len(sheet.rows)
        reading.entries += _read_sheet(sheet, index, bank, reading)
    return reading


def _read_sheet(sheet: Sheet, index: int, bank: str, reading: Reading) -> list[Entry]:
    rows = tuple(range(1, len(sheet.rows) + 1))
    if not rows:
        return []
    whole = f"「{sheet.name}」"
    if sheet.hidden:
        return [Entry(rows, whole, f"s{index}", skipped="隐藏的工作表，没有读取；要读取请先取消隐藏")]
    if not any(show(cell).strip() for row in sheet.rows for cell in row):
        return [Entry(rows, whole, f"s{index}", skipped="空的工作表")]
    columns = find_columns(sheet.rows)
    if columns is None:
        heads = "、".join(show(cell).strip() for cell in _first_filled(sheet.rows) if show(cell).strip())
        sentence = f"{whole}没有找到“题目”和“答案”两列。第一行的列名是：{heads[:80]}。请把列名改成“题目”“答案”后再传。"
        return [Entry(rows, whole, f"s{index}", problems=(sentence,), shown=heads[:80])]
    reading.unread += [title for title in columns.unread if title not in reading.unread]
    return _SheetReader(sheet, index, columns, bank).read()


def _first_filled(rows: list[list[Cell]]) -> list[Cell]:
    return next((row for row in rows if any(show(cell).strip() for cell in row)), [])


def find_columns(rows: Sequence[Sequence[Cell]]) -> Columns | None:
    """Find the header: the row among the first twenty that names a stem and an answer, a kind or options."""
    for number, row in enumerate(rows[:HEAD_ROWS]):
        found = match_headers(number, row)
        if "stem" in found.parts and (found.letters or {"answer", "kind", "options"} & set(found.parts)):
            return found
    return None


def match_headers(number: int, row: Sequence[Cell]) -> Columns:
    words = {column: _BRACKETS.sub("", clean_text(show(cell))) for column, cell in enumerate(row) if show(cell).strip()}
    found = Columns(number, {}, {}, {column: word or show(row[column]).strip() for column, word in words.items()})
    for part, names in HEADERS.items():
        for name in names:
            column = next((c for c, word in words.items() if word == name and c not in found.parts.values()), None)
            if column is not None:
                found.parts[part] = column
                break
    for column, word in words.items():
        match = _OPTION.match(word)
        if match and column not in found.parts.values():
            found.letters.setdefault(_name_letter(match), column)
    found.unread = [
        found.titles[column] for column, word in words.items()
        if column not in found.used and word not in KNOWN_AND_UNREAD
    ]  # fmt: skip
    return found


def _name_letter(match: re.Match[str]) -> str:
    if match[1]:
        return match[1].upper()
    number = _NUMERALS.index(match[2]) if match[2] in _NUMERALS else int(match[2]) - 1
    return LETTERS[number]


class _SheetReader:
    def __init__(self, sheet: Sheet, index: int, columns: Columns, bank: str) -> None:
        self.sheet, self.index, self.columns, self.bank = sheet, index, columns, bank
        self.section = ""  # the kind a heading row named (一、单选题)

    def read(self) -> list[Entry]:
        return [self._read_row(number, row) for number, row in enumerate(self.sheet.rows)]

    def _read_row(self, number: int, row: list[Cell]) -> Entry:
        texts = {column: show(cell).strip() for column, cell in enumerate(row) if show(cell).strip()}
        reason = self._find_reason(number, texts)
        where = str(Place(self.sheet.name, number + 1))
        key = f"s{self.index}r{number + 1}"
        if reason:
            shown = "　".join(texts.values())[:60]
            return Entry((number + 1,), where, key, skipped=reason, shown=shown)
        raw, places = self._gather(number, texts)
        blocked = self._find_unreadable(number, texts)
        if blocked:
            return Entry((number + 1,), where, key, problems=tuple(blocked), shown=raw.stem[:60])
        draft, problems, notes = settle_question(raw, places, where, f"第 {number + 1} 行")
        if number + 1 in self.sheet.hidden_rows:
            notes = (*notes, "这一行在表里是隐藏的")
        return Entry((number + 1,), where, key, draft, problems, notes=notes, shown=raw.stem[:60])

    def _find_reason(self, number: int, texts: dict[int, str]) -> str:
        """Tell why a row is no question; empty for one that is."""
        columns = self.columns
        if not texts:
            return "空行"
        if number < columns.header_row:
            return "表头以上的说明"
        if number == columns.header_row:
            return "表头"
        if sum(_BRACKETS.sub("", clean_text(text)) == columns.titles.get(at) for at, text in texts.items()) >= 2:
            return "重复的表头"
        if set(texts.values()) <= {"必填", "选填", "非必填", "可选"}:
            return "填写要求"
        if len(texts) == 1:
            return self._judge_lone(next(iter(texts.items())))
        return "" if texts.keys() & columns.used else "没有题目内容"

    def _judge_lone(self, cell: tuple[int, str]) -> str:
        """Judge a row with one filled cell: a heading of a kind, a remark, or a question without the rest."""
        column, text = cell
        section = _SECTION.match(text)
        plain = clean_text(section[1]) if section else ""
        if plain in KINDS or plain in NOT_MARKED:
            self.section = plain
            return "题型标题"
        if _REMARK.match(text):
            return "填写说明"
        return "" if column == self.columns.parts["stem"] else "没有题目内容"

    def _gather(self, number: int, texts: dict[int, str]) -> tuple[Raw, Places]:
        parts, letters = self.columns.parts, self.columns.letters
        values = {part: texts.get(column, "") for part, column in parts.items()}
        options = [texts.get(letters[letter], "") if letter in letters else "" for letter in sorted(letters)]
        places: Places = {part: self._place(number, column) for part, column in parts.items()}
        if letters:
            places["options"] = self._place(number, letters[min(letters)])
        if not any(options):
            options = [values.get("options", "")]
        raw = Raw(
            stem=values.get("stem", ""),
            kind=values.get("kind", "") or self.section,
            options=options,
            answer=values.get("answer", ""),
            bank=values.get("bank", "") or self.bank or self.sheet.name,
            difficulty=values.get("difficulty", ""),
            analysis=values.get("analysis", ""),
            source=values.get("source", ""),
        )
        return raw, places

    def _place(self, number: int, column: int) -> Place:
        return Place(self.sheet.name, number + 1, name_column(column), self.columns.titles.get(column))

    def _find_unreadable(self, number: int, texts: dict[int, str]) -> list[str]:
        """Tell cells that hold a formula without value, an error or a picture instead of text."""
        problems = []
        for column in sorted(self.columns.used):
            place = self._place(number, column)
            text = texts.get(column, "")
            if (number, column) in self.sheet.formulas_without_value:
                problems.append(f"{place}：是公式，没有算出的值。请在 WPS 里打开保存一次再传。")
            elif "DISPIMG(" in text[:20]:
                problems.append(f"{place}：第 {number + 1} 行含图片，不能读取。请把图中内容写成文字，或者排除这一行。")
            elif text in ERRORS:
                problems.append(f"{place}：单元格是错误值 {text}。请改正后再传。")
        return problems
