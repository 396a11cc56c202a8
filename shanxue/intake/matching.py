"""Comparing words as offices write them: unit names, numbers, what was meant when nothing fits. Plain functions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable

_DIGITS = "零一二三四五六七八九"
_WIDE = {ord(c): chr(ord(c) - 0xFEE0) for c in map(chr, range(0xFF01, 0xFF5F))}
_NOTHING = dict.fromkeys([0x200B, 0x200C, 0x200D, 0xFEFF, 0x2060])
_SPACES = re.compile(r"[\s\u00a0\u3000]+")
_NUMERAL = re.compile(r"第?([零〇一二三四五六七八九十]+|\d+)(?=(?:党?(?:总?支部?|小组))|(?:中|大)?队|科|处|组|所|室)")
_PARTY_HEAD = re.compile(r"^(?:中国共产党|中共)")
_OFFICE_HEAD = re.compile(
    r"^[^第支组]{2,30}?(?:局|委员会|委|办公室|院|厅|署|中心)(?:机关)?(?:党委|党总支|党组)?(?=第?\d+(?:支部|小组|总支))"
)
_ENDINGS = (
    (re.compile(r"党?总支(?:部)?(?:委员会)?$"), "总支"),
    (re.compile(r"党?支部(?:委员会)?$"), "支部"),
    (re.compile(r"党?小组$"), "小组"),
)
ROOT_WORDS = frozenset(  # what the unit above all branches is called
    [
        "党委",
        "党组",
        "局党委",
        "局党组",
        "局党委（党组）",
        "党委(党组)",
        "中心组",
        "党委中心组",
        "局党委中心组",
        "党委理论学习中心组",
        "局党委理论学习中心组",
        "理论学习中心组",
        "党组理论学习中心组",
        "全局",
        "局机关",
        "本单位",
    ]
)


def clean_text(text: str) -> str:
    """Make a name comparable: no spaces or zero-width marks, plain brackets, digits and letters."""
    return _SPACES.sub("", text.translate(_NOTHING)).translate(_WIDE)


def read_numeral(text: str) -> str:
    """Write a Chinese numeral below a hundred in digits.

    >>> read_numeral("十二"), read_numeral("二十"), read_numeral("7")
    ('12', '20', '7')
    """
    if text.isdecimal():
        return str(int(text))
    text = text.replace("〇", "零")
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return str(int("".join(str(_DIGITS.index(c)) for c in text)))
    return str((_DIGITS.index(tens[-1]) if tens else 1) * 10 + (_DIGITS.index(ones[0]) if ones else 0))


def shorten_unit(text: str, bureau: str = "") -> str:
    """Reduce a unit's name to what tells it apart: 第一支部, 一支部, 中共××局第一支部委员会, 第一党支部 → 1支部.

    ``bureau`` is the agency's own name, dropped from the front.
    """
    short = _PARTY_HEAD.sub("", clean_text(text))
    for head in (clean_text(bureau), clean_text(bureau) + "机关"):
        if head and short.startswith(head) and len(short) > len(head):
            short = short.removeprefix(head)
    for ending, word in _ENDINGS:
        if ending.search(short):
            short = ending.sub(word, short)
            break
    short = _NUMERAL.sub(lambda found: read_numeral(found[1]), short)
    short = _OFFICE_HEAD.sub("", short)
    return re.sub(r"^机关(?=\d+(?:支部|小组|总支))", "", short) or clean_text(text)


def find_nearest(text: str, names: Collection[str], count: int = 3) -> list[str]:
    """List known names that look like ``text``, best first; empty when nothing comes near."""
    return difflib.get_close_matches(text, names, n=count, cutoff=0.34)


def join_names(names: Iterable[str], limit: int = 6) -> str:
    """Write a short list of names: 王伟、李芳 等 12 人."""
    known = list(names)
    shown = "、".join(known[:limit])
    return shown if len(known) <= limit else f"{shown} 等 {len(known)} 人"


def list_words(*lines: str) -> tuple[str, ...]:
    """Write a long list of words in few lines: the words of each line, split at spaces."""
    return tuple(word for line in lines for word in line.split())
