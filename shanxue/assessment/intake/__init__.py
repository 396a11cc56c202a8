"""Spreadsheets of what a scheme names besides study: events, scorers' marks, votes, results from elsewhere."""

from __future__ import annotations

from datetime import date

from shanxue.intake.drafts import Draft, Model

from ..models import Event, PriorResult
from . import events, results, votes
from .taken import refuse_taken

HANDLERS = (votes.HANDLER, events.HANDLER, results.HANDLER)
KINDS = tuple(handler.kind for handler in HANDLERS)
MODELS: tuple[Model, ...] = (Event, PriorResult)


def list_event_days(events: list[Draft]) -> set[date]:
    """The days by which an event is counted: when it was, else when it was done, else when it was due."""
    named = ("on", "done_on", "due_on")
    found = (next((event.values[name] for name in named if event.values.get(name)), None) for event in events)
    return {day for day in found if day is not None}


def list_result_days(results: list[Draft]) -> set[date]:
    """A day of each year that results are of; proposals of the personnel office are of the year they are for."""
    return {date(result.values["year"], 12, 31) for result in results}


DAYS = {Event: list_event_days, PriorResult: list_result_days}
ON_UNDO = refuse_taken
__all__ = ["DAYS", "HANDLERS", "KINDS", "MODELS", "ON_UNDO"]
