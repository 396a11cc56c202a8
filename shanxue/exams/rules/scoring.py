"""Marking one question: exact, in thousandths of a point, all or nothing.

A 多选题 earns its points only with every right option and no wrong one, a 填空题 only with every blank right: half
points would be a rule of the paper, and no paper here states one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shanxue.intake.values_text import squeeze

from . import QuestionKind
from .answers import LETTERS

Given = Sequence[str]
_PUNCTUATION = re.compile(r"[\s\W_]+")


def mark_answer(put: Mapping[str, Any], given: Given | None, points_milli: int) -> int:
    """Give the points of one answer. ``put`` is the frozen question; nothing given earns nothing.

    >>> mark_answer({"kind": "多选题", "answer": ["A", "C"]}, ["C", "A"], 2000)
    2000
    """
    if not given:
        return 0
    if put["kind"] == QuestionKind.BLANK:
        right = len(given) == len(put["answer"]) and all(map(_fits, put["answer"], given))
    else:
        right = sorted(set(given)) == sorted(put["answer"])
    return points_milli if right else 0


def _fits(accepted: Sequence[str], given: str) -> bool:
    return any(plain_text(text) == plain_text(given) for text in accepted) and bool(given.strip())


def plain_text(text: str) -> str:
    """Make a fill-in answer comparable: no spaces, full-width narrowed, no punctuation unless it is all there is.

    >>> plain_text("《党章》　第 １ 条。"), plain_text("1.5"), plain_text("15")
    ('党章第1条', '1.5', '15')
    """
    squeezed = squeeze(text).casefold()
    bare = _PUNCTUATION.sub(lambda found: found[0] if _is_in_number(found) else "", squeezed)
    return bare or squeezed


def _is_in_number(sign: re.Match[str]) -> bool:
    """Signs that make a number another one stay: 1.5 is not 15, -3 not 3, 50% not 50."""
    before, after = sign.string[: sign.start()][-1:], sign.string[sign.end() :][:1]
    if sign[0] in ".:/-" and before.isdigit() and after.isdigit():
        return True
    return (sign[0] == "%" and before.isdigit()) or (sign[0] == "-" and not before and after.isdigit())


def clean_given(kind: str, option_count: int, blank_count: int, values: Sequence[str]) -> list[str] | None:
    """Bring what was sent into the shape that is kept; None when nothing was answered.

    Raises ``ValueError`` for an option that the question does not have.
    """
    if kind == QuestionKind.BLANK:
        texts = [value.strip()[:200] for value in values[:blank_count]]
        texts += [""] * (blank_count - len(texts))
        return texts if any(texts) else None
    chosen = sorted({value for value in values if value})
    if any(letter not in LETTERS[:option_count] for letter in chosen):
        raise ValueError("这道题没有这个选项。请刷新页面后再答。")
    if kind != QuestionKind.MULTIPLE and len(chosen) > 1:
        raise ValueError("这道题只能选一项。请刷新页面后再答。")
    return chosen or None


def write_answer(put: Mapping[str, Any], value: Sequence[Any] | None) -> str:
    """Write an answer for people: A、C; 正确; 甲；乙 (one of several accepted texts first)."""
    if not value:
        return "未答"
    if put["kind"] == QuestionKind.TRUE_FALSE:
        return "、".join(put["options"][LETTERS.index(letter)] for letter in value)
    if put["kind"] == QuestionKind.BLANK:
        return "；".join(part if isinstance(part, str) else _list_wordings(part) for part in value)
    return "、".join(value)


def _list_wordings(texts: Sequence[str]) -> str:
    """Write 4 或 四: a wording that only joins the others (“4或四”) is not repeated."""
    parts = texts[1:] if len(texts) > 1 and all(part in texts[0] for part in texts[1:]) else texts
    return " 或 ".join(parts)
