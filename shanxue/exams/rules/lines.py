"""Question banks as Word documents: plain lines in, entries out. Every line ends in exactly one entry.

A question begins with its number (1. 1、 （1） 第1题), its options with a letter (A. A、 A． （A）), its other parts
with their names (答案： 解析： 出处：). Headings (一、单选题) name the kind of all that follows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from shanxue.intake.matching import clean_text
from shanxue.intake.rules import Place

from .questions import Entry, Places, Raw, Reading, settle_question
from .stems import cut_options


@dataclass(frozen=True)
class Line:
    """One line of the document. ``paragraph`` counts from 1 as the document's paragraphs; ``lost`` as in ``Raw``."""

    paragraph: int
    text: str
    lost: str = ""


_STARTS = (
    re.compile(r"^\s*第\s*(\d{1,4})\s*题[\s:：.．、]*(.*)$", re.S),
    re.compile(r"^\s*[（(]\s*(\d{1,4})\s*[)）][\s.．、]*(.+)$", re.S),
    re.compile(r"^\s*(\d{1,4})\s*(?:[.．、]|[)）])(?!\d)\s*(.+)$", re.S),
)
_SECTION = re.compile(
    r"^\s*(?:[一二三四五六七八九十]+\s*[、.．]\s*|[（(][一二三四五六七八九十]+[)）]\s*|第[一二三四五六七八九十]+部分\s*|[【\[])?"
    r"((?:单项|多项|不定项)?选择题?|单选题?|多选题?|判断(?:正误)?题?|是非题|填空题?|简答题|论述题|问答题|案例分析题|名词解释)"
    r"\s*[】\]]?\s*(?:[（(:：，,。].*|共.*)?$"
)
_LABELS = {
    "answer": "正确答案|标准答案|参考答案|答案",
    "analysis": "答案解析|试题解析|解析|详解",
    "source": "出题依据|出处|依据|来源",
    "difficulty": "难易度|难度",
    "bank": "知识点|分类|题库",
    "kind": "题型",
}
_NAMES = "|".join(_LABELS.values())
_LABEL = re.compile(rf"(?:^|(?<=[\s。；;])|(?<=】))\s*(?:[【\[]\s*({_NAMES})\s*[】\]]\s*[:：]?|({_NAMES})\s*[:：])\s*")
_KEY_HEAD = re.compile(r"^\s*(?:[一二三四五六七八九十]+\s*[、.．]\s*)?(?:参考答案|标准答案|答案|答案页)\s*[:：]?\s*$")
_OPTION = re.compile(r"^\s*(?:[（(]\s*([A-JＡ-Ｊ])\s*[)）]|([A-JＡ-Ｊ])\s*[.．、:：)）]|([A-J])\s+(?=\S))")


@dataclass
class _Open:
    """A question being read."""

    number: str
    lines: list[Line]
    raw: Raw
    part: str = "stem"  # where a line without a mark belongs
    options: list[str] = field(default_factory=list)


def read_lines(lines: Sequence[Line], name: str, bank: str) -> Reading:
    """Read a document's lines. ``name`` is the file's, for messages; ``bank`` what its questions belong to."""
    reading = Reading(line_count=len(lines))
    reader = _LineReader(name, bank)
    for line in lines:
        reader.take(line)
    reader.close()
    reading.entries = sorted(reader.entries, key=lambda entry: entry.rows)
    return reading


