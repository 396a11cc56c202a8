"""Assessing a bureau from its database: whole, one branch, one person; beside pandas and the bare scan."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.table import Figure, clock, read_peak_mb

if TYPE_CHECKING:
    from shanxue.orgs.models import Bureau

SCHEME = Path(__file__).resolve().parent / "scheme.toml"
PROMISED = {10_000: 1.0, 100_000: 6.0}


def open_database(path: Path) -> None:
    """Point Django at a new, migrated SQLite file, whatever was open before."""
    from shanxue.cli import set_up

    set_up(database=f"sqlite:{path}")
    os.environ.pop("SHANXUE_DATABASE")  # read by now; what other parts start has a database of its own
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = str(path)
    call_command("migrate", verbosity=0, skip_checks=True)
    connection.close()


def measure_assessments(folder: Path, people: int) -> list[Figure]:
    """Measure one size. The records are made afresh with a fixed seed; every engine sees the same database."""
    path = folder / f"bureau-{people}.sqlite3"
    open_database(path)
    from django.db import connection

    from benchmarks.bureau import BRANCH_SIZE, fill_bureau
    from shanxue.assessment.engine import assess
    from shanxue.assessment.facts import gather_person_facts
    from shanxue.assessment.rules.loading import load_scheme
    from shanxue.assessment.runs import try_scheme
    from shanxue.orgs.facts import Slice, read_people
    from shanxue.orgs.models import Bureau

    records = fill_bureau(path, people)
    scheme = load_scheme(SCHEME.read_text(encoding="utf-8"), SCHEME.name).scheme
    bureau = Bureau.objects.get()

    def assess_slice(low: int, high: int) -> None:
        part = Slice(bureau.pk, scheme.window, low, high)
        assess(scheme, read_people(part).lazy(), gather_person_facts(part, scheme))

    floor, _ = clock(lambda: scan(path), times=2)
    assess_slice(1, BRANCH_SIZE)  # imports and caches are warm, as in a running server
    whole, computed = clock(lambda: try_scheme(bureau, scheme), times=2)
    peak = read_peak_mb()
    middle = people // 2 // BRANCH_SIZE * BRANCH_SIZE
    branch, _ = clock(lambda: assess_slice(middle + 1, middle + BRANCH_SIZE), times=3)
    person, _ = clock(lambda: assess_slice(middle, middle), times=3)
    size = f"{people:,} 人"
    figures = [
        Figure(f"{size}：裸扫描（按人计数、求和）", floor, note=f"{records:,} 条记录"),
        Figure(
            f"{size}：考核，含全部明细", whole, PROMISED.get(people), floor, peak, 1000 if people == 100_000 else None,
            note=f"{computed.assessed.lines.height:,} 行明细",
        ),
        Figure(f"{size}：其中一个支部 {BRANCH_SIZE} 人，现读现算", branch, 0.15),
        Figure(f"{size}：其中一个人，现读现算", person, 0.15),
    ]  # fmt: skip
    from benchmarks.plain_pandas import assess_with_pandas

    slow, totals = clock(lambda: assess_with_pandas(path))
    same = totals == dict(computed.assessed.results.select("subject", "total").iter_rows())
    figures.append(
        Figure(f"{size}：pandas 直写同一细则", slow, floor_seconds=floor, peak_mb=read_peak_mb(),
               note="总分逐人相同" if same else "总分不同")
    )  # fmt: skip
    figures += measure_proceeding(bureau, f"{size}：年度考核")
    connection.close()
    path.unlink()
    return figures


def measure_proceeding(bureau: Bureau, name: str) -> list[Figure]:
    """Measure the formal assessment: the cut-off that keeps the records, then freeze → results → lists."""
    from django.utils import timezone

    from shanxue.accounts.models import User
    from shanxue.assessment.actions.proceedings import freeze, open_proceeding, run_trial, set_cutoff, sign_roster
    from shanxue.assessment.queries.proceedings import list_branch_rows
    from shanxue.assessment.queries.publicity import count_final, list_published
    from shanxue.assessment.rules.loading import load_scheme
    from shanxue.assessment.runs import keep_version
    from shanxue.orgs.models import Grant
    from shanxue.orgs.queries import find_actor

    at = timezone.now()
    user = User.objects.create(username="office")
    Grant.objects.create(user=user, bureau=bureau, power=Grant.Power.OFFICE, from_on=at.date())
    office = find_actor(user, at.date())
    version = keep_version(bureau, load_scheme(SCHEME.read_text(encoding="utf-8"), SCHEME.name).scheme, at)
    held = open_proceeding(office, [version], title="年度考核", at=at)
    sign_roster(office, held, held.turn, words="", at=at)
    kept, _ = clock(lambda: set_cutoff(office, held, held.turn, cutoff_at=at, at=at))
    tried, _ = clock(lambda: run_trial(office, held, held.turn, at=at))

    def freeze_and_list() -> int:
        freeze(office, held, held.turn, at=at, check_until_on=timezone.localdate(at))
        return len(list_branch_rows(office, held)) + len(list_published(held)[0].rows) + len(count_final(held))

    frozen, listed = clock(freeze_and_list)
    return [
        Figure(f"{name}，数据截止（保存全部记录）", kept),
        Figure(f"{name}，试算（存结果和明细）", tried),
        Figure(f"{name}，冻结、结果、名单", frozen, 60.0, peak_mb=read_peak_mb(), note=f"{listed:,} 行名单"),
    ]


def scan(path: Path) -> None:
    """Count and add up every record by person: what any assessment must at least read."""
    with sqlite3.connect(path) as database:
        for table, value in (
            ("activities_attendance", "session_id"),
            ("study_note", "id"),
            ("plans_planitem", "id"),
            ("exams_score", "score_milli"),
            ("study_learninghours", "amount_milli"),
        ):
            database.execute(f"SELECT person_id, COUNT(*), SUM({value}) FROM {table} GROUP BY person_id").fetchall()
