"""The year's proceeding up to the freeze (ux K5): roster, cut-off, late records, who moved and why, freeze."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shanxue.activities.models import Attendance
from shanxue.assessment.actions.proceedings import (
    change_scheme,
    decide_late,
    freeze,
    run_trial,
    set_cutoff,
    sign_roster,
)
from shanxue.assessment.models import LateRecord, Proceeding, Result
from shanxue.assessment.queries.moves import explain_moves, list_moved_results
from shanxue.assessment.queries.proceedings import Open, count_late, list_open, list_scheme_parts, list_tasks
from shanxue.assessment.queries.results import list_shown
from shanxue.assessment.rosters import check_roster
from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.rules.proceedings import Step, write_late_sentence
from shanxue.assessment.runs import digest_rows, list_evidence, list_results, run_scheme
from shanxue.assessment.yearly import replay_run
from shanxue.base.errors import Refusal
from shanxue.intake.actions import commit_plan, undo_batch
from shanxue.intake.checking import plan_import
from shanxue.intake.models import Batch
from shanxue.intake.reading import read_workbook
from tests.assessment.proceeding_house import (
    BRANCHES,
    CUT,
    DAY,
    SCHEME,
    TODAY,
    Desk,
    bring_to_freeze,
    build_desk,
    cut,
)
from tests.intake.office import write

pytestmark = pytest.mark.django_db
BRANCH_MEETINGS = BRANCHES.replace('{ source = "members", measure = "mean" }', '{ source = "sessions" }').replace(
    'members = "xuexi-2025"\n', ""
)


@pytest.fixture
def desk(db: None) -> Desk:
    return build_desk()


def refuse(action: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        action()
    return refused.value.sentence


def come_late(desk: Desk, name: str, on: date = date(2025, 11, 20)) -> None:
    """Enter a presence after the cut-off, as a clerk who found a sheet would."""
    session = desk.town.hold_session(desk.town.first, on, {name: "到"})
    Attendance.objects.filter(session=session).update(recorded_at=CUT + DAY)


def read_grades(proceeding: Proceeding) -> dict[str, tuple[int | None, str]]:
    run = list_scheme_parts(proceeding)[0].run
    rows = Result.objects.filter(run=run).order_by("person__staff_no")
    return {name: (points, grade) for name, points, grade in rows.values_list("person__name", "total_points", "grade")}


def test_the_task_list_says_what_is_done_by_whom_and_what_comes(desk: Desk) -> None:
    """ux K5: 核对名册 → 数据截止 → 试算 → 冻结 → 支部核对 → 公示 → 申诉处理 → 定档 → 归档."""
    proceeding = cut(desk, desk.open())
    told = [(str(task.step), task.state, task.entry.by_name if task.entry else "") for task in list_tasks(proceeding)]
    assert told[:4] == [
        ("核对名册", "已办", "周文"), ("数据截止", "已办", "周文"), ("试算", "现在办", ""), ("冻结", "以后", "")
    ]  # fmt: skip
    assert [name for name, _, _ in told[4:]] == ["支部核对", "公示", "申诉处理", "定档", "归档"]


def test_the_roster_names_who_is_out_and_why(desk: Desk) -> None:
    """核对名册: who is in, who is not and why, who lacks something (待补充)."""
    desk.town.add_person("005", "钱进", desk.town.second, left_on=date(2025, 9, 1))
    desk.town.add_person("006", "孙红", desk.town.second)
    desk.town.add_person("007", "周末", desk.town.second, joined_on=date(2026, 1, 1))
    roster = check_roster(list_scheme_parts(desk.open())[0])
    assert roster.count == 5
    assert [(one.name, one.words) for one in roster.out] == [
        ("钱进", "考核期间结束以前离开"), ("周末", "考核期间以后加入")
    ]  # fmt: skip
    assert [(one.name, one.words.split("；")[0]) for one in roster.waiting] == [("孙红", "待补充：到会")]


def test_records_after_the_cut_off_wait_and_are_decided_with_a_reason(desk: Desk) -> None:
    """ux K5: 截止后又补录了 4 条签到。计入、不计入、还是逐条看？"""
    proceeding = cut(desk, desk.open())
    for day in (20, 21, 22, 23):
        come_late(desk, "王强", date(2025, 11, day))
    office = desk.act_as("office")
    run_trial(office, proceeding, proceeding.turn, at=CUT + DAY)
    assert read_grades(proceeding)["王强"] == (5000, "不合格")
    assert write_late_sentence(count_late(proceeding)) == "截止后又补录、改动了 4 条签到。计入、不计入、还是逐条看？"
    said = refuse(lambda: freeze(office, proceeding, proceeding.turn, at=CUT + DAY, check_until_on=date(2026, 1, 9)))
    assert said == "截止后又补录、改动了 4 条签到。计入、不计入、还是逐条看？"
    rows = list(LateRecord.objects.order_by("pk"))
    assert [(row.change, row.before, row.after["title"], row.after["mark"]) for row in rows[:1]] == [
        ("补录", None, "11月主题党日", "到")
    ]
    assert (
        refuse(lambda: decide_late(office, proceeding, [rows[0].pk], let_in=True, reason=" ", at=CUT))
        == "请写明计入或不计入的理由，一句话即可。"
    )
    decide_late(
        office, proceeding, [rows[0].pk, rows[1].pk, rows[2].pk], let_in=True, reason="签到表属实", at=CUT + DAY
    )
    decide_late(office, proceeding, [rows[3].pk], let_in=False, reason="没有签到表", at=CUT + DAY)
    freeze(office, proceeding, proceeding.turn, at=CUT + DAY, check_until_on=date(2026, 1, 9))
    assert read_grades(proceeding)["王强"] == (6154, "合格")  # 8 of 13


def test_a_late_record_is_decided_once(desk: Desk) -> None:
    proceeding = cut(desk, desk.open())
    come_late(desk, "王强")
    run_trial(desk.act_as("office"), proceeding, proceeding.turn, at=CUT + DAY)
    row = LateRecord.objects.get()
    decide_late(desk.act_as("office"), proceeding, [row.pk], let_in=True, reason="签到表属实", at=CUT + DAY)
    again = refuse(
        lambda: decide_late(desk.act_as("second"), proceeding, [row.pk], let_in=False, reason="不属实", at=CUT + DAY)
    )
    assert again == "这条记录周文已决定计入，不用再办。"


def test_a_record_changed_again_after_its_decision_is_asked_again(desk: Desk) -> None:
    """A decision stands for what was decided upon, not for whatever the record says later."""
    proceeding = cut(desk, desk.open())
    office = desk.act_as("office")
    mark = Attendance.objects.get(person=desk.town.people["王强"], session__on=date(2025, 1, 15))
    mark.mark = "到"
    mark.save()
    run_trial(office, proceeding, proceeding.turn, at=CUT + DAY)
    row = LateRecord.objects.get()
    assert (row.change, row.before["mark"], row.after["mark"]) == ("改动", "缺席", "到")
    decide_late(office, proceeding, [row.pk], let_in=True, reason="签到表属实", at=CUT + DAY)
    run_trial(office, proceeding, proceeding.turn, at=CUT + DAY)
    assert read_grades(proceeding)["王强"] == (6000, "合格")
    mark.mark = "迟到"
    mark.save()
    run_trial(office, proceeding, proceeding.turn, at=CUT + DAY)
    assert read_grades(proceeding)["王强"] == (5000, "不合格")
    assert count_late(proceeding) == {"签到": 1}
    mark.mark = "缺席"
    mark.save()
    run_trial(office, proceeding, proceeding.turn, at=CUT + DAY)
    assert count_late(proceeding) == {}


def test_a_record_taken_away_after_the_cut_off_still_counts_until_decided(desk: Desk) -> None:
    proceeding = cut(desk, desk.open())
    office = desk.act_as("office")
    Attendance.objects.filter(person=desk.town.people["李明"], session__on=date(2025, 1, 15)).delete()
    run_trial(office, proceeding, proceeding.turn, at=CUT + DAY)
    row = LateRecord.objects.get()
    assert (row.change, row.after, read_grades(proceeding)["李明"]) == ("删去", None, (10000, "优秀"))
    assert list_evidence(desk.find(list_scheme_parts(proceeding)[0].run_id, "李明"), "A1")[0]["on"] == date(2025, 1, 15)


def test_a_meeting_whose_marks_changed_says_what_of_it_differs(desk: Desk) -> None:
    """A branch is asked about its 到会率, not about two sentences that read alike."""
    proceeding = cut(desk, desk.open(SCHEME, BRANCH_MEETINGS))
    mark = Attendance.objects.get(person=desk.town.people["王强"], session__on=date(2025, 1, 15))
    mark.mark = "到"
    mark.save()
    run_trial(desk.act_as("office"), proceeding, proceeding.turn, at=CUT + DAY)
    row = LateRecord.objects.get(source="sessions")
    assert (row.subject_name, row.before["quantity"], row.after["quantity"]) == (
        "第一党支部", "2学时　到会率 33.3%", "2学时　到会率 66.7%"
    )  # fmt: skip


def test_a_cut_off_in_the_past_holds_back_what_was_entered_since(desk: Desk) -> None:
    """The instant counts, not the press: what a room says was recorded later is asked about."""
    come_late(desk, "王强")
    proceeding = desk.open()
    office = desk.act_as("office")
    sign_roster(office, proceeding, proceeding.turn, words="", at=CUT + 2 * DAY)
    set_cutoff(office, proceeding, proceeding.turn, cutoff_at=CUT, at=CUT + 2 * DAY)
    run_trial(office, proceeding, proceeding.turn, at=CUT + 2 * DAY)
    assert (count_late(proceeding), read_grades(proceeding)["王强"]) == ({"签到": 1}, (5000, "不合格"))


def test_what_is_dated_outside_the_window_is_nobodys_question(desk: Desk) -> None:
    proceeding = cut(desk, desk.open())
    come_late(desk, "王强", date(2026, 1, 4))
    run_trial(desk.act_as("office"), proceeding, proceeding.turn, at=CUT + DAY)
    assert count_late(proceeding) == {}


def test_somebody_who_moves_after_the_cut_off_is_asked_about(desk: Desk) -> None:
    proceeding = cut(desk, desk.open())
    stint = desk.town.people["王强"].stints.get(unit=desk.town.first)
    stint.unit = desk.town.second
    stint.save()
    run_trial(desk.act_as("office"), proceeding, proceeding.turn, at=CUT + DAY)
    row = LateRecord.objects.get()
    assert (row.source, row.after["title"]) == ("people", "所在支部：第二党支部")
    assert desk.find(list_scheme_parts(proceeding)[0].run_id, "王强").home == desk.town.first


def test_a_rerun_shows_who_moved_on_which_line_and_by_which_record(desk: Desk) -> None:
    """ux K5: Re-run shows a diff of who changed and why."""
    proceeding = cut(desk, desk.open())
    office = desk.act_as("office")
    run_trial(office, proceeding, proceeding.turn, at=CUT)
    come_late(desk, "张兰")
    run_trial(office, proceeding, proceeding.turn, at=CUT + DAY)
    decide_late(office, proceeding, LateRecord.objects.values_list("pk", flat=True), let_in=True, reason="属实", at=CUT)
    run_trial(office, proceeding, proceeding.turn, at=CUT + DAY)
    part = list_scheme_parts(proceeding)[0]
    moved = list_moved_results(office, part.former_run, part.run)
    (move,) = explain_moves(part.former_run, part.run, [subject for subject, _ in moved])
    assert (move.result.person.name, move.before.total_points, move.after.total_points) == ("张兰", 9000, 9091)
    (line,) = move.lines
    assert (line.title, line.before.points, line.after.points) == ("到会", 9000, 9091)
    assert [(word, record.on, record.title, record.mark) for word, record in line.records] == [
        ("多了", date(2025, 11, 20), "11月主题党日", "到")
    ]


def test_the_cut_off_may_move_until_the_freeze_and_never_after(desk: Desk) -> None:
    """Bad input: cut-off moved after freeze."""
    proceeding = cut(desk, desk.open())
    office = desk.act_as("office")
    ahead = refuse(lambda: set_cutoff(office, proceeding, proceeding.turn, cutoff_at=CUT + 3 * DAY, at=CUT + DAY))
    assert ahead == "截止时间还没有到。请到时再办，或者写现在以前的时间。"
    set_cutoff(office, proceeding, proceeding.turn, cutoff_at=CUT + DAY, at=CUT + DAY)
    run_trial(office, proceeding, proceeding.turn, at=CUT + DAY)
    freeze(office, proceeding, proceeding.turn, at=CUT + DAY, check_until_on=date(2026, 1, 9))
    said = refuse(lambda: set_cutoff(office, proceeding, proceeding.turn, cutoff_at=CUT, at=CUT + DAY))
    assert said == "结果已经冻结，数据截止不能再动。截止后的记录，请逐条决定计入或不计入。"
    proceeding.refresh_from_db()
    assert proceeding.cutoff_at == CUT + DAY


def test_two_clerks_who_press_the_same_step_do_it_once(desk: Desk) -> None:
    """Bad input: two clerks pressing the same step. The same person's second press does nothing."""
    proceeding = desk.open()
    mine, theirs = (Proceeding.objects.get(pk=proceeding.pk) for _ in range(2))
    sign_roster(desk.act_as("office"), mine, 0, words="已核对", at=CUT)
    sign_roster(desk.act_as("office"), mine, 0, words="已核对", at=CUT)
    said = refuse(lambda: sign_roster(desk.act_as("second"), theirs, 0, words="", at=CUT))
    assert said == "周文刚办了“核对名册”，请看清现在的情况再办。这一次什么都没有改。"
    assert proceeding.entries.count() == 1


