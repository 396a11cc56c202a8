"""Make-up of an absence (K54): a fact of its own. It never turns an absence into presence."""

from __future__ import annotations

from datetime import date, timedelta

from shanxue.base.lights import Light

from . import Mark

MISSED = (Mark.LEAVE, Mark.ABSENT)
DEFAULT_DAYS = 30  # offered as the last day; no rule seen gives a number, so it is typed over freely

SHAPES: dict[str, Light] = {
    Mark.PRESENT: Light.FINE, Mark.LATE: Light.FINE, Mark.LEFT_EARLY: Light.FINE, Mark.MADE_UP: Light.FINE,
    Mark.LEAVE: Light.NEAR, Mark.ABSENT: Light.LATE, Mark.EXEMPT: Light.PAUSED, Mark.UNRECORDED: Light.NONE,
}  # fmt: skip


def offer_last_day(today: date) -> date:
    return today + timedelta(days=DEFAULT_DAYS)


def refuse_make_up(name: str, mark: Mark) -> str:
    """The sentence why this mark has nothing to make up; empty when it has."""
    if mark in MISSED:
        return ""
    if mark == Mark.MADE_UP:
        return f"{name}这次会议已补学，不用再安排。"
    if mark == Mark.UNRECORDED:
        return f"{name}这次会议还没有考勤记录，先记考勤再安排补学。"
    return f"{name}已记为“{mark}”，不用补学。"
