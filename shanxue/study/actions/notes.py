"""Writing a note: draft, hand in, take back. A draft's saves leave no audit row: it is nobody's record yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Max
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Person

from ..models import Note, NoteLikeness, NotePrint, NoteVersion
from ..rules import Audience, NoteState
from ..rules.likeness import LEAST_SHARE_MILLI, MOST_HOLDERS, list_prints, measure_share
from ..rules.texts import MOST_CHARACTERS, MOST_TITLE, clean_line, clean_text, count_characters, take_title

MOST_COMPARED = 5
EDITABLE = (NoteState.DRAFT, NoteState.RETURNED)


@dataclass(frozen=True)
class Written:
    """What an author writes of a note."""

    title: str
    body: str
    kind: str = "笔记"
    audience: str = Audience.SECRETARY
    plan_item_id: int | None = None


class StaleNote(Refusal):
    """A save that does not build on the latest text; ``note`` is what is kept."""

    def __init__(self, note: Note) -> None:
        when = f"{timezone.localtime(note.saved_at):%H:%M}" if note.saved_at else ""
        super().__init__(
            "stale_note", f"这篇在另一处改过（{when} 保存），没有覆盖。两处的文字都在，选一处接着写。", status=409
        )
        self.note = note


@transaction.atomic
def save_note(person: Person, key: UUID, written: Written, *, revision: int, at: datetime) -> Note:
    """Save a draft that the device named ``key``; ``revision`` is the one its text builds on (0: a new one).

    The same text again is no change, so that a save whose answer was lost may simply be repeated. Raises StaleNote.
    """
    written = _clean(written)
    if not (written.title or written.body or revision):
        raise Refusal("nothing_written", "还没有写字，没有要保存的。")
    note = _find_or_begin(person, key)
    _demand_editable(note)
    if _is_same(note, written):
        return note
    if note.revision and revision != note.revision:
        raise StaleNote(note)
    note.title, note.body, note.kind = written.title, written.body, written.kind
    note.audience, note.plan_item_id = written.audience, written.plan_item_id
    note.revision += 1
    note.saved_at = at
    note.save(update_fields=["title", "body", "kind", "audience", "plan_item", "revision", "saved_at"])
    return note


@transaction.atomic
def submit_note(person: Person, key: UUID, written: Written, *, revision: int, actor: str, at: datetime) -> Note:
    """Hand a note in: what is handed in is copied and never changes, whatever the author writes afterwards."""
    if not clean_text(written.body).strip():
        raise Refusal("empty_note", "正文还是空的。写好以后再提交。")
    note = save_note(person, key, written, revision=revision, at=at)
    note.title = take_title(note.title, note.body)
    note.characters = count_characters(note.body)
    note.state = NoteState.WAITING
    note.on = note.on or timezone.localdate(at)
    demand_open_year(person.bureau_id, note.on)
    note.submitted_at = at
    note.revision += 1
    note.save(update_fields=["title", "characters", "state", "on", "submitted_at", "revision"])
    number = (note.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    NoteVersion.objects.create(note=note, number=number, title=note.title, body=note.body, at=at)
    _compare(note)
    _record(note, "study.submit_note", actor, at, version=number)
    return note


@transaction.atomic
def take_back_note(person: Person, note_id: int, *, actor: str, at: datetime) -> Note:
    """Take a note that waits back into writing; whoever is reading it is told when they decide."""
    note = _lock(person, note_id)
    if note.state != NoteState.WAITING or note.key is None:
        raise Refusal("not_waiting", f"这篇现在是“{note.state}”，不用收回。", status=409)
    note.state = NoteState.DRAFT
    note.revision += 1
    note.save(update_fields=["state", "revision"])
    _record(note, "study.take_back_note", actor, at)
    return note


@transaction.atomic
def delete_draft(person: Person, note_id: int, *, actor: str, at: datetime) -> None:
    """Delete a draft that was never handed in."""
    note = _lock(person, note_id)
    if note.state != NoteState.DRAFT or note.submitted_at is not None:
        raise Refusal("not_a_draft", "交过的笔记不能删除。", status=409)
    _record(note, "study.delete_draft", actor, at)
    note.delete()


def _find_or_begin(person: Person, key: UUID) -> Note:
    note = Note.objects.select_for_update().filter(key=key).first()
    if note is None:
        try:
            with transaction.atomic():
                return Note.objects.create(bureau=person.bureau, person=person, key=key, state=NoteState.DRAFT)
        except IntegrityError:  # the same save on its way twice
            note = Note.objects.select_for_update().get(key=key)
    if note.person_id != person.pk:
        raise refuse_missing("这篇笔记")
    return note


def _lock(person: Person, note_id: int) -> Note:
    note = Note.objects.select_for_update().filter(pk=note_id, person=person).first()
    if note is None:
        raise refuse_missing("这篇笔记")
    return note


def _clean(written: Written) -> Written:
    body, title = clean_text(written.body), clean_line(written.title)
    if len(body) > MOST_CHARACTERS:
        raise Refusal("too_long", f"正文有 {len(body)} 个字符，最多 {MOST_CHARACTERS} 个（十万）。请分成几篇。")
    if len(title) > MOST_TITLE:
        raise Refusal("title_too_long", f"题目有 {len(title)} 个字，最多 {MOST_TITLE} 个。")
    return Written(title, body, written.kind, written.audience, written.plan_item_id)


def _demand_editable(note: Note) -> None:
    if note.state == NoteState.WAITING:
        raise Refusal("waiting_note", "这篇已经提交，正在等待审阅。要改，请先“收回修改”。", status=409)
    if note.state not in EDITABLE:
        raise Refusal("passed_note", "这篇已通过审阅，不能再改。", status=409)


def _is_same(note: Note, written: Written) -> bool:
    kept = Written(note.title, note.body, note.kind, note.audience, note.plan_item_id)
    return note.revision > 0 and kept == written


def _compare(note: Note) -> None:
    """List the note under its fingerprints, and remember which earlier ones it has most in common with."""
    note.prints.all().delete()
    note.likenesses.all().delete()
    prints = list_prints(note.body, note.bureau_id)
    known = NotePrint.objects.filter(print__in=prints)
    held = {one["print"] for one in known.values("print").annotate(n=Count("pk")) if one["n"] >= MOST_HOLDERS}
    nearest = known.values("note").annotate(n=Count("pk")).order_by("-n", "note")[:MOST_COMPARED]
    for other_id in [one["note"] for one in nearest]:
        other = NoteVersion.objects.filter(note=other_id).order_by("-number").first()
        share = measure_share(note.body, other.body) if other else 0
        if share >= LEAST_SHARE_MILLI:
            NoteLikeness.objects.create(note=note, other_id=other_id, share_milli=share)
    NotePrint.objects.bulk_create(NotePrint(note=note, print=one) for one in sorted(prints - held))


def _record(note: Note, verb: str, actor: str, at: datetime, **detail: object) -> None:
    record_entry(
        chain=note.bureau.code, actor=actor, at=at, verb=verb, subject=f"note:{note.pk}",
        detail={"revision": note.revision, **detail},
    )  # fmt: skip
