"""Who may see what. One query per kind of thing: a list and the check of one object are the same query.

Powers are read from grants in force on the day. 三员 (system, security and audit administrators) read no personal
result, whatever else they hold: their powers and the reading powers exclude each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from shanxue.accounts.models import User
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.base.periods import Period

from .models import Bureau, ClosedYear, Correction, ExemptionRequest, Grant, Person, Stint, Transfer, Unit
from .rules import CorrectionState, Line, RequestState, TransferState

Power = Grant.Power
READING_POWERS = frozenset({Power.SECRETARY, Power.OFFICE, Power.LEADER, Power.INSPECTOR})
ADMIN_POWERS = frozenset({Power.SYSTEM_ADMIN, Power.SECURITY_ADMIN, Power.AUDIT_ADMIN})
LEADING_POWERS = frozenset({Power.SECRETARY, Power.OFFICE})  # write for a unit and all below it
BUREAU_POWERS = frozenset({Power.OFFICE, Power.LEADER, Power.INSPECTOR})  # look across branches


@dataclass(frozen=True)
class Actor:
    """Somebody signed in, with what was granted to them in one bureau on one day."""

    user: User
    on: date
    bureau: Bureau | None
    grants: tuple[Grant, ...]
    person: Person | None

    @property
    def powers(self) -> frozenset[str]:
        return frozenset(grant.power for grant in self.grants)

    @property
    def is_admin(self) -> bool:
        """Holds one of the 三员 powers, and therefore reads no personal result."""
        return bool(self.powers & ADMIN_POWERS)

    def administers(self, power: str) -> bool:
        """Holds this one of the 三员 powers and neither of the others."""
        return self.powers & ADMIN_POWERS == {power}

    @property
    def reads_others(self) -> bool:
        return not self.is_admin and bool(self.powers & READING_POWERS)

    @property
    def reads_bureau(self) -> bool:
        """May look across branches (office, leader, inspector), each within what was granted."""
        return not self.is_admin and bool(self.powers & BUREAU_POWERS)

    @property
    def reads_own(self) -> bool:
        return not self.is_admin and self.person is not None and bool(self.powers)

    @property
    def leads(self) -> bool:
        """May write for at least one unit (secretary, office)."""
        return bool(self.leading_grants)

    @property
    def keeps_office(self) -> bool:
        """Keeps the study office: writes for the whole of what was granted, across branches."""
        return any(grant.power == Power.OFFICE for grant in self.leading_grants)

    @property
    def keeps_whole_office(self) -> bool:
        """Keeps the study office over the whole bureau, or over the root of a line: may import files about any unit."""
        return any(
            grant.power == Power.OFFICE and (grant.unit is None or grant.unit.parent_id is None)
            for grant in self.leading_grants
        )

    @property
    def leading_grants(self) -> tuple[Grant, ...]:
        return () if self.is_admin else tuple(grant for grant in self.grants if grant.power in LEADING_POWERS)

    @property
    def reading_grants(self) -> tuple[Grant, ...]:
        return () if self.is_admin else tuple(grant for grant in self.grants if grant.power in READING_POWERS)


def filter_in_force(on: date) -> Q:
    """Match rows whose from_on/until_on hold on the day; upper bound open, a missing bound is no bound."""
    return (Q(from_on__isnull=True) | Q(from_on__lte=on)) & (Q(until_on__isnull=True) | Q(until_on__gt=on))


def find_actor(user: User, on: date) -> Actor:
    """Read a user's grants in force and their own person row: two queries.

    Someone with grants in several bureaus acts in the one granted first.
    """
    grants = list(user.grants.filter(filter_in_force(on)).select_related("bureau", "unit").order_by("id"))
    person = Person.objects.filter(account=user).select_related("bureau").first()
    bureau = grants[0].bureau if grants else None
    same = tuple(grant for grant in grants if bureau and grant.bureau_id == bureau.pk)
    own = person if person and bureau and person.bureau_id == bureau.pk else None
    return Actor(user, on, bureau, same, own)


def match_granted_units(actor: Actor, field: str) -> Q:
    """Match rows whose ``field`` (a path to a Unit, or "" for units themselves) lies under a reading grant."""
    return _match_grants(actor.reading_grants, field)


def match_led_units(actor: Actor, field: str) -> Q:
    """Match rows whose unit the actor writes for."""
    return _match_grants(actor.leading_grants, field)


def _match_grants(grants: Iterable[Grant], field: str) -> Q:
    """Match by a list of units, not by a join: only so can a database take each side of an "or" by its index."""
    found = Q(pk__in=[])
    for grant in grants:
        if grant.unit is None:
            return Q(pk__isnull=False)  # everything; an empty Q would give way to whatever it is joined to by "or"
        inside = Q(path__startswith=grant.unit.path)
        found |= Q(**{f"{field}__in": Unit.objects.filter(inside).values("pk")}) if field else inside
    return found


def match_standing(actor: Actor, person_field: str) -> Q:
    """Match rows whose person stands, on the actor's day, in a unit under a reading grant.

    Until the next unit has received someone who moved, the former unit answers for them (条例第25条).
    """
    held = filter_in_force(actor.on) | Q(received_on__gt=actor.on)
    stints = Stint.objects.filter(held & match_granted_units(actor, "unit"), person=OuterRef(person_field))
    return Q(Exists(stints)) if actor.reading_grants else Q(pk__in=[])


def match_own(actor: Actor, field: str) -> Q:
    """Match rows that speak of the actor; ``field`` is the path to the person's id."""
    return Q(**{field: actor.person.pk}) if actor.reads_own and actor.person else Q(pk__in=[])


