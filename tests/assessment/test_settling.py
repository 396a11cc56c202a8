"""From the freeze to 定档 and after: branch check, 公示 (K60), appeals (K61), quotas (K45), K15, K47, K64."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from shanxue.activities.models import Attendance
from shanxue.assessment.actions.appeals import decide_appeal, file_appeal
from shanxue.assessment.actions.checking import answer_objection, confirm_results, object_to_line
from shanxue.assessment.actions.proceedings import decide_late, freeze, open_proceeding, run_trial
from shanxue.assessment.actions.settling import (
    Ruling,
    amend_result,
    decide_quota,
    end_publicity,
    publish,
    settle,
)
from shanxue.assessment.due import list_for_office, list_for_unit
from shanxue.assessment.matters import list_matters
from shanxue.assessment.models import Amendment, Confirmation, Event, LateRecord, PriorResult, Proceeding, Result
from shanxue.assessment.proceeding_volumes import list_pieces, list_tables
from shanxue.assessment.queries.proceedings import (
    list_branch_rows,
    list_checked,
    list_holders,
    list_objections,
    list_open,
    list_quotas,
    list_scheme_parts,
    list_settled,
    list_tasks,
)
from shanxue.assessment.queries.publicity import list_measures, list_published
from shanxue.assessment.queries.results import count_people, find_result, list_graded, list_shown
from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.rules.points import read_points
from shanxue.assessment.rules.proceedings import Cause, Step
from shanxue.assessment.runs import keep_version, run_scheme
from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.orgs.actions.closing import close_year
from shanxue.orgs.models import Grant
from tests.assessment.proceeding_house import (
    BRANCHES,
    CUT,
    DAY,
    DEPARTMENTS,
    QUOTA,
    SCHEME,
    Desk,
    bring_to_freeze,
    build_desk,
)

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


@pytest.fixture
def desk(db: None) -> Desk:
    return build_desk()


def refuse(action: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        action()
    return refused.value.sentence


def confirm_all(desk: Desk, proceeding: Proceeding) -> None:
    for key, unit in (("secretary", desk.town.first), ("other_secretary", desk.town.second)):
        confirm_results(desk.act_as(key), proceeding, unit, None, at=CUT)


def go_public(desk: Desk, proceeding: Proceeding) -> Proceeding:
    """Freeze, confirm and begin the 公示 on Monday 5 January 2026."""
    bring_to_freeze(desk, proceeding)
    confirm_all(desk, proceeding)
    office = desk.act_as("office")
    return publish(office, proceeding, proceeding.turn, publicity_days=None, appeal_days=None, at=CUT)


def settle_all(desk: Desk, proceeding: Proceeding, at: datetime = CUT + 10 * DAY) -> Proceeding:
    go_public(desk, proceeding)
    office = desk.act_as("office")
    end_publicity(office, proceeding, proceeding.turn, at=at)
    return settle(office, proceeding, proceeding.turn, at=at)


def find_frozen(desk: Desk, proceeding: Proceeding, name: str) -> Result:
    return desk.find(list_scheme_parts(proceeding)[0].frozen_run_id, name)


def rule(points: int, grade: str, **changed: object) -> Ruling:
    told = {
        "cause": Cause.MEETING, "reason": "漏记两次会议", "decided_by": "局党委", "meeting": "第3次党委会议",
        "held_on": date(2026, 1, 14),
    }  # fmt: skip
    return Ruling(points, grade, **{**told, **changed})  # type: ignore[arg-type]


# 支部核对


def test_a_branch_confirms_its_people_at_one_press_and_objects_with_a_sentence(desk: Desk) -> None:
    proceeding = bring_to_freeze(desk, desk.open())
    secretary, office = desk.act_as("secretary"), desk.act_as("office")
    wang = find_frozen(desk, proceeding, "王强")
    objection = object_to_line(secretary, proceeding, desk.town.first, wang.pk, "A1", "3月那次他来了。", at=CUT)
    assert confirm_results(secretary, proceeding, desk.town.first, None, at=CUT) == 2
    assert confirm_results(secretary, proceeding, desk.town.first, None, at=CUT) == 0
    rows = {row.unit.name: (row.subjects, row.confirmed, row.open_objections, row.silent)
            for row in list_branch_rows(office, proceeding)}  # fmt: skip
    assert rows == {"第一党支部": (3, 2, 1, False), "第二党支部": (1, 0, 0, True)}
    one = refuse(lambda: confirm_results(secretary, proceeding, desk.town.first, [wang.pk], at=CUT))
    assert one == "王强有一条异议还没有答复，答复以后再确认。"
    twice = refuse(
        lambda: object_to_line(secretary, proceeding, desk.town.first, wang.pk, "A1", "3月那次他来了。", at=CUT)
    )
    assert twice == "这一项的异议已经提出，等学习办公室答复，不用再提。"
    answer_objection(office, objection, agreed=False, answer="签到表上没有。", at=CUT)
    again = refuse(lambda: answer_objection(desk.act_as("second"), objection, agreed=True, answer="有。", at=CUT))
    assert again == "这条异议周文已答复，不用再办。"


def test_a_secretary_speaks_for_no_other_branch(desk: Desk) -> None:
    """Bad input: secretary confirming another branch."""
    proceeding = bring_to_freeze(desk, desk.open())
    for key in ("other_secretary", "member", "leader"):
        actor = desk.act_as(key)
        said = refuse(lambda actor=actor: confirm_results(actor, proceeding, desk.town.first, None, at=CUT))
        assert said == "只能核对本支部、本部门的结果。"
    assert Confirmation.objects.count() == 0


def read_rows(desk: Desk, proceeding: Proceeding) -> dict[str, tuple[int, int, int, int, bool]]:
    rows = list_branch_rows(desk.act_as("office"), proceeding)
    return {row.unit.name: (row.confirmed, row.subjects, row.own_confirmed, row.own, row.is_done) for row in rows}


def test_a_branch_checks_its_own_result_and_may_object_to_a_line_of_it(desk: Desk) -> None:
    """K5 支部核对: the branch's own result is confirmed or objected to like its people's; 公示 waits for it."""
    proceeding = bring_to_freeze(desk, desk.open(SCHEME, BRANCHES))
    town, secretary, office = desk.town, desk.act_as("secretary"), desk.act_as("office")
    own = Result.objects.get(run=list_scheme_parts(proceeding)[1].frozen_run, unit=town.first)
    assert [row.subject_name for row in list_checked(proceeding, town.first)] == ["第一党支部", "李明", "张兰", "王强"]
    assert [row.subject_name for row in list_checked(proceeding, town.committee)] == []  # its home is the one above
    people = [row.pk for row in list_checked(proceeding, town.first) if row.person_id]
    assert confirm_results(secretary, proceeding, town.first, people, at=CUT) == 3
    objection = object_to_line(secretary, proceeding, town.first, own.pk, "Z1", "平均分少算了一个人。", at=CUT)
    assert read_rows(desk, proceeding) == {"第一党支部": (3, 3, 0, 1, False), "第二党支部": (0, 1, 0, 1, False)}
    (said, waiting) = [one.sentence for one in list_open(office, proceeding, Step.PUBLICITY, CUT.date())]
    assert said == "支部异议 1 条还没有答复。"
    assert waiting == "2 个单位还没有核对完：第一党支部、第二党支部。核对到1月8日为止。"
    assert [one.result.subject_name for one in list_objections(secretary, proceeding)] == ["第一党支部"]
    assert list_objections(desk.act_as("other_secretary"), proceeding) == []
    answer_objection(office, objection, agreed=False, answer="没有少算。", at=CUT)
    confirm_all(desk, proceeding)
    assert read_rows(desk, proceeding) == {"第一党支部": (3, 3, 1, 1, True), "第二党支部": (1, 1, 1, 1, True)}
    assert list_open(office, proceeding, Step.PUBLICITY, CUT.date()) == []


def test_a_department_is_confirmed_by_its_keeper_or_by_the_office_with_a_reason(desk: Desk) -> None:
    """Whoever writes for a department speaks for it; where nobody does, the office does and says on what ground."""
    proceeding = bring_to_freeze(desk, desk.open(SCHEME, DEPARTMENTS))
    confirm_all(desk, proceeding)
    town, office = desk.town, desk.act_as("office")
    assert read_rows(desk, proceeding)["办公室"] == (0, 0, 0, 1, False)
    (said,) = [one.sentence for one in list_open(office, proceeding, Step.PUBLICITY, CUT.date())]
    assert said == "1 个单位还没有核对完：办公室。核对到1月8日为止。"
    assert (
        refuse(lambda: confirm_results(office, proceeding, town.office, None, at=CUT))
        == "请写明代为确认的依据，如：和部门负责人当面核对过。"
    )
    kept = refuse(lambda: confirm_results(office, proceeding, town.first, None, reason="代办", at=CUT))
    assert kept == "第一党支部有人负责核对，学习办公室不代为确认。请提醒他们到期以前办完。"
    assert confirm_results(office, proceeding, town.office, None, reason="和主任当面核对过", at=CUT) == 1
    freeze(office, proceeding, proceeding.turn, at=CUT, reason="更正一条记录")
    row = Confirmation.objects.get(result__unit=town.office, result__run=list_scheme_parts(proceeding)[1].frozen_run)
    assert (row.by_name, row.words) == ("周文", "和主任当面核对过")
    tables = {one.name: one for one in list_tables(town.bureau, Period(date(2025, 1, 1), date(2026, 1, 1)))}
    kept = [tuple(one) for one in tables["branch_confirmations"].rows]
    office_code = row.result.run.scheme.code
    assert [one for one in kept if one[6]] == [
        ("2025年度学习考核", office_code, "办公室", "办公室", "周文", row.at, True, "和主任当面核对过")
    ]
    own = [one[2:4] for one in kept if not one[6] and one[1] != office_code]
    assert sorted(own) == [
        ("第一党支部", "张兰"), ("第一党支部", "李明"), ("第一党支部", "王强"), ("第二党支部", "赵敏")
    ]  # fmt: skip

    Grant.objects.create(
        user=desk.users["member"], bureau=town.bureau, power="secretary", unit=town.office, from_on=date(2025, 1, 1)
    )
    Confirmation.objects.filter(result__unit=town.office).delete()
    taken = refuse(lambda: confirm_results(office, proceeding, town.office, None, reason="代办", at=CUT))
    assert taken == "办公室有人负责核对，学习办公室不代为确认。请提醒他们到期以前办完。"
    assert [due.state for due in list_for_unit(town.office, CUT)] == ["本单位的结果还没有确认"]
    assert confirm_results(desk.act_as("member"), proceeding, town.office, None, at=CUT) == 1


def test_the_office_waits_for_branches_until_the_deadline(desk: Desk) -> None:
    """Unanswered branches are listed; an open objection stops the 公示 at any time."""
    proceeding = bring_to_freeze(desk, desk.open())
    office = desk.act_as("office")
    said = [one.sentence for one in list_open(office, proceeding, Step.PUBLICITY, date(2026, 1, 6))]
    assert said == ["2 个单位还没有核对完：第一党支部、第二党支部。核对到1月8日为止。"]
    assert list_open(office, proceeding, Step.PUBLICITY, date(2026, 1, 9)) == []
    wang = find_frozen(desk, proceeding, "王强")
    object_to_line(desk.act_as("secretary"), proceeding, desk.town.first, wang.pk, "A1", "来了。", at=CUT)
    late = CUT + 5 * DAY
    stopped = refuse(
        lambda: publish(office, proceeding, proceeding.turn, publicity_days=None, appeal_days=None, at=late)
    )
    assert stopped == "支部异议 1 条还没有答复。"


def test_what_a_branch_confirmed_stands_unless_the_result_moves(desk: Desk) -> None:
    proceeding = bring_to_freeze(desk, desk.open())
    confirm_all(desk, proceeding)
    Attendance.objects.filter(person=desk.town.people["王强"], session__on=date(2025, 3, 15)).update(mark="到")
    office = desk.act_as("office")
    said = refuse(lambda: freeze(office, proceeding, proceeding.turn, at=CUT + DAY, reason="更正签到"))
    assert said == "截止后又补录、改动了 1 条签到。计入、不计入、还是逐条看？"
    decide_late(office, proceeding, [LateRecord.objects.get().pk], let_in=True, reason="支部异议属实", at=CUT + DAY)
    freeze(office, proceeding, proceeding.turn, at=CUT + DAY, reason="更正签到")
    assert find_frozen(desk, proceeding, "王强").total_points == 6000
    rows = Confirmation.objects.filter(result__run=list_scheme_parts(proceeding)[0].frozen_run)
    assert sorted(rows.values_list("result__person__name", flat=True)) == ["张兰", "李明", "赵敏"]


# 公示和申诉


def test_the_days_of_the_publicity_come_from_the_scheme(desk: Desk) -> None:
    """K60, R37: 公示不少于7天; the day it begins is not counted. K61: 5 working days, which end within it."""
    proceeding = go_public(desk, desk.open())
    assert (proceeding.publicity_from_on, proceeding.publicity_until_on, proceeding.appeal_until_on) == (
        date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 12)
    )  # fmt: skip
    early = refuse(lambda: end_publicity(desk.act_as("office"), proceeding, proceeding.turn, at=CUT + 7 * DAY))
    assert early == "公示到2026年1月12日，还没有满。"


def test_where_the_scheme_is_silent_the_office_says_the_days(desk: Desk) -> None:
    text = SCHEME.replace(SCHEME[SCHEME.index("[process]") : SCHEME.index("[[item]]")], "")
    proceeding = bring_to_freeze(desk, desk.open(text))
    confirm_all(desk, proceeding)
    office = desk.act_as("office")
    said = refuse(lambda: publish(office, proceeding, proceeding.turn, publicity_days=None, appeal_days=5, at=CUT))
    assert said == "细则没有写公示几天，请填写，至少 1 天。"
    publish(office, proceeding, proceeding.turn, publicity_days=5, appeal_days=10, at=CUT)
    assert (proceeding.publicity_until_on, proceeding.appeal_until_on) == (date(2026, 1, 10), date(2026, 1, 19))


def test_only_name_branch_and_grade_are_made_public(desk: Desk) -> None:
    """The grades that the scheme names, no totals, no ranks."""
    proceeding = go_public(desk, desk.open())
    (shown,) = list_published(proceeding)
    assert shown.rows == (
        ("李明", "第一党支部", "优秀"),
        ("张兰", "第一党支部", "优秀"),
        ("赵敏", "第二党支部", "优秀"),
    )


def test_an_appeal_after_its_term_is_refused(desk: Desk) -> None:
    """Bad input: an appeal after its term."""
    proceeding = go_public(desk, desk.open())
    result = find_frozen(desk, proceeding, "张兰")
    member = desk.act_as("member")
    said = refuse(lambda: file_appeal(member, result, "A1", "1月那次我到了。", at=CUT + 8 * DAY))
    assert said == "申诉期到1月12日，已过。可以向学习办公室书面反映，由会议决定是否更正。"
    assert file_appeal(member, result, "A1", "1月那次我到了。", at=CUT + 7 * DAY).state == "待复核"


def test_whoever_computed_does_not_decide_and_nothing_settles_meanwhile(desk: Desk) -> None:
    """Bad input: an assessor judging their own case; 定档 with open appeals."""
    proceeding = go_public(desk, desk.open())
    appeal = file_appeal(
        desk.act_as("member"), find_frozen(desk, proceeding, "张兰"), "A1", "1月那次我到了。", at=CUT + DAY
    )
    office, second = desk.act_as("office"), desk.act_as("second")
    own = refuse(lambda: decide_appeal(office, appeal.pk, upheld=True, decision="属实。", at=CUT + DAY))
    assert own == "这次结果由你计算，复核请由另一位同志办理。"
    end_publicity(office, proceeding, proceeding.turn, at=CUT + 9 * DAY)
    open_one = refuse(lambda: settle(office, proceeding, proceeding.turn, at=CUT + 9 * DAY))
    assert open_one == "申诉 1 条还没有答复。"
    decide_appeal(second, appeal.pk, upheld=True, decision="签到表属实。", at=CUT + 9 * DAY)
    upheld = refuse(lambda: settle(office, proceeding, proceeding.turn, at=CUT + 9 * DAY))
    assert upheld == "申诉成立 1 条，更正记录后还没有重新冻结。"
    Attendance.objects.filter(person=desk.town.people["张兰"], session__on=date(2025, 1, 15)).update(mark="到")
    with pytest.raises(Refusal):
        freeze(office, proceeding, proceeding.turn, at=CUT + 9 * DAY, reason="申诉成立")
    decide_late(office, proceeding, [LateRecord.objects.get().pk], let_in=True, reason="申诉成立", at=CUT + 9 * DAY)
    freeze(office, proceeding, proceeding.turn, at=CUT + 9 * DAY + timedelta(hours=1), reason="申诉成立，更正1月签到")
    settle(office, proceeding, proceeding.turn, at=CUT + 10 * DAY)
    assert find_frozen(desk, proceeding, "张兰").total_points == 10000


# 名额


def test_an_exceeded_quota_names_the_tie_and_waits_for_a_recorded_decision(desk: Desk) -> None:
    """K45: 优秀 31 人，超出比例上限 27 人，由谁调整需会议决定并记录。"""
    Attendance.objects.filter(person=desk.town.people["张兰"]).update(mark="到")
    proceeding = bring_to_freeze(desk, desk.open(SCHEME + QUOTA.format(share="2/4")))
    (view,) = list_quotas(proceeding)
    assert view.sentence == "优秀 3 人，超出比例上限 2 人，由谁调整需会议决定并记录。"
    assert [(one.result.person.name, one.tied) for one in list_holders(view)] == [
        ("李明", True), ("张兰", True), ("赵敏", True)
    ]  # fmt: skip
    confirm_all(desk, proceeding)
    office, people = desk.act_as("office"), desk.town.people
    waits = refuse(lambda: publish(office, proceeding, proceeding.turn, publicity_days=None, appeal_days=None, at=CUT))
    assert waits == "优秀 3 人，超出比例上限 2 人，由谁调整需会议决定并记录。"
    told = {"meeting": "局党委会议", "held_on": date(2026, 1, 5), "reason": "综合平时表现"}
    many = refuse(
        lambda: decide_quota(office, proceeding, view, {one.pk for one in people.values() if one.name != "王强"},
                             at=CUT, **told)
    )  # fmt: skip
    assert many == "选了 3 人，优秀名额是 2 人，请减少 1 人。"
    kept = {people["张兰"].pk, people["赵敏"].pk}
    decide_quota(office, proceeding, view, kept, at=CUT + DAY, **told)
    assert refuse(lambda: decide_quota(office, proceeding, view, kept, at=CUT, **told)) == (
        "这个名额已经有会议决定，不用再记。"
    )
    assert [one.sentence for one in list_open(office, proceeding, Step.PUBLICITY, date(2026, 1, 9))] == [
        "名额已有会议决定，还没有重新冻结。"
    ]
    freeze(office, proceeding, proceeding.turn, at=CUT + 2 * DAY, reason="名额按会议决定")
    rows = Result.objects.filter(run=list_scheme_parts(proceeding)[0].frozen_run).order_by("person__staff_no")
    assert list(rows.values_list("person__name", "grade", "rank_note")) == [
        ("李明", "合格", "列为合格（2026年1月5日局党委会议决定）"),
        ("张兰", "优秀", "保留优秀（2026年1月5日局党委会议决定）"),
        ("王强", "不合格", ""),
        ("赵敏", "优秀", "保留优秀（2026年1月5日局党委会议决定）"),
    ]
    assert list_open(office, proceeding, Step.PUBLICITY, date(2026, 1, 9)) == []


# 定档以后


def test_what_comes_in_after_the_freeze_is_decided_before_the_grades_stand(desk: Desk) -> None:
    """ux K5: late records are listed and decided one by one, those after the freeze too."""
    proceeding = go_public(desk, desk.open())
    office, at = desk.act_as("office"), CUT + 10 * DAY
    end_publicity(office, proceeding, proceeding.turn, at=at)
    desk.town.hold_session(desk.town.first, date(2025, 11, 20), {"王强": "到"})
    desk.town.hold_session(desk.town.first, date(2026, 1, 12), {"王强": "到"})  # next year's: nobody's question
    said = refuse(lambda: settle(office, proceeding, proceeding.turn, at=at))
    assert said == "截止后又补录、改动了 1 条签到。计入、不计入、还是逐条看？"
    late = LateRecord.objects.get()
    decide_late(office, proceeding, [late.pk], let_in=False, reason="没有签到表", at=at)
    assert settle(office, proceeding, proceeding.turn, at=at).stage == "归档"


def test_after_settling_nothing_is_computed_again(desk: Desk) -> None:
    proceeding = settle_all(desk, desk.open(SCHEME, BRANCHES))
    before = list(Result.objects.order_by("pk").values_list("pk", "total_points", "grade"))
    loaded = load_scheme(SCHEME, "细则.toml")
    said = refuse(lambda: run_scheme(desk.town.bureau, loaded, actor="命令行", at=CUT + 11 * DAY))
    assert said == "2025年度学习考核已于2026年1月15日定档，不再重新计算。有错的，在本人的成绩页按会议决定更正。"
    office = desk.act_as("office")
    for action in (run_trial, freeze):
        refused = refuse(lambda action=action: action(office, proceeding, proceeding.turn, at=CUT + 11 * DAY))
        assert refused == "2025年度学习考核已于2026年1月15日定档，不再改动。有错的，在本人的成绩页按会议决定更正。"
    assert list(Result.objects.order_by("pk").values_list("pk", "total_points", "grade")) == before
    assert list_settled(desk.town.bureau, Period(date(2025, 1, 1), date(2026, 1, 1))) == [proceeding]
    late = refuse(
        lambda: file_appeal(
            desk.act_as("member"), find_frozen(desk, proceeding, "张兰"), "A1", "少计", at=CUT + 11 * DAY
        )
    )
    assert late == "2025年度学习考核1月15日已定档。可以向学习办公室书面反映，由会议决定是否更正。"


def test_an_amendment_stands_beside_the_result_and_shows_everywhere(desk: Desk) -> None:
    """After 定档 amendments add rows: old, new, reason, who decided, which meeting."""
    proceeding = settle_all(desk, desk.open())
    office = desk.act_as("office")
    wang = find_frozen(desk, proceeding, "王强")
    amendment = amend_result(office, wang, rule(9000, "优秀"), seen=0, at=CUT + 11 * DAY)
    assert (amendment.old_points, amendment.old_grade, amendment.old_gates) == (5000, "不合格", ["G9", "L1"])
    assert (amendment.new_points, amendment.new_grade, amendment.new_gates) == (9000, "优秀", [])
    wang.refresh_from_db()
    assert (wang.total_points, wang.grade) == (5000, "不合格")
    shown = find_result(office, wang.pk)
    assert (shown.total_points, shown.grade, shown.gates) == (9000, "优秀", [])
    (part,) = list_shown(desk.town.bureau)
    assert {row.person.name: row.grade for row in list_graded(office, part)}["王强"] == "优秀"
    assert count_people(office, part, "branch")[desk.town.first.pk] == {"不合格": 0, "优秀": 3}
    prior = PriorResult.objects.get(person=desk.town.people["王强"])
    assert (prior.year, prior.total_milli, prior.grade) == (2025, 90_000, "优秀")
    said = refuse(lambda: amend_result(office, wang, rule(8000, "合格"), seen=0, at=CUT + 11 * DAY))
    assert said == "这份结果刚有人更正过，请看清现在的结果再办。"
    same = refuse(lambda: amend_result(office, wang, rule(9000, "优秀"), seen=1, at=CUT + 11 * DAY))
    assert same == "和现在的结果一样，没有要更正的。"
    assert Amendment.objects.count() == 1


def test_an_amendment_needs_a_settled_year_and_its_reasons(desk: Desk) -> None:
    proceeding = go_public(desk, desk.open())
    office = desk.act_as("office")
    wang = find_frozen(desk, proceeding, "王强")
    early = refuse(lambda: amend_result(office, wang, rule(9000, "优秀"), seen=0, at=CUT + 11 * DAY))
    assert early == "还没有定档。请更正记录后重新计算，不用更正结果。"
    end_publicity(office, proceeding, proceeding.turn, at=CUT + 10 * DAY)
    settle(office, proceeding, proceeding.turn, at=CUT + 10 * DAY)
    for wrong, said in (
        (rule(9000, "良好"), "细则里没有“良好”这个等次，可以是优秀、合格、不合格。"),
        (rule(9000, "优秀", reason=" "), "更正要写明理由、谁决定的、哪次会议。"),
        (rule(9000, "优秀", held_on=date(2027, 1, 1)), "会议日期还没有到，请核对。"),
    ):
        refused = refuse(lambda wrong=wrong: amend_result(office, wang, wrong, seen=0, at=CUT + 11 * DAY))
        assert refused == said
    assert refuse(lambda: read_points("八十", 100)) == "总分请写数字，如 86.5，最多 2 位小数。"
    assert read_points("86.5", 100) == 8650


def test_this_years_results_are_last_years_next_time(desk: Desk) -> None:
    """K15, K47: entered once; two years 不合格 put somebody on the severest rung (K64, R37)."""
    settle_all(desk, desk.open())
    rows = PriorResult.objects.order_by("person__staff_no").values_list("person__name", "year", "total_milli", "grade")
    assert list(rows)[1:3] == [("张兰", 2025, 90_000, "优秀"), ("王强", 2025, 50_000, "不合格")]
    text = SCHEME.replace("2026-01-01", "2027-01-01").replace("2025-01-01", "2026-01-01").replace("-2025", "-2026")
    for month in range(1, 5):
        desk.town.hold_session(desk.town.first, date(2026, month, 15), {"张兰": "缺席", "王强": "缺席", "李明": "到"})
    loaded = load_scheme(text, "细则.toml").scheme
    at = CUT + 365 * DAY
    office = desk.act_as("office", at.date())
    version = keep_version(desk.town.bureau, loaded, at)
    proceeding = open_proceeding(office, [version], title="2026年度学习考核", at=at)
    run_trial(office, proceeding, 0, at=at)
    told = [(one.step, [row.person.name for row in one.results]) for one in list_measures(office, proceeding)]
    assert told == [("组织处理", ["王强"]), ("约谈", ["张兰"])]


def test_appeals_are_brought_up_by_the_terms_of_their_scheme(desk: Desk) -> None:
    """K61: ten working days from the day after, whatever fifteen days would be."""
    proceeding = go_public(desk, desk.open())
    result = find_frozen(desk, proceeding, "张兰")
    file_appeal(desk.act_as("member"), result, "A1", "1月那次我来了。", at=CUT)
    office, leader = desk.act_as("office"), desk.act_as("leader")
    (row,) = [one for one in list_for_office(office, CUT) if one.key.startswith("appeals-")]
    assert row.on == date(2026, 1, 19)
    told = [[one for one in list_matters(leader, CUT + days * DAY) if one.kind == "申诉"] for days in (14, 15)]
    assert [len(rows) for rows in told] == [0, 1]
    assert (told[1][0].title, told[1][0].state) == ("1 件申诉超过期限还没有答复", "最早的一件已等 15 天")


def test_the_days_of_the_public_notice_come_from_the_scheme(desk: Desk) -> None:
    """K60, R08: five days, from the shipped text; the appeal's are the office's where the text is silent (K61)."""
    for name, stars in (("李明", "三星"), ("张兰", "三星"), ("王强", "三星"), ("赵敏", "二星")):
        Event.objects.create(
            bureau=desk.town.bureau, person=desk.town.people[name], kind="拟定星级", mark=stars, on=date(2025, 12, 20)
        )
    proceeding = bring_to_freeze(desk, desk.open((ROOT / "schemes" / "r08-xingji-dangyuan.toml").read_text("utf-8")))
    office = desk.act_as("office")
    confirm_all(desk, proceeding)
    silent = refuse(lambda: publish(office, proceeding, proceeding.turn, publicity_days=9, appeal_days=None, at=CUT))
    assert silent == "细则没有写申诉期几天，请填写，至少 1 天。"
    publish(office, proceeding, proceeding.turn, publicity_days=9, appeal_days=5, at=CUT)
    assert (proceeding.publicity_until_on, proceeding.appeal_until_on) == (date(2026, 1, 10), date(2026, 1, 12))


def test_a_settled_result_takes_the_place_of_an_imported_one(desk: Desk) -> None:
    PriorResult.objects.create(
        bureau=desk.town.bureau, person=desk.town.people["张兰"], year=2025, grade="合格", total_milli=70_000
    )
    settle_all(desk, desk.open())
    rows = PriorResult.objects.filter(person=desk.town.people["张兰"])
    assert list(rows.values_list("grade", "settled")) == [("优秀", True)]


def test_the_last_step_is_done_once_the_year_is_sealed(desk: Desk) -> None:
    """定档 → 归档: the archive stands above; its closed year says so."""
    proceeding = settle_all(desk, desk.open())
    assert [(task.step, task.state) for task in list_tasks(proceeding)][-2:] == [("定档", "已办"), ("归档", "现在办")]
    close_year(desk.town.bureau, 2025, actor="周文", at=CUT + 11 * DAY)
    assert {task.state for task in list_tasks(proceeding)} == {"已办"}


def test_a_settled_year_leaves_its_piece_for_the_archive(desk: Desk) -> None:
    """D10: final results with amendments, steps, decisions, as one 件 with its workbook; unsettled it says so."""
    proceeding = go_public(desk, desk.open())
    year = Period(date(2025, 1, 1), date(2026, 1, 1))
    (waiting,) = list_pieces(desk.town.bureau, year)
    assert (waiting.missing, waiting.documents) == ("2025年度学习考核还没有定档，不能封卷。", ())
    office = desk.act_as("office")
    end_publicity(office, proceeding, proceeding.turn, at=CUT + 10 * DAY)
    settle(office, proceeding, proceeding.turn, at=CUT + 10 * DAY)
    amend_result(office, find_frozen(desk, proceeding, "王强"), rule(9000, "优秀"), seen=0, at=CUT + 11 * DAY)
    (piece,) = list_pieces(desk.town.bureau, year)
    assert (piece.title, piece.missing, piece.retention) == ("2025年度学习考核办理材料", "", "永久")
    assert piece.documents[0].write() == piece.documents[0].write()
    tables = {table.name: list(table.rows) for table in list_tables(desk.town.bureau, year)}
    assert [row[3:7] for row in tables["final_results"]][2] == ("王强", "第一党支部", "90", "优秀")
    assert [row[1] for row in tables["proceeding_steps"]] == [
        "核对名册", "数据截止", "试算", "冻结", "公示", "申诉处理", "定档"
    ]  # fmt: skip
    assert tables["amendments"][0][2:6] == ("50", "不合格", "90", "优秀")
