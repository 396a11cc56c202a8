"""Units and people with their histories, as the plain values that duties are expanded from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet

from shanxue.orgs.models import Bureau, Exemption, Milestone, Person, Stint, Unit
from shanxue.orgs.queries import filter_in_force
from shanxue.orgs.rules import Line, PartyStatus, Role

from ..rules.obligations import Event, Obligation, Pairs
from ..rules.subjects import Mark, Pause, Post, Stay, Subject


def needs_posts(obligations: Iterable[Obligation]) -> bool:
    """Whether any rule asks who stands in the unit: talks between pairs, or a lecture by whoever holds a post."""
    for one in obligations:
        event = getattr(one.demand, "event", None)
        if isinstance(one.demand, Pairs) or (isinstance(event, Event) and event.by_roles):
            return True
    return False


def needs_size(obligations: Iterable[Obligation]) -> bool:
    return any(one.who.least_members is not None for one in obligations)


def read_units(units: QuerySet[Unit], obligations: Iterable[Obligation], on: date) -> list[Subject]:
    """Read units as subjects: at most three queries, however many units."""
    rules = list(obligations)
    rows = list(units.values_list("pk", "name", "kind", "from_on", "until_on"))
    stints = Stint.objects.filter(filter_in_force(on), unit__in=units.values("pk"), unit__line=Line.PARTY)
    stints = stints.exclude(person__left_on__lte=on).order_by()
    asks_posts = needs_posts(rules)
    posts = _read_posts(stints) if asks_posts else {}
    sizes = _read_sizes(stints) if asks_posts or needs_size(rules) else {}
    return [
        Subject(
            f"u{pk}", pk, name, True, unit_kind=kind, from_on=from_on, until_on=until_on,
            size=sizes.get(pk, (0, 0))[0] if sizes else None, headcount=sizes.get(pk, (0, 0))[1],
            posts=tuple(posts.get(pk, ())),
        )
        for pk, name, kind, from_on, until_on in rows
    ]  # fmt: skip


def _read_posts(stints: QuerySet[Stint]) -> dict[int, list[Post]]:
    found: dict[int, list[Post]] = {}
    held = stints.exclude(role=Role.MEMBER)
    for unit, person, role in held.values_list("unit_id", "person_id", "role"):
        found.setdefault(unit, []).append(Post(person, role))
    return found


def _read_sizes(stints: QuerySet[Stint]) -> dict[int, tuple[int, int]]:
    """How many 正式党员, and how many people, stand in each unit."""
    full = Q(person__party_status=PartyStatus.FULL)
    counted = stints.values_list("unit_id").annotate(
        full=Count("person_id", filter=full, distinct=True), everybody=Count("person_id", distinct=True)
    )
    return {unit: (size, everybody) for unit, size, everybody in counted}


def read_people(people: QuerySet[Person]) -> list[Subject]:
    """Read people as subjects: four queries, however many people."""
    rows = list(people.values_list("pk", "name", "party_status", "rank_class", "staff_state", "joined_on", "left_on"))
    stays, pauses, marks = _read_stays(people), _read_pauses(people), _read_marks(people)
    return [
        Subject(
            f"p{pk}", pk, name, False, status=status, rank_class=rank, staff_state=state, from_on=joined_on,
            until_on=left_on, stays=tuple(stays.get(pk, ())), pauses=tuple(pauses.get(pk, ())),
            marks=tuple(marks.get(pk, ())),
        )
        for pk, name, status, rank, state, joined_on, left_on in rows
    ]  # fmt: skip


def _read_stays(people: QuerySet[Person]) -> dict[int, list[Stay]]:
    found: dict[int, list[Stay]] = {}
    columns = (
        "person_id", "unit_id", "unit__name", "unit__kind", "role", "from_on", "until_on", "received_on", "unit__line",
    )  # fmt: skip
    for pk, unit, name, kind, role, start, end, received, line in Stint.objects.filter(
        person__in=people.values("pk")
    ).values_list(*columns):
        stay = Stay(unit, name, kind, role, start, end, received, of_party=line == Line.PARTY)
        found.setdefault(pk, []).append(stay)
    return found


def _read_pauses(people: QuerySet[Person]) -> dict[int, list[Pause]]:
    found: dict[int, list[Pause]] = {}
    rows = Exemption.objects.filter(person__in=people.values("pk")).values_list(
        "person_id", "category", "from_on", "until_on"
    )
    for pk, why, start, end in rows:
        found.setdefault(pk, []).append(Pause(why, start, end))
    return found


def _read_marks(people: QuerySet[Person]) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = {}
    rows = Milestone.objects.filter(person__in=people.values("pk")).values_list("person_id", "kind", "on", "rank_class")
    for pk, kind, on, rank in rows:
        found.setdefault(pk, []).append(Mark(kind, on, rank))
    return found


def list_standing_units(bureau: Bureau | None, on: date) -> QuerySet[Unit]:
    """Units that stand on a day, of both lines, in the order of their codes."""
    return Unit.objects.filter(filter_in_force(on), bureau=bureau).order_by("code")
