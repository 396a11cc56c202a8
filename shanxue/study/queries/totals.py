"""Notes of a whole bureau in a period, counted by person."""

from __future__ import annotations

from django.db.models import Count, Q

from shanxue.base.periods import Period

from ..models import Note
from ..rules import NoteState


def count_notes_by_person(bureau_id: int, period: Period) -> dict[int, tuple[int, int]]:
    """Count the notes handed in with a day in the period, and those that passed; drafts are nobody's. One query."""
    rows = Note.objects.filter(bureau=bureau_id, on__gte=period.from_on, on__lt=period.until_on)
    counted = rows.exclude(state=NoteState.DRAFT).order_by().values_list("person")
    found = counted.annotate(notes=Count("pk"), passed=Count("pk", filter=Q(state=NoteState.PASSED)))
    return {person: (notes, passed) for person, notes, passed in found}
