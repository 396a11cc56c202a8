"""Which facts, which subjects, which periods: conditions of a scheme as expressions that are never null."""

from __future__ import annotations

from datetime import date

import narwhals as nw

from shanxue.assessment.rules.scheme import Condition, Scheme, Who
from shanxue.base.periods import Period, split_period

TIMELESS_SOURCES = frozenset({"prior", "members", "subunits"})  # results of other assessments: no day of their own
EXEMPT_SEPARATOR = "、"
DATE_COLUMNS = frozenset({"on", "due_on", "done_on"})
TEXT_COLUMNS = frozenset({"kind", "tier", "mark", "level", "reason", "title", "measure"})


def match_window(window: Period) -> nw.Expr:
    """Facts of the window; a fact without a day is kept (it belongs to no period inside it)."""
    day = nw.col("on")
    return day.is_null() | ((day >= nw.lit(window.from_on)) & (day < nw.lit(window.until_on)))


def list_columns(condition: Condition) -> frozenset[str]:
    """Name the fact columns a condition reads. ``month`` and ``on_time`` are derived."""
    if condition.column == "month":
        return frozenset({"on"})
    if condition.column == "on_time":
        return frozenset({"due_on", "done_on"})
    return frozenset({condition.column})


def match_condition(condition: Condition) -> nw.Expr:
    """Turn one condition into a boolean. What is unknown meets no bound; an absent word is the empty word."""
    if condition.column == "on_time":
        in_time = (nw.col("done_on") <= nw.col("due_on")).fill_null(False)
        return in_time if condition.value else ~in_time
    if condition.op == "is":
        return nw.col(condition.column).fill_null(False) == nw.lit(bool(condition.value))
    if condition.op in ("in", "not_in"):
        return _match_words(condition)
    column, bound = nw.col(condition.column), nw.lit(condition.value)
    compared = {">=": column >= bound, ">": column > bound, "<": column < bound, "<=": column <= bound}[condition.op]
    return compared.fill_null(False)


def _match_words(condition: Condition) -> nw.Expr:
    if condition.column == "month":
        column = nw.col("on").dt.month().fill_null(0)
    elif condition.column in TEXT_COLUMNS:
        column = nw.col(condition.column).fill_null("")
    else:
        column = nw.col(condition.column).fill_null(-1)
    found = column.is_in(list(condition.value))
    return ~found if condition.op == "not_in" else found


def is_everybody(who: Who) -> bool:
    return not (who.columns or who.columns_not) and who.age_from is None and who.age_below is None


def match_who(who: Who) -> nw.Expr:
    """Turn a circle of subjects into a boolean. An unknown age counts as younger than any bound."""
    parts = [nw.col(name).fill_null("").is_in(list(words)) for name, words in who.columns.items()]
    parts += [~nw.col(name).fill_null("").is_in(list(words)) for name, words in who.columns_not.items()]
    if who.age_from is not None:
        parts.append((nw.col("age") >= who.age_from).fill_null(False))
    if who.age_below is not None:
        parts.append((nw.col("age") < who.age_below).fill_null(True))
    return nw.all_horizontal(*parts, ignore_nulls=False) if parts else nw.lit(True)


def list_who_columns(who: Who) -> frozenset[str]:
    ages = {"age"} if who.age_from is not None or who.age_below is not None else set()
    return frozenset({*who.columns, *who.columns_not, *ages})


def match_exempt(categories: tuple[str, ...]) -> nw.Expr:
    """Subjects one of whose exemptions (joined by 、) is among ``categories``."""
    held = nw.concat_str(nw.lit(EXEMPT_SEPARATOR), nw.col("exempt").fill_null(""), nw.lit(EXEMPT_SEPARATOR))
    wanted = [
        held.str.contains(f"{EXEMPT_SEPARATOR}{category}{EXEMPT_SEPARATOR}", literal=True) for category in categories
    ]
    return nw.any_horizontal(*wanted, ignore_nulls=False) if wanted else nw.lit(False)


def match_joiner(window: Period) -> nw.Expr:
    """Subjects who joined after the window's first day. An unknown day of joining is no joining."""
    return (nw.col("joined_on") > nw.lit(window.from_on)).fill_null(False)


def count_months_present(window: Period) -> nw.Expr:
    """Whole months of the window from the month of joining on, that month included."""
    joined = number_month(nw.col("joined_on"))
    total = count_months(window)
    present = nw.lit(key_of(window.from_on, "month") + total, dtype=nw.Int64) - joined
    inside = nw.when(present > total).then(nw.lit(total, dtype=nw.Int64)).otherwise(present)
    inside = nw.when(inside < 0).then(nw.lit(0, dtype=nw.Int64)).otherwise(inside)
    return inside.fill_null(total)


def count_months(window: Period) -> int:
    return sum(1 for _ in split_period(window, "month"))


def number_day(day: nw.Expr) -> nw.Expr:
    """Number a day as ``date.toordinal`` does, from the year and the day in the year alone."""
    years = day.dt.year().cast(nw.Int64) - 1
    return years * 365 + years // 4 - years // 100 + years // 400 + day.dt.ordinal_day().cast(nw.Int64)


def number_month(day: nw.Expr) -> nw.Expr:
    return day.dt.year().cast(nw.Int64) * 12 + day.dt.month().cast(nw.Int64) - 1


def number_period(day: nw.Expr, unit: str) -> nw.Expr:
    """Number the calendar period a day lies in: equal days of one period, equal numbers. Null for no day."""
    if unit == "day":
        return number_day(day)
    if unit == "week":
        return (number_day(day) - 1) // 7
    return number_month(day) // {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]


def key_of(day: date, unit: str) -> int:
    """The number that ``number_period`` gives a day."""
    if unit == "day":
        return day.toordinal()
    if unit == "week":
        return (day.toordinal() - 1) // 7
    return (day.year * 12 + day.month - 1) // {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]


def find_year(scheme: Scheme) -> int:
    """The year a scheme's result is named after: that of the window's last day."""
    return (date.fromordinal(scheme.window.until_on.toordinal() - 1)).year
