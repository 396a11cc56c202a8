"""Materials, notes, self-study, hours and outcomes of the year so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import uuid4

from django.utils import timezone

from shanxue.orgs.models import Bureau, Person, Unit
from shanxue.orgs.rules import PartyStatus
from shanxue.resources.models import Title
from shanxue.study.actions.notes import Written, submit_note
from shanxue.study.models import LearningHours, Material, Note, Outcome, ReadingList, SelfStudy
from shanxue.study.rules import Audience, Measure, NoteState, OutcomeState
from shanxue.study.rules.texts import count_characters

from .days import pick_workday
from .sessions import WRITTEN_HERE, Branch
from .texts import GAINS, MATERIALS, NOTE_CASES, NOTE_STEPS, NOTE_SUBJECTS

MEMBERS = (PartyStatus.FULL, PartyStatus.PROBATIONARY)
RECENT_DAYS = 14


def study_year(bureau: Bureau, branches: Sequence[Branch], today: date) -> None:
    draw = Random(today.year + 1)
    materials = _offer_materials(bureau, today)
    people = [
        (branch, stint.person)
        for branch in branches
        for stint in branch.stints
        if stint.person.party_status in (PartyStatus.FULL, PartyStatus.PROBATIONARY)
        and stint.person_id not in branch.exempt
    ]
    notes, studies, hours = [], [], []
    for number, (branch, person) in enumerate(people):
        for month in range(1, today.month + 1):
            day = pick_workday(today.year, month, 8 + number % 10)
            if day >= today:
                continue
            if (month + number) % 2 == 0:
                notes.append(_write_note(bureau, branch, person, number, month, day, today))
            if draw.random() < 0.4:
                material = draw.choice(materials)
                studies.append(
                    SelfStudy(
                        bureau=bureau,
                        person=person,
                        material=material,
                        title=material.title,
                        on=day,
                        gain=draw.choice(GAINS),
                        at=_at(day),
                    )
                )
        hours.append(
            LearningHours(
                bureau=bureau,
                person=person,
                kind="集中培训",
                title="党员春季集中培训",
                measure=Measure.CREDIT_HOUR,
                on=date(today.year, 4, 18),
                from_on=date(today.year, 4, 16),
                amount_milli=16000,
            )
        )
    Note.objects.bulk_create([note for note in notes if note.pk is None], batch_size=500)
    columns = ["state", "reviewed_at", "reviewed_by", "review", "recommended"]
    Note.objects.bulk_update([note for note in notes if note.key], columns, batch_size=200)
    SelfStudy.objects.bulk_create(studies, batch_size=1000)
    if today > date(today.year, 4, 18):
        LearningHours.objects.bulk_create(hours, batch_size=1000)
    _write_outcomes(bureau, branches, today)


def _offer_materials(bureau: Bureau, today: date) -> list[Material]:
    materials = Material.objects.bulk_create(
        Material(bureau=bureau, kind=kind, title=title, author=author, place=place)
        for kind, title, author, place in MATERIALS
    )
    root = Unit.objects.get(bureau=bureau, parent__isnull=True, line="党组织")
    books = ReadingList.objects.create(
        bureau=bureau,
        unit=root,
        title=f"{today.year}年必读书目",
        from_on=date(today.year, 1, 1),
        until_on=date(today.year + 1, 1, 1),
    )
    books.materials.set(materials[:4])
    return materials


def rest_on_shelf(bureau: Bureau) -> None:
    """Say of every book to study that stands on the shelf which title it is."""
    for material in Material.objects.filter(bureau=bureau, kind="书"):
        material.book = Title.objects.filter(bureau=bureau, name=material.title).first()
        material.save(update_fields=["book"])


def _write_note(
    bureau: Bureau, branch: Branch, person: Person, number: int, month: int, day: date, today: date
) -> Note:
    """A note every second month: passed long ago, waiting when recent, a few sent back.

    The first branch writes here; of the others the office has a list, their notes are on paper.
    """
    title, read = NOTE_SUBJECTS[(number + month // 2) % len(NOTE_SUBJECTS)]
    parts = (read, NOTE_CASES[(number * 3 + month) % len(NOTE_CASES)], NOTE_STEPS[(number + month) % len(NOTE_STEPS)])
    body = "\n".join(parts)
    if branch.number < WRITTEN_HERE:
        audience = Audience.BRANCH if number % 5 == 0 else Audience.SECRETARY
        note = submit_note(
            person, uuid4(), Written(title, body, "笔记", audience, None), revision=0, actor=person.name, at=_at(day)
        )
    else:
        note = Note(
            bureau=bureau,
            person=person,
            title=title,
            on=day,
            state=NoteState.WAITING,
            characters=count_characters(body),
        )
    if (today - day).days > RECENT_DAYS:
        returned = (number * 7 + month) % 23 == 0
        note.state = NoteState.RETURNED if returned else NoteState.PASSED
        note.reviewed_at, note.reviewed_by = _at(day + timedelta(days=5)), branch.secretary.name
        note.review = "请结合岗位工作补写一段。" if returned else ""
        note.recommended = not returned and (number + month) % 17 == 0
    return note


def _write_outcomes(bureau: Bureau, branches: Sequence[Branch], today: date) -> None:
    day = date(today.year, 1, 20)
    if day >= today:
        return
    steps = (
        ("早点摊油烟投诉处理办法调研", OutcomeState.RECOGNISED),
        ("执法文书必填项对照表", OutcomeState.EVIDENCED),
        ("垃圾分类入户宣传单改版", OutcomeState.ADOPTED),
        ("作业车辆出车检查表改进", OutcomeState.RESEARCH),
    )
    for number, (title, state) in enumerate(steps):
        branch = branches[number % len(branches)]
        adopted = state != OutcomeState.RESEARCH
        working = state in (OutcomeState.EVIDENCED, OutcomeState.RECOGNISED)
        Outcome.objects.create(
            bureau=bureau,
            person=branch.stints[-1].person,
            unit=branch.unit,
            title=title,
            on=day,
            state=state,
            summary="走访现场，核对记录，提出可以当月实行的做法。",
            adopted_as="列入本单位工作规范试行" if adopted else "",
            adopted_by="办公室" if adopted else "",
            adopted_on=day + timedelta(days=10) if adopted else None,
            evidence="试行后同类投诉由每月九件降到四件。" if working else "",
            recognised_on=day + timedelta(days=20) if state == OutcomeState.RECOGNISED else None,
            recognised_by="学习办公室" if state == OutcomeState.RECOGNISED else "",
        )


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(20, 10)))