def _reads_whole_bureau(actor: Actor) -> bool:
    return any(grant.unit_id is None for grant in actor.reading_grants)


def match_people(actor: Actor, person_field: str) -> Q:
    """Match rows of people whom the actor may see: their own, and those who stand under a reading grant."""
    if _reads_whole_bureau(actor):
        return Q()
    return match_own(actor, person_field) | match_standing(actor, person_field)


def scope_people(actor: Actor) -> QuerySet[Person]:
    return Person.objects.filter(match_people(actor, "pk"), bureau=actor.bureau)


def scope_units(actor: Actor) -> QuerySet[Unit]:
    """Units under a reading grant. A member's own grade needs no unit page, so members see none."""
    return Unit.objects.filter(match_granted_units(actor, ""), bureau=actor.bureau)


def scope_led_units(actor: Actor) -> QuerySet[Unit]:
    """Units the actor writes for."""
    return Unit.objects.filter(match_led_units(actor, ""), bureau=actor.bureau)


def is_leading(actor: Actor, unit: Unit) -> bool:
    """Whether the actor writes for this unit; no query."""
    return any(
        grant.bureau_id == unit.bureau_id and (grant.unit is None or unit.path.startswith(grant.unit.path))
        for grant in actor.leading_grants
    )


def demand_leading(actor: Actor, unit: Unit) -> None:
    """Refuse somebody who may not write for this unit."""
    if not is_leading(actor, unit):
        raise Refusal("not_leading", f"当前账号没有替“{unit.name}”办理的权限。需要时请联系学习办公室。", status=403)


def is_office_for(actor: Actor, unit: Unit) -> bool:
    """Whether the actor keeps the study office over this unit; no query."""
    return any(
        grant.power == Power.OFFICE
        and grant.bureau_id == unit.bureau_id
        and (grant.unit is None or unit.path.startswith(grant.unit.path))
        for grant in actor.leading_grants
    )


def filter_held(on: date) -> Q:
    """Match stints in force on a day, or kept by the former unit until the next one has received (条例第25条)."""
    return filter_in_force(on) | Q(from_on__lte=on, received_on__gt=on) | Q(from_on__isnull=True, received_on__gt=on)


def leads_person(actor: Actor, person_id: int) -> bool:
    """Whether the actor writes for a unit that this person stands in."""
    if not actor.leading_grants:
        return False
    stints = Stint.objects.filter(filter_held(actor.on), match_led_units(actor, "unit"), person=person_id)
    return stints.filter(unit__bureau=actor.bureau).exists()