def test_steps_come_in_order(desk: Desk) -> None:
    proceeding = desk.open()
    office = desk.act_as("office")
    said = refuse(lambda: freeze(office, proceeding, 0, at=CUT, check_until_on=date(2026, 1, 9)))
    assert said == "现在的一步是“核对名册”，还不能办“冻结”。"
    assert (
        refuse(lambda: sign_roster(desk.act_as("secretary"), proceeding, 0, words="", at=CUT))
        == "年度考核由学习办公室办理，当前账号没有这项权限。"
    )
    again = refuse(desk.open)
    assert again == "考核期间2025年1月1日起的年度考核已经开始办理，不用再开。"


def test_a_frozen_run_can_be_computed_again_from_what_it_kept(desk: Desk) -> None:
    """Freeze: re-running the frozen inputs gives the same digest, whatever happened to the records since."""
    proceeding = bring_to_freeze(desk, desk.open(SCHEME, BRANCHES))
    Attendance.objects.all().update(mark="缺席")
    for part in list_scheme_parts(proceeding):
        assert digest_rows(list_results(replay_run(part.frozen_run, part))) == part.frozen_run.results_sha256
    assert list_evidence(desk.find(list_scheme_parts(proceeding)[0].frozen_run_id, "张兰"), "A1")[0]["mark"] == "缺席"
    assert len([1 for row in list_evidence(desk.find(list_scheme_parts(proceeding)[0].frozen_run_id, "张兰"), "A1")
                if row["mark"] == "到"]) == 9  # fmt: skip


