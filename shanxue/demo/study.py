"""Materials, notes, self-study, hours and outcomes of the year so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.utils import timezone

from shanxue.orgs.models import Bureau, Unit
from shanxue.orgs.rules import PartyStatus
from shanxue.study.models import LearningHours, Material, Note, Outcome, ReadingList, SelfStudy
from shanxue.study.rules import Audience, Measure, NoteState, OutcomeState

from .days import pick_workday
from .sessions import Branch
from .texts import GAINS, MATERIALS, NOTE_CASES, NOTE_STEPS, NOTE_SUBJECTS

MEMBERS = (PartyStatus.FULL, PartyStatus.PROBATIONARY)
WRITTEN_HERE = 2  # branches whose notes are typed here


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
                notes.append(_write_note(bureau, branch, person.pk, number, month, day, today))
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
    Note.objects.bulk_create(notes, batch_size=500)
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


def _write_note(
    bureau: Bureau, branch: Branch, person_id: int, number: int, month: int, day: date, today: date
) -> Note:
    """A note every second month: passed long ago, waiting when recent, a few sent back."""
    title, read = NOTE_SUBJECTS[(number + month // 2) % len(NOTE_SUBJECTS)]
    parts = (read, NOTE_CASES[(number * 3 + month) % len(NOTE_CASES)], NOTE_STEPS[(number + month) % len(NOTE_STEPS)])
    body = "\n".join(parts) if branch.number < WRITTEN_HERE else ""  # the others hand theirs in on paper
    recent = (today - day).days <= 14
    returned = not recent and (number * 7 + month) % 23 == 0
    state = NoteState.WAITING if recent else NoteState.RETURNED if returned else NoteState.PASSED
    return Note(
        bureau=bureau,
        person_id=person_id,
        title=title,
        on=day,
        state=state,
        body=body,
        revision=1,
        characters=len("".join("".join(parts).split())),
        audience=Audience.BRANCH if number % 5 == 0 else Audience.SECRETARY,
        key=UUID(int=(today.year << 64) | (person_id << 8) | month),
        saved_at=_at(day),
        submitted_at=_at(day),
        reviewed_at=None if recent else _at(day + timedelta(days=5)),
        reviewed_by="" if recent else branch.secretary.name,
        review="请结合岗位工作补写一段。" if returned else "",
        recommended=state == NoteState.PASSED and (number + month) % 17 == 0,
    )


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
