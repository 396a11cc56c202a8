"""Spreadsheets of what a scheme names besides study: events, scorers' marks, votes, results from elsewhere."""

from __future__ import annotations

from shanxue.intake.drafts import Model

from ..models import Event, PriorResult
from . import events, results, votes

HANDLERS = (votes.HANDLER, events.HANDLER, results.HANDLER)
KINDS = tuple(handler.kind for handler in HANDLERS)
MODELS: tuple[Model, ...] = (Event, PriorResult)

__all__ = ["HANDLERS", "KINDS", "MODELS"]
