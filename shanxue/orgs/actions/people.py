"""What is held about people: adding them, their facts, milestones, exemptions; requests to correct; who looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal

from ..models import (
    Correction,
    Exemption,
    ExemptionRequest,
    Milestone,
    Person,
    PersonReading,
    Stint,
    Unit,
)
from ..queries import Actor, find_party_unit, leads_person
from ..rules import CorrectionState, MilestoneKind, PartyStatus, RequestState, Role, StaffState
from .moves import demand_office, lock_person, record_person, write_day

PERSON_COLUMNS = ("name", "party_status", "staff_state", "rank_class", "birth_year", "joined_on")


@transaction.atomic
def add_person(
    actor: Actor, staff_no: str, name: str, branch: Unit, department: Unit | None, *, party_status: str,
    joined_on: date | None, at: datetime,
) -> Person:  # fmt: skip
    """Put a newcomer on the roster. Raises ``staff_no_taken`` naming whose it is."""
    demand_office(actor, branch)
    if department is not None:
        demand_office(actor, department)
    taken = Person.objects.filter(bureau=branch.bureau, staff_no=staff_no).first()
    if taken is not None:
        raise Refusal("staff_no_taken", f"工号 {staff_no} 已是{taken.name}的。请核对工号。")
    person = Person.objects.create(
        bureau=branch.bureau, staff_no=staff_no, name=name, party_status=party_status, joined_on=joined_on
    )
    for unit in (branch, department):
        if unit is not None:
            Stint.objects.create(person=person, unit=unit, role=Role.MEMBER, from_on=joined_on)
    record_person(person, actor, at, "add_person", {"name": name, "unit": branch.code, "joined_on": joined_on})
    return person


@transaction.atomic
def change_person(actor: Actor, person: Person, values: Mapping[str, Any], *, at: datetime) -> list[str]:
    """Change facts of a person (PERSON_COLUMNS); the trail keeps what stood before. Returns the changed columns."""
    person = lock_person(person)
    _demand_keeper(actor, person)
    before = {name: getattr(person, name) for name in PERSON_COLUMNS if name in values}
    changed = [name for name in before if before[name] != values[name]]
    joined_on = values.get("joined_on")
    if joined_on is not None and person.left_on is not None and joined_on > person.left_on:
        raise Refusal("leaves_before_joining", f"{person.name}{write_day(person.left_on)}已离开，到职日期不能更晚。")
    if "staff_state" in changed and StaffState.LEFT in (values["staff_state"], person.staff_state):
        raise Refusal("leaving_has_a_day", "离开或返回要有日期，请用“登记离开”或“登记返回”。")
    if not changed:
        return []
    for name in changed:
        setattr(person, name, values[name])
    person.save(update_fields=changed)
    detail = {"before": {n: _plain(before[n]) for n in changed}, "after": {n: _plain(values[n]) for n in changed}}
    record_person(person, actor, at, "change_person", detail)
    return changed


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _demand_keeper(actor: Actor, person: Person) -> None:
    """Refuse everybody but the office keeping the party unit where somebody stands (or last stood)."""
    unit = find_party_unit(person)
    if unit is None:
        raise Refusal("no_party_unit", f"{person.name}还没有编入党组织。请先登记所在支部。")
    demand_office(actor, unit)


@transaction.atomic
def record_milestone(
    actor: Actor, person: Person, kind: str, on: date, *, rank_class: str = "", at: datetime
) -> Milestone:
    """Write down a dated event (转正, 晋升 …) and what it makes of the person. Deadlines count from it (K08)."""
    person = lock_person(person)
    _demand_keeper(actor, person)
    if on > timezone.localdate(at):
        raise Refusal("milestone_in_future", "日期不能晚于今天。到那天再登记。")
    if kind == MilestoneKind.PROMOTED and not rank_class:
        raise Refusal("no_rank", "登记晋升，请选晋升后的职级类别。")
    if person.milestones.filter(kind=kind, on=on).exists():
        raise Refusal("milestone_twice", f"{person.name}{write_day(on)}的“{kind}”已经登记过。")
    milestone = Milestone.objects.create(person=person, kind=kind, on=on, rank_class=rank_class)
    later = person.milestones.filter(kind=kind, on__gt=on).exists()
    made = {
        MilestoneKind.FULL: ("party_status", PartyStatus.FULL),
        MilestoneKind.PROBATION: ("party_status", PartyStatus.PROBATIONARY),
        MilestoneKind.PROMOTED: ("rank_class", rank_class),
    }.get(MilestoneKind(kind))
    became_full = kind == MilestoneKind.PROBATION and person.party_status == PartyStatus.FULL
    if made is not None and not later and not became_full:
        setattr(person, *made)
        person.save(update_fields=[made[0]])
    record_person(person, actor, at, "record_milestone", {"kind": kind, "on": on, "rank_class": rank_class})
    return milestone


# -- exemptions -------------------------------------------------------------------------------------------------------


def _check_span(person: Person, category: str, from_on: date, last_on: date | None) -> date | None:
    """Give the open end of a span whose last day is named; refuse one that ends early or overlaps another."""
    if last_on is not None and last_on < from_on:
        raise Refusal("ends_early", f"结束日期 {write_day(last_on)} 早于开始日期 {write_day(from_on)}。请改正。")
    until_on = last_on + timedelta(days=1) if last_on is not None else None
    same = person.exemptions.filter(Q(until_on__isnull=True) | Q(until_on__gt=from_on), category=category)
    if until_on is not None:
        same = same.filter(Q(from_on__isnull=True) | Q(from_on__lt=until_on))
    other = same.first()
    if other is not None:
        since = f"{write_day(other.from_on)}起" if other.from_on else "一直"
        raise Refusal(
            "exempt_already", f"{person.name}{since}已是“{category}”免考核，时间重叠。请先结束原来的，或改日期。"
        )
    return until_on


@transaction.atomic
def exempt_person(
    actor: Actor, person: Person, category: str, from_on: date, last_on: date | None, approved_by: str, *, at: datetime
) -> Exemption:
    """Exempt somebody from a day until a last day (included; None: open). A category, never a diagnosis."""
    person = lock_person(person)
    _demand_keeper(actor, person)
    until_on = _check_span(person, category, from_on, last_on)
    exemption = Exemption.objects.create(
        person=person, category=category, from_on=from_on, until_on=until_on, approved_by=approved_by
    )
    record_person(person, actor, at, "exempt_person", {"category": category, "from_on": from_on, "until_on": until_on})
    return exemption


@transaction.atomic
def end_exemption(actor: Actor, exemption: Exemption, until_on: date, *, at: datetime) -> None:
    """Let an exemption end: from ``until_on`` on the person is asked again."""
    person = lock_person(exemption.person)
    _demand_keeper(actor, person)
    if exemption.from_on is not None and until_on <= exemption.from_on:
        raise Refusal("ends_early", f"这次免考核从{write_day(exemption.from_on)}起，结束日期要晚于这一天。")
    exemption.until_on = until_on
    exemption.save(update_fields=["until_on"])
    record_person(person, actor, at, "end_exemption", {"category": exemption.category, "until_on": until_on})


@transaction.atomic
def request_exemption(
    actor: Actor, person: Person, category: str, from_on: date, last_on: date | None, *, at: datetime
) -> ExemptionRequest:
    """A secretary asks the office to exempt somebody of the own branch. Exempts nobody yet."""
    person = lock_person(person)
    if not leads_person(actor, person.pk):
        raise Refusal("not_leading", f"{person.name}不在你负责的支部，由所在支部的书记申请。", status=403)
    until_on = _check_span(person, category, from_on, last_on)
    if person.exemption_requests.filter(state=RequestState.ASKED, category=category).exists():
        raise Refusal("asked_already", f"{person.name}的“{category}”免考核已经申请，正在等办公室审批。")
    request = ExemptionRequest.objects.create(
        person=person, category=category, from_on=from_on, until_on=until_on, asked_at=at,
        asked_by=str(actor.user)[:64],
    )  # fmt: skip
    record_person(person, actor, at, "request_exemption", {"category": category, "from_on": from_on})
    return request


@transaction.atomic
def decide_request(
    actor: Actor, request: ExemptionRequest, *, grant: bool, decision: str, at: datetime
) -> Exemption | None:
    """Grant a request as it was asked, or decline it with a reason."""
    request = (
        ExemptionRequest.objects.select_for_update(of=("self",)).select_related("person__bureau").get(pk=request.pk)
    )
    _demand_keeper(actor, request.person)
    if request.state != RequestState.ASKED:
        raise Refusal("request_settled", f"这份申请{request.state}，不用再办。")
    if not grant and not decision.strip():
        raise Refusal("reason_missing", "不批准要写明原因。")
    request.state = RequestState.GRANTED if grant else RequestState.DECLINED
    request.decided_at, request.decided_by, request.decision = at, str(actor.user)[:64], decision.strip()[:200]
    request.save(update_fields=["state", "decided_at", "decided_by", "decision"])
    record_person(request.person, actor, at, "decide_request", {"category": request.category, "grant": grant})
    if not grant:
        return None
    last_on = request.until_on - timedelta(days=1) if request.until_on else None
    return exempt_person(actor, request.person, request.category, request.from_on, last_on, str(actor.user), at=at)


# -- what people may ask, and who looked ------------------------------------------------------------------------------


@transaction.atomic
def ask_correction(actor: Actor, what: str, held: str, wanted: str, *, at: datetime) -> Correction:
    """Ask to correct an entry of one's own record (个人信息保护法第46条)."""
    if not actor.reads_own or actor.person is None:
        raise Refusal("no_own_record", "当前账号没有对应的人员，不能申请更正。", status=403)
    person = actor.person
    if wanted.strip() == held.strip():
        raise Refusal("nothing_to_correct", f"“{what}”现在就是“{held}”，不用更正。")
    if person.corrections.filter(what=what, state=CorrectionState.ASKED).exists():
        raise Refusal("asked_already", f"“{what}”的更正已经申请，正在等办公室处理。")
    correction = Correction.objects.create(
        person=person, what=what[:40], held=held[:200], wanted=wanted.strip()[:200], asked_at=at
    )
    record_person(person, actor, at, "ask_correction", {"what": what})
    return correction


