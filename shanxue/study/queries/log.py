"""Reading self-study: one's own entries, what may be picked, what was written before."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau, Person
from shanxue.plans.models import PlanItem
from shanxue.plans.rules import ItemState

from ..models import Material, SelfStudy
from .people import list_above, list_homes

RECENT = 5
MOST_FOUND = 20


def list_entries(person: Person) -> QuerySet[SelfStudy]:
    return SelfStudy.objects.filter(person=person).select_related("material", "plan_item").order_by("-on", "-pk")


def list_entries_of_year(person: Person, year: int) -> QuerySet[SelfStudy]:
    return list_entries(person).filter(on__gte=date(year, 1, 1), on__lt=date(year + 1, 1, 1))


def find_entry(person: Person, entry_id: int) -> SelfStudy:
    entry = list_entries(person).filter(pk=entry_id).first()
    if entry is None:
        raise refuse_missing("这条记录")
    return entry


def list_recent(person: Person) -> list[SelfStudy]:
    """List the last different things somebody studied, newest first."""
    found: dict[str, SelfStudy] = {}
    for entry in list_entries(person)[: RECENT * 8]:
        found.setdefault(entry.title, entry)
    return list(found.values())[:RECENT]


def scope_materials(bureau: Bureau, on: date) -> QuerySet[Material]:
    """Materials that are offered on a day."""
    return Material.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), bureau=bureau)


def search_materials(bureau: Bureau, words: str, on: date) -> list[Material]:
    """Find materials by part of a title or an author, in title order."""
    found = scope_materials(bureau, on).filter(Q(title__icontains=words) | Q(author__icontains=words))
    return list(found.order_by("title", "pk")[:MOST_FOUND])


def list_asked(person: Person, on: date) -> list[Material]:
    """List what reading lists in these days ask this person to read and no entry speaks of yet."""
    asked = scope_materials(person.bureau, on).filter(
        lists__unit__in=list_above(list_homes(person, on)), lists__from_on__lte=on, lists__until_on__gte=on
    )
    read = SelfStudy.objects.filter(person=person, material=OuterRef("pk"))
    return list(asked.filter(~Exists(read)).distinct().order_by("lists__until_on", "title")[:RECENT])


def list_open_items(person: Person, year: int) -> list[PlanItem]:
    """List what a person's own plan of the year still holds, to be named as what a note or an entry is about."""
    inside = Q(due_on__isnull=True) | Q(due_on__year=year)
    shut = [ItemState.DONE, ItemState.CANCELLED]
    return list(PlanItem.objects.filter(inside, person=person).exclude(state__in=shut).order_by("due_on", "pk"))


def find_material_id(bureau: Bureau, title: str) -> int | None:
    """Find the material that is called exactly so."""
    return Material.objects.filter(bureau=bureau, title=title).order_by("pk").values_list("pk", flat=True).first()


def read_pick(person: Person, pick: str) -> tuple[str, int | None]:
    """Read what was picked (``e12`` an own entry, ``m7`` a material): its title and material; nothing when unknown."""
    kind, number = pick[:1], pick[1:]
    if kind == "e" and number.isdecimal():
        entry = SelfStudy.objects.filter(person=person, pk=int(number)).first()
        return (entry.title, entry.material_id) if entry else ("", None)
    if kind == "m" and number.isdecimal():
        material = Material.objects.filter(bureau=person.bureau, pk=int(number)).first()
        return (material.title, material.pk) if material else ("", None)
    return "", None
