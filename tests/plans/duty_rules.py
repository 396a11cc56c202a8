"""Small institutions, subjects and a calendar for the tests of duties."""

from __future__ import annotations

from datetime import date

from shanxue.base.periods import Period
from shanxue.plans.queries.workdays import read_shipped_calendar
from shanxue.plans.rules.expansion import Duty, expand
from shanxue.plans.rules.institution_loading import load_institution
from shanxue.plans.rules.subjects import Stay, Subject
from shanxue.plans.rules.versions import Issue, Version

HEAD = """
[institution]
code = "{code}"
title = "三会一课制度"
source = "《支部工作条例》"
[[clause]]
number = "第一条"
text = "按期召开。"
"""
MEETING = """
[[obligation]]
code = "DH"
title = "支部党员大会"
clause = "第一条"
kind = "frequency"
who = {{ unit = ["党支部"] }}
event = {{ source = "session", kind = ["支部党员大会"] }}
period = "{period}"
least = {least}
"""
CALENDAR = read_shipped_calendar()
YEAR_2026 = Period(date(2026, 1, 1), date(2027, 1, 1))


def write_institution(*obligations: str, code: str = "sanhui") -> str:
    return HEAD.format(code=code) + "".join(obligations)


def write_meeting(period: str = "quarter", least: int = 1, **extra: object) -> str:
    lines = "".join(f"{key} = {value}\n" for key, value in extra.items())
    return MEETING.format(period=period, least=least) + lines


def issue_of(
    text: str, from_on: date = date(2025, 1, 1), *later: tuple[date, str], ended_on: date | None = None
) -> Issue:
    pairs = [(from_on, text), *later]
    versions = tuple(Version(day, load_institution(one, "制度.toml").institution) for day, one in pairs)
    first = versions[0].institution
    return Issue(first.code, first.title, versions, ended_on)


def branch(number: int = 1, **values: object) -> Subject:
    return Subject(f"u{number}", number, "第一支部", True, unit_kind="党支部", **values)  # type: ignore[arg-type]


def person(number: int = 5, **values: object) -> Subject:
    plain: dict[str, object] = {"status": "正式党员", "rank_class": "乡科级", "staff_state": "在职"}
    return Subject(f"p{number}", number, "张三", False, **(plain | values))  # type: ignore[arg-type]


def stay(unit: str = "第一支部", role: str = "成员", kind: str = "党支部", **values: object) -> Stay:
    return Stay(hash(unit) % 1000, unit, kind, role, **values)  # type: ignore[arg-type]


def expand_one(text: str, subject: Subject, window: Period = YEAR_2026, **values: object) -> list[Duty]:
    return expand([issue_of(text, **values)], [subject], window, CALENDAR)  # type: ignore[arg-type]


def say(duty: Duty, label: str) -> list[str]:
    return [piece.text for piece in duty.explain() if piece.label == label]
