"""Spreadsheets about sessions and who was there."""

from __future__ import annotations

from datetime import date

from shanxue.intake.drafts import Draft, Model

from ..models import Attendance, Session
from . import attendance, sessions
from .places import hold_back_lost_places, lock_sessions

HANDLERS = (sessions.HANDLER, attendance.HANDLER)
KINDS = tuple(handler.kind for handler in HANDLERS)
MODELS: tuple[Model, ...] = (Session, Attendance)


def list_session_days(marks: list[Draft]) -> set[date]:
    """The days of the sessions that marks belong to, whether stored already or on their way."""
    references = {mark.values["session_id"] for mark in marks}
    coming = {one.values["on"] for one in references if isinstance(one, Draft)}
    stored = Session.objects.filter(pk__in=[one for one in references if not isinstance(one, Draft)])
    return coming | set(stored.values_list("on", flat=True).distinct())


DAYS = {Attendance: list_session_days}
LOCK = lock_sessions
ON_UNDO = hold_back_lost_places
__all__ = ["DAYS", "HANDLERS", "KINDS", "LOCK", "MODELS", "ON_UNDO"]