def test_pages_keep_to_the_frozen_run_whatever_is_computed_later(desk: Desk) -> None:
    proceeding = bring_to_freeze(desk, desk.open())
    frozen = list_scheme_parts(proceeding)[0].frozen_run
    newer = run_scheme(desk.town.bureau, load_scheme(SCHEME, "细则.toml"), actor="命令行", at=CUT + DAY)
    assert [shown.run for shown in list_shown(desk.town.bureau)] == [frozen]
    assert newer.pk > frozen.pk


def test_freezing_again_needs_a_reason(desk: Desk) -> None:
    proceeding = bring_to_freeze(desk, desk.open())
    said = refuse(lambda: freeze(desk.act_as("office"), proceeding, proceeding.turn, at=CUT + DAY))
    assert said == "结果已经冻结过，重新冻结请写明原因：哪条记录更正了，或者哪次会议决定了名额。"
    said = refuse(lambda: run_trial(desk.act_as("office"), proceeding, proceeding.turn, at=CUT + DAY))
    assert said == "结果已经冻结，不再办“试算”。记录有更正的，请重新冻结，并写明原因。"


def test_a_late_record_let_in_after_the_freeze_waits_for_another_freeze(desk: Desk) -> None:
    """ux K5: what was decided to count is in the result before it is made public or settled."""
    proceeding = bring_to_freeze(desk, desk.open())
    come_late(desk, "王强")
    office, later = desk.act_as("office"), CUT + DAY
    said = refuse(lambda: freeze(office, proceeding, proceeding.turn, at=later, reason="补录一次"))
    assert said == "截止后又补录、改动了 1 条签到。计入、不计入、还是逐条看？"
    decide_late(office, proceeding, [LateRecord.objects.get().pk], let_in=True, reason="签到表属实", at=later)
    waiting = Open("截止后的记录 1 条已决定计入，还没有重新冻结。", "assessment:freeze", (proceeding.pk,))
    assert waiting in list_open(office, proceeding, Step.SETTLE, later.date())
    freeze(office, proceeding, proceeding.turn, at=later + DAY, reason="补录一次")
    assert waiting not in list_open(office, proceeding, Step.SETTLE, later.date())
    assert read_grades(proceeding)["王强"] == (5455, "不合格")  # 6 of 11


