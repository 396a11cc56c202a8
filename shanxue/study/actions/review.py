"""Answering a note: pass it, return it with a sentence, recommend it."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, demand_leading

from ..models import Note, NoteDraw
from ..queries.notes import scope_led
from ..queries.people import match_people_of
from ..rules import NoteState
from ..rules.sampling import draw
from ..rules.texts import clean_line

MOST_REASON = 300


class Verdict(StrEnum):
    PASS = "通过"
    RETURN = "退回修改"
    RECOMMEND = "推荐"


@transaction.atomic
def review_note(actor: Actor, note_id: int, verdict: Verdict, reason: str, *, revision: int, at: datetime) -> Note:
    """Decide on the very text that was read: ``revision`` is the one the reviewer opened."""
    note = Note.objects.select_for_update().select_related("person").filter(pk=note_id, bureau=actor.bureau).first()
    if note is not None and actor.leads and actor.person is not None and note.person_id == actor.person.pk:
        raise Refusal("own_note", "不能审阅自己的笔记。请学习办公室或另一位书记审阅。", status=403)
    reason = clean_line(reason)
    if note is None or not scope_led(actor).filter(pk=note_id).exists():
        raise refuse_missing("这篇笔记")
    demand_open_year(note.bureau_id, note.on)
    _demand_same(note, revision)
    if verdict == Verdict.RETURN and not reason:
        raise Refusal("reason_needed", "退回修改要写一句话，说明改哪里。")
    if len(reason) > MOST_REASON:
        raise Refusal("reason_too_long", f"这句话有 {len(reason)} 个字，最多 {MOST_REASON} 个。")
    note.state = NoteState.RETURNED if verdict == Verdict.RETURN else NoteState.PASSED
    note.recommended = verdict == Verdict.RECOMMEND
    note.review, note.reviewed_at, note.reviewed_by = reason, at, str(actor.user)[:64]
    note.save(update_fields=["state", "recommended", "review", "reviewed_at", "reviewed_by"])
    record_entry(
        chain=note.bureau.code, actor=actor.user.username, at=at, verb="study.review_note", subject=f"note:{note.pk}",
        detail={"verdict": str(verdict), "reason": reason, "revision": note.revision},
    )  # fmt: skip
    return note


def _demand_same(note: Note, revision: int) -> None:
    if note.state in (NoteState.PASSED, NoteState.RETURNED):
        when = _name_moment(note.reviewed_at) if note.reviewed_at else ""
        who = note.reviewed_by or "办公室"
        raise Refusal("already_reviewed", f"{who}{when}已审阅这篇：{note.state}。不用再审。", status=409)
    if note.state == NoteState.DRAFT:
        raise Refusal("taken_back", "作者已收回这篇去修改，重新提交后会再出现在待审里。", status=409)
    if note.revision != revision:
        raise Refusal("note_moved", "这篇在你打开后被作者改过，先看新版。", status=409)


def _name_moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f" {local.month}月{local.day}日 {local:%H:%M} "


@transaction.atomic
def draw_notes(actor: Actor, unit: Unit, month: date, count: int, *, at: datetime) -> NoteDraw:
    """Draw which of a month's notes are read, where the unit reviews by sampling (offices §5 item 9).

    One draw per unit and month; its seed is made once and kept, so that the same notes come out again.
    """
    demand_leading(actor, unit)
    until = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    inside = Note.objects.filter(match_people_of([unit], actor.on, "person_id"), bureau=unit.bureau)
    population = list(
        inside.filter(state=NoteState.WAITING, on__gte=month, on__lt=until).order_by("pk").values_list("pk", flat=True)
    )
    if not population:
        raise Refusal("nothing_to_draw", f"{month.month}月没有待审的笔记，不用抽。")
    if NoteDraw.objects.filter(unit=unit, month=month).exists():
        raise Refusal("already_drawn", f"{unit.name}{month.month}月已经抽过，按那一次审阅。", status=409)
    seed = secrets.token_hex(8)
    made = NoteDraw.objects.create(
        unit=unit, month=month, seed=seed, population=population, drawn=draw(population, count, seed), at=at,
        actor=str(actor.user)[:64],
    )  # fmt: skip
    record_entry(
        chain=unit.bureau.code, actor=actor.user.username, at=at, verb="study.draw_notes", subject=f"draw:{made.pk}",
        detail={"unit": unit.code, "month": month.isoformat(), "seed": seed, "of": len(population), "count": count},
    )  # fmt: skip
    return made
