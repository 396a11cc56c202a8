"""The periods a 情况通报 or a 简报 may speak of, as an office names them. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shanxue.base.lettering import NUMERALS
from shanxue.base.periods import Period, add_months

UNITS = {"m": ("month", 1), "q": ("quarter", 3), "h": ("half", 6), "y": ("year", 12)}


@dataclass(frozen=True)
class NamedPeriod:
    """``code``: 2026m6, 2026q3, 2026h1, 2026y; ``label``: 2026年6月, 2026年第三季度, 2026年上半年, 2026年度."""

    code: str
    label: str
    period: Period


def read_period(code: str) -> NamedPeriod | None:
    """Read a code; ``None`` for what is none."""
    year, letter, number = code[:4], code[4:5], code[5:]
    if not (code.isascii() and year.isdecimal() and len(year) == 4 and int(year) > 0) or letter not in UNITS:
        return None
    if letter == "y":
        place = 1 if not number else 0
    else:
        place = int(number) if number.isdecimal() and number[0] != "0" and len(number) <= 2 else 0
    months = UNITS[letter][1]
    if not 1 <= place <= 12 // months:
        return None
    first = date(int(year), (place - 1) * months + 1, 1)
    return NamedPeriod(code, _name(int(year), letter, place), Period(first, add_months(first, months)))


def _name(year: int, letter: str, place: int) -> str:
    if letter == "m":
        return f"{year}年{place}月"
    if letter == "q":
        return f"{year}年第{NUMERALS[place - 1]}季度"
    return f"{year}年{'上' if place == 1 else '下'}半年" if letter == "h" else f"{year}年度"


def list_periods(today: date) -> list[NamedPeriod]:
    """List what may be chosen on a day, newest first: four quarters, two half-years and two years that have begun."""
    codes = _list_codes(today.year) + _list_codes(today.year - 1)
    begun = [one for one in map(read_period, codes) if one is not None and one.period.from_on <= today]
    begun.sort(key=lambda one: one.period.until_on, reverse=True)
    quarters, halves, years = ([one for one in begun if one.code[4] == letter] for letter in "qhy")
    return [*quarters[:4], *halves[:2], *years[:2]]


def list_briefing_periods(today: date) -> list[NamedPeriod]:
    """List what a 简报 may speak of: this month and three before, then as a 通报."""
    first = today.replace(day=1)
    starts = [add_months(first, -back) for back in range(4)]
    months = [read_period(f"{start.year}m{start.month}") for start in starts]
    return [*(one for one in months if one is not None), *list_periods(today)]


def find_ended(periods: list[NamedPeriod], today: date) -> NamedPeriod:
    """Find the month or quarter that ended last, which is what an office mostly wants."""
    return next(one for one in periods if one.period.until_on <= today)


def _list_codes(year: int) -> list[str]:
    return [f"{year}q{number}" for number in (1, 2, 3, 4)] + [f"{year}h1", f"{year}h2", f"{year}y"]
