"""What taking a batch back would do, laid out before anything is touched, for the rooms to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from .drafts import Model
from .models import Batch, Change


@dataclass
class Undo:
    """A batch about to be taken back.

    ``made``: its new rows, which go; ``changes``: its changed rows, which get their former values; ``days``: of which
    days these records are. A room may refuse it, or leave a change out and say in ``told`` what is not as it was.
    """

    batch: Batch
    made: list[tuple[Model, list[int]]]
    changes: list[Change]
    days: set[date] = field(default_factory=set)
    told: list[str] = field(default_factory=list)

    def list_rows(self, model: Model) -> list[int]:
        """Every row of one table that goes or changes."""
        gone = [row for one, rows in self.made if one is model for row in rows]
        return gone + [one.row_id for one in self.changes if one.model == model._meta.label]
