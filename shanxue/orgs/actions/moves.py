"""Where people stand, by date: transfers until they are received (条例第25条), posts, leaving and coming back.

Nothing here touches a session's expected list: whoever was expected stays where they stood then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal

from ..models import Person, Stint, Transfer, Unit
from ..queries import Actor, demand_leading, is_office_for
from ..rules import Line, Role, StaffState, TransferState


def record_person(person: Person, actor: Actor, at: datetime, verb: str, detail: Mapping[str, Any]) -> None:
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in detail.items()}
    record_entry(
        chain=person.bureau.code, actor=actor.user.username, at=at, verb=f"orgs.{verb}", subject=person.staff_no,
        detail=plain,
    )  # fmt: skip


def demand_office(actor: Actor, unit: Unit) -> None:
    """Refuse everybody but the office that keeps this unit."""
    if not is_office_for(actor, unit):
        raise Refusal("not_office", f"“{unit.name}”的名册由学习办公室登记。需要改的，请告诉办公室。", status=403)


def write_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def lock_person(person: Person) -> Person:
    return Person.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=person.pk)


@transaction.atomic
def transfer_person(actor: Actor, stint: Stint, to_unit: Unit, on: date, *, at: datetime) -> Transfer | None:
    """Send somebody to another unit of the same line from a day on.

    On the party line the former unit answers until the other has received (条例第25条): the stint stays open and a
    Transfer waits. On the administrative line the move is done at once, and None is returned.
    """
    person = lock_person(stint.person)
    demand_office(actor, stint.unit)
    _check_transfer(person, stint, to_unit, on)
    detail = {"from": stint.unit.code, "to": to_unit.code, "on": on}
    if stint.unit.line == Line.ADMIN:
        _move(stint, to_unit, on, on)
        record_person(person, actor, at, "move_department", detail)
        return None
    transfer = Transfer.objects.create(
        person=person, stint=stint, to_unit=to_unit, on=on, asked_at=at, asked_by=str(actor.user)[:64]
    )
    record_person(person, actor, at, "transfer_person", detail)
    return transfer


def _check_transfer(person: Person, stint: Stint, to_unit: Unit, on: date) -> None:
    name = person.name
    if stint.until_on is not None:
        raise Refusal("stint_ended", f"{name}已不在“{stint.unit.name}”。请从现在所在的单位转出。")
    if to_unit.bureau_id != person.bureau_id or to_unit.line != stint.unit.line:
        raise Refusal("other_line", f"“{to_unit.name}”和“{stint.unit.name}”不是同一类单位，请重新选择。")
    if to_unit.pk == stint.unit_id:
        raise Refusal("same_unit", f"{name}本来就在“{to_unit.name}”。")
    if to_unit.until_on is not None and to_unit.until_on <= on:
        raise Refusal("closed_unit", f"“{to_unit.name}”已于{write_day(to_unit.until_on)}撤销，请选别的单位。")
    if stint.from_on is not None and on <= stint.from_on:
        since = write_day(stint.from_on)
        raise Refusal("before_stint", f"{name}从{since}起才在“{stint.unit.name}”，转出日期要晚于这一天。")
    if person.joined_on is not None and on <= person.joined_on:
        raise Refusal("before_joining", f"{name}{write_day(person.joined_on)}才到本单位，转出日期要晚于这一天。")
    waiting = stint.transfers.filter(state=TransferState.WAITING).select_related("to_unit").first()
    if waiting is not None:
        raise Refusal("transfer_waits", f"{name}已在转往“{waiting.to_unit.name}”，等对方接收。要改，先撤回。")
    _demand_free(person, to_unit, on, None)


def _demand_free(person: Person, unit: Unit, from_on: date, until_on: date | None) -> None:
    """Refuse a stint that would run at the same time as another of the person in the same unit."""
    others = person.stints.filter(Q(until_on__isnull=True) | Q(until_on__gt=from_on), unit=unit)
    if until_on is not None:
        others = others.filter(Q(from_on__isnull=True) | Q(from_on__lt=until_on))
    other = others.first()
    if other is not None:
        since = f"{write_day(other.from_on)}起" if other.from_on else "一直"
        raise Refusal("stints_overlap", f"{person.name}{since}已在“{unit.name}”，时间重叠。请先结束原来的，或改日期。")


def _move(stint: Stint, to_unit: Unit, on: date, received_on: date) -> None:
    stint.until_on, stint.received_on = on, received_on
    stint.save(update_fields=["until_on", "received_on"])
    Stint.objects.create(person=stint.person, unit=to_unit, from_on=received_on)


def _lock_waiting(transfer: Transfer) -> Transfer:
    related = ("person__bureau", "stint__unit", "to_unit")
    found = Transfer.objects.select_for_update(of=("self",)).select_related(*related).get(pk=transfer.pk)
    if found.state != TransferState.WAITING:
        done = f"（{write_day(found.received_on)}）" if found.received_on else ""
        raise Refusal("transfer_settled", f"这次转接{found.state}{done}，不用再办。")
    return found


@transaction.atomic
def receive_transfer(actor: Actor, transfer: Transfer, on: date, *, at: datetime) -> None:
    """Receive somebody from a day on: from then the new unit answers, until then the former one does."""
    transfer = _lock_waiting(transfer)
    demand_leading(actor, transfer.to_unit)
    if on < transfer.on:
        raise Refusal("received_early", f"接收日期不能早于转出日期（{write_day(transfer.on)}）。")
    if on > timezone.localdate(at):
        raise Refusal("received_in_future", "接收日期不能晚于今天。到接收那天再确认。")
    if transfer.stint.until_on is not None:
        raise Refusal("stint_ended", f"{transfer.person.name}已不在“{transfer.stint.unit.name}”，请办公室重新办理。")
    _demand_free(transfer.person, transfer.to_unit, on, None)
    _move(transfer.stint, transfer.to_unit, transfer.on, on)
    _settle(transfer, TransferState.RECEIVED, actor, received_on=on)
    detail = {"to": transfer.to_unit.code, "on": transfer.on, "received_on": on}
    record_person(transfer.person, actor, at, "receive_transfer", detail)


@transaction.atomic
def withdraw_transfer(actor: Actor, transfer: Transfer, *, at: datetime) -> None:
    """Take back a transfer that nobody has received: the person never left the former unit."""
    transfer = _lock_waiting(transfer)
    demand_office(actor, transfer.stint.unit)
    _settle(transfer, TransferState.WITHDRAWN, actor)
    record_person(transfer.person, actor, at, "withdraw_transfer", {"to": transfer.to_unit.code, "on": transfer.on})


def _settle(transfer: Transfer, state: TransferState, actor: Actor, received_on: date | None = None) -> None:
    transfer.state, transfer.received_on, transfer.decided_by = state, received_on, str(actor.user)[:64]
    transfer.save(update_fields=["state", "received_on", "decided_by"])


@transaction.atomic
def place_person(actor: Actor, person: Person, unit: Unit, role: str, from_on: date | None, *, at: datetime) -> Stint:
    """Put somebody in a unit from a day on. One party unit at a time: from one to another leads a transfer."""
    person = lock_person(person)
    demand_office(actor, unit)
    _demand_here(person, from_on)
    if unit.line == Line.PARTY:
        other = person.stints.filter(until_on__isnull=True, unit__line=Line.PARTY).exclude(unit=unit).first()
        if other is not None and not _is_on_one_path(other.unit, unit):
            raise Refusal("stands_elsewhere", f"{person.name}在“{other.unit.name}”。到“{unit.name}”请办转接。")
    _demand_free(person, unit, from_on or date.min, None)
    _demand_single_secretary(unit, role, person, from_on)
    stint = Stint.objects.create(person=person, unit=unit, role=role, from_on=from_on)
    record_person(person, actor, at, "place_person", {"unit": unit.code, "role": role, "from_on": from_on})
    return stint


def _is_on_one_path(first: Unit, second: Unit) -> bool:
    """Whether one stands below the other: a group of the own branch, or the committee above it."""
    return first.path.startswith(second.path) or second.path.startswith(first.path)


def _demand_here(person: Person, from_on: date | None) -> None:
    if from_on is not None and person.joined_on is not None and from_on < person.joined_on:
        raise Refusal("before_joining", f"{person.name}{write_day(person.joined_on)}才到本单位，日期不能更早。")


def _demand_single_secretary(unit: Unit, role: str, person: Person, from_on: date | None) -> None:
    if role != Role.SECRETARY:
        return
    held = Q(until_on__isnull=True) | Q(until_on__gt=from_on or date.min)
    other = unit.stints.filter(held, role=Role.SECRETARY).exclude(person=person).select_related("person").first()
    if other is not None:
        raise Refusal("two_secretaries", f"“{unit.name}”现任书记是{other.person.name}，请先登记其职务变动。")


@transaction.atomic
def change_post(actor: Actor, stint: Stint, role: str, from_on: date, *, at: datetime) -> Stint:
    """Give somebody another post in the same unit from a day on; the former post ends that day."""
    person = lock_person(stint.person)
    demand_office(actor, stint.unit)
    if stint.until_on is not None:
        raise Refusal("stint_ended", f"{person.name}已不在“{stint.unit.name}”。")
    if role == stint.role:
        raise Refusal("same_post", f"{person.name}在“{stint.unit.name}”本来就是{role}。")
    if stint.from_on is not None and from_on <= stint.from_on:
        raise Refusal("before_stint", f"现在的职务从{write_day(stint.from_on)}起，变动日期要晚于这一天。")
    _demand_here(person, from_on)
    _demand_single_secretary(stint.unit, role, person, from_on)
    former = stint.role
    stint.until_on = from_on
    stint.save(update_fields=["until_on"])
    changed = Stint.objects.create(person=person, unit=stint.unit, role=role, from_on=from_on)
    stint.transfers.filter(state=TransferState.WAITING).update(stint=changed)
    detail = {"unit": stint.unit.code, "from": former, "to": role, "from_on": from_on}
    record_person(person, actor, at, "change_post", detail)
    return changed


@transaction.atomic
def end_stint(actor: Actor, stint: Stint, until_on: date, *, at: datetime) -> None:
    """End a second stint (a group, a department). The only party stint ends by a transfer or by leaving."""
    person = lock_person(stint.person)
    demand_office(actor, stint.unit)
    if stint.until_on is not None:
        raise Refusal("stint_ended", f"{person.name}已不在“{stint.unit.name}”。")
    if stint.from_on is not None and until_on <= stint.from_on:
        raise Refusal("before_stint", f"这一段从{write_day(stint.from_on)}起，结束日期要晚于这一天。")
    others = person.stints.filter(until_on__isnull=True, unit__line=Line.PARTY).exclude(pk=stint.pk)
    if stint.unit.line == Line.PARTY and not others.exists():
        raise Refusal("last_party_unit", f"{person.name}只在“{stint.unit.name}”一个党组织。请办转接，或登记离开。")
    stint.until_on = until_on
    stint.save(update_fields=["until_on"])
    record_person(person, actor, at, "end_stint", {"unit": stint.unit.code, "until_on": until_on})


@transaction.atomic
def record_leaving(actor: Actor, person: Person, on: date, *, at: datetime) -> None:
    """Somebody leaves the bureau: their stints and waiting transfers end; what is recorded of them stays."""
    person = lock_person(person)
    stints = list(person.stints.filter(until_on__isnull=True).select_related("unit"))
    for stint in stints:
        demand_office(actor, stint.unit)
    if person.left_on is not None:
        raise Refusal("already_left", f"{person.name}已于{write_day(person.left_on)}离开。")
    late = next((one for one in stints if one.from_on is not None and one.from_on >= on), None)
    if late is not None and late.from_on is not None:
        raise Refusal("before_stint", f"{person.name}{write_day(late.from_on)}才到“{late.unit.name}”，离开日期要更晚。")
    if person.joined_on is not None and on < person.joined_on:
        raise Refusal("before_joining", f"{person.name}{write_day(person.joined_on)}才到本单位，离开日期要更晚。")
    for stint in stints:
        stint.until_on = on
        stint.save(update_fields=["until_on"])
    person.transfers.filter(state=TransferState.WAITING).update(
        state=TransferState.WITHDRAWN, decided_by=str(actor.user)[:64]
    )
    person.left_on, person.staff_state = on, StaffState.LEFT
    person.save(update_fields=["left_on", "staff_state"])
    record_person(person, actor, at, "record_leaving", {"on": on})


@transaction.atomic
def record_return(actor: Actor, person: Person, unit: Unit, on: date, *, at: datetime) -> None:
    """Somebody who left comes back into a unit from a day on; the time between stays open in their stints."""
    person = lock_person(person)
    demand_office(actor, unit)
    if person.left_on is None:
        raise Refusal("not_left", f"{person.name}没有离开过，不用登记返回。")
    if on < person.left_on:
        raise Refusal("before_leaving", f"{person.name}{write_day(person.left_on)}才离开，返回日期不能更早。")
    person.left_on, person.staff_state = None, StaffState.SERVING
    person.save(update_fields=["left_on", "staff_state"])
    Stint.objects.create(person=person, unit=unit, from_on=on)
    record_person(person, actor, at, "record_return", {"unit": unit.code, "on": on})
