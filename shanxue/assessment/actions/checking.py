"""支部核对: each secretary confirms the results of their people and of their unit, or objects to a line; the office
answers. For a unit without a secretary, as departments may be, the office confirms and says on what ground."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, is_under, list_led

from ..models import Confirmation, Objection, Proceeding, Result
from ..queries.proceedings import is_checker, list_frozen_runs, match_checked
from ..rules.proceedings import FROZEN, Step
from .steps import demand_open_proceeding, demand_writing, keeps_whole, record


@transaction.atomic
def confirm_results(
    actor: Actor, proceeding: Proceeding, unit: Unit, result_ids: Iterable[int] | None, *, reason: str = "",
    at: datetime,
) -> int:  # fmt: skip
    """Confirm what a unit checks: those named, or all that nothing is open about. Again does nothing.

    ``reason``: why the office confirms for a unit that has no secretary. Returns how many are newly confirmed. Raises
    Refusal ``other_branch``, ``has_keeper``, ``no_reason``, ``check_over`` and ``objection_open``.
    """
    words = "" if is_checker(actor, unit) else _demand_standing_in(actor, unit, reason)
    held = _demand_checking(proceeding)
    rows = _list_results(held, unit)
    if result_ids is not None:
        wanted = set(result_ids)
        rows = [row for row in rows if row.pk in wanted]
        if not wanted or len(rows) < len(wanted):
            raise refuse_missing("这份成绩")
    disputed = set(
        Objection.objects.filter(result__in=rows, answered_at__isnull=True).values_list("result_id", flat=True)
    )
    named = next((row for row in rows if row.pk in disputed), None)
    if result_ids is not None and named is not None:
        raise Refusal("objection_open", f"{named.subject_name}有一条异议还没有答复，答复以后再确认。", status=409)
    known = set(Confirmation.objects.filter(result__in=rows).values_list("result_id", flat=True))
    fresh = [row for row in rows if row.pk not in known and row.pk not in disputed]
    if fresh:
        Confirmation.objects.bulk_create(
            (Confirmation(proceeding=held, result=row, at=at, by_name=str(actor.user), words=words) for row in fresh),
            batch_size=2000, ignore_conflicts=True,
        )  # fmt: skip
        record(actor, held, "confirm_results", at, {"unit": unit.pk, "results": len(fresh), "words": words})
    return len(fresh)


def _demand_standing_in(actor: Actor, unit: Unit, reason: str) -> str:
    """The office confirms only where nobody else can, and says on what ground."""
    if not keeps_whole(actor):
        raise Refusal("other_branch", "只能核对本支部、本部门的结果。", status=403)
    if is_under(unit, list_led(unit.bureau_id, actor.on)):
        raise Refusal("has_keeper", f"{unit.name}有人负责核对，学习办公室不代为确认。请提醒他们到期以前办完。")
    if not reason.strip():
        raise Refusal("no_reason", "请写明代为确认的依据，如：和部门负责人当面核对过。")
    return reason.strip()[:200]


def _demand_checking(proceeding: Proceeding) -> Proceeding:
    demand_open_proceeding(proceeding)
    held = Proceeding.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=proceeding.pk)
    if held.stage != Step.CHECK:
        raise Refusal("check_over", f"支部核对已经结束，现在是“{held.stage}”。有不对的，由本人申诉。", status=409)
    return held


def _list_results(proceeding: Proceeding, unit: Unit) -> list[Result]:
    rows = Result.objects.filter(match_checked(unit), run__in=list_frozen_runs(proceeding))
    return list(rows.select_related("person", "unit"))


@transaction.atomic
def object_to_line(
    actor: Actor, proceeding: Proceeding, unit: Unit, result_id: int, item: str, sentence: str, *, at: datetime
) -> Objection:
    """Object to one line of a result that one's unit checks. A confirmation of that result is taken back.

    Raises Refusal ``other_branch``, ``check_over``, ``no_words`` and ``objection_made``.
    """
    if not is_checker(actor, unit):
        raise Refusal("other_branch", "只能核对本支部、本部门的结果。", status=403)
    held = _demand_checking(proceeding)
    result = next((row for row in _list_results(held, unit) if row.pk == result_id), None)
    if result is None or not result.lines.filter(item=item).exists():
        raise refuse_missing("这一项")
    if not sentence.strip():
        raise Refusal("no_words", "请写一句：哪里不对，应当是什么。")
    try:
        with transaction.atomic():
            objection = Objection.objects.create(
                proceeding=held, result=result, item=item, sentence=sentence.strip()[:300], at=at,
                by_name=str(actor.user),
            )  # fmt: skip
    except IntegrityError:
        raise Refusal("objection_made", "这一项的异议已经提出，等学习办公室答复，不用再提。", status=409) from None
    Confirmation.objects.filter(result=result).delete()
    record(actor, held, "object_to_line", at, {"objection": objection.pk, "item": item})
    return objection


@transaction.atomic
def answer_objection(actor: Actor, objection: Objection, *, agreed: bool, answer: str, at: datetime) -> Objection:
    """Answer a branch's objection. Agreed: the record is then corrected and the results frozen again.

    Raises Refusal ``no_power``, ``own_case``, ``no_reason``, ``settled`` and ``objection_answered``.
    """
    demand_writing(actor, objection.proceeding)
    if actor.person is not None and objection.result.person_id == actor.person.pk:
        raise Refusal("own_case", "不能答复关于本人成绩的异议，请由另一位同志办理。", status=403)
    if not answer.strip():
        raise Refusal("no_reason", "请写明理由，支部会看到。")
    if objection.proceeding.stage not in FROZEN:
        raise Refusal("settled", "已经定档，异议不再答复。", status=409)
    answered = Objection.objects.filter(pk=objection.pk, answered_at__isnull=True).update(
        agreed=agreed, answer=answer.strip()[:300], answered_at=at, answered_by=str(actor.user)
    )
    objection.refresh_from_db()
    if not answered:
        raise Refusal("objection_answered", f"这条异议{objection.answered_by}已答复，不用再办。", status=409)
    record(actor, objection.proceeding, "answer_objection", at, {"objection": objection.pk, "agreed": agreed})
    return objection
