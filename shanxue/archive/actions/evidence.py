"""Doubts about records, and taking records away as evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from shanxue.activities.models import Attendance
from shanxue.audit.actions import record_entry
from shanxue.audit.queries import find_head
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.people import record_readings
from shanxue.orgs.models import Stint, Unit
from shanxue.orgs.queries import Actor, demand_leading, filter_held
from shanxue.orgs.rules import Line

from ..chains import Chain
from ..evidence import Watermark, write_evidence
from ..models import Doubt, EvidenceExport

MOST_RECORDS = 100
WHAT = "取证包"


@transaction.atomic
def mark_doubt(actor: Actor, chain: Chain, text: str, *, at: datetime) -> Doubt:
    """Write a doubt about a record; its unit sees it and explains. The same words twice are one doubt."""
    assert actor.bureau is not None
    who = str(actor.user)
    standing = Doubt.objects.filter(
        bureau=actor.bureau, record=chain.key, text=text, actor=who, answered_at__isnull=True
    ).first()  # fmt: skip
    if standing is not None:
        return standing
    doubt = Doubt.objects.create(
        bureau=actor.bureau, unit=chain.unit or find_unit_of(chain.person_id, actor), record=chain.key,
        title=chain.title, text=text, at=at, actor=who,
    )  # fmt: skip
    _record(actor, "mark_doubt", chain.key, at, {"text": text})
    return doubt


@transaction.atomic
def answer_doubt(actor: Actor, doubt: Doubt, answer: str, *, at: datetime) -> Doubt:
    """Explain a doubt for the unit it is about: once, by whoever writes for the unit."""
    if doubt.unit is None:
        raise Refusal("no_unit", "这条记录不属于哪个单位，不用说明。", status=409)
    demand_leading(actor, doubt.unit)
    won = Doubt.objects.filter(pk=doubt.pk, answered_at__isnull=True).update(
        answer=answer, answered_at=at, answered_by=str(actor.user)
    )
    doubt.refresh_from_db()
    if not won:
        raise Refusal("doubt_answered", f"这个疑点已由{doubt.answered_by}说明过。", status=409)
    _record(actor, "answer_doubt", doubt.record, at, {"answer": answer})
    return doubt


def find_unit_of(person_id: int | None, actor: Actor) -> Unit | None:
    """The party unit that answers for somebody today."""
    stints = Stint.objects.filter(filter_held(actor.on), person=person_id, unit__line=Line.PARTY).select_related("unit")
    first = stints.order_by("pk").first() if person_id else None
    return first.unit if first else None


def list_people(chains: Sequence[Chain]) -> set[int]:
    """Whom some records speak of: one query."""
    sessions = [int(one.key.removeprefix("session-")) for one in chains if one.key.startswith("session-")]
    people = set(Attendance.objects.filter(session__in=sessions).values_list("person_id", flat=True))
    return people | {one.person_id for one in chains if one.person_id is not None}


def export_evidence(
    actor: Actor, chains: Sequence[Chain], purpose: str, *, at: datetime
) -> tuple[EvidenceExport, bytes]:
    """Take records away: the zip, and the row that its units and the people in it can see.

    Raises Refusal ``nothing_chosen``, ``too_many`` or ``no_purpose``.
    """
    assert actor.bureau is not None
    people = list_people(chains)
    refuse_export(len(chains), len(people), purpose)
    mark = Watermark(str(actor.user), at, purpose)
    body = write_evidence(chains, mark, find_head(actor.bureau.code))
    with transaction.atomic():
        made = EvidenceExport.objects.create(
            bureau=actor.bureau, at=at, actor=actor.user.username, reader=mark.reader, purpose=purpose,
            records=[{"key": one.key, "title": one.title} for one in chains], people_count=len(people),
            sha256=hashlib.sha256(body).hexdigest(),
        )  # fmt: skip
        units = [one.unit or find_unit_of(one.person_id, actor) for one in chains]
        made.units.set({unit for unit in units if unit is not None})
        record_readings(actor, people, WHAT)
        detail = {
            "purpose": purpose,
            "records": [one.key for one in chains],
            "people": len(people),
            "sha256": made.sha256,
        }
        _record(actor, "export_evidence", f"evidence:{made.pk}", at, detail)
    return made, body


def refuse_export(records: int, people: int, purpose: str) -> None:
    if not records:
        raise Refusal("nothing_chosen", "还没有选中的记录。")
    if records > MOST_RECORDS:
        raise Refusal("too_many", f"一次最多取 {MOST_RECORDS} 条记录，现在选了 {records} 条。请分几次取。")
    if not purpose:
        raise Refusal("no_purpose", f"包含 {people} 人信息，需要填写用途。")


def _record(actor: Actor, verb: str, subject: str, at: datetime, detail: dict[str, object]) -> None:
    assert actor.bureau is not None
    record_entry(
        chain=actor.bureau.code,
        actor=actor.user.username,
        at=at,
        verb=f"archive.{verb}",
        subject=subject,
        detail=detail,
    )
