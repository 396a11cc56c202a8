"""The example scheme worked out by hand, in plain Python over the generator's counts: a second opinion on the pipeline.

It reads neither a spreadsheet nor the scheme: the figures of the example's ``scheme.toml`` are written here again.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from examples.generator.people import Person, list_exemptions
from examples.generator.sessions import is_sick, mark_year
from examples.generator.year import Course

HOURS_OF = {"学时": Fraction(1), "天": Fraction(8), "半天": Fraction(4), "分钟": Fraction(1, 45)}
AWARDS = {"省级": 3, "市级": 2, "局级": 1}
RETIRED_ITEMS = {"P1": 16, "P2": 4, "T1": 12, "H1": 8, "E1": 5}  # 离退休党员不作要求的项


def round_half_up(value: Fraction) -> Fraction:
    """Round a value of zero or more to two decimals, half up; below zero, half away from zero."""
    if value < 0:
        return -round_half_up(-value)
    return Fraction((value * 200 + 1) // 2, 100)


def count_marks(person: Person) -> Counter[str]:
    """Count marks as the scheme sees them: 长期病休 days ask nothing of those who were not there."""
    return Counter("免" if is_sick(person, each.session.on) else each.mark for each in mark_year(person))


def add_hours(courses: tuple[Course, ...]) -> Fraction:
    return sum((Fraction(course.amount) * HOURS_OF[course.measure] for course in courses), Fraction(0))


def work_out(person: Person) -> dict[str, Fraction | None]:
    """Give every item's points before rounding; None where there is no data."""
    year, marks = person.year, count_marks(person)
    asked = sum(marks.values()) - marks["免"] - marks["未记录"]
    there = marks["到"] + marks["迟到"] + marks["早退"]
    planned = year.plan_on_time + year.plan_late + year.plan_open
    target = 56 if person.is_leader else 32
    return {
        "P1": Fraction(16 * (year.plan_on_time + year.plan_late), planned) if planned else None,
        "P2": Fraction(4 * year.plan_on_time, planned) if planned else None,
        "A1": Fraction(24 * there, asked) if asked else None,
        "A2": Fraction(0 if marks["缺席"] >= 3 else 4 - marks["缺席"]),
        "A3": max(Fraction(0), 2 - Fraction(marks["迟到"] + marks["早退"], 2)),
        "A4": min(Fraction(2), Fraction(3, 10) * marks["已补学"]),
        "N1": 16 * min(Fraction(1), Fraction(year.notes_passed, 6)),
        "N2": Fraction(min(4, year.notes_excellent)),
        "T1": _score_tests(person),
        "H1": 8 * min(Fraction(1), add_hours(year.courses) / target),
        "E1": Fraction(year.merit_tenths, 10),
        "B1": Fraction(min(5, sum(AWARDS[level] for level in year.awards))),
        "B2": Fraction(-2 * year.criticisms),
    }


def work_out_waived(person: Person) -> dict[str, Fraction]:
    """Give the points of a retired member: what is not asked is filled up by the share reached in what is asked."""
    points = {code: round_half_up(value) for code, value in work_out(person).items() if value is not None}
    asked = {"A1": 24, "A2": 4, "A3": 2, "N1": 16}
    share = sum((points[code] for code in asked), Fraction(0)) / sum(asked.values())
    return points | {code: round_half_up(full * share) for code, full in RETIRED_ITEMS.items()}


def _score_tests(person: Person) -> Fraction | None:
    """Take the best attempt of each test; 缺考 and 作弊 count zero, 免考 and no record do not count."""
    scores: list[int] = []
    for attempts in ((person.year.first_test,), person.year.second_test):
        written = [text for text in attempts if text not in ("", "免考")]
        if written:
            scores.append(max(int(text) if text.isdecimal() else 0 for text in written))
    return Fraction(12 * sum(scores), 100 * len(scores)) if scores else None


def add_up(person: Person) -> Fraction | None:
    """Round every item, hold 考勤 at 30 and 成效 between 0 and 30, and add up; None while something is missing."""
    points: dict[str, Fraction | None] = {
        code: None if value is None else round_half_up(value) for code, value in work_out(person).items()
    }
    if person.is_retired and points["A1"] is not None:
        points = {**work_out_waived(person), "B1": Fraction(0), "B2": Fraction(0)}
    if any(value is None for value in points.values()):
        return None
    known = {code: value for code, value in points.items() if value is not None}
    attendance = min(Fraction(30), sum((known[code] for code in ("A1", "A2", "A3", "A4")), Fraction(0)))
    effect = sum((known[code] for code in ("T1", "H1", "E1", "B1", "B2")), Fraction(0))
    return (
        known["P1"] + known["P2"] + attendance + known["N1"] + known["N2"] + max(Fraction(0), min(Fraction(30), effect))
    )


def list_excluded() -> set[str]:
    return {each.person.staff_no for each in list_exemptions() if each.category == "年老体弱"}