def test_the_branches_results_rest_on_the_frozen_people(desk: Desk) -> None:
    proceeding = bring_to_freeze(desk, desk.open(SCHEME, BRANCHES))
    _, part = list_scheme_parts(proceeding)
    rows = Result.objects.filter(run=part.frozen_run).order_by("unit__code")
    assert list(rows.values_list("unit__name", "total_points", "grade")) == [
        ("第一党支部", 8000, "达标"), ("第二党支部", 10000, "先进")
    ]  # fmt: skip


def test_a_new_text_asks_for_a_new_cut_off(desk: Desk) -> None:
    proceeding = cut(desk, desk.open())
    office = desk.act_as("office")
    change_scheme(office, proceeding, SCHEME.replace("from = 90", "from = 85"), "细则.toml", at=CUT)
    assert (proceeding.stage, proceeding.cutoff_at) == ("数据截止", None)
    other = refuse(lambda: change_scheme(office, proceeding, SCHEME.replace("2026-01-01", "2025-07-01"), "x", at=CUT))
    assert other == "《机关学习考核办法》的考核期间和这次考核不同，不能放在一起。"


def test_without_records_a_trial_says_what_is_missing(desk: Desk) -> None:
    """ux K5: 试算需要三样：名册、细则、至少一项记录。还缺：细则。"""
    proceeding = desk.open()
    Attendance.objects.all().delete()
    said = refuse(lambda: run_trial(desk.act_as("office"), proceeding, 0, at=datetime(2026, 1, 5, tzinfo=UTC)))
    assert said == "试算需要三样：名册、细则、至少一项记录。还缺：至少一项记录。"


