"""Numbers, scores, quantities with units, shares, yes and no (ux D cases 18, 28). Everything in thousandths (milli)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from shanxue.base.points import MILLI, scale_decimal
from shanxue.intake.rules import Cell, Context
from shanxue.intake.values_text import Doubt, Parsed, show, squeeze, strip_invisible

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+", re.ASCII)
_CHINESE = {"半": "0.5", "两": "2"} | {word: str(index) for index, word in enumerate("一二三四五六七八九十", 1)}
_UNITS = {
    word: unit
    for unit, words in {
        "学时": "学时 个学时 课时 个课时 节",
        "天": "天 日 个工作日",
        "小时": "小时 个小时 h",
        "分钟": "分钟 min",
        "学分": "学分 分",
        "次": "次 人次 篇 期 场",
        "半天": "半天 个半天",
        "字": "字",
        "页": "页",
    }.items()
    for word in words.split()
}
_SCORE_WORDS = {
    word: mark
    for mark, words in {"缺考": "缺考 未考 缺 未参加", "免考": "免考 免 免试", "作弊": "作弊 舞弊 违纪"}.items()
    for word in words.split()
}
SCALES = (("优秀", "良好", "一般", "较差"), ("优秀", "合格", "基本合格", "不合格"))
_YES_WORDS = "是 有 Y y yes 1 √ ✓ ✔ 对 通过 合格 已通过 及格 完成 已完成 TRUE True true"
_NO_WORDS = "否 无 N n no 0 × ✗ ✘ 不是 错 没有 未通过 不合格 不及格 未完成 不通过 FALSE False false"
_PLAIN_YES, _PLAIN_NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())


class Score(NamedTuple):
    """A test result. No number with 缺考, 免考, 作弊; ``grade`` when it is a word; ``full_milli`` as it was written."""

    score_milli: int | None
    full_milli: int | None = None
    mark: str = "参加"
    grade: str = ""


class Quantity(NamedTuple):
    """An amount in thousandths with its unit (学时, 天, 半天, 小时, 分钟, 学分, 次, 字, 页; "" when none is said)."""

    milli: int
    measure: str = ""


def read_decimal(text: str) -> Decimal | None:
    return Decimal(text.replace(",", "")) if _NUMBER.fullmatch(text) else None


def parse_number(cell: Cell, _context: Context) -> Parsed:
    """Read a number as milli; 分, 次, 人 and the like behind it are dropped and listed."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Parsed(scale_decimal(cell, MILLI))
    text = show(cell)
    plain = squeeze(text)
    value = read_decimal(re.sub(r"(?<=\d)(?:分|次|人|名|个|篇|项|字|页|票|元|份|场|期|%)$", "", plain))
    if value is None or not isinstance(cell, str) or plain.endswith("%"):
        raise ValueError(f"“{text.strip()}”不是数字。请改成数字。")
    return Parsed(scale_decimal(value, MILLI), text if plain != text or not _NUMBER.fullmatch(plain) else None)


