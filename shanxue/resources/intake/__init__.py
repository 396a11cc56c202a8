"""Spreadsheets of books, and the bookings that a ledger of sessions gives back or changes."""

from __future__ import annotations

from shanxue.intake.drafts import Model

from ..models import Copy, Title
from . import books

HANDLERS = (books.HANDLER,)
KINDS = (books.KIND,)
MODELS: tuple[Model, ...] = (Title, Copy)

__all__ = ["HANDLERS", "KINDS", "MODELS"]
