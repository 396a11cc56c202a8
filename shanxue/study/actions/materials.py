"""Keeping materials and reading lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, demand_leading
from shanxue.resources.models import Title

from ..models import Material, ReadingList
from ..queries.materials import find_kept, find_led_list
from ..rules.texts import clean_line


@dataclass(frozen=True)
class Offer:
    """What is written of a material. ``unit`` keeps it; None: the office, for the whole bureau. ``book``: 馆藏."""

    kind: str
    title: str
    author: str = ""
    place: str = ""
    unit: Unit | None = None
    book: Title | None = None


@transaction.atomic
def add_material(actor: Actor, offer: Offer, *, at: datetime) -> Material:
    assert actor.bureau is not None
    _demand_keeper(actor, offer.unit)
    _demand_new(actor, offer, None)
    material = Material.objects.create(
        bureau=actor.bureau, unit=offer.unit, kind=offer.kind, title=clean_line(offer.title),
        author=clean_line(offer.author), place=clean_line(offer.place), book=offer.book,
    )  # fmt: skip
    _record(actor, "study.add_material", f"material:{material.pk}", at, title=material.title, book=material.book_id)
    return material


@transaction.atomic
def change_material(actor: Actor, material_id: int, offer: Offer, *, at: datetime) -> Material:
    material = find_kept(actor, material_id)
    _demand_keeper(actor, offer.unit)
    _demand_new(actor, offer, material)
    before = material.title
    material.kind, material.title, material.unit = offer.kind, clean_line(offer.title), offer.unit
    material.author, material.place, material.book = clean_line(offer.author), clean_line(offer.place), offer.book
    material.save(update_fields=["kind", "title", "unit", "author", "place", "book"])
    _record(actor, "study.change_material", f"material:{material.pk}", at, before=before, title=material.title,
            book=material.book_id)  # fmt: skip
    return material


@transaction.atomic
def end_material(actor: Actor, material_id: int, *, at: datetime) -> Material:
    """Offer a material no longer, or again; what was written of it stays."""
    material = find_kept(actor, material_id)
    material.ended_on = None if material.ended_on else actor.on
    material.save(update_fields=["ended_on"])
    verb = "study.end_material" if material.ended_on else "study.offer_material_again"
    _record(actor, verb, f"material:{material.pk}", at, title=material.title)
    return material


@transaction.atomic
def save_list(
    actor: Actor, list_id: int | None, unit: Unit, title: str, period: tuple[date, date], materials: Iterable[Material],
    *, at: datetime,
) -> ReadingList:  # fmt: skip
    """Write a reading list of a unit for these days, both included."""
    demand_leading(actor, unit)
    chosen = list(materials)
    if not chosen:
        raise Refusal("empty_list", "书目里还没有材料。请至少选一份。")
    if period[1] < period[0]:
        raise Refusal("list_ends_early", "结束日期早于开始日期。请核对。")
    reading = find_led_list(actor, list_id) if list_id else ReadingList(bureau=unit.bureau)
    reading.unit, reading.title, (reading.from_on, reading.until_on) = unit, clean_line(title), period
    reading.save()
    reading.materials.set(chosen)
    verb = "study.change_reading_list" if list_id else "study.add_reading_list"
    _record(actor, verb, f"readinglist:{reading.pk}", at, unit=unit.code, title=reading.title,
            materials=[one.pk for one in chosen])  # fmt: skip
    return reading


@transaction.atomic
def end_list(actor: Actor, list_id: int, *, at: datetime) -> ReadingList:
    """End a list with today; one that has not begun ends on its first day."""
    reading = find_led_list(actor, list_id)
    reading.until_on = max(reading.from_on, min(reading.until_on, actor.on))
    reading.save(update_fields=["until_on"])
    _record(actor, "study.end_reading_list", f"readinglist:{reading.pk}", at, title=reading.title)
    return reading


def _demand_keeper(actor: Actor, unit: Unit | None) -> None:
    if unit is not None:
        demand_leading(actor, unit)
    elif not actor.keeps_office:
        raise Refusal("not_office", "全局的材料由学习办公室登记。请选本支部。", status=403)


def _demand_new(actor: Actor, offer: Offer, known: Material | None) -> None:
    same = Material.objects.filter(bureau=actor.bureau, kind=offer.kind, title=clean_line(offer.title))
    if (same.exclude(pk=known.pk) if known else same).exists():
        raise Refusal("material_known", f"已经有一份{offer.kind}叫“{clean_line(offer.title)}”，不用再加。")


def _record(actor: Actor, verb: str, subject: str, at: datetime, **detail: object) -> None:
    assert actor.bureau is not None
    record_entry(
        chain=actor.bureau.code, actor=actor.user.username, at=at, verb=verb, subject=subject, detail=dict(detail)
    )