def parse_count(cell: Cell, context: Context) -> Parsed:
    """Read a whole number that is not negative (人数, 字数)."""
    milli, before = parse_number(cell, context)
    if milli % MILLI or milli < 0:
        raise ValueError(f"“{show(cell).strip()}”不是整数个数。请改正。")
    return Parsed(milli // MILLI, before)


def parse_score(cell: Cell, context: Context) -> Parsed:
    """Read a score: 95, 95分, ９５, 85/100, 缺考, 免考, 作弊, or a grade word of one scale chosen once."""
    text = show(cell)
    plain = squeeze(text)
    if plain in _SCORE_WORDS:
        return Parsed(
            Score(None, None, _SCORE_WORDS[plain]), text if plain != text or plain != _SCORE_WORDS[plain] else None
        )
    if any(plain in scale for scale in SCALES):
        return _read_grade(plain, text, context)
    front, slash, back = plain.partition("/")
    value, full = read_decimal(re.sub(r"分$", "", front)), read_decimal(re.sub(r"分$", "", back)) if slash else None
    if value is None or (slash and full is None) or isinstance(cell, bool):
        raise ValueError(f"“{strip_invisible(text)}”不是一个确定的分数。请改成数字，或写缺考、免考。")
    full_milli = scale_decimal(full, MILLI) if full is not None else None
    score = Score(scale_decimal(value, MILLI), full_milli)
    check_score(plain.partition("/")[0].removesuffix("分"), score.score_milli or 0, full_milli or context.full_milli)
    return Parsed(score, text if isinstance(cell, str) and not _NUMBER.fullmatch(text) else None)


def check_score(shown: str, score_milli: int, full_milli: int) -> None:
    """Refuse a score below zero or above full marks."""
    if score_milli < 0:
        raise ValueError(f"{shown} 小于 0。")
    if score_milli > full_milli:
        raise ValueError(f"{shown} 超过满分 {Decimal(full_milli) / MILLI:f}。")


def _read_grade(word: str, text: str, context: Context) -> Parsed:
    """Read a grade word; the two usual scales share 优秀, so one is chosen for the whole import."""
    choices = tuple("·".join(scale) for scale in SCALES)
    answer = context.answers.get("成绩等级")
    if answer not in choices:
        raise Doubt("grade_scale", f"成绩写的是“{word}”，用的是哪一套等级？", choices, "成绩等级")
    if word not in answer.split("·"):
        raise ValueError(f"“{word}”不在所选的等级（{answer}）里，两套等级不能混用。请改正。")
    return Parsed(Score(None, None, "参加", word), text if word != text else None)


def parse_quantity(cell: Cell, _context: Context) -> Parsed:
    """Read an amount with or without a unit: 4, 4学时, 半天, 1.5天, 2小时, 45分钟, 1小时30分钟."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Parsed(_check(Quantity(scale_decimal(cell, MILLI)), show(cell)))
    text = show(cell)
    plain = squeeze(text)
    if found := re.fullmatch(r"(\d+)(?:小时|h|:)(\d{1,2})(?:分钟?|min)?", plain):
        return Parsed(Quantity((int(found[1]) * 60 + int(found[2])) * MILLI, "分钟"), text)
    if plain in ("半天", "半日"):
        return Parsed(Quantity(MILLI, "半天"), None if text == plain == "半天" else text)
    found = re.fullmatch(rf"({_NUMBER.pattern}|[半一二两三四五六七八九十])(个?[\u4e00-\u9fffA-Za-z]*)", plain)
    unit = found[2] if found else ""
    if found is None or (unit and unit not in _UNITS) or not isinstance(cell, str):
        raise ValueError(f"“{strip_invisible(text)}”认不出数量。请写成 4、4学时、半天、2小时 或 45分钟 的样子。")
    value = Decimal(_CHINESE[found[1]]) if found[1] in _CHINESE else Decimal(found[1].replace(",", ""))
    quantity = _check(Quantity(scale_decimal(value, MILLI), _UNITS.get(unit, "")), text)
    return Parsed(quantity, None if _NUMBER.fullmatch(text) else text)


def _check(quantity: Quantity, text: str) -> Quantity:
    if quantity.milli < 0:
        raise ValueError(f"“{text.strip()}”小于 0。请改正。")
    return quantity


def parse_share(cell: Cell, _context: Context) -> Parsed:
    """Read a share as milli: 85% and 0.85 are 850. A bare number above 1 is a percentage."""
    text = show(cell)
    plain = squeeze(text)
    value = read_decimal(plain.removesuffix("%"))
    if value is None or value < 0:
        raise ValueError(f"“{strip_invisible(text)}”不是比例。请写成 85% 或 0.85。")
    share = value / 100 if plain.endswith("%") or value > 1 else value
    if share > 1:
        raise ValueError(f"“{strip_invisible(text)}”超过 100%。请改正。")
    return Parsed(scale_decimal(share, MILLI), text if plain.endswith("%") or value > 1 else None)


def parse_yes(cell: Cell, _context: Context) -> Parsed:
    """Read yes or no."""
    if isinstance(cell, bool):
        return Parsed(cell)
    text = show(cell)
    plain = squeeze(text)
    if plain in _PLAIN_YES or plain in _PLAIN_NO:
        value = plain in _PLAIN_YES
        return Parsed(value, text if text != ("是" if value else "否") else None)
    raise ValueError(f"“{strip_invisible(text)}”看不出是还是否。请写“是”或“否”。")
