"""Writing outcomes of study (D14), and recognising them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Person
from shanxue.orgs.queries import Actor

from ..models import Outcome
from ..queries.outcomes import scope_written
from ..queries.people import list_homes
from ..rules import OutcomeState
from ..rules.outcomes import judge_outcome
from ..rules.texts import clean_line, clean_text


@dataclass(frozen=True)
class Findings:
    """What is written of an outcome: the research, the measure adopted from it, the evidence that it works."""

    kind: str
    title: str
    on: date
    summary: str = ""
    adopted_as: str = ""
    adopted_by: str = ""
    adopted_on: date | None = None
    evidence: str = ""


@transaction.atomic
def add_outcome(person: Person, found: Findings, *, actor: str, at: datetime, today: date) -> Outcome:
    """Write an outcome of one's own. It belongs to the branch that its author stands in that day."""
    found, state = _check(found, today)
    homes = list_homes(person, today)
    if not homes:
        raise Refusal("no_unit", "你目前不在任何支部或部门里，成果没有归属。请联系学习办公室。")
    outcome = Outcome.objects.create(
        bureau=person.bureau, person=person, unit=homes[0], state=state, **_write(found)
    )  # fmt: skip
    _record(outcome, "study.add_outcome", actor, at)
    return outcome


@transaction.atomic
def change_outcome(actor: Actor, outcome_id: int, found: Findings, *, at: datetime) -> Outcome:
    """Write on: what was added decides how far it has come. A recognised outcome stays as it is."""
    outcome = _lock(actor, outcome_id)
    if outcome.state == OutcomeState.RECOGNISED:
        raise Refusal("recognised", "这项成果已经认定，不能再改。", status=409)
    found, outcome.state = _check(found, actor.on)
    for name, value in _write(found).items():
        setattr(outcome, name, value)
    outcome.save()
    _record(outcome, "study.change_outcome", actor.user.username, at)
    return outcome


@transaction.atomic
def recognise_outcome(actor: Actor, outcome_id: int, *, at: datetime) -> Outcome:
    """Recognise an outcome whose measure and evidence are written (K17). Nobody recognises their own."""
    outcome = _lock_for_office(actor, outcome_id)
    if outcome.state != OutcomeState.EVIDENCED:
        raise Refusal(
            "not_evidenced", f"这项成果现在是“{outcome.state}”，写明采纳的措施和见效的依据后才能认定。", status=409
        )
    outcome.state, outcome.declined = OutcomeState.RECOGNISED, ""
    outcome.recognised_on, outcome.recognised_by = actor.on, str(actor.user)[:64]
    outcome.save(update_fields=["state", "declined", "recognised_on", "recognised_by"])
    _record(outcome, "study.recognise_outcome", actor.user.username, at)
    return outcome


@transaction.atomic
def decline_outcome(actor: Actor, outcome_id: int, reason: str, *, at: datetime) -> Outcome:
    """Say why an outcome is not recognised yet; it stays as it is, and its author may write on."""
    outcome = _lock_for_office(actor, outcome_id)
    if outcome.state == OutcomeState.RECOGNISED:
        raise Refusal("recognised", f"{outcome.recognised_by} 已认定这项成果。", status=409)
    reason = clean_line(reason)
    if not reason:
        raise Refusal("reason_needed", "暂不认定要写明理由，作者会看到。")
    outcome.declined = reason[:300]
    outcome.save(update_fields=["declined"])
    _record(outcome, "study.decline_outcome", actor.user.username, at, reason=outcome.declined)
    return outcome


@transaction.atomic
def delete_outcome(actor: Actor, outcome_id: int, *, at: datetime) -> None:
    outcome = _lock(actor, outcome_id)
    if outcome.state == OutcomeState.RECOGNISED:
        raise Refusal("recognised", "这项成果已经认定，不能删除。", status=409)
    _record(outcome, "study.delete_outcome", actor.user.username, at)
    outcome.delete()


def _check(found: Findings, today: date) -> tuple[Findings, OutcomeState]:
    texts = {"summary": clean_text(found.summary)}
    lines = {name: clean_line(getattr(found, name)) for name in ("title", "adopted_as", "adopted_by", "evidence")}
    found = Findings(**{**asdict(found), **texts, **lines})
    if found.on > today or (found.adopted_on and found.adopted_on > today):
        raise Refusal("future_day", "日期还没有到。请改成实际的日期。")
    if found.adopted_on and found.adopted_on < found.on:
        raise Refusal("adopted_before", "采纳日期早于成果日期。请核对这两个日期。")
    try:
        return found, judge_outcome(found.adopted_as, found.adopted_on, found.evidence)
    except ValueError as error:
        raise Refusal("step_left_out", str(error)) from error


def _write(found: Findings) -> dict[str, object]:
    return asdict(found)


def _lock(actor: Actor, outcome_id: int) -> Outcome:
    outcome = scope_written(actor).select_for_update(of=("self",)).filter(pk=outcome_id).first()
    if outcome is None:
        raise refuse_missing("这项成果")
    return outcome


def _lock_for_office(actor: Actor, outcome_id: int) -> Outcome:
    if not actor.keeps_office:
        raise Refusal("not_office", "成果由学习办公室认定。", status=403)
    outcome = _lock(actor, outcome_id)
    if actor.person is not None and outcome.person_id == actor.person.pk:
        raise Refusal("own_outcome", "不能认定自己的成果。请办公室的另一位同志认定。", status=403)
    return outcome


def _record(outcome: Outcome, verb: str, actor: str, at: datetime, **detail: object) -> None:
    demand_open_year(outcome.bureau_id, outcome.on)
    record_entry(
        chain=outcome.bureau.code, actor=actor, at=at, verb=verb, subject=f"outcome:{outcome.pk}",
        detail={"title": outcome.title, "state": str(outcome.state), **detail},
    )  # fmt: skip