def find_party_unit(person: Person) -> Unit | None:
    """The party unit somebody stands in, or last stood in."""
    stints = person.stints.filter(unit__line=Line.PARTY).select_related("unit")
    return next((one.unit for one in sorted(stints, key=_by_recency, reverse=True)), None)


def _by_recency(stint: Stint) -> tuple[bool, date, int]:
    return stint.until_on is None, stint.until_on or stint.from_on or date.min, stint.pk


def find_led_unit(actor: Actor, unit_id: int) -> Unit:
    unit = scope_led_units(actor).select_related("parent").filter(pk=unit_id).first()
    if unit is None:
        raise refuse_missing("这个单位")
    return unit


def list_led(bureau_id: int, on: date) -> tuple[str, ...]:
    """List the paths of the units for which somebody writes as secretary on a day (支部书记; of a department too)."""
    found = Grant.objects.filter(filter_in_force(on), bureau=bureau_id, power=Power.SECRETARY, unit__isnull=False)
    return tuple(found.values_list("unit__path", flat=True).distinct())


def is_under(unit: Unit, paths: tuple[str, ...]) -> bool:
    """Whether a unit is one of those named by their paths, or under one of them."""
    return unit.path.startswith(paths)


def list_stints(unit: Unit, on: date) -> QuerySet[Stint]:
    """Stints in force on a day in a unit and all below it, with person and unit, in staff-number order.

    Somebody who moved out and is not yet received by the next unit still stands in the former one (条例第25条).
    """
    found = Stint.objects.filter(filter_held(on), unit__path__startswith=unit.path).exclude(person__left_on__lte=on)
    return found.select_related("person", "unit").order_by("person__staff_no", "pk")


def find_person(actor: Actor, person_id: int) -> Person:
    """Raises the same refusal for someone who does not exist and for someone the actor may not see."""
    person = scope_people(actor).filter(pk=person_id).first()
    if person is None:
        raise refuse_missing("这个人")
    return person


def find_unit(actor: Actor, unit_id: int) -> Unit:
    unit = scope_units(actor).select_related("parent").filter(pk=unit_id).first()
    if unit is None:
        raise refuse_missing("这个单位")
    return unit


def order_units(units: Iterable[Unit]) -> list[Unit]:
    """Units in tree order, party line first, siblings by their code; those above a given set are not needed."""
    found = list(units)
    codes = {str(unit.pk): unit.code for unit in found}
    return sorted(
        found,
        key=lambda unit: (unit.line != Line.PARTY, [codes.get(step, "") for step in unit.path.split("/") if step]),
    )


def list_roster(actor: Actor, *, unit: Unit | None = None, state: str = "", words: str = "") -> QuerySet[Person]:
    """People the actor may see, by unit, staff state, and name or number; who left is listed only when asked for."""
    people = scope_people(actor)
    if unit is not None:
        stints = Stint.objects.filter(filter_held(actor.on), unit__path__startswith=unit.path, person=OuterRef("pk"))
        people = people.filter(Exists(stints))
    people = people.filter(staff_state=state) if state else people.exclude(left_on__lte=actor.on)
    if words:
        people = people.filter(Q(name__contains=words) | Q(staff_no__startswith=words))
    return people.order_by("staff_no")


def find_places(people: Iterable[Person], on: date) -> dict[int, list[Stint]]:
    """Where each of these people stands on a day, party line first: one query."""
    stints = Stint.objects.filter(filter_held(on), person__in=list(people)).select_related("unit")
    places: dict[int, list[Stint]] = {}
    for stint in sorted(stints, key=lambda one: (one.unit.line != Line.PARTY, one.unit.path, one.pk)):
        places.setdefault(stint.person_id, []).append(stint)
    return places


