"""Dates and times as offices write them (ux D cases 14–16)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from shanxue.intake.rules import Cell, Context
from shanxue.intake.values_text import Doubt, Parsed, ask_yes, narrow, show, squeeze, strip_invisible, tidy

_DIGITS = {character: str(index % 10) for index, character in enumerate("〇一二三四五六七八九零")} | {"○": "0"}
_SEPARATOR = r"\s*[年./\-—~、,]\s*"
_MONTH = r"\s*[月./\-—、,]\s*"
_DAY = re.compile(rf"(\d{{4}}){_SEPARATOR}(\d{{1,2}}){_MONTH}(\d{{1,2}})\s*[日号]?")
_SHORT_DAY = re.compile(rf"'?(\d{{2}}){_SEPARATOR}(\d{{1,2}}){_MONTH}(\d{{1,2}})\s*[日号]?")
_MONTH_ONLY = re.compile(rf"(\d{{4}}){_SEPARATOR}(\d{{1,2}})\s*月?份?")
_NO_YEAR = re.compile(r"(\d{1,2})\s*[月./\-]\s*(\d{1,2})\s*[日号]?")
_DAY_LAST = re.compile(r"\d{1,2}[./\-]\d{1,2}[./\-]\d{4}")
_WEEKDAY = re.compile(r"[\s(,]*(?:星期|周|礼拜)[一二三四五六日天][)\s]*")
_CLOCK = re.compile(r"(?<=[\d日号T\s])[T\s]*(?:上午|下午|晚上)?\s*\d{1,2}[:时点]\d{0,2}(?::\d{2})?(?:\.\d+)?分?\s*$")
_TIME = re.compile(
    r"(上午|早上|早晨|中午|下午|晚上|晚|AM|PM)?\s*(\d{1,2})\s*[::时点.]\s*(半|\d{1,2})?\s*分?(?::\d{2})?\s*(AM|PM)?",
    re.I,
)
_CHINESE_DATE = re.compile(
    r"[〇○零一二三四五六七八九]{2,4}年[一二三四五六七八九十]{1,3}月(?:[一二三四五六七八九十]{1,3}[日号])?"
)
_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}


@dataclass(frozen=True, order=True)
class Month:
    """A date known to the month only; never stored as the 1st."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"

    def isoformat(self) -> str:
        return str(self)


class Punches(NamedTuple):
    """First and last time in a cell that holds several: 到 and 离."""

    first: time
    last: time | None


def parse_date(cell: Cell, context: Context) -> Parsed:
    """Read a day, or a ``Month`` where no day is said."""
    if isinstance(cell, datetime):
        return Parsed(cell.date())
    if isinstance(cell, date):
        return Parsed(cell)
    if isinstance(cell, bool | time | timedelta) or cell is None:
        raise _bad(cell)
    if isinstance(cell, int | float):
        return _read_number(cell, context)
    value = _read_text(cell, context)
    return tidy(cell, value, value.isoformat())


def parse_day(cell: Cell, context: Context) -> Parsed:
    """Read a date that must name the day."""
    parsed = parse_date(cell, context)
    if isinstance(parsed.value, Month):
        raise ValueError(f"“{show(cell)}”只有年月。请写到日，如 {parsed.value}-15。")
    return parsed


def parse_past_date(cell: Cell, context: Context) -> Parsed:
    """Read a day or month that cannot lie in the future (入党时间, 转正日期)."""
    parsed = parse_date(cell, context)
    limit = Month(context.today.year, context.today.month) if isinstance(parsed.value, Month) else context.today
    if parsed.value > limit:
        raise ValueError(f"“{show(cell)}”在今天之后。请改成实际日期。")
    return parsed


def parse_past_day(cell: Cell, context: Context) -> Parsed:
    """Read a day that cannot lie in the future."""
    parse_past_date(cell, context)
    return parse_day(cell, context)


def parse_month(cell: Cell, context: Context) -> Parsed:
    """Read a month: 2025年6月, 6月, 2025-06-15 (the day is dropped, and listed)."""
    text = squeeze(show(cell))
    found = re.fullmatch(r"(\d{1,2})月?份?", text)
    if found and 1 <= int(found[1]) <= 12:
        value = Month(_need_year(text, context), int(found[1]))
        return Parsed(value, show(cell))
    parsed = parse_date(cell, context)
    if isinstance(parsed.value, Month):
        return parsed
    return Parsed(Month(parsed.value.year, parsed.value.month), show(cell))


def _bad(cell: Cell | str) -> ValueError:
    return ValueError(f"“{show(cell)}”不是有效日期。")


def _read_number(cell: int | float, context: Context) -> Parsed:
    """Read 20210701 and 202107; a serial number is asked about, since the epoch is not in the cell."""
    text = show(cell)
    if re.fullmatch(r"\d{8}|\d{6}|(19|20)\d{2}\.\d{1,2}", text):
        if re.fullmatch(r"\d{4}\.1", text):
            raise ValueError(f"“{text}”看不出是 1 月还是 10 月。请写成 {text[:4]}-01 或 {text[:4]}-10。")
        value = _read_text(text, context)
        return Parsed(value, text)
    if not 3_654 <= cell < 73_050:
        raise _bad(cell)
    day = _EPOCHS[context.epoch_1904] + timedelta(days=int(cell))
    if ask_yes(context, "serial_date", f"{text} 是日期的序号，是 {day.isoformat()} 吗？", "日期序号"):
        return Parsed(day, text)
    raise _bad(cell)


