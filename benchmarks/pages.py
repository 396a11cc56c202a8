"""Pages of the working year on the server: 20,000 people, 1.2 million records, one user at a time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.table import Figure, read_peak_mb

PEOPLE = 20_000
PROMISED = 0.150
PROMISED_WHOLE = {"home:overview": 0.200, "supervision:duties": 0.200}  # every branch at once: 667 of them here
TIMES = 40
Address = tuple[str, list[Any]]


def measure_pages(folder: Path) -> list[Figure]:
    """Measure the pages that each role opens: p50 and p95 of ``TIMES`` requests through the whole stack.

    The same bureau, three accounts; the page's own subject changes with every request, so that nothing is read twice.
    """
    from benchmarks.assessments import open_database

    open_database(folder / "pages.sqlite3")
    from django.conf import settings
    from django.utils import timezone

    from benchmarks.bureau import fill_bureau
    from shanxue.orgs.models import Bureau

    settings.ALLOWED_HOSTS = ["testserver"]
    today = timezone.localdate()
    records = fill_bureau(folder / "pages.sqlite3", PEOPLE, year=today.year, today=today)
    bureau = Bureau.objects.get()
    _adopt_institutions(bureau, today)
    import shanxue.wsgi  # noqa: F401  memory is kept as on the server

    figures = [Figure(f"{PEOPLE:,} 人、{records:,} 条记录", 0.0)]
    for role, client, addresses in _open_roles(bureau, today):
        for name, arguments in addresses:
            figures.append(_measure(role, client, name, arguments))
    return figures


def _adopt_institutions(bureau: Any, today: date) -> None:
    """The rule book of the demo, so that boards and desks have duties to show."""
    from django.utils import timezone

    from shanxue.demo.year import adopt_rules

    adopt_rules(bureau, timezone.now().replace(year=today.year))


def _measure(role: str, client: Any, name: str, arguments: Sequence[list[Any]]) -> Figure:
    from django.urls import reverse

    seconds = []
    for number in range(TIMES + 2):
        address = reverse(name, args=arguments[number % len(arguments)] if arguments else [])
        start = time.perf_counter()
        answer = client.get(address)
        seconds.append(time.perf_counter() - start)
        if answer.status_code != 200:
            raise AssertionError(f"{address}: {answer.status_code}")
    seconds = sorted(seconds[2:])  # the first two fill the caches of a server just started
    p95 = seconds[int(len(seconds) * 0.95) - 1]
    note = f"中位 {statistics.median(seconds) * 1000:.0f} 毫秒"
    return Figure(f"{role}：{name} p95", p95, PROMISED_WHOLE.get(name, PROMISED), peak_mb=read_peak_mb(), note=note)


def _open_roles(bureau: Any, today: date) -> list[tuple[str, Any, list[tuple[str, Any]]]]:
    from shanxue.activities.models import Session
    from shanxue.orgs.models import Person, Unit

    unit = Unit.objects.filter(bureau=bureau, kind="党支部").order_by("pk")[300]
    secretary, member = Person.objects.filter(stints__unit=unit).order_by("pk")[:2]
    own = Session.objects.filter(unit=unit)
    held = [[pk] for pk in own.filter(on__lt=today).values_list("pk", flat=True)]
    ahead = [[pk] for pk in own.filter(on__gte=today).values_list("pk", flat=True)] or held
    branches = [[pk] for pk in Unit.objects.filter(kind="党支部").values_list("pk", flat=True)[:200]]
    people = [[pk] for pk in Person.objects.filter(stints__unit=unit).values_list("pk", flat=True)]
    return [
        ("党员", _sign_in(bureau, member, "member", None, today), [(name, []) for name in MEMBER_PAGES]
         + [("activities:session", held), ("activities:leave", ahead)]),
        ("书记", _sign_in(bureau, secretary, "secretary", unit, today), [(name, []) for name in SECRETARY_PAGES]
         + [("activities:session", held), ("activities:roll_call", ahead), ("activities:record", held),
            ("orgs:person", people)]),
        ("办公室", _sign_in(bureau, None, "office", None, today), [(name, []) for name in OFFICE_PAGES]
         + [("supervision:unit", branches)]),
        ("领导", _sign_in(bureau, None, "leader", None, today),
         [("home:overview", []), ("home:unit_overview", branches)]),
    ]  # fmt: skip


MEMBER_PAGES = (
    "home:home", "home:more", "study:log", "study:notes", "study:materials", "exams:tests", "plans:mine", "orgs:mine",
    "activities:sessions",
)  # fmt: skip
SECRETARY_PAGES = (
    "home:home", "activities:sessions", "activities:arrange", "activities:leaves", "activities:make_up",
    "activities:records", "study:review", "orgs:roster", "plans:plans",
)  # fmt: skip
OFFICE_PAGES = (
    "activities:sessions", "activities:records", "orgs:roster", "plans:plans", "plans:campaigns", "plans:institutions",
    "exams:bank", "exams:papers", "study:outcomes", "supervision:duties", "supervision:coverage",
)  # fmt: skip


def _sign_in(bureau: Any, person: Any, power: str, unit: Any, today: date) -> Any:
    from django.test import Client

    from shanxue.accounts.models import User
    from shanxue.orgs.models import Grant

    user = User.objects.create(username=f"bench-{power}", display_name=power)
    Grant.objects.create(user=user, bureau=bureau, power=power, unit=unit, from_on=date(today.year, 1, 1))
    if person:
        person.account = user
        person.save(update_fields=["account"])
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