def bring_marks(desk: Desk, path: Path, at: datetime, on: str = "2025-11-06") -> Batch:
    write(path, [["日期", "会议类型", "工号", "姓名", "考勤"], [on, "党课", "002", "张兰", "到"]])
    plan = plan_import(desk.town.bureau.code, [read_workbook(path)], {}, TODAY)
    return commit_plan(plan, actor="office", at=at)[0]


def test_a_file_that_a_frozen_result_rests_on_is_not_taken_back(desk: Desk, tmp_path: Path) -> None:
    """Nothing half-done: what came before the freeze stays, in words; what came after it may go."""
    counted = bring_marks(desk, tmp_path / "a.xlsx", CUT - DAY)
    bring_to_freeze(desk, desk.open())
    assert refuse(lambda: undo_batch(counted, actor="office", at=CUT)) == (
        f"批次 {counted.pk} 的记录已计入“2025年度学习考核”2026年1月5日冻结的结果，不能撤销。"
        "有误的记录请逐条更正，再写明原因重新冻结。"
    )
    assert Attendance.objects.filter(batch_id=counted.pk).count() == 1
    late = bring_marks(desk, tmp_path / "b.xlsx", CUT + DAY, "2025-11-13")
    undo_batch(late, actor="office", at=CUT + DAY)
    assert Attendance.objects.filter(batch_id=late.pk).count() == 0
