"""Committing and taking back: whole or not at all, once, and exactly as before."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shanxue.activities.models import Attendance, Session
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.intake.accounting import count_file
from shanxue.intake.actions import commit_plan, undo_batch
from shanxue.intake.models import Batch, RememberedAnswer
from shanxue.orgs.actions.closing import close_year
from shanxue.orgs.models import Bureau, Person, Stint, Unit
from tests.intake.fixtures import write_xlsx
from tests.intake.office import (
    AT,
    PEOPLE,
    ROSTER,
    bring,
    bring_people,
    check,
    dump,
    find,
    get_table,
    list_messages,
    write,
)

MARKS = ["日期", "会议类型", "工号", "姓名", "考勤"]
JUNE = [
    ["2025-06-12", "主题党日", number, name, "到"]
    for number, name in (("0101", "王伟"), ("0102", "李芳"), ("0103", "王伟"), ("0201", "张敏"), ("0202", "刘洋"))
]


@pytest.mark.django_db
def test_first_roster_makes_bureau_and_branches(tmp_path: Path) -> None:
    """K2: branches created on the way; the bureau's name comes from the title."""
    lines = [["滨江市城市管理局2025年党员名册"], ROSTER, *PEOPLE]
    plan = check(write(tmp_path / "a.xlsx", lines, "在职党员"))
    assert get_table(plan).notes == ["新增支部：第一支部", "新增支部：第二支部"]
    assert (Bureau.objects.count(), Person.objects.count()) == (0, 0)
    commit_plan(plan, actor="办公室", at=AT)
    assert Bureau.objects.get().name == "滨江市城市管理局"
    units = list(Unit.objects.order_by("id").values_list("name", "kind", "parent__name"))
    assert units == [("党委", "党委", None), ("第一支部", "党支部", "党委"), ("第二支部", "党支部", "党委")]
    root = Unit.objects.get(name="党委")
    assert [unit.path for unit in Unit.objects.order_by("id")[1:]] == [
        f"{root.id}/{unit.id}/" for unit in Unit.objects.order_by("id")[1:]
    ]


@pytest.mark.django_db
def test_a_sealed_year_takes_no_more_records(tmp_path: Path) -> None:
    """K6: read-only afterwards. Neither a new meeting of that year nor another mark for one that is there."""
    bring(write(tmp_path / "名册.xlsx", [ROSTER, *PEOPLE]))
    bring(write(tmp_path / "考勤.xlsx", [MARKS, *JUNE[:3]]))
    close_year(Bureau.objects.get(), 2025, actor="办公室", at=AT)
    before = dump()
    july = [["2025-07-12", *row[1:]] for row in JUNE]
    for rows in (july, [*JUNE[:3], JUNE[3]]):
        with pytest.raises(Refusal) as refused:
            bring(write(tmp_path / "又一份.xlsx", [MARKS, *rows]))
        assert refused.value.sentence == "2025 年已经封卷，那一年的记录不能再改。需要说明的，请写在今年的记录里。"
        assert dump() == before
    with pytest.raises(Refusal, match="2025 年已经封卷"):
        undo_batch(Batch.objects.get(file_name="考勤.xlsx"), actor="周文", at=AT)
    assert dump() == before
    bring(write(tmp_path / "今年.xlsx", [MARKS, *[["2026-01-12", *row[1:]] for row in JUNE]]))
    assert Session.objects.filter(on__year=2026).count() == 2


@pytest.mark.django_db
def test_import_leaves_a_batch_and_one_audit_row(tmp_path: Path) -> None:
    """D0.7: file hash, who, when, mapping and result are kept."""
    (batch,) = bring(write(tmp_path / "名册.xlsx", [ROSTER, *PEOPLE]))
    assert (batch.kind, batch.file_name, batch.actor, len(batch.sha256)) == ("roster", "名册.xlsx", "办公室", 64)
    assert batch.outcome == {"rows_in_file": 5, "added": 5, "updated": 0, "unchanged": 0, "skipped": 0, "excluded": 0}
    assert [(entry.verb, entry.subject) for entry in Entry.objects.all()] == [("intake.import", f"批次 {batch.id}")]


@pytest.mark.django_db
def test_same_file_again_changes_nothing(tmp_path: Path) -> None:
    """Ux D case 30, the exact sentence."""
    path = write(tmp_path / "a.xlsx", [ROSTER, *PEOPLE])
    (batch,) = bring(path)
    before = dump()
    plan = check(path)
    assert plan.files[0].notes == [f"这份文件 6月3日 已导入（批次 {batch.id}），内容相同，没有变化。"]
    assert (count_file(plan.files[0]).unchanged, plan.ledger.is_empty) == (5, True)
    assert commit_plan(plan, actor="办公室", at=AT) == [batch]
    assert dump() == before


