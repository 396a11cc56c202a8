"""Names and codes of people (ux D cases 10–13, 17, 18, 26)."""

from __future__ import annotations

import re
from typing import NamedTuple

from shanxue.intake.rules import Cell, Context
from shanxue.intake.values_text import Doubt, Parsed, narrow, show, squeeze, strip_invisible

_HAN = r"\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}·])[ ]+(?=[{_HAN}·])")
_DOTS = re.compile(r"[•‧∙⋅・･．᛫●](?=\S)|(?<=\S)[.](?=[^\x00-\x7f])")
_BRACKETS = re.compile(r"[（(【\[〔]([^（）()【】\[\]〔〕]*)[）)】\]〕]")
_SIGNS = re.compile(r"^[★☆*＊※▲△●◆✦#]+|[★☆*＊※▲△●◆✦#]+$")
_LOST = re.compile(r"[?？□\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]")
_GLUED = re.compile(rf"([{_HAN}·]{{2,}})[-_ ]?([A-Za-z]?\d{{3,}})|([A-Za-z]?\d{{3,}})[-_ ]?([{_HAN}·]{{2,}})")
_PAIR = re.compile(r"\s*[&＆+＋]\s*|\s*[/／]\s*")
_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")
_LOOKALIKES = re.compile(r"[oO〇○](?=\d)|(?<=\d)[oO〇○]")


class NameParts(NamedTuple):
    """A name, what brackets or stars beside it said, and a number glued to it."""

    name: str
    remark: str = ""
    code: str = ""


def split_name(text: str) -> NameParts:
    """Take a name apart: spaces and zero-width marks go, middle dots become ·, brackets and stars become a remark.

    >>> split_name("王五(女)"), split_name("张　三"), split_name("买买提•艾力"), split_name("李四20210113").code
    (NameParts(name='王五', remark='女', code=''), NameParts(name='张三', remark='', code=''), \
NameParts(name='买买提·艾力', remark='', code=''), '20210113')
    """
    plain = strip_invisible(text)
    remarks = [found.strip() for found in _BRACKETS.findall(plain)]
    plain = _BRACKETS.sub("", plain).strip()
    remarks += _SIGNS.findall(plain)
    plain = _SIGNS.sub("", plain).strip()
    plain = _BETWEEN_HAN.sub("", _DOTS.sub("·", plain))
    code = ""
    if found := _GLUED.fullmatch(plain):
        plain, code = (found[1], found[2]) if found[1] else (found[4], found[3])
    return NameParts(plain, "；".join(remark for remark in remarks if remark), code)


def parse_name(cell: Cell, context: Context) -> Parsed:
    """Read a person's name. Never NFKC: rare characters stay as they are; a lost character is refused."""
    text = show(cell)
    if not isinstance(cell, str):
        raise ValueError(f"“{text}”不是姓名。请核对这一列。")
    if _LOST.search(text):
        raise ValueError(f"“{strip_invisible(text)}”里有丢失的字，导出时可能用了 GBK。请改正这个字。")
    name = split_name(text).name
    if not name:
        raise ValueError(f"“{text}”里没有姓名。请改正。")
    if len(split_pair(name)) > 1:
        key = f"两人:{name}"
        if context.answers.get(key) not in ("是两个人", "是一个人"):
            raise Doubt("two_people", f"“{name}”是两个人吗？", ("是两个人", "是一个人"), key)
    return Parsed(name, text if name != text else None)


def split_pair(name: str) -> list[str]:
    """Split 甲&乙 (two people on one device) into names; a single name stays one."""
    parts = [part for part in _PAIR.split(name) if part]
    return parts if len(parts) > 1 and all(len(part) >= 2 or not part.isascii() for part in parts) else [name]


def parse_code(cell: Cell, context: Context) -> Parsed:
    """Read a code (工号, 编号) as text: 11312018275.0 → 11312018275; leading zeros of texts stay."""
    if isinstance(cell, bool):
        raise ValueError(f"“{show(cell)}”不是编号。请核对这一列。")
    if isinstance(cell, int | float):
        if cell != int(cell):
            raise ValueError(f"“{cell}”不是编号。请核对这一列。")
        if abs(cell) >= 10**15:
            raise ValueError("是按数字存的，末几位已不可靠，不能导入。请在原系统按文本重新导出。")
        return Parsed(str(int(cell)))
    text = show(cell)
    plain = squeeze(text).lstrip("'`’")
    if _ROUNDED.fullmatch(plain) and "." in plain + ("." if "+" in plain else ""):
        raise ValueError(f"“{strip_invisible(text)}”已丢失后几位。请在原系统重新导出，或手工改成完整工号。")
    plain = re.sub(r"(?<=\d)\.0+$", "", plain)
    if _LOOKALIKES.search(plain):
        plain = _settle_lookalikes(plain, context)
    return Parsed(plain, text if plain != text else None)


def _settle_lookalikes(code: str, context: Context) -> str:
    """Ask whether O, 〇 or ○ beside digits is a zero."""
    zero = re.sub(r"[oO〇○]", "0", code)
    choices = (f"是数字 0（{zero}）", f"就是 {code}")
    answer = context.answers.get(f"字母O:{code}")
    if answer == choices[0]:
        return zero
    if answer == choices[1]:
        return code
    raise Doubt("letter_o", f"“{code}”里的 O 是数字 0 吗？", choices, f"字母O:{code}")


def restore_zeros(code: str, width: int) -> str | None:
    """Give back a code with its leading zeros, or None when it has none to restore.

    >>> restore_zeros("1", 3), restore_zeros("012", 3), restore_zeros("A1", 3)
    ('001', None, None)
    """
    return code.zfill(width) if code.isascii() and code.isdigit() and len(code) < width else None


def narrow_code(text: str) -> str:
    """Make two spellings of one code comparable."""
    return narrow(squeeze(text)).upper()
