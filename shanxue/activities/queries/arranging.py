"""Sessions as somebody may see them, and who stands where on the day of one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Exemption, Stint, Unit
from shanxue.orgs.queries import Actor, filter_in_force, list_stints, match_granted_units, match_led_units
from shanxue.orgs.rules import Line, UnitKind

from ..models import Attendance, Session
from ..rules import SessionKind
from ..rules.expected import Holder, Listed, Standing, draw_list

_HOMES = frozenset({UnitKind.BRANCH, UnitKind.GROUP})


def scope_sessions(actor: Actor) -> QuerySet[Session]:
    """Sessions the actor may read: held by a unit they read, with people of such a unit, or with themselves."""
    own = Attendance.objects.filter(person=actor.person if actor.reads_own else None).values("session")
    found = match_granted_units(actor, "unit") | Q(pk__in=own)
    above = _list_units_above(actor)
    if above:
        below = Attendance.objects.filter(match_granted_units(actor, "unit"), session=OuterRef("pk"))
        found |= Q(Exists(below), unit__in=above)
    return Session.objects.filter(found, bureau=actor.bureau)


def _list_units_above(actor: Actor) -> list[int]:
    """The ids of the units above those the actor reads: their meetings may expect people from below."""
    paths = [grant.unit.path for grant in actor.reading_grants if grant.unit is not None]
    return sorted({int(part) for path in paths for part in path.strip("/").split("/")[:-1]})


def scope_led_sessions(actor: Actor) -> QuerySet[Session]:
    """Sessions of the units the actor writes for."""
    return Session.objects.filter(match_led_units(actor, "unit"), bureau=actor.bureau)


def find_session(actor: Actor, session_id: int) -> Session:
    """Raises the same refusal for a session that does not exist and for one the actor may not see."""
    return _pick(scope_sessions(actor), session_id)


def find_led_session(actor: Actor, session_id: int) -> Session:
    """Find a session that the actor may write for."""
    return _pick(scope_led_sessions(actor), session_id)


def _pick(sessions: QuerySet[Session], session_id: int) -> Session:
    found = sessions.select_related("bureau", "unit", "venue", "host", "recorder", "plan_item", "campaign", "replaces")
    session = found.filter(pk=session_id).first()
    if session is None:
        raise refuse_missing("这次会议")
    return session


class _Place(NamedTuple):
    """One stint with its person and unit: read as plain values, for a whole bureau may be asked for."""

    person_id: int
    person__name: str
    person__staff_no: str
    person__party_status: str
    person__staff_state: str
    role: str
    from_on: date | None
    unit_id: int
    unit__name: str
    unit__line: str
    unit__kind: str


def list_standing(unit: Unit, on: date) -> list[Standing]:
    """Everybody who stands in a unit and below it on a day, once each, in staff-number order. Two queries."""
    places: dict[int, list[_Place]] = {}
    for values in list_stints(unit, on).values_list(*_Place._fields):
        place = _Place(*values)
        places.setdefault(place.person_id, []).append(place)
    exempt = _list_exemptions(unit, on)
    return [_stand(unit, own, exempt.get(person_id, "")) for person_id, own in places.items()]


def _list_exemptions(unit: Unit, on: date) -> dict[int, str]:
    standing = Stint.objects.filter(unit__path__startswith=unit.path, person=OuterRef("person"))
    found = Exemption.objects.filter(filter_in_force(on), Exists(standing)).order_by("pk")
    return dict(found.values_list("person_id", "category"))


def _stand(unit: Unit, places: list[_Place], exempt: str) -> Standing:
    home = max(places, key=lambda one: _order_home(one.unit__line, one.unit__kind, one.from_on))
    roles = [place.role for place in places if place.unit_id == unit.pk]
    return Standing(
        home.person_id, home.person__name, home.person__staff_no, home.person__party_status, home.person__staff_state,
        home.unit_id, home.unit__name, role=roles[-1] if roles else "", exempt=exempt,
    )  # fmt: skip


def _order_home(line: str, kind: str, from_on: date | None) -> tuple[bool, bool, date]:
    """The branch or group counts before a committee; of several, the one begun last."""
    return line == Line.PARTY, kind in _HOMES, from_on or date.min


def find_home_units(people: Iterable[int], on: date) -> dict[int, Unit]:
    """The party unit that each of these people stood in on a day, by person. One query."""
    found: dict[int, list[Stint]] = {}
    held = filter_in_force(on) | Q(from_on__lte=on, received_on__gt=on)
    for stint in Stint.objects.filter(held, person__in=list(people), unit__line=Line.PARTY).select_related("unit"):
        found.setdefault(stint.person_id, []).append(stint)
    return {
        person_id: max(stints, key=lambda one: _order_home(one.unit.line, one.unit.kind, one.from_on)).unit
        for person_id, stints in found.items()
    }


def describe_holder(unit: Unit) -> Holder:
    return Holder(unit.name, unit.kind, unit.line)


def draw_expected(session: Session) -> list[Listed]:
    """Draw the list for a session as its unit stands on its day. Two queries, nothing is written."""
    standing = list_standing(session.unit, session.on)
    return draw_list(SessionKind(session.kind), describe_holder(session.unit), standing)