def _read_text(original: str, context: Context) -> date | Month:
    text = narrow(strip_invisible(original))
    text = _CHINESE_DATE.sub(lambda found: _spell(found[0]), text)
    text = _WEEKDAY.sub(" ", text).strip()
    text = _CLOCK.sub("", text).strip()
    for pattern in (_DAY, re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{4,6})?")):
        if found := pattern.fullmatch(text):
            return _make_day(original, *map(int, found.groups()))
    for pattern in (_MONTH_ONLY, re.compile(r"(\d{4})(\d{2})")):
        if found := pattern.fullmatch(text):
            return _make_month(original, *map(int, found.groups()))
    if _DAY_LAST.fullmatch(text):
        raise ValueError(f"“{show(original)}”看不出月和日哪个在前。请写成 2025-03-05 的样子。")
    if found := _SHORT_DAY.fullmatch(text):
        return _make_short(original, context, *map(int, found.groups()))
    if found := _NO_YEAR.fullmatch(text):
        return _make_day(original, _need_year(text, context), int(found[1]), int(found[2]))
    raise _bad(original)


def _spell(text: str) -> str:
    """Write 二〇二一年七月一日 in digits."""
    year, _, rest = text.partition("年")
    digits = "".join(_DIGITS[character] for character in year)
    return f"{digits}年" + re.sub(r"[一二三四五六七八九十]+", lambda found: str(_read_small(found[0])), rest)


def _read_small(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    value = int(_DIGITS[ones]) if ones in _DIGITS else 0
    if ten:
        value += 10 * (int(_DIGITS[tens[-1]]) if tens and tens[-1] in _DIGITS else 1)
    return value


def _make_day(original: str, year: int, month: int, day: int) -> date:
    try:
        made = date(year, month, day)
    except ValueError:
        raise _bad(original) from None
    if not 1900 <= year <= 2100:
        raise _bad(original)
    return made


def _make_month(original: str, year: int, month: int) -> Month:
    if not 1 <= month <= 12 or not 1900 <= year <= 2100:
        raise _bad(original)
    return Month(year, month)


def _make_short(original: str, context: Context, short: int, month: int, day: int) -> date:
    """Ask once what a two-digit year means."""
    century = 2000 if short <= context.today.year % 100 + 1 else 1900
    made = _make_day(original, century + short, month, day)
    shown = _WEEKDAY.sub("", narrow(strip_invisible(original))).strip()
    if ask_yes(context, "two_digit_year", f"{shown} 是 {made.year} 年吗？", f"两位年份:{century // 100}"):
        return made
    raise ValueError(f"“{show(original)}”的年份只有两位。请写成四位年份。")


def read_year(context: Context) -> int | None:
    """The year the tables speak of: told by a title, or by an answer."""
    answer = context.answers.get("行:年份", "")
    return int(answer[:4]) if context.year is None and re.fullmatch(r"\d{4}年?", answer) else context.year


def _need_year(text: str, context: Context) -> int:
    year = read_year(context)
    if year is not None:
        return year
    years = tuple(f"{context.today.year - back}年" for back in (0, 1))
    raise Doubt("no_year", f"“{text}”没有写年份，是哪一年？", years, "行:年份")


def read_times(text: str) -> list[time]:
    """List the times written in a text, in order."""
    found = []
    for match in _TIME.finditer(squeeze_times(text)):
        word = (match[1] or match[4] or "").upper()
        hour, minute = int(match[2]), 30 if match[3] == "半" else int(match[3] or 0)
        if word in ("下午", "晚上", "晚", "PM") and hour < 12:
            hour += 12
        if hour > 23 or minute > 59:
            raise ValueError
        found.append(time(hour, minute))
    return found


def squeeze_times(text: str) -> str:
    return "\n".join(narrow(strip_invisible(line)) for line in text.splitlines())


def parse_time(cell: Cell, _context: Context) -> Parsed:
    """Read one time of day: 14：30, 下午2:30, 14.30."""
    if isinstance(cell, datetime):
        return Parsed(cell.time())
    if isinstance(cell, time):
        return Parsed(cell)
    text = show(cell)
    if isinstance(cell, float):
        minutes = round(cell * 24 * 60)
        if 0 <= cell < 1:
            return Parsed(time(minutes // 60 % 24, minutes % 60))
        text = f"{cell:.2f}"
    value = _only(_read_or_refuse(text), text)
    return Parsed(value, text if text != value.strftime("%H:%M") else None)


def _only(times: list[time], text: str) -> time:
    if len(times) != 1:
        raise ValueError(f"“{text}”不是一个时间。请写成 14:30 的样子。")
    return times[0]


def _read_or_refuse(text: str) -> list[time]:
    plain = squeeze_times(text)
    try:
        times = read_times(text)
    except ValueError:
        times = []
    rest = re.sub(r"[\s,;、~\-至到—/]|次日|正常|外勤", "", _TIME.sub("", plain))
    if not times or rest:
        raise ValueError(f"“{' '.join(text.split())}”认不出时间。请写成 14:30 的样子。")
    return times


def parse_punches(cell: Cell, context: Context) -> Parsed:
    """Read a cell with one or several times: the first is 到, the last 离 (case 16)."""
    if isinstance(cell, time | datetime | float | int) and not isinstance(cell, bool):
        return Parsed(Punches(parse_time(cell, context).value, None))
    text = show(cell)
    times = _read_or_refuse(text)
    if times != sorted(times):
        raise ValueError(f"“{' '.join(text.split())}”里的时间前后不顺。请改成先到后离。")
    return Parsed(Punches(times[0], times[-1] if len(times) > 1 else None), text if len(times) > 1 else None)
