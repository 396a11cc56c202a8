"""Telling the personnel office, deciding apart (D8), and keeping who read the lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.queries import Actor

from ..models import GateNotice, ListReading
from ..queries.binding import Blocked, find_list_reading, list_blocked
from ..queries.results import Shown
from ..rules.binding import NoticeKind


@transaction.atomic
def tell_personnel(actor: Actor, shown: Shown, chosen: Iterable[int], *, at: datetime) -> int:
    """Tick off that the personnel office was told of these proposals. ``chosen``: result ids; told before: left.

    Returns how many were ticked off now. Raises Refusal ``no_power`` and ``nothing_chosen``.
    """
    _demand_office(actor)
    demand_open_year(shown.run.bureau_id, shown.scheme.window.last_on)
    wanted = set(chosen)
    rows = [one for one in list_blocked(actor, shown) if one.result.pk in wanted and one.told is None]
    if not wanted:
        raise Refusal("nothing_chosen", "还没有勾选。请勾选已经告知人事处的人。")
    notices = [_build_notice(actor, shown, one, NoticeKind.TOLD, at) for one in rows]
    GateNotice.objects.bulk_create(notices, ignore_conflicts=True)
    if notices:
        _record(actor, shown, at, "tell_personnel", {"people": [one.person_id for one in notices]})
    return len(notices)


@transaction.atomic
def decide_apart(
    actor: Actor, shown: Shown, result_id: int, code: str, *, approved_by: str, reason: str, meeting: str,
    at: datetime,
) -> GateNotice:  # fmt: skip
    """Write down that a meeting took up a stopped proposal. The clause keeps its word; the person is listed apart.

    Raises Refusal ``no_power``, ``own_case``, ``not_complete`` and ``decided_before``.
    """
    _demand_office(actor)
    demand_open_year(shown.run.bureau_id, shown.scheme.window.last_on)
    row = find_blocked(actor, shown, result_id, code)
    if actor.person is not None and row.result.person_id == actor.person.pk:
        raise Refusal("own_case", "不能办理本人的事项，请由另一位同志办理。", status=403)
    words = {"approved_by": approved_by.strip(), "reason": reason.strip(), "meeting": meeting.strip()}
    if not all(words.values()):
        raise Refusal("not_complete", "批准人、理由和会议都要写明，缺一项不能登记。")
    notice = _build_notice(actor, shown, row, NoticeKind.DECIDED, at)
    notice.approved_by, notice.reason, notice.meeting = words["approved_by"], words["reason"], words["meeting"]
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
    except IntegrityError:
        raise Refusal("decided_before", "这一条已经登记过另行研究，不能再登记。", status=409) from None
    _record(actor, shown, at, "decide_apart", {"person": row.result.person_id, "clause": row.gate.clause, **words})
    return notice


def find_blocked(actor: Actor, shown: Shown, result_id: int, code: str) -> Blocked:
    """Find one stopped proposal in the actor's scope."""
    for one in list_blocked(actor, shown):
        if one.result.pk == result_id and one.code == code:
            return one
    raise refuse_missing("这一条")


@transaction.atomic
def record_list_reading(actor: Actor, shown: Shown, people: Iterable[int], *, at: datetime) -> None:
    """Keep that the actor saw these people on the lists of a run: one row per reader and day, people added up."""
    seen = set(people) - ({actor.person.pk} if actor.person else set())
    on, reader = timezone.localdate(at), actor.user.username
    if not seen:
        return
    reading = find_list_reading(shown.run.pk, reader, on)
    if reading is not None and seen <= set(reading.people):
        return
    everybody = sorted(seen | set(reading.people if reading else ()))
    ListReading.objects.update_or_create(
        run=shown.run, reader=reader, on=on, defaults={"reader_name": str(actor.user), "people": everybody}
    )
    _record(actor, shown, at, "read_lists", {"people": len(everybody)})


def _demand_office(actor: Actor) -> None:
    if not actor.keeps_office:
        raise Refusal("no_power", "这件事由学习办公室办理。", status=403)


def _build_notice(actor: Actor, shown: Shown, row: Blocked, kind: NoticeKind, at: datetime) -> GateNotice:
    assert row.result.person is not None
    return GateNotice(
        bureau=shown.run.bureau, person=row.result.person, scheme_code=shown.scheme.code,
        clause=row.gate.clause, assessment=row.gate.target, proposed=row.proposed, at_most=row.gate.at_most,
        kind=kind, at=at, actor=str(actor.user),
    )  # fmt: skip


def _record(actor: Actor, shown: Shown, at: datetime, verb: str, detail: dict[str, object]) -> None:
    record_entry(
        chain=shown.run.bureau.code, actor=actor.user.username, at=at, verb=f"assessment.{verb}",
        subject=f"run:{shown.run.pk}", detail=detail,
    )  # fmt: skip