def map_branches(bureau: Bureau, period: Period) -> dict[int, Unit]:
    """Which party unit each person stood in last within a period, by person: one query."""
    stints = Stint.objects.filter(
        Q(from_on__isnull=True) | Q(from_on__lt=period.until_on),
        Q(until_on__isnull=True) | Q(until_on__gt=period.from_on),
        unit__bureau=bureau, unit__line=Line.PARTY,
    ).select_related("unit")  # fmt: skip
    found = sorted(stints, key=lambda one: (one.until_on or date.max, one.from_on or date.min, one.pk))
    return {stint.person_id: stint.unit for stint in found}


def scope_transfers(actor: Actor) -> QuerySet[Transfer]:
    """Transfers out of or into units the actor writes for."""
    mine = match_led_units(actor, "to_unit") | match_led_units(actor, "stint__unit")
    found = Transfer.objects.filter(mine, person__bureau=actor.bureau)
    return found.select_related("person__bureau", "stint__unit", "to_unit")


def list_waiting_transfers(unit: Unit) -> list[Transfer]:
    """Transfers that wait for reception, out of or into a unit or those below it."""
    touched = Q(to_unit__path__startswith=unit.path) | Q(stint__unit__path__startswith=unit.path)
    found = Transfer.objects.filter(touched, state=TransferState.WAITING)
    return list(found.select_related("person", "stint__unit", "to_unit").order_by("on", "pk"))


def scope_kept_people(actor: Actor) -> Q:
    """Match rows of people (by ``person``) whose record the actor keeps as the office."""
    grants = [grant for grant in actor.leading_grants if grant.power == Power.OFFICE]
    if any(grant.unit is None for grant in grants):
        return Q(person__bureau=actor.bureau)
    stints = Stint.objects.filter(_match_grants(grants, "unit"), person=OuterRef("person"))
    return Q(Exists(stints)) & Q(person__bureau=actor.bureau) if grants else Q(pk__in=[])


def list_corrections(actor: Actor) -> list[Correction]:
    """Requests for correction to the actor's office: waiting ones first, then the latest."""
    found = Correction.objects.filter(scope_kept_people(actor)).select_related("person__bureau")
    return sorted(found.order_by("-asked_at")[:200], key=lambda one: one.state != CorrectionState.ASKED)


def list_requests(actor: Actor) -> list[ExemptionRequest]:
    """Requests for exemption to the actor's office: waiting ones first, then the latest."""
    found = ExemptionRequest.objects.filter(scope_kept_people(actor)).select_related("person__bureau")
    return sorted(found.order_by("-asked_at")[:200], key=lambda one: one.state != RequestState.ASKED)


def list_granted_units(actor: Actor, powers: Iterable[str]) -> list[Unit]:
    """List the units that the actor's grants of these powers name, in the order they were granted."""
    wanted = set(powers)
    return [grant.unit for grant in actor.reading_grants if grant.unit is not None and grant.power in wanted]


def search_people(actor: Actor, words: str, limit: int) -> list[Person]:
    """Find people by part of a name or the beginning of a staff number, in staff-number order."""
    found = scope_people(actor).filter(Q(name__contains=words) | Q(staff_no__startswith=words))
    return list(found.order_by("staff_no")[:limit])


def is_year_closed(bureau_id: int, year: int) -> bool:
    """Whether a year of a bureau is sealed: its records are only read."""
    return ClosedYear.objects.filter(bureau_id=bureau_id, year=year).exists()


def map_closed_years(bureau_id: int) -> dict[int, datetime]:
    """Map each sealed year of a bureau to when it was sealed."""
    return dict(ClosedYear.objects.filter(bureau_id=bureau_id).values_list("year", "at"))


def match_closed(bureau: str, year: str) -> Exists:
    """Match rows of a closed year; ``bureau`` and ``year`` name their columns."""
    return Exists(ClosedYear.objects.filter(bureau=OuterRef(bureau), year=OuterRef(year)))


def demand_power(allowed: bool) -> None:
    """Refuse somebody whose powers do not reach this page at all."""
    if not allowed:
        raise Refusal("no_power", "当前账号没有查看这一页的权限。需要时请联系学习办公室。", status=403)
