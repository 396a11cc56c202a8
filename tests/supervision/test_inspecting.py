"""Inspections: who may look at what, a draw that is made once, lines along records, the end."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from shanxue.activities.models import MeetingRecord
from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.base.periods import Period
from shanxue.orgs.models import Grant
from shanxue.study.models import Note
from shanxue.supervision import due
from shanxue.supervision.actions.inspecting import (
    answer_carried,
    check_record,
    close_inspection,
    draw_sample,
    drop_inspection,
    plan_inspection,
    save_checklist,
    start_spot_check,
)
from shanxue.supervision.actions.rectifying import close_finding, write_finding
from shanxue.supervision.models import Checklist, Inspection, LineResult, Sample
from shanxue.supervision.queries.inspecting import (
    demand_inspecting,
    list_inspected_units,
    list_inspections,
    list_line_rows,
    scope_inspections,
)
from shanxue.supervision.queries.sampling import list_facts, list_population
from shanxue.supervision.rules.inspecting import Carried, InspectionKind
from shanxue.supervision.rules.sampling import digest_population
from tests.house import House

from .checks import LINES, NOW, TODAY, YEAR, add_chief, begin, build_plan, check_all, get_actor, hold_six

YESTERDAY = date(2026, 5, 19)
pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(house: House) -> House:
    hold_six(house)
    return house


def test_each_inspects_what_lies_below(busy: House) -> None:
    """一级抓一级: the office and inspectors all, a secretary the units under the own one, nobody the own unit."""
    add_chief(busy)
    seen = {key: [unit.name for unit in list_inspected_units(get_actor(busy, key))]
            for key in ("office", "inspector", "chief", "secretary", "leader", "member", "system")}  # fmt: skip
    whole = ["机关党委", "第一支部", "第二支部"]
    assert seen == {
        "office": whole, "inspector": whole, "chief": ["第一支部", "第二支部"],
        "secretary": [], "leader": [], "member": [], "system": [],
    }  # fmt: skip


def test_records_are_drawn_once_from_everything_below(busy: House) -> None:
    """Two people pressing the same step: one draws, the other is told who did and with which seed."""
    actor = get_actor(busy, "inspector")
    inspection = plan_inspection(actor, build_plan(busy.units["机关党委"], records=("会议", "考勤")), at=NOW)
    again = Inspection.objects.get()
    drawn = draw_sample(actor, inspection, seed=20260612, at=NOW)
    assert (inspection.population_count, len(drawn), inspection.state) == (16, 3, "进行中")
    with pytest.raises(Refusal) as refused:
        draw_sample(get_actor(busy, "office"), again, seed=1, at=NOW)
    assert (refused.value.status, refused.value.sentence) == (409, "inspector已经抽过（种子 20260612），按那一次检查。")
    assert Sample.objects.count() == 3


def test_the_same_seed_over_the_same_scope_is_the_same_sample(busy: House) -> None:
    """A1."""
    first, second = begin(busy, records=("会议",)), begin(busy, records=("会议",))
    rows = [list(one.samples.values_list("kind", "ref")) for one in (first, second)]
    assert rows[0] == rows[1]
    assert first.population_mark == second.population_mark


def test_minutes_and_notes_are_drawn_too(busy: House) -> None:
    """Over the queries of the rooms below: minutes that were handed in, notes of those who stand in the scope."""
    session = busy.units["第一支部"].sessions.earliest("on")
    MeetingRecord.objects.create(session=session, state="待审核", saved_at=NOW, submitted_at=NOW)
    Note.objects.create(bureau=busy.bureau, person=busy.people["张三"], title="体会", on=date(2026, 3, 1), state="通过")
    Note.objects.create(bureau=busy.bureau, person=busy.people["王五"], title="草", on=date(2026, 3, 1), state="草稿")
    inspection = begin(busy, "第一支部", records=("会议记录", "笔记"))
    assert [(one.kind, one.title, one.unit) for one in inspection.samples.select_related("unit")] == [
        ("会议记录", "2026-01-08支部党员大会的会议记录", busy.units["第一支部"]),
        ("笔记", "张三：体会", busy.units["第一支部"]),
    ]
    facts = list_facts(get_actor(busy, "inspector"), inspection.samples.earliest("position"))
    assert dict(facts)["记录状态"] == "待审核"
    assert dict(facts)["到会"] == "应到 1，实到 1（到 1）"


def test_a_record_that_is_gone_says_so(busy: House) -> None:
    inspection = begin(busy)
    sample = inspection.samples.earliest("position")
    sample.ref = 99_999
    assert list_facts(get_actor(busy, "inspector"), sample) == [("查看", "没有找到这次会议，或者没有查看它的权限。")]


def test_an_empty_scope_draws_nothing(busy: House) -> None:
    """Bad input: sampling over an empty scope."""
    actor = get_actor(busy, "inspector")
    old = Period(date(2020, 1, 1), date(2021, 1, 1))
    with pytest.raises(Refusal) as refused:
        start_spot_check(actor, build_plan(busy.units["第一支部"], period=old), seed=7, mark="", at=NOW)
    assert (refused.value.sentence, Inspection.objects.count()) == ("所选范围没有记录。", 0)


def test_what_came_since_the_preview_stops_the_start(busy: House) -> None:
    """The drawer begins with the very records that were shown."""
    actor, plan = get_actor(busy, "inspector"), build_plan(busy.units["第一支部"])
    mark = digest_population(list_population(actor, plan.scope.unit, YEAR, plan.scope.records))
    busy.units["第一支部"].sessions.filter(kind="党课").delete()
    with pytest.raises(Refusal) as refused:
        start_spot_check(actor, plan, seed=7, mark=mark, at=NOW)
    assert refused.value.sentence == "抽取之后范围里的记录有增减，请按同一个种子重新抽取，看过再开始。"


@pytest.mark.parametrize(
    ("key", "values", "sentence"),
    [
        ("chief", {"unit": "机关党委"}, "“机关党委”不在当前账号的检查范围内。请选自己负责检查的单位。"),
        ("secretary", {"unit": "第二支部"}, "“第二支部”不在当前账号的检查范围内。请选自己负责检查的单位。"),
        ("secretary", {"unit": "第二支部", "kind": InspectionKind.SELF}, "“第二支部”不归当前账号办理，不能替它自查。"),
        ("inspector", {"unit": "第一支部", "kind": InspectionKind.SELF}, "“第一支部”不归当前账号办理，不能替它自查。"),
        ("inspector", {"unit": "第一支部", "visit_on": YESTERDAY}, "检查日期不能早于今天。请填今天或以后的日期。"),
        ("inspector", {"unit": "第一支部", "records": ()}, "还没有选查哪些记录。至少选一种。"),
        ("inspector", {"unit": "第一支部", "records": ("讲话",)}, "还没有选查哪些记录。至少选一种。"),
        ("inspector", {"unit": "第一支部", "count": 51}, "一次抽 1 到 50 条。"),
    ],
)  # fmt: skip
def test_a_plan_outside_the_powers_is_refused(busy: House, key: str, values: dict[str, object], sentence: str) -> None:
    """Bad input: an inspection outside one's subtree, in the past, of nothing."""
    add_chief(busy)
    plan = build_plan(busy.units[str(values.pop("unit"))], **values)
    with pytest.raises(Refusal) as refused:
        plan_inspection(get_actor(busy, key), plan, at=NOW)
    assert (refused.value.sentence, Inspection.objects.count()) == (sentence, 0)


