"""Spreadsheets about sessions and who was there."""

from __future__ import annotations

from shanxue.intake.drafts import Model

from ..models import Attendance, Session
from . import attendance, sessions

HANDLERS = (sessions.HANDLER, attendance.HANDLER)
KINDS = tuple(handler.kind for handler in HANDLERS)
MODELS: tuple[Model, ...] = (Session, Attendance)

__all__ = ["HANDLERS", "KINDS", "MODELS"]
