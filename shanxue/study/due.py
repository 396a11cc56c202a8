"""What study expects of a person, and of whoever reads a unit's notes. A constant number of queries each."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Person, Unit

from .models import Material, Note, ReadingList, SelfStudy
from .queries.people import list_above, list_homes, match_people_of
from .rules import NoteState

NEAR_DAYS = 14  # a reading list is spoken of in its last two weeks
IDLE_DAYS = 7  # a draft is spoken of when it has lain so long
WAITING_DAYS = 14  # a note that waits longer is shown as near: no rule says when it would be late


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """List returned notes, reading lists that end soon, and drafts that have lain for a week."""
    today = timezone.localdate(now)
    return [*_list_notes(person, now), *_list_reading(person, today)]


def _list_notes(person: Person, now: datetime) -> list[Due]:
    idle = Q(state=NoteState.DRAFT, saved_at__lte=now - timedelta(days=IDLE_DAYS))
    back = Q(state=NoteState.RETURNED, key__isnull=False)
    notes = Note.objects.filter(back | idle, person=person).defer("body").order_by("saved_at", "pk")
    return [_show_note(note) for note in notes]


def _show_note(note: Note) -> Due:
    returned = note.state == NoteState.RETURNED
    title = note.title or _("（没有题目）")
    saved = timezone.localtime(note.saved_at) if note.saved_at else None
    idle = _("草稿，%(month)d月%(day)d日写到这里") % {"month": saved.month, "day": saved.day} if saved else _("草稿")
    return Due(
        key=f"note-{note.pk}",
        kind="笔记",
        title=_("修改笔记：%(title)s") % {"title": title} if returned else _("写完笔记：%(title)s") % {"title": title},
        href=reverse("study:note", args=[note.pk]),
        light=Light.NEAR if returned else Light.NONE,
        state=_("退回修改：%(why)s") % {"why": note.review} if returned else idle,
    )


def _list_reading(person: Person, today: date) -> list[Due]:
    """One row per list that ends within two weeks, while something on it has no entry yet."""
    read = SelfStudy.objects.filter(person=person, material=OuterRef("pk"))
    unread = Material.objects.filter(~Exists(read))
    lists = ReadingList.objects.filter(
        unit__in=list_above(list_homes(person, today)), from_on__lte=today, until_on__gte=today,
        until_on__lt=today + timedelta(days=NEAR_DAYS),
    )  # fmt: skip
    left = lists.annotate(left=Count("materials", filter=Q(materials__in=unread), distinct=True)).filter(left__gt=0)
    return [
        Due(
            key=f"reading-{one.pk}",
            kind="书目",
            title=one.title,
            href=reverse("study:reading_list", args=[one.pk]),
            light=Light.NEAR,
            state=_("还有 %(n)d 项没有记录") % {"n": one.left},
            on=one.until_on,
        )
        for one in left.order_by("until_on", "pk")
    ]


def list_for_unit(unit: Unit, now: datetime) -> list[Due]:
    """List the notes that wait for whoever reads them: one row, however many."""
    today = timezone.localdate(now)
    waiting = Note.objects.filter(
        match_people_of([unit], today, "person_id"), bureau_id=unit.bureau_id, state=NoteState.WAITING
    )
    found = waiting.aggregate(count=Count("pk"), oldest=Min("on"))
    if not found["count"]:
        return []
    oldest: date | None = found["oldest"]
    long = oldest is not None and (today - oldest).days > WAITING_DAYS
    since = _("最早的 %(month)d月%(day)d日交") % {"month": oldest.month, "day": oldest.day} if oldest else _("待审")
    return [
        Due(
            key=f"notes-of-{unit.pk}",
            kind="审阅",
            title=_("待审笔记 %(n)d 篇") % {"n": found["count"]},
            href=reverse("study:review"),
            light=Light.NEAR if long else Light.NONE,
            state=since,
        )
    ]


def summarise_year(person: Person, year: int) -> tuple[str, int, int] | None:
    """Count a year's notes: passed, of those handed in. How many a rule asks for is for supervision to say."""
    handed_in = Note.objects.filter(person=person, on__gte=date(year, 1, 1), on__lt=date(year + 1, 1, 1)).exclude(
        state=NoteState.DRAFT
    )
    found = handed_in.aggregate(count=Count("pk"), passed=Count("pk", filter=Q(state=NoteState.PASSED)))
    return ("笔记", found["passed"], found["count"]) if found["count"] else None