class _LineReader:
    def __init__(self, name: str, bank: str) -> None:
        self.name, self.bank = name, bank
        self.entries: list[Entry] = []
        self.open: _Open | None = None
        self.style: int | None = None  # which of _STARTS numbers the questions here
        self.section = ""
        self.key: list[Line] | None = None  # lines of a list of answers at the end

    def take(self, line: Line) -> None:
        if self.key is not None:
            self.key.append(line)
            return
        text = line.text.strip()
        if not text and not line.lost:
            self._skip(line, "空行")
        elif _KEY_HEAD.match(text) and self._ends_with_key():
            self.close()
            self.key = [line]
        elif section := _SECTION.match(text):
            self.close()
            self.section, self.style = clean_text(section[1]), None
            self._skip(line, "题型标题")
        elif start := self._match_start(text):
            self.close()
            self.open = _Open(start[0], [line], Raw(kind=self.section, bank=self.bank, lost=line.lost))
            self._add(start[1])
        elif self.open is None:
            self._skip(line, "题目以外的文字" if text else "题目以外的图片")
        else:
            self.open.lines.append(line)
            self.open.raw.lost = self.open.raw.lost or line.lost
            self._add(text)

    def _ends_with_key(self) -> bool:
        """Tell a list of answers at the end from the answer of one question: that question has its answer already,
        or none of the questions before has one."""
        return self.open is None or bool(self.open.raw.answer) or not any(entry.draft for entry in self.entries)

    def _skip(self, line: Line, reason: str) -> None:
        where = str(Place(self.name)) + f"第 {line.paragraph} 段"
        self.entries.append(
            Entry((line.paragraph,), where, f"p{line.paragraph}", skipped=reason, shown=line.text.strip()[:60])
        )

    def _match_start(self, text: str) -> tuple[str, str] | None:
        """Tell the number and the text of a line that begins a question; other numberings belong to the question."""
        for style, pattern in enumerate(_STARTS):
            match = pattern.match(text)
            if match and (self.style is None or self.style == style):
                self.style = style
                return match[1], match[2]
        return None

    def _add(self, text: str) -> None:
        """Add a line to the open question, cut at the names of its parts (答案： 解析：)."""
        assert self.open is not None
        place = 0
        for match in _LABEL.finditer(text):
            self._add_piece(text[place : match.start()])
            self.open.part = next(part for part, names in _LABELS.items() if (match[1] or match[2]) in names.split("|"))
            place = match.end()
        self._add_piece(text[place:])

    def _add_piece(self, text: str) -> None:
        question = self.open
        assert question is not None
        if not text.strip():
            return
        if question.part in ("stem", "options"):
            self._add_body(question, text)
        elif question.part in ("answer", "difficulty", "bank", "kind"):
            setattr(question.raw, question.part, text.strip())
            question.part = "stem" if question.part != "answer" and not question.options else "after"
        elif question.part in ("analysis", "source"):
            former = getattr(question.raw, question.part)
            setattr(question.raw, question.part, f"{former}\n{text.strip()}".strip())
        else:
            question.raw.analysis = f"{question.raw.analysis}\n{text.strip()}".strip()

    def _add_body(self, question: _Open, text: str) -> None:
        """Add to the stem or the options; a line may hold the end of the stem and several options."""
        next_letter = chr(65 + len(question.options))
        before, options = cut_options(text, next_letter)
        if options and (not before.strip() or len(options) > 1 or question.options):
            self._continue(question, before)
            question.options += options
            question.part = "options"
        else:
            self._continue(question, text)

    def _continue(self, question: _Open, text: str) -> None:
        if not text.strip():
            return
        if question.options:
            question.options[-1] = f"{question.options[-1]}{text.strip()}"
        else:
            question.raw.stem = f"{question.raw.stem}\n{text.strip()}".strip()

    def close(self) -> None:
        """Settle the open question, or the list of answers at the end."""
        if self.key is not None:
            self._close_key(self.key)
            self.key = None
        if self.open is None:
            return
        question, self.open = self.open, None
        question.raw.options = question.options
        first = question.lines[0].paragraph
        where = f"{Place(self.name)}第 {question.number} 题（第 {first} 段）"
        places: Places = {part: f"{where}{title}" for part, title in
                          (("answer", "答案"), ("options", "选项"), ("kind", "题型"), ("stem", "题目"))}  # fmt: skip
        draft, problems, notes = settle_question(question.raw, places, where, f"第 {question.number} 题")
        rows = tuple(line.paragraph for line in question.lines)
        shown = question.raw.stem[:60] or question.lines[0].text.strip()[:60]
        self.entries.append(
            Entry(rows, where, f"p{first}q{len(self.entries)}", draft, problems, notes=notes, shown=shown)
        )

    def _close_key(self, lines: list[Line]) -> None:
        first = lines[0].paragraph
        where = f"{Place(self.name)}第 {first} 段"
        sentence = f"{where}：答案集中写在文末，对不上每一题。请把答案写在各题下面（例如“答案：A”），或者排除这一段。"
        self.entries.append(
            Entry(
                tuple(line.paragraph for line in lines), where, f"p{first}k", problems=(sentence,), shown="文末的答案"
            )
        )
