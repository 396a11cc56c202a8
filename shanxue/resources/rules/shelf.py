"""The shelf's own rules: how copies are numbered, how long a loan lasts, when its trace goes."""

from __future__ import annotations

import re
from datetime import date, timedelta

LOAN_DAYS = 30
MOST_LOANS = 5  # at one time, by one person
MOST_RENEWALS = 1
KEPT_DAYS = 30  # after its return a loan is kept so long, then only a count stays (个人信息保护法第十九条)
NEAR_DAYS = 7
MOST_COPIES = 500  # entered at one time
FIRST_NUMBER = "00001"
_TAIL = re.compile(r"\d+$", re.ASCII)


def find_due_day(on: date) -> date:
    return on + timedelta(days=LOAN_DAYS)


def find_forgotten_before(today: date) -> date:
    """Loans returned before this day are dropped."""
    return today - timedelta(days=KEPT_DAYS)


def list_numbers(first: str, count: int) -> list[str]:
    """Number copies from ``first`` on: the digits at its end are counted up, its width stays.

    Raises ValueError when there are several copies and nothing to count up.

    >>> list_numbers("TS098", 3), list_numbers("A1", 1)
    (['TS098', 'TS099', 'TS100'], ['A1'])
    """
    if count == 1:
        return [first]
    found = _TAIL.search(first)
    if found is None:
        raise ValueError(f"编号“{first}”末尾没有数字，{count} 册无法依次编号。请写成 TS001 的样子，或一册一册登记。")
    head, tail = first[: found.start()], found[0]
    return [f"{head}{int(tail) + step:0{len(tail)}d}" for step in range(count)]


def find_next_number(known: list[str]) -> str:
    """The number after the highest plain one (digits only); the first one on an empty shelf.

    >>> find_next_number(["00041", "TS9", "00007"]), find_next_number([])
    ('00042', '00001')
    """
    plain = [number for number in known if number.isascii() and number.isdecimal()]
    if not plain:
        return FIRST_NUMBER
    highest = max(plain, key=int)
    return f"{int(highest) + 1:0{len(highest)}d}"


def list_range(text: str) -> tuple[str, int] | None:
    """Read a range of numbers (00012-00014) as its first and how many; None for a single number.

    Raises ValueError for one that runs backwards.

    >>> list_range("00012—00014"), list_range("TS-7")
    (('00012', 3), None)
    """
    found = re.fullmatch(r"(.*?)(\d+)\s*([-~—–至－～])+\s*(?:\1)?(\d+)", text)
    if found is None or len(found[4]) != len(found[2]):
        return None
    count = int(found[4]) - int(found[2]) + 1
    if count < 1 and found[3] == "-":
        return None  # 2026-0012 is one number
    if count < 1:
        raise ValueError(f"“{text}”后一个编号小于前一个。请改正。")
    return found[1] + found[2], count
