"""What there is to read, who is asked to read it, and who wrote that they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor, is_leading, list_stints, match_led_units, scope_led_units
from shanxue.orgs.rules import Line

from ..models import Material, ReadingList, SelfStudy
from .people import EVERYTHING, list_above, list_homes


@dataclass(frozen=True)
class Progress:
    """One material of a reading list: by how many of those asked, and when the reader themselves wrote it down."""

    material: Material
    readers: int
    read_on: date | None


def scope_all(actor: Actor) -> QuerySet[Material]:
    """Every member may see what there is to read, ended materials last."""
    return Material.objects.filter(bureau=actor.bureau).select_related("unit").order_by("ended_on", "kind", "title")


def may_change(actor: Actor, material: Material) -> bool:
    """Who keeps a material may change it: the unit it belongs to; those of the whole bureau, the office."""
    return actor.keeps_office if material.unit is None else is_leading(actor, material.unit)


def find_kept(actor: Actor, material_id: int) -> Material:
    material = scope_all(actor).filter(pk=material_id).first()
    if material is None or not may_change(actor, material):
        raise refuse_missing("这份材料")
    return material


def list_keeping_units(actor: Actor) -> list[Unit]:
    """Units that the actor may keep materials and reading lists for: party line, from the top."""
    return list(scope_led_units(actor).filter(line=Line.PARTY).order_by("path"))


def scope_lists(actor: Actor) -> QuerySet[ReadingList]:
    """Reading lists that ask the actor to read, and those of units they lead."""
    reach = match_led_units(actor, "unit") or EVERYTHING
    if actor.reads_own and actor.person:
        reach |= Q(unit__in=list_above(list_homes(actor.person, actor.on)))
    found = ReadingList.objects.filter(reach, bureau=actor.bureau).select_related("unit")
    return found.annotate(size=Count("materials", distinct=True)).order_by("-until_on", "-pk")


def find_list(actor: Actor, list_id: int) -> ReadingList:
    found = scope_lists(actor).filter(pk=list_id).first()
    if found is None:
        raise refuse_missing("这份书目")
    return found


def find_led_list(actor: Actor, list_id: int) -> ReadingList:
    found = scope_lists(actor).filter(match_led_units(actor, "unit"), pk=list_id).first()
    if found is None:
        raise refuse_missing("这份书目")
    return found


def map_read(person: Person, lists: list[ReadingList]) -> dict[int, int]:
    """Count, per list, the materials that the person has an entry of."""
    read = SelfStudy.objects.filter(person=person, material__isnull=False).values("material")
    counted = ReadingList.objects.filter(pk__in=[one.pk for one in lists], materials__in=read)
    return dict(counted.annotate(n=Count("materials", distinct=True)).values_list("pk", "n"))


def list_asked_people(reading: ReadingList, on: date) -> list[Person]:
    """List the people a list asks, each once, in staff-number order."""
    return list(dict.fromkeys(stint.person for stint in list_stints(reading.unit, on)))


def list_progress(reading: ReadingList, person: Person | None, asked: list[Person]) -> list[Progress]:
    """List a list's materials in title order with how many of ``asked`` have an entry of each."""
    materials = list(reading.materials.order_by("kind", "title"))
    entries = SelfStudy.objects.filter(material__in=materials, person__in=asked)
    counts = dict(entries.values("material").annotate(n=Count("person", distinct=True)).values_list("material", "n"))
    own = SelfStudy.objects.filter(material__in=materials, person=person).order_by("-on") if person else []
    read_on = {entry.material_id: entry.on for entry in own}
    return [Progress(one, counts.get(one.pk, 0), read_on.get(one.pk)) for one in materials]


def list_readers(material: Material, asked: list[Person]) -> list[tuple[Person, date | None]]:
    """List everybody asked with the first day they wrote it down; None: no entry, which is not the same as unread."""
    entries = SelfStudy.objects.filter(material=material, person__in=asked).order_by("-on")
    read_on = {entry.person_id: entry.on for entry in entries}
    return [(person, read_on.get(person.pk)) for person in asked]
