"""Answers as offices write them: letters, √ ×, words, the option's full text, a Python list, “4或四”."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from shanxue.intake.matching import clean_text

LETTERS = "ABCDEFGHIJ"
RIGHT, WRONG = "正确", "错误"
RIGHT_WRONG = (RIGHT, WRONG)  # options A and B of every 判断题
_RIGHT = frozenset(("正确", "对", "√", "✓", "✔", "☑", "是", "t", "true", "1", "y", "yes", "r", "v"))
_WRONG = frozenset(
    ("错误", "错", "×", "✗", "✘", "✕", "╳", "x", "否", "f", "false", "0", "n", "no", "w", "不正确", "不对")
)
_PARTS = re.compile(r"[\s,，、;；/|]+")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"|“([^”]*)”|‘([^’]*)’")
_GAPS = (r"\n+", r"[;；]", r"\|+", r"、", r"[,，]", r"\s{2,}|\t", r"\s+")


class Choice(NamedTuple):
    """Letters of the right options, in order; ``by_text``: the answer was the options' own words."""

    letters: tuple[str, ...]
    by_text: bool


def open_list(answer: str) -> list[str]:
    """Give the items of an answer written as a list (['A', 'C'], ["正确"]); one item for any other text.

    >>> open_list("['A', 'C']"), open_list("A")
    (['A', 'C'], ['A'])
    """
    text = answer.strip()
    if not (text.startswith(("[", "［")) and text.endswith(("]", "］"))):
        return [text]
    inner = text[1:-1]
    quoted = [next(group for group in found.groups("") if group) for found in _QUOTED.finditer(inner) if found[0][1:-1]]
    return [item.strip() for item in (quoted or inner.split(",")) if item.strip()]


def read_choice(answer: str, options: Sequence[str]) -> Choice:
    """Read which options are right. Raises ``ValueError`` with what to do."""
    items = open_list(answer)
    plain = {clean_text(option): letter for option, letter in zip(options, LETTERS, strict=False)}
    by_text = _match_texts(items, plain)
    if by_text:
        return Choice(by_text, not _is_letters("".join(items)))
    letters = "".join(_PARTS.split(clean_text("".join(items)).upper())).strip(".。()（）")
    if not letters or not _is_letters(letters):
        shown = answer.strip()
        raise ValueError(f"答案“{shown[:30]}”看不出是哪个选项。请写选项的字母，例如 A 或 ABD。")
    beyond = [letter for letter in letters if letter not in LETTERS[: len(options)]]
    if beyond:
        last = LETTERS[len(options) - 1] if options else ""
        raise ValueError(f"答案是“{letters}”，选项只有 A 到 {last}。请改正答案，或者补上选项。")
    return Choice(tuple(sorted(set(letters))), False)


def _is_letters(text: str) -> bool:
    return all(sign in LETTERS for sign in "".join(_PARTS.split(clean_text(text).upper())))


def _match_texts(items: list[str], plain: dict[str, str]) -> tuple[str, ...]:
    """Match whole options, alone or several joined by signs; nothing when any part is no option."""
    for parts in (items, [part for item in items for part in re.split(r"[;；/|\n]+", item)],
                  [part for item in items for part in _PARTS.split(item)]):  # fmt: skip
        found = [plain.get(clean_text(part)) or plain.get(_drop_letter(part)) for part in parts if part.strip()]
        if found and all(found):
            return tuple(sorted({letter for letter in found if letter}))
    return ()


def _drop_letter(part: str) -> str:
    return re.sub(r"^[A-Ja-j][.．、:：)）]", "", clean_text(part))


def read_truth(answer: str, options: Sequence[str]) -> str:
    """Read 正确 as A and 错误 as B, whatever the file's own options were called."""
    word = clean_text("".join(open_list(answer))).strip(".。()（）").lower()
    if len(word) == 1 and word in "ab" and len(options) >= 2:
        word = clean_text(options["ab".index(word)]).lower()
    elif word in ("a", "b") and not options:
        raise ValueError(f"判断题的答案写的是“{answer.strip()}”，没有选项可对。请写正确或错误。")
    if word in _RIGHT:
        return "A"
    if word in _WRONG:
        return "B"
    raise ValueError(f"判断题的答案“{answer.strip()[:30]}”看不出对错。请写正确或错误。")


def read_blanks(answer: str, count: int) -> list[list[str]]:
    """Read the accepted texts of each blank. Raises ``ValueError`` when the parts do not fit the blanks.

    >>> read_blanks("4或四", 1), read_blanks("甲；乙", 2)
    ([['4或四', '4', '四']], [['甲'], ['乙']])
    """
    items = open_list(answer)
    parts = items if len(items) == count else _split_blanks(answer, count)
    if parts is None:
        raise ValueError(f"题目有 {count} 个空，答案“{answer.strip()[:30]}”对不上。请用“；”分开每个空的答案。")
    return [list_accepted(part) for part in parts]


def _split_blanks(answer: str, count: int) -> list[str] | None:
    if count == 1:
        return [answer.strip()]
    for gap in _GAPS:
        parts = [part.strip() for part in re.split(gap, answer.strip()) if part.strip()]
        if len(parts) == count:
            return parts
    return None


def list_accepted(text: str) -> list[str]:
    """List the wordings that count for one blank: the text itself, and its parts around 或 and / (not in dates)."""
    whole = text.strip()
    parts = [part.strip() for part in re.split(r"\s*(?:或者|或)\s*", whole) if part.strip()]
    if len(parts) == 1 and "/" in whole and not re.fullmatch(r"[\d/.\s]+", whole):
        parts = [part.strip() for part in whole.split("/") if part.strip()]
    return list(dict.fromkeys([whole, *parts])) if len(parts) > 1 else [whole]