def test_an_inspector_whose_grant_has_run_out_is_told_when(busy: House) -> None:
    """ux A1: 你的授权到6月30日，已到期。"""
    Grant.objects.filter(user=busy.users["inspector"]).update(until_on=date(2026, 5, 1))
    with pytest.raises(Refusal) as refused:
        demand_inspecting(get_actor(busy, "inspector"))
    assert (refused.value.status, refused.value.sentence) == (403, "你的授权到4月30日，已到期。")
    with pytest.raises(Refusal) as other:
        demand_inspecting(get_actor(busy, "leader"))
    assert other.value.sentence == "当前账号没有开展检查的权限。需要时请联系学习办公室。"


def test_every_line_of_its_kind_is_answered(busy: House) -> None:
    actor, inspection = get_actor(busy, "inspector"), begin(busy)
    sample = inspection.samples.earliest("position")
    for answers, sentence in (
        ({}, "“学习计划”还没有选结果：符合、不符合或不适用。"),
        ({0: ("不符合", " ")}, "“学习计划”不符合，请写明是什么情况。"),
        ({0: ("符合", "字" * 201)}, "“学习计划”的情况有 201 个字，最多 200 个。"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            check_record(actor, sample, answers, revision=0, at=NOW)
        assert refused.value.sentence == sentence
    check_record(actor, sample, {0: ("不符合", "没有列入计划"), 1: ("符合", "")}, revision=0, at=NOW)
    assert [(one.line, one.verdict, one.note) for one in LineResult.objects.all()] == [(0, "不符合", "没有列入计划")]
    rows = [(row.met, row.unmet) for row in list_line_rows(inspection)]
    assert rows == [(0, ("第1条：没有列入计划",)), (0, ())]


def test_whoever_checks_second_first_sees_what_the_first_found(busy: House) -> None:
    """Two people pressing the same step."""
    inspection = begin(busy)
    sample = inspection.samples.earliest("position")
    check_record(get_actor(busy, "inspector"), sample, {0: ("符合", "")}, revision=0, at=NOW)
    with pytest.raises(Refusal) as refused:
        check_record(get_actor(busy, "office"), sample, {0: ("不适用", "")}, revision=0, at=NOW)
    assert (refused.value.status, refused.value.sentence) == (
        409, "inspector刚刚查过这条记录，先看查到的结果，再改。",
    )  # fmt: skip
    check_record(get_actor(busy, "office"), sample, {0: ("不适用", "")}, revision=1, at=NOW)
    assert LineResult.objects.get().verdict == "不适用"


def test_the_inspected_read_and_do_not_write(busy: House) -> None:
    """A secretary reads the inspection of the own branch; who conducts it writes. What is planned is not announced."""
    planned = plan_inspection(get_actor(busy, "inspector"), build_plan(busy.units["第一支部"]), at=NOW)
    secretary = get_actor(busy, "secretary")
    assert list_inspections(secretary) == []
    running = begin(busy, "第一支部")
    whole = begin(busy)
    assert list_inspections(secretary) == [running]
    assert set(scope_inspections(get_actor(busy, "leader"))) == {running, whole}
    assert planned not in scope_inspections(get_actor(busy, "leader"))
    for act in (
        lambda: check_record(secretary, running.samples.earliest("position"), {0: ("符合", "")}, revision=0, at=NOW),
        lambda: close_inspection(secretary, running, "", at=NOW),
        lambda: drop_inspection(secretary, planned, at=NOW),
        lambda: draw_sample(secretary, planned, seed=7, at=NOW),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert (refused.value.status, refused.value.sentence) == (403, "这次检查不由当前账号开展，只能查看。")


def test_an_inspection_ends_when_every_record_is_looked_at_and_every_finding_closed(busy: House) -> None:
    """Bad input: closing what is open."""
    actor, inspection = get_actor(busy, "inspector"), begin(busy)
    write_finding(actor, inspection, busy.units["第一支部"], "计划没有上墙", None, at=NOW)
    with pytest.raises(Refusal) as refused:
        close_inspection(actor, inspection, "", at=NOW)
    assert refused.value.sentence == "这次检查还不能结束：还有 3 条记录没有查。还有 1 个问题没有销号。"
    check_all(busy, inspection)
    inspection.findings.update(state="已销号", closed_at=NOW, closed_by="赵六")
    close_inspection(actor, inspection, "总体较好", at=NOW)
    for act in (
        lambda: close_inspection(actor, inspection, "", at=NOW),
        lambda: check_all(busy, inspection),
    ):
        with pytest.raises(Refusal) as again:
            act()
        assert (again.value.status, again.value.sentence) == (409, "这次检查的状态是“已结束”，不能再改。")
    with pytest.raises(Refusal) as late:
        write_finding(actor, inspection, busy.units["第一支部"], "又一个", None, at=NOW)
    assert late.value.sentence == "这次检查的状态是“已结束”，不能再写问题。"


def test_a_plan_may_be_dropped_and_a_draw_may_not(busy: House) -> None:
    actor = get_actor(busy, "inspector")
    planned = plan_inspection(actor, build_plan(busy.units["第一支部"]), at=NOW)
    drop_inspection(actor, planned, at=NOW)
    with pytest.raises(Refusal) as refused:
        draw_sample(actor, planned, seed=7, at=NOW)
    assert refused.value.sentence == "这次检查已经取消，不能再抽取。"
    with pytest.raises(Refusal) as running:
        drop_inspection(actor, begin(busy), at=NOW)
    assert running.value.sentence == "这次检查已经开始或者取消了，不能再取消。"


def test_what_was_found_from_above_is_looked_at_in_the_next_self_check(busy: House) -> None:
    """offices §5 item 11: a finding from above re-appears in the next self-check, once."""
    office, secretary, first = get_actor(busy, "office"), get_actor(busy, "secretary"), busy.units["第一支部"]
    above = begin(busy)
    found = write_finding(office, above, first, "决议没有落实情况", None, at=NOW)
    write_finding(office, above, busy.units["第二支部"], "别的支部的", None, at=NOW)
    check = begin(busy, "第一支部", "secretary", kind=InspectionKind.SELF)
    (carried,) = check.carried.all()
    assert carried.finding == found
    assert begin(busy, "第一支部", "secretary", kind=InspectionKind.SELF).carried.count() == 0
    check_all(busy, check, "secretary")
    with pytest.raises(Refusal) as refused:
        close_inspection(secretary, check, "", at=NOW)
    assert refused.value.sentence == "这次检查还不能结束：上次督查发现的问题还有 1 个没有写自查结果。"
    with pytest.raises(Refusal) as silent:
        answer_carried(secretary, carried, Carried.STANDING, "", at=NOW)
    assert silent.value.sentence == "仍存在的，请写明现在的情况和安排。"
    answer_carried(secretary, carried, Carried.MENDED, "", at=NOW)
    close_inspection(secretary, check, "", at=NOW)
    found.refresh_from_db()
    assert found.state == "整改中"  # a unit's own word closes nothing
    with pytest.raises(Refusal):
        close_finding(secretary, found, "", at=NOW)


def test_a_self_check_lies_on_the_desk_until_it_ends(busy: House) -> None:
    first = busy.units["第一支部"]
    plan_inspection(get_actor(busy, "secretary"), build_plan(first, kind=InspectionKind.SELF), at=NOW)
    (row,) = [one for one in due.list_for_unit(first, NOW) if one.kind == "自查"]
    assert (row.title, row.light, row.state, row.on) == ("二季度督查", Light.NEAR, "自查还没有开始", TODAY)


def test_the_office_writes_its_own_checklist_and_planned_ones_keep_theirs(busy: House) -> None:
    office = get_actor(busy, "office")
    saved = save_checklist(office, None, title="机关检查表", text=LINES, revision=0, at=NOW)
    inspection = begin(busy, text=saved.text)
    save_checklist(office, saved, title="机关检查表", text="甲 | 乙", revision=1, at=NOW)
    assert len(Inspection.objects.get(pk=inspection.pk).lines) == 2
    for act, sentence in (
        (lambda: save_checklist(office, saved, title="机关检查表", text="甲 | 丙", revision=1, at=NOW),
         "这份检查表在你打开后被别人改过，先看新版，再改。"),
        (lambda: save_checklist(office, None, title="机关检查表", text=LINES, revision=0, at=NOW),
         "已经有一份“机关检查表”。请换一个名称。"),
        (lambda: save_checklist(get_actor(busy, "inspector"), None, title="别的", text=LINES, revision=0, at=NOW),
         "检查表由学习办公室维护。"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.sentence == sentence
    assert Checklist.objects.get().text == "甲 | 乙"


def test_the_database_keeps_what_an_inspection_says(busy: House) -> None:
    inspection = begin(busy)
    for values in ({"until_on": inspection.from_on}, {"seed": None}, {"state": "已结束"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Inspection.objects.update(**values)
    sample = inspection.samples.earliest("position")
    with pytest.raises(IntegrityError), transaction.atomic():
        LineResult.objects.create(sample=sample, line=0, verdict="不符合")
