"""The board of duties (K1) of 500 branches × 12 obligations: the page through the whole stack, one user at a time."""

from __future__ import annotations

import statistics
import time
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.table import Figure, read_peak_mb

BRANCHES, OBLIGATIONS = 500, 12
PROMISED = 0.200
TIMES = 60
# beside the shipped rules of the demo, up to twelve: what offices ask of branches besides
OWN = """
[institution]
code = "bench"
title = "机关学习制度"
source = "基准局文件"
[[clause]]
number = "第一条"
text = "党支部按期开展学习。"
"""
ASKED = (
    ("学习日", "学习日", "month"), ("党课", "党课", "quarter"), ("培训", "培训", "half"), ("报告会", "报告会", "year"),
    ("党小组会", "党小组会", "month"), ("支部大会学习", "支部党员大会", "half"), ("党日学习", "主题党日", "quarter"),
    ("专题学习", "学习日", "quarter"), ("年度党课", "党课", "year"), ("年度培训", "培训", "year"),
)  # fmt: skip


def measure_boards(folder: Path) -> list[Figure]:
    """Measure the board with every filter: p50 and p95 of ``TIMES`` requests, wall clock, as an office opens it."""
    from benchmarks.assessments import open_database

    open_database(folder / "boards.sqlite3")
    from django.conf import settings
    from django.utils import timezone

    from benchmarks.bureau import BRANCH_SIZE, fill_bureau
    from shanxue.orgs.models import Bureau

    settings.ALLOWED_HOSTS = ["testserver"]
    today = timezone.localdate()
    fill_bureau(folder / "boards.sqlite3", BRANCHES * BRANCH_SIZE, year=today.year, today=today)
    bureau = Bureau.objects.get()
    columns, units = _adopt_twelve(bureau, today)
    import shanxue.wsgi  # noqa: F401  memory is kept as on the server

    if (units, columns) != (BRANCHES, OBLIGATIONS):
        raise AssertionError(f"{units} branches × {columns} obligations")
    return [_measure(bureau, today, show) for show in ("", "action", "late")]


def _adopt_twelve(bureau: Any, today: date) -> tuple[int, int]:
    """Adopt the demo's rules and as many others as make twelve; give how many columns and branches the board has."""
    from django.utils import timezone

    from shanxue.demo.year import adopt_rules
    from shanxue.plans.actions.institutions import adopt_institution

    at = timezone.now()
    adopt_rules(bureau, at)
    missing = OBLIGATIONS - _count_board(bureau, today)[0]
    asked = "".join(
        f'[[obligation]]\ncode = "B{number}"\ntitle = "{title}"\nclause = "第一条"\nkind = "frequency"\n'
        f'who = {{ unit = ["党支部"] }}\nevent = {{ source = "session", kind = ["{kind}"] }}\n'
        f'period = "{period}"\nleast = 1\n'
        for number, (title, kind, period) in enumerate(ASKED[:missing])
    )
    since = date(today.year - 1, 1, 1)
    adopt_institution(bureau, text=OWN + asked, from_on=since, reason="基准", actor="基准", at=at)
    return _count_board(bureau, today)


def _count_board(bureau: Any, today: date) -> tuple[int, int]:
    from shanxue.supervision.queries.duties import build_units_board

    board = build_units_board(_find_actor(bureau, today), today)
    section = next(one for one in board.sections if one.kind == "党支部")
    return len(section.columns), len(section.rows)


def _find_actor(bureau: Any, today: date) -> Any:
    from shanxue.accounts.models import User
    from shanxue.orgs.models import Grant
    from shanxue.orgs.queries import find_actor

    user, made = User.objects.get_or_create(username="bench-board")
    if made:
        Grant.objects.create(user=user, bureau=bureau, power="office", from_on=date(today.year, 1, 1))
    return find_actor(user, today)


def _measure(bureau: Any, today: date, show: str) -> Figure:
    from django.test import Client
    from django.urls import reverse

    client = Client()
    client.force_login(_find_actor(bureau, today).user, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("supervision:duties") + (f"?show={show}" if show else "")
    seconds, spent = [], []
    for _number in range(TIMES + 2):
        start, begun = time.perf_counter(), time.process_time()
        answer = client.get(address)
        seconds.append(time.perf_counter() - start)
        spent.append(time.process_time() - begun)
        if answer.status_code != 200:
            raise AssertionError(f"{address}: {answer.status_code}")
    seconds, spent = sorted(seconds[2:]), sorted(spent[2:])
    place = int(TIMES * 0.95) - 1
    words = {"": "全部", "action": "只看要处理的", "late": "只看逾期"}
    note = (
        f"中位 {statistics.median(seconds) * 1000:.0f} 毫秒，处理器 p95 {spent[place] * 1000:.0f} 毫秒，"
        f"{len(answer.content) // 1024} KB"
    )
    what = f"看板 {BRANCHES} 个支部 × {OBLIGATIONS} 项（{words[show]}）p95"
    return Figure(what, seconds[place], PROMISED, peak_mb=read_peak_mb(), note=note)
