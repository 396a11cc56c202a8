"""A seeded bureau of any size in an SQLite file: branches of thirty, sixty records a person, the year 2025."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

BRANCH_SIZE = 30
SESSIONS, NOTES, PLAN_ITEMS, SCORES, HOURS = 40, 8, 8, 2, 2
RECORDS_PER_PERSON = SESSIONS + NOTES + PLAN_ITEMS + SCORES + HOURS
MARKS = ["到"] * 17 + ["请假", "已补学", "缺席"]
START = date(2025, 1, 1)
DAYS = [(START + timedelta(days=offset)).isoformat() for offset in range(365)]


def fill_bureau(path: Path, people: int, *, seed: int = 2025) -> int:
    """Fill a migrated, empty SQLite database with one bureau; return the number of records of its people."""
    draw = random.Random(seed)
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA foreign_keys = OFF")
    branches = (people + BRANCH_SIZE - 1) // BRANCH_SIZE
    database.execute("INSERT INTO orgs_bureau (id, code, name) VALUES (1, 'bench', '基准局')")
    _insert(database, "orgs_unit", "id bureau_id parent_id path line kind code name", _list_units(branches))
    _insert(
        database,
        "orgs_person",
        "id bureau_id staff_no name party_status staff_state rank_class",
        ((n, 1, f"{n:06d}", f"甲{n}", "正式党员", "在职", "") for n in range(1, people + 1)),
    )
    _insert(
        database,
        "orgs_stint",
        "person_id unit_id role",
        ((n, 2 + (n - 1) // BRANCH_SIZE, "成员") for n in range(1, people + 1)),
    )
    _insert(
        database,
        "activities_session",
        'id bureau_id unit_id kind tier topic "on" credit_milli state reason',
        _list_sessions(branches),
    )
    _insert(
        database,
        "activities_attendance",
        "session_id person_id unit_id mark reason asked_after how recorded_at recorded_by",
        _list_marks(draw, branches, people),
    )
    _insert(
        database,
        "study_note",
        'bureau_id person_id kind title "on" state grade',
        (
            (1, n, "笔记", "", DAYS[45 * k], "通过" if draw.random() < 0.9 else "退回修改", "")
            for n in range(1, people + 1)
            for k in range(NOTES)
        ),
    )
    _insert(
        database,
        "plans_planitem",
        "bureau_id person_id kind title due_on done_on state",
        (
            (1, n, "", f"第{k + 1}项", DAYS[44 * k + 10], DAYS[44 * k + 8], "完成" if draw.random() < 0.9 else "未完成")
            for n in range(1, people + 1)
            for k in range(PLAN_ITEMS)
        ),
    )
    _insert(
        database,
        "exams_score",
        'bureau_id person_id kind title "on" attempt score_milli full_milli mark',
        (
            (
                1,
                n,
                "测试",
                f"第{k + 1}次测试",
                DAYS[150 * k + 60],
                1,
                draw.randrange(60_000, 100_000, 500),
                100_000,
                "参加",
            )
            for n in range(1, people + 1)
            for k in range(SCORES)
        ),
    )
    _insert(
        database,
        "study_learninghours",
        'bureau_id person_id kind title "on" measure amount_milli',
        (
            (1, n, "集中培训", "", DAYS[150 * k + 40], "学时", draw.randrange(8_000, 24_000, 500))
            for n in range(1, people + 1)
            for k in range(HOURS)
        ),
    )
    database.commit()
    database.execute("ANALYZE")
    database.close()
    return people * RECORDS_PER_PERSON


def _insert(database: sqlite3.Connection, table: str, columns: str, rows: Iterator[tuple[object, ...]]) -> None:
    names = columns.split()
    marks = ", ".join("?" * len(names))
    database.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)


def _list_units(branches: int) -> Iterator[tuple[object, ...]]:
    yield (1, 1, None, "1/", "党组织", "党委", "D0", "局党委")
    for number in range(branches):
        yield (2 + number, 1, 1, f"1/{2 + number}/", "党组织", "党支部", f"D{number + 1}", f"第{number + 1}党支部")


def _list_sessions(branches: int) -> Iterator[tuple[object, ...]]:
    for number in range(branches):
        for k in range(SESSIONS):
            kind = ("主题党日", "支部党员大会", "党课", "学习日")[k % 4]
            session, unit, topic = 1 + number * SESSIONS + k, 2 + number, f"第{k + 1}次"
            yield (session, 1, unit, kind, "支部集体学", topic, DAYS[9 * k], 2000, "已召开", "")


def _list_marks(draw: random.Random, branches: int, people: int) -> Iterator[tuple[object, ...]]:
    for number in range(branches):
        members = range(1 + number * BRANCH_SIZE, 1 + min(people, (number + 1) * BRANCH_SIZE))
        for k in range(SESSIONS):
            session = 1 + number * SESSIONS + k
            for person in members:
                yield (session, person, 2 + number, draw.choice(MARKS), "", 0, "点名", "2025-12-31 00:00:00", "书记")
