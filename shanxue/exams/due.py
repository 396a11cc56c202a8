"""What tests ask of a person, and of a unit's secretary, as rows of what is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Person, Stint, Unit
from shanxue.orgs.queries import list_stints

from .actions.sittings import hand_in_overdue
from .models import Paper, Score
from .queries.papers import fits_status, list_chain, list_exempt, pick_takers
from .queries.sittings import OwnTest, list_own_tests
from .rules import PaperState
from .rules.sittings import write_left

NEAR = timedelta(days=3)
SOON = timedelta(days=7)  # how long before its end a test comes to the secretary's desk


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """List the tests somebody still has to take, the one being sat first."""
    hand_in_overdue(Q(person=person), now)
    tests = [test for test in list_own_tests(person, now, timezone.localdate(now)) if test.is_asked]
    tests.sort(key=lambda test: (test.running is None, test.paper.closes_at, test.paper.pk))
    return [_describe_own(test, now) for test in tests]


def _describe_own(test: OwnTest, now: datetime) -> Due:
    paper = test.paper
    if test.running is not None:
        state = f"正在答题，{write_left(test.running.ends_at, now)}"
        href = reverse("exams:sitting", args=[test.running.pk])
    else:
        again = "未到及格线，" if test.used else ""
        state = f"{again}{test.question_count} 题 · 可答 {test.left} 次"
        href = reverse("exams:test", args=[paper.pk])
    near = test.running is not None or paper.closes_at - now <= NEAR
    return Due(
        key=f"paper-{paper.pk}", kind="测试", title=paper.title, href=href, light=Light.NEAR if near else Light.FINE,
        state=state, on=timezone.localdate(paper.closes_at), minutes=paper.minutes,
    )  # fmt: skip


def list_for_unit(unit: Unit, now: datetime) -> list[Due]:
    """List tests that close within a week and that people of this unit have not taken yet: five queries."""
    hand_in_overdue(Q(person__stints__unit__path__startswith=unit.path), now)
    today = timezone.localdate(now)
    papers = list(
        Paper.objects.filter(
            Q(unit__path__startswith=unit.path) | Q(unit__in=list_chain(unit.path)), bureau=unit.bureau_id,
            state=PaperState.OPEN, opens_at__lte=now, closes_at__gt=now, closes_at__lte=now + SOON,
        ).select_related("unit").order_by("closes_at", "pk")
    )  # fmt: skip
    stints = list(list_stints(unit, today))
    exempt = list_exempt({stint.person_id for stint in stints}, today)
    taken = set(
        Score.objects.filter(bureau=unit.bureau_id, title__in=[paper.title for paper in papers])
        .values_list("person_id", "kind", "title")
    )  # fmt: skip
    return [row for paper in papers if (row := _describe_unit(paper, stints, exempt, taken, today))]


def _describe_unit(
    paper: Paper, stints: list[Stint], exempt: set[int], taken: set[tuple[int, str, str]], today: date
) -> Due | None:
    missing = [
        stint.person_id for stint in pick_takers(paper, stints)
        if stint.person_id not in exempt and (stint.person_id, paper.kind, paper.title) not in taken
    ]  # fmt: skip
    if not missing:
        return None
    last = timezone.localdate(paper.closes_at)
    days = (last - today).days
    left = "今天结束" if days == 0 else f"还有 {days} 天结束"
    return Due(
        key=f"paper-{paper.pk}-missing", kind="测试", title=f"测试：{paper.title}", on=last,
        href=reverse("exams:paper", args=[paper.pk]) + "?show=missing", light=Light.NEAR,
        state=f"{left}，{len(missing)} 人未答",
    )  # fmt: skip


def summarise_year(person: Person, year: int) -> tuple[str, int, int] | None:
    """Count the tests of a year that ask for somebody, and those taken: (测试, 2, 3); None when there was none."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    stood = (Q(from_on__isnull=True) | Q(from_on__lt=after)) & (Q(until_on__isnull=True) | Q(until_on__gt=first))
    paths = Stint.objects.filter(stood, person=person).values_list("unit__path", flat=True)
    units = {number for path in paths for number in list_chain(path)}
    papers = [
        paper
        for paper in Paper.objects.filter(
            unit__in=units, bureau=person.bureau_id, closes_at__year=year,
        ).exclude(state=PaperState.DRAFT)
        if fits_status(paper, person)
    ]  # fmt: skip
    if not papers:
        return None
    taken = set(Score.objects.filter(person=person, score_milli__isnull=False).values_list("kind", "title"))
    return "测试", sum((paper.kind, paper.title) in taken for paper in papers), len(papers)