@transaction.atomic
def decide_correction(actor: Actor, correction: Correction, *, done: bool, decision: str, at: datetime) -> None:
    """Answer a request for correction with a reason that the person reads."""
    correction = (
        Correction.objects.select_for_update(of=("self",)).select_related("person__bureau").get(pk=correction.pk)
    )
    _demand_keeper(actor, correction.person)
    if correction.state != CorrectionState.ASKED:
        raise Refusal("request_settled", f"这份申请{correction.state}，不用再办。")
    if not decision.strip():
        raise Refusal("reason_missing", "请写一句说明，本人会看到。")
    correction.state = CorrectionState.DONE if done else CorrectionState.DECLINED
    correction.decided_at, correction.decided_by = at, str(actor.user)[:64]
    correction.decision = decision.strip()[:200]
    correction.save(update_fields=["state", "decided_at", "decided_by", "decision"])
    record_person(correction.person, actor, at, "decide_correction", {"what": correction.what, "done": done})


@transaction.atomic
def record_readings(actor: Actor, people: Iterable[int], what: str) -> None:
    """Write down for many people at once that somebody took their records away; the caller's entry is in the trail."""
    own = actor.person.pk if actor.person is not None else None
    rows = [PersonReading(person_id=pk, user=actor.user, on=actor.on, what=what) for pk in set(people) - {own}]
    PersonReading.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def record_list_reading(actor: Actor, people: Iterable[int], what: str, *, at: datetime) -> None:
    """Write down that the actor saw such records of several people: for each once a day, in one entry of the trail."""
    assert actor.bureau is not None
    seen = PersonReading.objects.filter(user=actor.user, on=actor.on, what=what).values_list("person", flat=True)
    own = {actor.person.pk} if actor.person is not None else set()
    fresh = sorted(set(people) - set(seen) - own)
    record_readings(actor, fresh, what)
    if fresh:
        record_entry(
            chain=actor.bureau.code, actor=actor.user.username, at=at, verb="orgs.read_people", subject=what,
            detail={"people": fresh},
        )  # fmt: skip


@transaction.atomic
def record_reading(actor: Actor, person: Person, what: str, *, at: datetime) -> None:
    """Write down that the actor opened somebody else's record: once per reader, day and kind of page."""
    if actor.person is not None and actor.person.pk == person.pk:
        return
    _, made = PersonReading.objects.get_or_create(person=person, user=actor.user, on=actor.on, what=what)
    if made:
        record_person(person, actor, at, "read_person", {"what": what})
