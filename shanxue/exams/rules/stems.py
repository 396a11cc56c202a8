"""Stems and options made uniform: answers taken out of brackets and underlines, blanks of one width, marks removed."""

from __future__ import annotations

import re
from dataclasses import dataclass

BRACKET = "（　　）"
LINE = "____"
_LETTERS = r"[A-Ha-hＡ-Ｈ]"
_GIVEN = rf"{_LETTERS}(?:[\s　,，、;；]*{_LETTERS}){{0,7}}|[√×✓✔✗✘]|正确|错误|对|错"
_IN_BRACKET = re.compile(rf"[（(]([\s　_]*)({_GIVEN})([\s　_]*)[）)]")
_IN_LINE = re.compile(rf"_+[\s　]*({_GIVEN})[\s　]*_+")
# _1921_ or __1921__, as Word's underlined text is read; three or more underlines are an empty blank
_TEXT_IN_LINE = re.compile(r"(?<!_)_{1,2}(?!_)[ 　]*([^_\n，。；;！？]{1,40}?)[ 　]*(?<!_)_{1,2}(?!_)")
_EMPTY_BRACKET = re.compile(r"[（(][\s　_]*[）)]")
_EMPTY_LINE = re.compile(r"_{2,}|＿+|﹍+|—{3,}")
_NUMBER = re.compile(
    r"^\s*(?:第\s*\d{1,4}\s*题\s*[:：.．、]\s*|[（(]\s*\d{1,4}\s*[)）][\s.．、]*|\d{1,4}\s*[.．、](?!\d)\s*)"
)
_NO_LEFT_WORD = r"(?<![A-Za-z0-9])"
_SIGNS = r"[.．、:：)）]"


@dataclass(frozen=True)
class TidyStem:
    """A stem as a member sees it, with the answer that stood inside. ``with_blanks``: read as a 填空题."""

    text: str
    answer: str = ""
    blank_text: str = ""

    @property
    def with_blanks(self) -> str:
        return self.blank_text or self.text


def tidy_stem(raw: str) -> TidyStem:
    """Take the answer out of （ D ）, __ACD___ or _1921_ and leave blanks of one width.

    >>> tidy_stem("1. 党的最高理想是（ D  ）。")
    TidyStem(text='党的最高理想是（\u3000\u3000）。', answer='D', blank_text='')
    """
    text = re.sub(r"[ \t]+", " ", _NUMBER.sub("", raw.strip(), count=1)).strip()
    found: list[str] = []

    def take(match: re.Match[str], blank: str) -> str:
        found.append(re.sub(r"[\s　,，、;；]", "", match[2] if match.re is _IN_BRACKET else match[1]))
        return blank

    text = _IN_BRACKET.sub(lambda match: take(match, BRACKET), text)
    text = _IN_LINE.sub(lambda match: take(match, LINE), text)
    if found:
        return TidyStem(_unify(text), "".join(found))
    filled: list[str] = []

    def take_text(match: re.Match[str]) -> str:
        filled.append(match[1].strip())
        return LINE

    blank_text = _TEXT_IN_LINE.sub(take_text, text) if "_" in text else text
    if filled:
        return TidyStem(_unify(blank_text), "；".join(filled), _unify(blank_text))
    return TidyStem(_unify(text))


def _unify(text: str) -> str:
    return _EMPTY_LINE.sub(LINE, _EMPTY_BRACKET.sub(BRACKET, text)).strip()


def count_blanks(stem: str) -> int:
    """Count the blanks of a 填空题: underlines, and brackets with nothing in them."""
    return stem.count(LINE) + stem.count(BRACKET)


def split_marked(text: str) -> list[str]:
    """Split A.… B、… C．… at its marks, in the order of the letters; an empty list when it does not begin with A.

    >>> split_marked("A.甲 B、乙C．丙")
    ['甲', '乙', '丙']
    """
    marks = _find_marks(text, "A")
    if not marks or text[: marks[0][0]].strip():
        return []
    return _cut(text, marks)


def cut_options(text: str, first: str = "A") -> tuple[str, list[str]]:
    """Cut a line at its option marks, the first being ``first``: (what stands before, the options)."""
    marks = _find_marks(text, first)
    if not marks:
        return text, []
    return text[: marks[0][0]].rstrip(), _cut(text, marks)


def _cut(text: str, marks: list[tuple[int, int]]) -> list[str]:
    ends = [start for start, _ in marks[1:]] + [len(text)]
    return [text[after:end].strip().rstrip("；;") for (_, after), end in zip(marks, ends, strict=True)]


def _find_marks(text: str, first: str) -> list[tuple[int, int]]:
    """Find the marks of consecutive letters from ``first`` on: (where the mark begins, where the option begins)."""
    marks: list[tuple[int, int]] = []
    place, letter = 0, first
    while letter <= "J":
        wide = chr(ord(letter) + 0xFEE0)
        pattern = rf"[（(]\s*[{letter}{wide}]\s*[)）]{_SIGNS}?|{_NO_LEFT_WORD}[{letter}{wide}]\s*{_SIGNS}"
        if not marks or text[marks[0][0] : marks[0][1]].strip().rstrip().isalpha():
            pattern += rf"|(?:^|(?<=\s\s)|(?<=\t)){letter}\s+(?=\S)"
        found = re.compile(pattern).search(text, place)
        if not found:
            break
        marks.append((found.start(), found.end()))
        place, letter = found.end(), chr(ord(letter) + 1)
    return marks


def spread_options(cell: str) -> list[str]:
    """Split options that stand in one cell: at A. B. C. marks, at line breaks, at “/”, at “|”, at ；.

    >>> spread_options("甲/乙/丙")
    ['甲', '乙', '丙']
    """
    marked = split_marked(cell)
    if len(marked) > 1:
        return marked
    for sign in ("\n", "|", "/", "；", ";", "$$"):
        parts = [part.strip() for part in cell.split(sign) if part.strip()]
        if len(parts) > 1:
            return parts
    return [cell.strip()]


def strip_marks(options: list[str]) -> list[str]:
    """Drop the letter before each option when every option carries its own (A.甲, B、乙)."""
    stripped: list[str] = []
    for index, option in enumerate(options[:26]):
        if not option:
            stripped.append(option)
            continue
        letter = chr(65 + index)
        match = re.match(
            rf"^\s*[（(]?[{letter}{letter.lower()}{chr(ord(letter) + 0xFEE0)}](?:[.．、:：)）]\s*|\s+)", option
        )
        if not match or not option[match.end() :].strip():
            return [one.strip() for one in options]
        stripped.append(option[match.end() :].strip())
    return stripped