@pytest.mark.django_db
def test_same_content_in_another_file_is_unchanged(tmp_path: Path) -> None:
    """D1: running the same lines again changes nothing."""
    bring_people(tmp_path)
    bring(write(tmp_path / "a.xlsx", [MARKS, *JUNE]))
    plan = check(write(tmp_path / "b.xlsx", [["考勤表"], MARKS, *JUNE]))
    assert (count_file(plan.files[0]).unchanged, plan.ledger.is_empty) == (5, True)


@pytest.mark.django_db
def test_repeated_click_does_nothing(tmp_path: Path) -> None:
    """Ux D case 30: commit is keyed by the file; the second click returns the first batch."""
    plan = check(write(tmp_path / "a.xlsx", [ROSTER, *PEOPLE]))
    first = commit_plan(plan, actor="办公室", at=AT)
    assert commit_plan(plan, actor="办公室", at=AT) == first
    assert (Batch.objects.count(), Person.objects.count()) == (1, 5)


@pytest.mark.django_db
def test_change_since_preview_stops_the_commit(tmp_path: Path) -> None:
    """Ux D case 30, the exact sentence."""
    bring_people(tmp_path)
    plan = check(write(tmp_path / "a.xlsx", [MARKS, *JUNE]))
    Person.objects.filter(staff_no="0101").update(staff_state="借调外出")
    Stint.objects.filter(person__staff_no="0202").update(role="组长")
    before = dump()
    with pytest.raises(Refusal) as refused:
        commit_plan(plan, actor="办公室", at=AT)
    assert refused.value.sentence == "预览之后有 2 人被改动，请重新检查（已保留你的选择）。"
    assert dump() == before


@pytest.mark.django_db
def test_open_question_stops_the_commit(tmp_path: Path) -> None:
    bring_people(tmp_path)
    plan = check(write(tmp_path / "a.xlsx", [MARKS, ["2025-06-12", "主题党日", "0999", "某人", "到"]]))
    before = dump()
    with pytest.raises(Refusal) as refused:
        commit_plan(plan, actor="办公室", at=AT)
    assert (refused.value.code, refused.value.sentence) == ("import_open", "还有 1 处要处理，处理完才能导入。")
    assert dump() == before


@pytest.mark.django_db
def test_undo_restores_exactly(tmp_path: Path) -> None:
    """D0.7: the batch can be undone while nothing depends on it."""
    bring_people(tmp_path)
    before = dump()
    changed = [
        ROSTER,
        *PEOPLE[:2],
        ["0103", "王伟", "第一支部", "正式党员"],
        *PEOPLE[3:],
        ["0203", "何静", "第二支部", "群众"],
    ]
    (batch,) = bring(write(tmp_path / "a.xlsx", changed))
    assert (find("0103").party_status, Person.objects.count()) == ("正式党员", 6)
    undo_batch(batch, actor="办公室", at=AT)
    after = dump()
    assert Batch.objects.get(pk=batch.pk).undone_at == AT
    assert {name: rows for name, rows in after.items() if name != "Batch"} == {
        n: r for n, r in before.items() if n != "Batch"
    }


@pytest.mark.django_db
def test_undo_of_marks_takes_their_sessions_along(tmp_path: Path) -> None:
    bring_people(tmp_path)
    (batch,) = bring(write(tmp_path / "a.xlsx", [MARKS, *JUNE]))
    assert (Session.objects.count(), Attendance.objects.count()) == (2, 5)
    undo_batch(batch, actor="办公室", at=AT)
    assert (Session.objects.count(), Attendance.objects.count()) == (0, 0)
    (again,) = bring(write(tmp_path / "a.xlsx", [MARKS, *JUNE]))
    assert (again.pk != batch.pk, Attendance.objects.count()) == (True, 5)


