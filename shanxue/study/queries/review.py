"""What waits for a reviewer, and what its text has in common with earlier ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, match_led_units, scope_led_units
from shanxue.orgs.rules import Line, UnitKind

from ..models import Note, NoteDraw, NoteLikeness
from ..rules import NoteState
from .notes import scope_led, scope_reviewed

MOST_HINTS = 3
MOST_DRAWS = 12


@dataclass(frozen=True)
class Hint:
    """How much of a note stood in an earlier one. ``other`` is None where the reviewer may not read it."""

    share_milli: int
    other: Note | None
    own: bool  # the author's own earlier note

    @property
    def percent(self) -> int:
        return self.share_milli // 10


def list_waiting(actor: Actor) -> QuerySet[Note]:
    """List what waits, the longest waiting first, without the texts."""
    waiting = scope_reviewed(actor).filter(state=NoteState.WAITING)
    return waiting.select_related("person").defer("body").order_by(F("on").asc(nulls_last=True), "pk")


def find_reviewed(actor: Actor, note_id: int) -> Note:
    """Find a note handed in by somebody the actor answers for."""
    note = scope_reviewed(actor).select_related("person", "plan_item").filter(pk=note_id).first()
    if note is None:
        raise refuse_missing("这篇笔记")
    return note


def find_next(actor: Actor, note: Note) -> Note | None:
    """Find what waits after this note; after the last one, what waits first."""
    waiting = list(list_waiting(actor).exclude(pk=note.pk).values_list("pk", "on"))
    later = [pk for pk, on in waiting if (on is None, on or note.on, pk) > (note.on is None, note.on, note.pk)]
    chosen = later[0] if later else waiting[0][0] if waiting else None
    return list_waiting(actor).get(pk=chosen) if chosen else None


def list_hints(actor: Actor, note: Note) -> list[Hint]:
    """List the earlier notes a note has most in common with; of those the reviewer may not read, only how much."""
    found = list(note.likenesses.order_by("-share_milli", "other_id")[:MOST_HINTS])
    readable = {one.pk: one for one in _list_readable(actor, found)}
    own = set(Note.objects.filter(pk__in=[one.other_id for one in found], person=note.person_id).values_list("pk"))
    return [Hint(one.share_milli, readable.get(one.other_id), (one.other_id,) in own) for one in found]


def _list_readable(actor: Actor, found: Iterable[NoteLikeness]) -> QuerySet[Note]:
    notes = scope_reviewed(actor).filter(pk__in=[one.other_id for one in found])
    return notes.select_related("person").defer("body")


def list_drawing_units(actor: Actor) -> QuerySet[Unit]:
    """Units whose notes the actor may draw from: party units, the branches first in the tree's order."""
    return scope_led_units(actor).filter(line=Line.PARTY).exclude(kind=UnitKind.GROUP).order_by("path")


def scope_draws(actor: Actor) -> QuerySet[NoteDraw]:
    return NoteDraw.objects.filter(match_led_units(actor, "unit"), unit__bureau=actor.bureau).select_related("unit")


def list_draws(actor: Actor) -> list[NoteDraw]:
    """List the latest draws, newest first."""
    return list(scope_draws(actor).order_by("-month", "unit__path")[:MOST_DRAWS])


def find_draw(actor: Actor, draw_id: int) -> NoteDraw:
    draw = scope_draws(actor).filter(pk=draw_id).first()
    if draw is None:
        raise refuse_missing("这次抽查")
    return draw


def list_drawn(actor: Actor, draw: NoteDraw) -> list[Note]:
    """List the drawn notes that the actor may review."""
    notes = scope_led(actor).filter(pk__in=draw.drawn).select_related("person").defer("body")
    return list(notes.order_by("on", "pk"))
