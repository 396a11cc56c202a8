"""Reading notes. A draft is its author's alone; others read what was handed in, and only where they may."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Person
from shanxue.orgs.queries import Actor
from shanxue.orgs.rules import Line

from ..models import Note, NoteVersion
from ..rules import Audience, NoteState
from .people import list_homes, match_led_people, match_people_of


def list_own(person: Person) -> QuerySet[Note]:
    """List somebody's notes without their texts, what is being written first, then the newest."""
    notes = Note.objects.filter(person=person).defer("body")
    return notes.order_by("-saved_at", "-on", "-pk")


def find_own(person: Person, note_id: int) -> Note:
    note = Note.objects.filter(person=person, pk=note_id).select_related("plan_item").first()
    if note is None:
        raise refuse_missing("这篇笔记")
    return note


def find_by_key(person: Person, key: UUID) -> Note | None:
    return Note.objects.filter(person=person, key=key).first()


def scope_led(actor: Actor) -> QuerySet[Note]:
    """Notes ever handed in by the people whose secretary or office the actor is, their own left out."""
    handed_in = ~Q(state=NoteState.DRAFT) | Q(submitted_at__isnull=False)
    notes = Note.objects.filter(handed_in, match_led_people(actor, "person_id"), bureau=actor.bureau)
    return notes.exclude(person=actor.person) if actor.person else notes


def scope_reviewed(actor: Actor) -> QuerySet[Note]:
    """Notes that stand handed in, of those: what their author took back is a draft again."""
    return scope_led(actor).exclude(state=NoteState.DRAFT)


def scope_recommended(actor: Actor) -> QuerySet[Note]:
    """Recommended notes that were written for the branch: read by the author's branch and those who lead it."""
    notes = Note.objects.filter(bureau=actor.bureau, recommended=True, audience=Audience.BRANCH)
    reach = match_led_people(actor, "person_id")
    if actor.reads_own and actor.person:
        homes = [unit for unit in list_homes(actor.person, actor.on) if unit.line == Line.PARTY]
        reach |= match_people_of(homes, actor.on, "person_id")
    return notes.filter(reach).select_related("person").defer("body").order_by("-reviewed_at", "-pk")


def find_recommended(actor: Actor, note_id: int) -> Note:
    note = scope_recommended(actor).filter(pk=note_id).first()
    if note is None:
        raise refuse_missing("这篇笔记")
    return note


def list_versions(note: Note) -> list[NoteVersion]:
    return list(note.versions.order_by("-number"))


def read_latest(note: Note) -> NoteVersion | None:
    """Read a note as it was last handed in; None for one that came from a spreadsheet, without its text."""
    return note.versions.order_by("-number").first()
