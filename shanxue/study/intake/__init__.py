"""Spreadsheets about notes and recognised hours."""

from __future__ import annotations

from shanxue.intake.drafts import Model

from ..models import LearningHours, Note
from . import hours, notes

HANDLERS = (notes.HANDLER, hours.HANDLER)
KINDS = tuple(handler.kind for handler in HANDLERS)
MODELS: tuple[Model, ...] = (Note, LearningHours)

__all__ = ["HANDLERS", "KINDS", "MODELS"]
