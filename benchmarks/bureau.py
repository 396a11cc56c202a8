"""A seeded bureau of any size in an SQLite file: branches of thirty, sixty records a person, one year."""

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


def fill_bureau(path: Path, people: int, *, seed: int = 2025, year: int = 2025, today: date | None = None) -> int:
    """Fill a migrated, empty SQLite database with one bureau; return the number of records of its people.

    Sessions from ``today`` on are still to come: their notices are out and nobody's mark is known.
    """
    draw = random.Random(seed)
    days = [(date(year, 1, 1) + timedelta(days=offset)).isoformat() for offset in range(365)]
    ahead = today.isoformat() if today else "9999"
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("INSERT INTO orgs_bureau (id, code, name) VALUES (1, 'bench', '基准局')")
    _fill_people(database, people)
    _fill_meetings(database, draw, people, days, ahead)
    _fill_study(database, draw, people, days)
    _fill_results(database, draw, people, days)
    database.commit()
    database.execute("ANALYZE")
    database.close()
    return people * RECORDS_PER_PERSON


def _count_branches(people: int) -> int:
    return (people + BRANCH_SIZE - 1) // BRANCH_SIZE


def _fill_people(database: sqlite3.Connection, people: int) -> None:
    units = _list_units(_count_branches(people))
    _insert(database, "orgs_unit", "id bureau_id parent_id path line kind code name", units)
    _insert(
        database, "orgs_person", "id bureau_id staff_no name party_status staff_state rank_class",
        ((n, 1, f"{n:06d}", f"甲{n}", "正式党员", "在职", "") for n in range(1, people + 1)),
    )  # fmt: skip
    _insert(
        database, "orgs_stint", "person_id unit_id role",
        ((n, 2 + (n - 1) // BRANCH_SIZE, "书记" if n % BRANCH_SIZE == 1 else "成员") for n in range(1, people + 1)),
    )  # fmt: skip


def _fill_meetings(database: sqlite3.Connection, draw: random.Random, people: int, days: list[str], ahead: str) -> None:
    branches = _count_branches(people)
    _insert(
        database, "activities_session",
        'id bureau_id unit_id kind tier topic "on" start_time minutes credit_milli state reason noticed_at '
        "roll_ended_at",
        _list_sessions(branches, days, ahead),
    )  # fmt: skip
    _insert(
        database, "activities_attendance",
        "session_id person_id unit_id mark reason asked_after how recorded_at recorded_by",
        _list_marks(draw, branches, people, days, ahead),
    )  # fmt: skip


def _fill_study(database: sqlite3.Connection, draw: random.Random, people: int, days: list[str]) -> None:
    _insert(
        database, "study_note", 'bureau_id person_id kind title "on" state grade',
        (
            (1, n, "笔记", "", days[45 * k], "通过" if draw.random() < 0.9 else "退回修改", "")
            for n in range(1, people + 1) for k in range(NOTES)
        ),
    )  # fmt: skip
    _insert(
        database, "plans_planitem", "bureau_id person_id kind title due_on done_on state",
        (
            (1, n, "", f"第{k + 1}项", days[44 * k + 10], days[44 * k + 8], "完成" if draw.random() < 0.9 else "未完成")
            for n in range(1, people + 1) for k in range(PLAN_ITEMS)
        ),
    )  # fmt: skip


def _fill_results(database: sqlite3.Connection, draw: random.Random, people: int, days: list[str]) -> None:
    _insert(
        database, "exams_score", 'bureau_id person_id kind title "on" attempt score_milli full_milli mark',
        (
            (
                1, n, "测试", f"第{k + 1}次测试", days[150 * k + 60], 1, draw.randrange(60_000, 100_000, 500), 100_000,
                "参加",
            )
            for n in range(1, people + 1) for k in range(SCORES)
        ),
    )  # fmt: skip
    _insert(
        database, "study_learninghours", 'bureau_id person_id kind title "on" measure amount_milli',
        (
            (1, n, "集中培训", "", days[150 * k + 40], "学时", draw.randrange(8_000, 24_000, 500))
            for n in range(1, people + 1) for k in range(HOURS)
        ),
    )  # fmt: skip


def _insert(database: sqlite3.Connection, table: str, columns: str, rows: Iterator[tuple[object, ...]]) -> None:
    """Insert rows of some columns; the others that may not be empty get what a new row has: "" or 0."""
    names = columns.split()
    given = {name.strip('"') for name in names}
    others = {
        f'"{name}"': 0 if kind.startswith(("integer", "bool", "smallint", "bigint")) else ""
        for _, name, kind, needed, default, key in database.execute(f"PRAGMA table_info({table})")
        if needed and not key and default is None and name not in given
    }
    marks = ", ".join(["?"] * len(names) + [repr(value) for value in others.values()])
    database.executemany(f"INSERT INTO {table} ({', '.join([*names, *others])}) VALUES ({marks})", rows)


def _list_units(branches: int) -> Iterator[tuple[object, ...]]:
    yield (1, 1, None, "1/", "党组织", "党委", "D0", "局党委")
    for number in range(branches):
        yield (2 + number, 1, 1, f"1/{2 + number}/", "党组织", "党支部", f"D{number + 1}", f"第{number + 1}党支部")


def _list_sessions(branches: int, days: list[str], ahead: str) -> Iterator[tuple[object, ...]]:
    for number in range(branches):
        for k in range(SESSIONS):
            kind = ("主题党日", "支部党员大会", "党课", "学习日")[k % 4]
            session, unit, topic, day = 1 + number * SESSIONS + k, 2 + number, f"第{k + 1}次", days[9 * k]
            held = day < ahead
            yield (
                session, 1, unit, kind, "支部集体学", topic, day, "14:30:00", 90, 2000, "已召开" if held else "计划",
                "", f"{day} 01:00:00", f"{day} 08:00:00" if held else None,
            )  # fmt: skip


def _list_marks(
    draw: random.Random, branches: int, people: int, days: list[str], ahead: str
) -> Iterator[tuple[object, ...]]:
    for number in range(branches):
        members = range(1 + number * BRANCH_SIZE, 1 + min(people, (number + 1) * BRANCH_SIZE))
        for k in range(SESSIONS):
            session, day = 1 + number * SESSIONS + k, days[9 * k]
            for person in members:
                mark = draw.choice(MARKS) if day < ahead else "未记录"
                yield (session, person, 2 + number, mark, "", 0, "点名", f"{day} 08:00:00", "书记")
