"""International standard book numbers: 13 digits, or the 10 of before 2007, with their check digit."""

from __future__ import annotations

import re

_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ－", "0123456789XX-")
_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")


def read_isbn(text: str) -> str:
    """Read an ISBN as its bare digits. Raises ValueError with the sentence for one that cannot be right.

    >>> read_isbn("ISBN 978-7-01-012345-5"), read_isbn("306406152")
    ('9787010123455', '0306406152')
    """
    plain = re.sub(r"^ISBN(?:-?1[03])?[:：]?", "", re.sub(r"[\s\u200b]", "", text.translate(_WIDE)).upper())
    if _ROUNDED.fullmatch(plain):
        raise ValueError(f"“{text.strip()}”已丢失后几位。请在原系统重新导出，或手工改成完整的 ISBN。")
    digits = plain.replace("-", "")
    if len(digits) == 9 and digits.isascii() and digits.isdecimal() and is_isbn("0" + digits):
        return "0" + digits  # a spreadsheet dropped the leading zero
    if not re.fullmatch(r"\d{13}|\d{9}[\dX]", digits, re.ASCII):
        raise ValueError(f"“{text.strip()}”不是 ISBN。应为 13 位（旧书 10 位）数字，没有就留空。")
    if not is_isbn(digits) and digits.endswith("00000"):  # 9.78711E+12 kept as a number
        raise ValueError(f"“{text.strip()}”已丢失后几位。请在原系统重新导出，或手工改成完整的 ISBN。")
    if not is_isbn(digits):
        raise ValueError(f"“{text.strip()}”的校验位不对，可能抄错了一位。请核对封底的 ISBN。")
    return digits


def is_isbn(digits: str) -> bool:
    """Whether the last digit fits the others."""
    if len(digits) == 13:
        return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0
    values = [10 if digit == "X" else int(digit) for digit in digits]
    return sum(value * (10 - place) for place, value in enumerate(values)) % 11 == 0


def write_isbn(digits: str) -> str:
    """Write it as people copy it: 978-7010123455 without guessing where the groups lie.

    >>> write_isbn("9787010123455"), write_isbn("")
    ('978-7010123455', '')
    """
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 13 else digits
