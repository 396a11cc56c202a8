"""Value parsers for the columns of a ``Kind``: each takes (cell, context) and returns ``Parsed(value, tidied_from)``.

They raise ``ValueError`` with the tail of the message for a bad cell, and ``Doubt`` for a cell that only a person can
read; ``find_tables`` puts the place in front. What each returns:

=================  ==========================================================================
parse_text         str, trimmed; wording untouched
parse_word         str without spaces, full-width signs narrowed (党籍状态, 类型)
parse_name         str (brackets and stars go to ``remark``, a glued number to ``staff_no``)
parse_code         str
parse_date         date, or ``Month`` when no day is said
parse_day          date
parse_past_date    date or ``Month``, not after today; parse_past_day: date, not after today
parse_month        ``Month``
parse_time         time; parse_punches: ``Punches(first, last)``
parse_mark         ``Marked(mark, reason, minutes_late)``; ``find_tables`` spreads it over
                   ``mark``, ``reason`` and ``minutes_late``
parse_number       int, thousandths; parse_count: int
parse_score        ``Score(score_milli, full_milli, mark, grade)``
parse_quantity     ``Quantity(milli, measure)``
parse_share        int, thousandths of one (85% → 850)
parse_yes          bool
=================  ==========================================================================
"""

from shanxue.intake.values_dates import (
    Month,
    Punches,
    parse_date,
    parse_day,
    parse_month,
    parse_past_date,
    parse_past_day,
    parse_punches,
    parse_time,
)
from shanxue.intake.values_marks import MARKS, Marked, parse_mark, read_legend, read_mark
from shanxue.intake.values_numbers import (
    SCALES,
    Quantity,
    Score,
    check_score,
    parse_count,
    parse_number,
    parse_quantity,
    parse_score,
    parse_share,
    parse_yes,
)
from shanxue.intake.values_people import NameParts, parse_code, parse_name, restore_zeros, split_name, split_pair
from shanxue.intake.values_text import Doubt, Parsed, parse_text, parse_word, show, squeeze

__all__ = [
    "MARKS",
    "SCALES",
    "Doubt",
    "Marked",
    "Month",
    "NameParts",
    "Parsed",
    "Punches",
    "Quantity",
    "Score",
    "check_score",
    "parse_code",
    "parse_count",
    "parse_date",
    "parse_day",
    "parse_mark",
    "parse_month",
    "parse_name",
    "parse_number",
    "parse_past_date",
    "parse_past_day",
    "parse_punches",
    "parse_quantity",
    "parse_score",
    "parse_share",
    "parse_text",
    "parse_time",
    "parse_word",
    "parse_yes",
    "read_legend",
    "read_mark",
    "restore_zeros",
    "show",
    "split_name",
    "split_pair",
    "squeeze",
]
