"""One table of a TOML file that a clerk wrote, read key by key. Problems are kept: all are listed at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

# Int64 holds 9.2e18: a count of up to 1e9 milli times these, times the scale, stays far inside.
LARGEST_NUMBER = 10**6
LARGEST_DENOMINATOR = 10**6
WRITTEN_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20}|/\d{1,20})?%?", re.ASCII)


def suggest(word: str, known: Iterable[str]) -> str:
    """Write the tail of a message on an unknown word: the nearest known one, else all of them."""
    choices = [name for name in known if name]
    near = get_close_matches(word, choices, n=1, cutoff=0.5)
    if near:
        return f"是不是 {near[0]}？"
    return f"可以用：{'、'.join(choices)}。"


class Section:
    """A TOML table with the words that name it in messages: 第五条（A1 到会）的 count; "" is the file itself."""

    def __init__(self, table: Mapping[str, Any], where: str, problems: list[str]) -> None:
        self.table = dict(table)
        self.where = where
        self.problems = problems
        self.taken: set[str] = set()

    def report(self, sentence: str) -> None:
        self.problems.append(f"{self.where or '文件里'}{sentence}")

    def has(self, key: str) -> bool:
        return key in self.table

    def take(self, key: str) -> Any:
        self.taken.add(key)
        return self.table.get(key)

    def _refuse_type(self, key: str, value: Any, wanted: str) -> None:
        self.report(f"的 {key} 写成了 {_show(value)}，应当是{wanted}。")

    def take_text(self, key: str, default: str = "", *, required: str = "") -> str:
        """Read a text; ``required`` is what to write when it is missing."""
        value = self.take(key)
        if value is None:
            if required:
                self.report(f"没有写 {key}。请写上{required}。")
            return default
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            self._refuse_type(key, value, "加英文引号的文字")
            return default
        if required and not str(value).strip():
            self.report(f"的 {key} 是空的。请写上{required}。")
        return str(value).strip()

    def take_words(self, key: str) -> tuple[str, ...]:
        """Read a list of words; one word alone is a list of one."""
        value = self.take(key)
        if value is None:
            return ()
        words = value if isinstance(value, list) else [value]
        if not words or not all(isinstance(word, str) for word in words):
            self._refuse_type(key, value, '方括号里的一个或几个词，如 ["到", "迟到"]')
            return ()
        return tuple(words)

    def take_choice(self, key: str, choices: Iterable[str], default: str) -> str:
        value = self.take(key)
        if value is None:
            return default
        if value not in tuple(choices):
            self.report(f"的 {key} 不能是 {_show(value)}，{suggest(str(value), choices)}")
            return default
        return str(value)

    def take_flag(self, key: str) -> bool | None:
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            self._refuse_type(key, value, " true 或 false")
            return None
        return value

    def take_date(self, key: str) -> date | None:
        value = self.take(key)
        if type(value) is not date:
            self.report(
                f"没有写 {key}。请写上日期，如 2025-01-01。"
                if value is None
                else f"的 {key} 写成了 {_show(value)}，应当是不加引号的日期，如 2025-01-01。"
            )
            return None
        return value

    def take_number(self, key: str, default: Fraction | None = None) -> Fraction | None:
        """Read an exact number: 3, 0.85, "1/45", "85%"."""
        value = self.take(key)
        return default if value is None else self.parse_number(key, value)

    def parse_number(self, key: str, value: Any) -> Fraction | None:
        exact = read_number(value)
        if exact is None:
            self._refuse_type(key, value, '数字，如 3、0.5、"1/45"')
            return None
        if abs(exact) > LARGEST_NUMBER or exact.denominator > LARGEST_DENOMINATOR:
            self.report(f"的 {key} 写成了 {_show(value)}，超出能精确计算的范围（不超过100万，小数不超过6位）。请改小。")
            return None
        return exact

    def take_milli(self, key: str) -> int | None:
        """Read a quantity as thousandths."""
        number = self.take_number(key)
        return None if number is None else self.turn_milli(key, number)

    def turn_milli(self, key: str, number: Fraction) -> int:
        if (number * 1000).denominator != 1:
            self.report(f"的 {key} 写成了 {number}，数量最多三位小数。请改写。")
        return int(number * 1000)

    def take_share(self, key: str) -> Fraction | None:
        """Read a share from 0 to 1."""
        number = self.take_number(key)
        if number is not None and not 0 <= number <= 1:
            self.report(f"的 {key} 写成了 {_show(self.table[key])}，应当在 0 和 1 之间，如 0.2（20%）。")
            return None
        return number

    def take_whole(self, key: str, *, least: int) -> int | None:
        number = self.take_number(key)
        if number is None:
            return None
        if number.denominator != 1 or number < least:
            self.report(f"的 {key} 写成了 {_show(self.table[key])}，应当是不小于{least}的整数。")
            return None
        return int(number)

    def take_table(self, key: str) -> dict[str, Any]:
        value = self.take(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._refuse_type(key, value, "花括号里的几项，如 { 天 = 8, 半天 = 4 }")
            return {}
        return value

    def take_numbers(self, key: str) -> dict[str, Fraction]:
        """Read a table of names and exact numbers."""
        found: dict[str, Fraction] = {}
        for name, value in self.take_table(key).items():
            number = self.parse_number(f"{key}.{name}", value)
            if number is not None:
                found[name] = number
        return found

    def take_section(self, key: str) -> Section | None:
        if not self.has(key):
            return None
        value = self.take(key)
        if not isinstance(value, dict):
            self._refuse_type(key, value, "花括号里的几项")
            return None
        return Section(value, f"{self.where}的 {key} ", self.problems)

    def take_sections(self, key: str) -> list[Section]:
        """Read a list of tables ([[item]], or [{…}, {…}])."""
        value = self.take(key)
        if value is None:
            return []
        tables = [value] if isinstance(value, dict) else value
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._refuse_type(key, value, "方括号里的几个花括号，如 [{ … }, { … }]")
            return []
        prefix, name = (f"{self.where}的", key) if self.where else ("", f"[[{key}]]")
        return [Section(table, f"{prefix}第{at}个 {name} ", self.problems) for at, table in enumerate(tables, 1)]

    def finish(self, known: Iterable[str], elsewhere: Iterable[str] = ()) -> None:
        """Report the keys that nobody took. ``elsewhere``: keys that exist, but not for this kind."""
        for key in self.table:
            if key in self.taken:
                continue
            if key in elsewhere:
                self.report(f"用不到 {key}，请删去，或换一个 kind。")
            else:
                self.report(f"的 {key} 不认识，{suggest(key, known)}")


def read_number(value: Any) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return None
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        # 1e999999999 is six characters to write and would fill the memory when expanded.
        return Fraction(value) if -20 < value.adjusted() < 20 else Fraction(10**20)
    text = str(value).replace(" ", "").replace("％", "%")
    if not WRITTEN_NUMBER.fullmatch(text):
        return None
    percent, text = text.endswith("%"), text.rstrip("%")
    if text.split("/")[-1].strip("0") == "" and "/" in text:
        return None
    return Fraction(text) / 100 if percent else Fraction(text)


def _show(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return "一个列表" if isinstance(value, list) else "一个花括号"
    return f"“{value}”"