@pytest.mark.django_db
def test_undo_is_refused_while_later_records_rest_on_it(tmp_path: Path) -> None:
    """D0.7: 已被后来的记录用到."""
    (roster,) = bring(write(tmp_path / "r.xlsx", [ROSTER, *PEOPLE]))
    (marks,) = bring(write(tmp_path / "a.xlsx", [MARKS, *JUNE]))
    before = dump()
    with pytest.raises(Refusal) as refused:
        undo_batch(roster, actor="办公室", at=AT)
    assert refused.value.code == "batch_in_use"
    assert dump() == before
    undo_batch(marks, actor="办公室", at=AT)
    undo_batch(roster, actor="办公室", at=AT)
    assert (Person.objects.count(), Unit.objects.count(), Bureau.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_undo_is_refused_when_a_later_batch_changed_the_same_row(tmp_path: Path) -> None:
    bring_people(tmp_path)
    promoted = [ROSTER, *PEOPLE[:2], ["0103", "王伟", "第一支部", "正式党员"], *PEOPLE[3:]]
    (first,) = bring(write(tmp_path / "a.xlsx", promoted))
    (second,) = bring(write(tmp_path / "b.xlsx", [["名册"], ROSTER, *PEOPLE]))
    with pytest.raises(Refusal) as refused:
        undo_batch(first, actor="办公室", at=AT)
    assert refused.value.sentence == f"批次 {second.id} 改动了同样的记录，请先撤销批次 {second.id}。"


@pytest.mark.django_db
def test_second_undo_is_refused(tmp_path: Path) -> None:
    (batch,) = bring(write(tmp_path / "r.xlsx", [ROSTER, *PEOPLE]))
    undo_batch(batch, actor="办公室", at=AT)
    with pytest.raises(Refusal) as refused:
        undo_batch(batch, actor="办公室", at=AT)
    assert refused.value.sentence == f"批次 {batch.id} 已经撤销过。"


@pytest.mark.django_db
def test_sheets_of_one_workbook_commit_together(tmp_path: Path) -> None:
    """Ux D case 30: one sheet per branch; a fault in one stops all."""
    sheets = {
        "第一支部": [ROSTER, *PEOPLE[:3]],
        "第二支部": [ROSTER, PEOPLE[3], ["0202", "刘?", "第二支部", "正式党员"]],
    }
    plan = check(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert len(list_messages(plan)) == 1
    with pytest.raises(Refusal):
        commit_plan(plan, actor="办公室", at=AT)
    assert Person.objects.count() == 0
    sheets["第二支部"][2] = PEOPLE[4]
    bring(write_xlsx(tmp_path / "b.xlsx", sheets))
    assert Person.objects.count() == 5


@pytest.mark.django_db
def test_answers_are_remembered_for_the_bureau(tmp_path: Path) -> None:
    """Ux D 21, 23: 问 once, remembered; answers about one line are not."""
    bring_people(tmp_path)
    rows = [["日期", "会议类型", "姓名", "所在支部", "考勤"], ["2025-06-12", "主题党日", "王伟", "第一支部", "◎"]]
    path = write(tmp_path / "a.xlsx", rows, "考勤")
    which = get_table(check(path, {"标记:◎": "到"})).questions[0].answer_key
    bring(path, {"标记:◎": "到", which: "0101 王伟"})
    assert list(RememberedAnswer.objects.values_list("question", "answer")) == [("标记:◎", "到")]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["roster", "attendance"])
def test_queries_do_not_grow_with_the_rows(tmp_path: Path, kind: str) -> None:
    """Bulk only: planning and committing three rows takes as many queries as one."""
    if kind == "attendance":
        bring_people(tmp_path)
    counts = []
    for size in (1, 3):
        lines = [ROSTER, *([f"09{size}{i}", f"赵敏{i}", "第九支部", "正式党员"] for i in range(size))]
        if kind == "attendance":
            lines = [MARKS, *([f"2025-0{size}-1{i}", *JUNE[3][1:]] for i in range(size))]
        path = write(tmp_path / f"{size}.xlsx", lines)
        with CaptureQueriesContext(connection) as captured:
            (batch,) = bring(path)
        counts.append(len(captured))
        if kind == "roster":
            undo_batch(batch, actor="办公室", at=AT)
    assert counts[0] == counts[1]


KILLED = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from shanxue.intake.commands import add_import_arguments, run_import
import argparse

def pull_the_plug(execute, sql, params, many, context):
    result = execute(sql, params, many, context)
    if sql.startswith("INSERT INTO " + chr(34) + sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return result

parser = argparse.ArgumentParser()
add_import_arguments(parser)
arguments = parser.parse_args([sys.argv[1], "--yes"])
if sys.argv[2]:
    with connection.execute_wrapper(pull_the_plug):
        run_import(arguments)
else:
    run_import(arguments)
"""


def name_place(data: Path) -> dict[str, str]:
    database = f"sqlite:{data / 'a.sqlite3'}"
    names = {"SHANXUE_DATA": str(data), "SHANXUE_DATABASE": database, "DJANGO_SETTINGS_MODULE": "shanxue.settings"}
    return {**os.environ, **names}


@pytest.fixture(scope="module")
def empty_bureau(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of its own, as a new installation has it: made once, copied by each test."""
    data = tmp_path_factory.mktemp("empty")
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity=0"], env=name_place(data), check=True)
    return data


@pytest.mark.parametrize("table", ["orgs_person", "orgs_stint", "intake_change", "audit_entry"])
def test_kill_during_commit_leaves_the_database_as_before(tmp_path: Path, empty_bureau: Path, table: str) -> None:
    """DESIGN §8: kill -9 at any moment leaves nothing half-done; the same import then runs through."""
    path = write(tmp_path / "a.xlsx", [ROSTER, *PEOPLE])
    data = shutil.copytree(empty_bureau, tmp_path / "data")
    place = name_place(data)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), table], env=place, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    with sqlite3.connect(data / "a.sqlite3") as database:
        counts = [
            database.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
            for name in ("orgs_bureau", "orgs_unit", "orgs_person", "orgs_stint", "intake_batch", "audit_entry")
        ]
        assert counts == [0, 0, 0, 0, 0, 0]
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    subprocess.run([sys.executable, "-c", KILLED, str(path), ""], env=place, capture_output=True, check=True)
    with sqlite3.connect(data / "a.sqlite3") as database:
        assert database.execute("SELECT COUNT(*) FROM orgs_person").fetchone() == (5,)
    database.close()
