"""The crowd's bureau: branches of thirty with a secretary each, everybody signed in, a meeting of each branch."""

from __future__ import annotations

import random
import time as clock
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session as SignIn
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone

from shanxue.accounts.models import User
from shanxue.activities.models import Attendance, MarkEntry, ScanPermit, Session
from shanxue.activities.rules.codes import find_window, write_ticket
from shanxue.orgs.models import Bureau, Grant, Person, Stint, Unit

BRANCH = 30
SECRETARIES = 50
PRESSED_TWICE = 20  # every so many members press twice
BACKEND = "django.contrib.auth.backends.ModelBackend"
M = TypeVar("M", bound=models.Model)


def _add(rows: list[M]) -> list[M]:
    model = type(rows[0])
    return list(model._default_manager.bulk_create(rows, batch_size=2000))


def fill_crowd(people: int, phases: int) -> tuple[list[tuple[int, str]], list[list[Session]]]:
    """Fill an empty database; returns each member's person and sign-in, and for each phase the branches' meetings."""
    at = timezone.now()
    bureau = Bureau.objects.create(code="crowd", name="万人局")
    root = Unit.objects.create(bureau=bureau, line="党组织", kind="党委", code="D0", name="局党委")
    Unit.objects.filter(pk=root.pk).update(path=f"{root.pk}/")
    number = (people + BRANCH - 1) // BRANCH
    units = _add([
        Unit(bureau=bureau, parent=root, line="党组织", kind="党支部", code=f"D{n}", name=f"第{n}党支部")
        for n in range(1, number + 1)
    ])  # fmt: skip
    for unit in units:
        unit.path = f"{root.pk}/{unit.pk}/"
    Unit.objects.bulk_update(units, ["path"], batch_size=200)
    users = _add([User(username=f"m{n:06d}", display_name=f"甲{n}", password=f"!{n:040d}") for n in range(people)])
    persons = _add([
        Person(bureau=bureau, staff_no=f"{n:06d}", name=f"甲{n}", party_status="正式党员", account=user)
        for n, user in enumerate(users)
    ])  # fmt: skip
    homes = [units[n // BRANCH] for n in range(people)]
    day = timezone.localdate(at)
    _add([
        Stint(person=person, unit=home, role="书记" if n % BRANCH == 0 else "成员")
        for n, (person, home) in enumerate(zip(persons, homes, strict=True))
    ])  # fmt: skip
    _add([
        Grant(user=user, bureau=bureau, unit=home, from_on=day, power="secretary" if n % BRANCH == 0 else "member")
        for n, (user, home) in enumerate(zip(users, homes, strict=True))
    ])  # fmt: skip
    _add([ScanPermit(unit=unit, reason="基准", from_on=day, at=at, actor="基准") for unit in units])
    meetings = [_call_meetings(bureau, units, persons, f"第{phase + 1}次") for phase in range(phases)]
    keys = _sign_in(users)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return list(zip([person.pk for person in persons], keys, strict=True)), meetings


def _call_meetings(bureau: Bureau, units: list[Unit], persons: list[Person], topic: str) -> list[Session]:
    now = timezone.localtime()
    start = max(now - timedelta(minutes=2), now.replace(hour=0, minute=0, second=0))
    sessions = _add([
        Session(bureau=bureau, unit=unit, kind="主题党日", tier="支部集体学", topic=topic, on=now.date(),
                start_time=start.time(), minutes=120, state="计划", noticed_at=now)
        for unit in units
    ])  # fmt: skip
    _add([
        Attendance(session=sessions[n // BRANCH], person=person, unit=units[n // BRANCH], mark="未记录", how="名单",
                   recorded_at=now, recorded_by="基准")
        for n, person in enumerate(persons)
    ])  # fmt: skip
    return sessions


def _sign_in(users: list[User]) -> list[str]:
    """Make the rows that signing in makes, without hashing 30,000 passwords."""
    store, until, draw = SessionStore(), timezone.now() + timedelta(days=1), random.Random(7)
    rows = []
    for user in users:
        data = {"_auth_user_id": str(user.pk), "_auth_user_backend": BACKEND,
                "_auth_user_hash": user.get_session_auth_hash()}  # fmt: skip
        key = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=32))
        rows.append(SignIn(session_key=key, session_data=store.encode(data), expire_date=until))
    return [row.session_key for row in _add(rows)]


def list_jobs(members: list[tuple[int, str]], sessions: list[Session]) -> dict[str, Any]:
    """List who presses, in random order, some twice, and what fifty secretaries mark: every second of their branch."""
    window = find_window(timezone.now().timestamp())
    draw = random.Random(11)
    jobs = []
    for n, (_, key) in enumerate(members):
        session = sessions[n // BRANCH]
        job = (reverse("activities:check_in", args=[session.pk]), key,
               write_ticket(settings.SECRET_KEY, session.pk, window))  # fmt: skip
        jobs += [job] * (2 if n % PRESSED_TWICE == 0 else 1)
    draw.shuffle(jobs)
    secretaries = [
        {"path": reverse("activities:sync", args=[session.pk]), "cookie": members[n * BRANCH][1],
         "people": [person for person, _ in members[n * BRANCH : (n + 1) * BRANCH]][::2], "starts": draw.random() * 3}
        for n, session in enumerate(sessions[:SECRETARIES])
    ]  # fmt: skip
    return {"members": jobs, "secretaries": secretaries}


def check_phase(sessions: list[Session], told: dict[str, Any]) -> str:
    """Look for every answer in the database. Raises AssertionError when one is lost, doubled or made up."""
    first, last = sessions[0].pk, sessions[-1].pk
    rows = Attendance.objects.filter(session__in=range(first, last + 1))
    entries = MarkEntry.objects.filter(session__in=range(first, last + 1))
    scans = entries.filter(how="扫码")
    taken = scans.filter(outcome="采纳")
    assert told["errors"] == 0, told["first_errors"]
    assert rows.count() == rows.values("session", "person").distinct().count()
    assert rows.exclude(mark__in=["到", "迟到"]).count() == 0, "lost"
    assert taken.count() == taken.values("session", "person").distinct().count() == told["taken"], "doubled"
    assert taken.count() == rows.filter(how="扫码").count(), "overwritten"
    assert scans.filter(outcome="未采纳").count() == told["repeated"], "lost repeats"
    keys = {UUID(key) for key in told["keys"]}
    assert {entry.key for entry in entries.filter(how="点名")} == keys, "lost or doubled marks of a roll-call"
    assert entries.count() == told["taken"] + told["repeated"] + len(keys)
    return f"采纳 {told['taken']:,}，重复 {told['repeated']:,}，点名 {len(keys):,}，无丢失无重复"


def measure_commits(count: int = 3000) -> tuple[float, float]:
    """Commit single rows one after the other on this database: rows a second, and p99 of one in seconds."""
    seconds = []
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_commit (id integer PRIMARY KEY, person bigint NOT NULL, word varchar(20))")
        for n in range(count):
            start = clock.perf_counter()
            cursor.execute("INSERT INTO bench_commit VALUES (%s, %s, %s)", [n, n * 7, "到"])
            seconds.append(clock.perf_counter() - start)
        cursor.execute("DROP TABLE bench_commit")
    return count / sum(seconds), sorted(seconds)[int(count * 0.99)]
