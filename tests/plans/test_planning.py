"""Plans at three tiers: approval, changes with their reason, carrying out, and what each item came to (D2, D12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from shanxue.activities.models import Session
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.orgs.facts import EVERYONE, Slice
from shanxue.orgs.queries import Actor, find_actor
from shanxue.plans.actions import measures as tree
from shanxue.plans.actions import planning as actions
from shanxue.plans.actions.copying import copy_last_year
from shanxue.plans.facts import read_plan
from shanxue.plans.models import Measure, Plan, PlanChange, PlanItem
from shanxue.plans.queries import planning as queries
from shanxue.plans.rules import ItemState, PlanState
from tests.house import House

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)  # 10:30 in Shanghai


def act(house: House, key: str) -> Actor:
    return find_actor(house.users[key], TODAY)


def refuse(deed: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Refusal) as refused:
        deed()
    return refused.value.code, refused.value.sentence


def write_plan(house: House, key: str, owner: str, *titles: tuple[str, date | None]) -> Plan:
    owner_row = house.units.get(owner) or house.people[owner]
    plan = actions.create_plan(act(house, key), owner_row, 2026, at=NOW)
    for title, due_on in titles:
        actions.add_item(act(house, key), plan, {"title": title, "kind": "党课", "due_on": due_on}, at=NOW)
    return plan


def approve(house: House, key: str, plan: Plan, writer: str, decision: str = "1月15日局党委会议审议通过") -> Plan:
    actions.submit_plan(act(house, writer), plan, at=NOW)
    actions.decide_plan(act(house, key), plan, approve=True, decision=decision, at=NOW)
    plan.refresh_from_db()
    return plan


@pytest.fixture
def bureau_plan(house: House) -> Plan:
    plan = write_plan(
        house, "office", "机关党委", ("全员法规学习", date(2026, 4, 30)), ("二季度党课", date(2026, 6, 30))
    )
    return approve(house, "office", plan, "office")


@pytest.fixture
def branch_plan(house: House, bureau_plan: Plan) -> Plan:
    plan = write_plan(house, "secretary", "第一支部", ("支部读书会", date(2026, 5, 20)))
    actions.take_over(act(house, "secretary"), plan, None, at=NOW)
    return approve(house, "office", plan, "secretary", "")


@pytest.fixture
def own_plan(house: House, branch_plan: Plan) -> Plan:
    plan = write_plan(house, "member", "张三", ("读一本法规书", date(2026, 3, 10)))
    actions.take_over(act(house, "member"), plan, None, at=NOW)
    return approve(house, "secretary", plan, "member", "")


def find(plan: Plan, title: str) -> PlanItem:
    return PlanItem.objects.get(plan=plan, title=title)


def test_items_cascade_through_three_tiers_with_their_parents(
    house: House, bureau_plan: Plan, branch_plan: Plan, own_plan: Plan
) -> None:
    """D2: the bureau's items are carried out by the branch's, and those by the member's."""
    own = find(own_plan, "全员法规学习")
    assert own.parent == find(branch_plan, "全员法规学习")
    assert own.parent.parent == find(bureau_plan, "全员法规学习")
    assert [item.title for item in queries.list_items(own_plan)] == [
        "读一本法规书", "全员法规学习", "支部读书会", "二季度党课",
    ]  # fmt: skip


def test_a_bureaus_plan_is_approved_with_the_meeting_that_passed_it(house: House) -> None:
    plan = write_plan(house, "office", "机关党委", ("党课", date(2026, 6, 30)))
    actions.submit_plan(act(house, "office"), plan, at=NOW)
    office = act(house, "office")
    assert refuse(lambda: actions.decide_plan(office, plan, approve=True, decision=" ", at=NOW)) == (
        "reason_missing",
        "请写明是哪次会议通过的。",
    )
    actions.decide_plan(office, plan, approve=True, decision="2026年1月15日局党委会议审议通过", at=NOW)
    plan.refresh_from_db()
    assert (plan.state, plan.decision, plan.decided_by) == ("已批准", "2026年1月15日局党委会议审议通过", "office")


def test_a_branch_plan_is_approved_by_the_office_not_by_its_secretary(house: House) -> None:
    plan = write_plan(house, "secretary", "第一支部", ("党课", date(2026, 6, 30)))
    actions.submit_plan(act(house, "secretary"), plan, at=NOW)
    secretary = act(house, "secretary")
    assert refuse(lambda: actions.decide_plan(secretary, plan, approve=True, decision="", at=NOW)) == (
        "not_plan_approver",
        "支部计划由学习办公室审批，个人计划由支部书记审批。",
    )


def test_a_secretary_never_approves_the_own_personal_plan(house: House) -> None:
    plan = write_plan(house, "secretary", "李四", ("读书", date(2026, 6, 30)))
    actions.submit_plan(act(house, "secretary"), plan, at=NOW)
    secretary = act(house, "secretary")
    assert refuse(lambda: actions.decide_plan(secretary, plan, approve=True, decision="", at=NOW)) == (
        "own_plan",
        "自己的计划由别人审批，可以请学习办公室审批。",
    )
    actions.decide_plan(act(house, "office"), plan, approve=True, decision="", at=NOW)


def test_a_returned_plan_says_what_to_change_and_is_edited_again(house: House) -> None:
    plan = write_plan(house, "member", "张三", ("读书", date(2026, 6, 30)))
    actions.submit_plan(act(house, "member"), plan, at=NOW)
    member, secretary = act(house, "member"), act(house, "secretary")
    columns = {"title": "再读一本", "kind": "读书", "due_on": date(2026, 7, 1)}
    assert refuse(lambda: actions.add_item(member, plan, columns, at=NOW)) == (
        "plan_waits",
        "计划正在审批。要修改，先撤回。",
    )
    assert refuse(lambda: actions.decide_plan(secretary, plan, approve=False, decision="", at=NOW)) == (
        "reason_missing",
        "退回修改要写明改什么。",
    )
    actions.decide_plan(secretary, plan, approve=False, decision="加一项法规学习", at=NOW)
    actions.add_item(member, plan, columns, at=NOW)
    plan.refresh_from_db()
    assert (plan.state, plan.decision, plan.items.count()) == ("退回修改", "加一项法规学习", 2)


def test_an_empty_plan_is_not_submitted(house: House) -> None:
    plan = write_plan(house, "member", "张三")
    assert refuse(lambda: actions.submit_plan(act(house, "member"), plan, at=NOW)) == (
        "plan_empty",
        "计划里还没有条目，先加一项再提交。",
    )


def test_an_approved_plan_is_not_changed_without_a_reason(house: House, branch_plan: Plan) -> None:
    """Bad input: plan changed after approval without reason."""
    item, secretary = find(branch_plan, "支部读书会"), act(house, "secretary")
    shown = actions.digest_item(item)
    values = {"due_on": date(2026, 5, 27)}
    assert refuse(lambda: actions.change_item(secretary, item, values, shown=shown, reason=" ", at=NOW)) == (
        "reason_missing",
        "计划已经批准，修改要写明原因。",
    )
    assert PlanChange.objects.count() == 0
    actions.change_item(secretary, item, values, shown=shown, reason="与培训冲突", at=NOW)
    change = PlanChange.objects.get()
    assert (change.what, change.before, change.after, change.reason, change.actor) == (
        "支部读书会", {"due_on": "2026-05-20"}, {"due_on": "2026-05-27"}, "与培训冲突", "李四",
    )  # fmt: skip


def test_a_draft_is_changed_freely_and_leaves_no_history(house: House) -> None:
    plan = write_plan(house, "secretary", "第一支部", ("党课", date(2026, 6, 30)))
    item = find(plan, "党课")
    secretary = act(house, "secretary")
    actions.change_item(secretary, item, {"title": "书记讲党课"}, shown=actions.digest_item(item), reason="", at=NOW)
    assert (PlanChange.objects.count(), find(plan, "书记讲党课").pk) == (0, item.pk)


def test_two_people_editing_one_item_are_told_who_changed_it(house: House, branch_plan: Plan) -> None:
    """Bad input: two people editing one plan; nothing is overwritten, and the second reads who was first."""
    item = find(branch_plan, "支部读书会")
    shown = actions.digest_item(item)
    actions.change_item(act(house, "office"), item, {"content": "读党章"}, shown=shown, reason="明确书目", at=NOW)
    secretary = act(house, "secretary")
    assert refuse(
        lambda: actions.change_item(secretary, item, {"content": "读准则"}, shown=shown, reason="换书", at=NOW)
    ) == ("stale_plan", "office在 3月2日 10:30 改过这里，你的修改还没有保存。你写的都在下面，对照现在的内容后再保存。")
    assert find(branch_plan, "支部读书会").content == "读党章"


def test_two_people_editing_the_texts_are_told_who_changed_them(house: House, bureau_plan: Plan) -> None:
    shown = actions.digest_texts(bureau_plan)
    office = act(house, "office")
    saved = actions.save_texts(office, bureau_plan, {"guiding_idea": "甲"}, shown=shown, reason="补写", at=NOW)
    assert saved == 1
    code, _ = refuse(
        lambda: actions.save_texts(office, bureau_plan, {"guiding_idea": "乙"}, shown=shown, reason="补写", at=NOW)
    )
    assert code == "stale_plan"
    bureau_plan.refresh_from_db()
    assert bureau_plan.guiding_idea == "甲"


def test_an_item_is_not_dated_outside_the_year(house: House, branch_plan: Plan) -> None:
    """Bad input: an item dated outside the year; also by postponing."""
    secretary, item = act(house, "secretary"), find(branch_plan, "支部读书会")
    sentence = "2027年1月5日不在 2026 年内。请改成 2026 年的日期，或列入 2027 年的计划。"
    columns = {"title": "来年", "kind": "读书", "due_on": date(2027, 1, 5)}
    assert refuse(lambda: actions.add_item(secretary, branch_plan, columns, reason="加", at=NOW)) == (
        "outside_year",
        sentence,
    )
    assert refuse(lambda: actions.postpone_item(secretary, item, date(2027, 1, 5), reason="来年再办", at=NOW)) == (
        "outside_year",
        sentence,
    )


def test_postponed_cancelled_and_unplanned_are_counted_apart(house: House, branch_plan: Plan) -> None:
    """offices §5 item 2: 计划兑现率 with 延期, 取消 (reason) and 计划外 apart."""
    secretary = act(house, "secretary")
    actions.complete_item(secretary, find(branch_plan, "全员法规学习"), TODAY, at=NOW)
    actions.postpone_item(secretary, find(branch_plan, "支部读书会"), date(2026, 6, 20), reason="防汛", at=NOW)
    actions.cancel_item(secretary, find(branch_plan, "二季度党课"), reason="并入局里统一党课", at=NOW)
    actions.add_item(secretary, branch_plan, {"title": "观看警示片", "kind": "其他"}, done_on=TODAY, at=NOW)
    kept = queries.count_kept_of([branch_plan])[branch_plan.pk]
    assert (kept.planned, kept.done, kept.open, kept.postponed, kept.cancelled, kept.extra) == (3, 1, 0, 1, 1, 1)
    assert (kept.asked, kept.percent) == (2, 50)
    reasons = list(PlanChange.objects.order_by("pk").values_list("what", "reason"))
    assert reasons == [("支部读书会", "防汛"), ("二季度党课", "并入局里统一党课")]


def test_an_item_done_after_postponing_keeps_its_reason(house: House, branch_plan: Plan) -> None:
    secretary, item = act(house, "secretary"), find(branch_plan, "支部读书会")
    actions.postpone_item(secretary, item, date(2026, 6, 20), reason="防汛", at=NOW)
    actions.complete_item(secretary, item, TODAY, at=NOW)
    kept = queries.count_kept_of([branch_plan])[branch_plan.pk]
    assert (kept.done, kept.done_late, kept.postponed) == (1, 1, 0)


def test_postponing_asks_for_a_later_day(house: House, branch_plan: Plan) -> None:
    secretary, item = act(house, "secretary"), find(branch_plan, "支部读书会")
    assert refuse(lambda: actions.postpone_item(secretary, item, date(2026, 5, 20), reason="防汛", at=NOW)) == (
        "not_later",
        "新的时限要晚于原来的 5月20日。",
    )


def test_nothing_is_done_tomorrow_or_twice(house: House, branch_plan: Plan) -> None:
    secretary, item = act(house, "secretary"), find(branch_plan, "支部读书会")
    assert refuse(lambda: actions.complete_item(secretary, item, date(2026, 3, 3), at=NOW)) == (
        "done_in_future",
        "完成日不能晚于今天（3月2日）。",
    )
    actions.complete_item(secretary, item, TODAY, at=NOW)
    assert refuse(lambda: actions.complete_item(secretary, item, TODAY, at=NOW)) == (
        "item_not_open",
        "“支部读书会”已于 3月2日完成。",
    )


def hold(house: House, item: PlanItem, state: str = "已召开") -> Session:
    return Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="党课", tier="支部集体学", topic="法规党课", on=TODAY,
        state=state, plan_item=item,
    )  # fmt: skip


def test_an_item_whose_session_was_held_is_not_cancelled(house: House, branch_plan: Plan) -> None:
    """Bad input: cancelling an item whose session is already held."""
    item, secretary = find(branch_plan, "支部读书会"), act(house, "secretary")
    hold(house, item)
    assert refuse(lambda: actions.cancel_item(secretary, item, reason="不办了", at=NOW)) == (
        "session_held",
        "“支部读书会”的会议已经召开，不能取消。",
    )


def test_a_held_session_finishes_its_item_once(house: House, branch_plan: Plan) -> None:
    """S3: ending the roll-call ticks the plan; a second session of the item changes nothing."""
    item = find(branch_plan, "支部读书会")
    assert actions.mark_item_held(item, TODAY, act(house, "secretary"), NOW) is True
    assert actions.mark_item_held(item, date(2026, 3, 9), act(house, "secretary"), NOW) is False
    item.refresh_from_db()
    assert (item.state, item.done_on) == (ItemState.DONE, TODAY)


def test_an_item_done_by_the_responsible_unit_finishes_the_one_above(house: House) -> None:
    """Entered once: what 第一支部 is responsible for in the bureau's plan is done when its own item is."""
    plan = actions.create_plan(act(house, "office"), house.units["机关党委"], 2026, at=NOW)
    columns = {
        "title": "承办现场会",
        "kind": "其他",
        "due_on": date(2026, 6, 30),
        "unit_id": house.units["第一支部"].pk,
    }
    actions.add_item(act(house, "office"), plan, columns, at=NOW)
    approve(house, "office", plan, "office")
    branch = write_plan(house, "secretary", "第一支部")
    actions.take_over(act(house, "secretary"), branch, None, at=NOW)
    approve(house, "office", branch, "secretary", "")
    actions.complete_item(act(house, "secretary"), find(branch, "承办现场会"), TODAY, at=NOW)
    assert find(plan, "承办现场会").state == ItemState.DONE


def test_open_items_wait_for_a_session(house: House, bureau_plan: Plan, branch_plan: Plan) -> None:
    """S2: items without a session; what is arranged or done is not offered again."""
    unit = house.units["第一支部"]
    titles = [item.title for item in queries.list_open_items(unit, 2026)]
    assert titles == ["全员法规学习", "支部读书会", "二季度党课"]
    hold(house, find(branch_plan, "支部读书会"), "计划")
    actions.complete_item(act(house, "secretary"), find(branch_plan, "全员法规学习"), TODAY, at=NOW)
    assert [item.title for item in queries.list_open_items(unit, 2026)] == ["二季度党课"]


def test_items_of_a_draft_do_not_count_in_the_assessment(house: House) -> None:
    """The assessment reads items of approved plans, and imported ones that belong to no plan."""
    plan = write_plan(house, "member", "张三", ("读书", date(2026, 6, 30)))
    PlanItem.objects.create(
        bureau=house.bureau, person=house.people["张三"], title="导入的一项", due_on=date(2026, 5, 1), state="完成"
    )
    part = Slice(house.bureau.pk, Period(date(2026, 1, 1), date(2027, 1, 1)), 0, EVERYONE)
    assert read_plan(part)["title"].to_list() == ["导入的一项"]
    approve(house, "secretary", plan, "member", "")
    assert sorted(read_plan(part)["title"].to_list()) == ["导入的一项", "读书"]


def test_one_deed_of_a_unit_counts_once_in_the_assessment(house: House) -> None:
    """An item above that the unit itself carries out stands once among the unit's facts."""
    plan = actions.create_plan(act(house, "office"), house.units["机关党委"], 2026, at=NOW)
    columns = {"title": "现场会", "kind": "其他", "due_on": date(2026, 6, 30), "unit_id": house.units["第一支部"].pk}
    actions.add_item(act(house, "office"), plan, columns, at=NOW)
    approve(house, "office", plan, "office")
    part = Slice(house.bureau.pk, Period(date(2026, 1, 1), date(2027, 1, 1)), 0, EVERYONE)
    assert read_plan(part, "unit").height == 1
    branch = write_plan(house, "secretary", "第一支部")
    actions.take_over(act(house, "secretary"), branch, None, at=NOW)
    assert read_plan(part, "unit").height == 1
    approve(house, "office", branch, "secretary", "")
    assert read_plan(part, "unit")["ref"].to_list() == [find(branch, "现场会").pk]


def test_last_years_plan_is_copied_a_year_on_and_says_what_has_no_day(house: House) -> None:
    office, root = act(house, "office"), house.units["机关党委"]
    former = Plan.objects.create(bureau=house.bureau, unit=root, year=2024, title="2024年度学习培训工作意见")
    top = Measure.objects.create(plan=former, position=1, name="三个保障")
    below = Measure.objects.create(plan=former, parent=top, position=1, name="经费保障")
    for title, due_on, state in (
        ("闰日学习", date(2024, 2, 29), "完成"), ("二季度党课", date(2024, 6, 30), "完成"), ("不办的", None, "取消"),
    ):  # fmt: skip
        PlanItem.objects.create(
            bureau=house.bureau, plan=former, unit=root, title=title, due_on=due_on, state=state, measure=below
        )
    copied = copy_last_year(office, root, 2025, at=NOW)
    assert (copied.items, copied.undated, copied.left_out) == (2, ("闰日学习",), 1)
    assert copied.plan.title == "2025年度学习培训工作意见"
    item = find(copied.plan, "二季度党课")
    assert (item.due_on, item.state, item.measure.name) == (date(2025, 6, 30), "未完成", "经费保障")
    assert item.measure.parent.name == "三个保障"
    assert refuse(lambda: copy_last_year(office, root, 2025, at=NOW)) == (
        "plan_exists",
        "“机关党委”已经有 2025 年的计划，直接打开修改即可。",
    )
    assert refuse(lambda: copy_last_year(office, root, 2031, at=NOW)) == (
        "no_last_year",
        "没有 2030 年的计划可以复制。请从空白开始。",
    )


def test_measures_are_a_tree_without_circles(house: House, bureau_plan: Plan) -> None:
    """D12, bad input: a circle in the tree of measures."""
    office = act(house, "office")
    top = tree.add_measure(office, bureau_plan, None, "三个保障", reason="补", at=NOW)
    fund = tree.add_measure(office, bureau_plan, top, "经费保障", reason="补", at=NOW)
    place = tree.add_measure(office, bureau_plan, top, "阵地保障", reason="补", at=NOW)
    assert refuse(lambda: tree.save_measure(office, top, fund, "三个保障", "", reason="移", at=NOW)) == (
        "measure_circle",
        "“经费保障”在“三个保障”下面，不能再把“三个保障”放到它的下面。请选别的位置。",
    )
    assert refuse(lambda: tree.save_measure(office, top, top, "三个保障", "", reason="移", at=NOW)) == (
        "measure_circle",
        "“三个保障”就是它自己，不能再把“三个保障”放到它的下面。请选别的位置。",
    )
    tree.move_measure(office, place, "up", at=NOW)
    shown = [(measure.name, depth) for measure, depth in queries.list_measures(bureau_plan)]
    assert shown == [("三个保障", 0), ("阵地保障", 1), ("经费保障", 1)]
    assert refuse(lambda: tree.drop_measure(office, top, reason="并", at=NOW)) == (
        "measure_has_children",
        "“三个保障”下面还有 2 项。先移走或删去下面的。",
    )


def test_who_sees_which_plan(house: House, bureau_plan: Plan, branch_plan: Plan, own_plan: Plan) -> None:
    def seen(key: str) -> list[str]:
        return [plan.title[-4:] for plan in queries.scope_plans(act(house, key)).order_by("pk")]

    bureau, branch, own = "工作意见", "学习计划", "学习计划"
    assert seen("member") == [bureau, branch, own]
    assert seen("secretary") == [bureau, branch, own]
    assert seen("inspector") == [bureau, branch, own]
    assert seen("head") == [bureau, own]  # 张三 stands in the department this leader reads
    assert seen("system") == []


def test_a_members_draft_is_the_members_own(house: House) -> None:
    plan = write_plan(house, "member", "张三", ("读书", date(2026, 6, 30)))
    assert refuse(lambda: queries.find_plan(act(house, "secretary"), plan.pk)) == (
        "not_found",
        "没有找到这份计划，或者没有查看它的权限。",
    )
    actions.submit_plan(act(house, "member"), plan, at=NOW)
    assert queries.find_plan(act(house, "secretary"), plan.pk).state == PlanState.SUBMITTED


def test_every_verb_leaves_one_entry_in_the_trail(house: House) -> None:
    plan = write_plan(house, "member", "张三", ("读书", date(2026, 6, 30)))
    approve(house, "secretary", plan, "member", "")
    actions.complete_item(act(house, "member"), find(plan, "读书"), TODAY, at=NOW)
    verbs = list(Entry.objects.filter(chain="yc").order_by("seq").values_list("verb", flat=True))
    assert verbs == [
        "plans.create_plan", "plans.add_item", "plans.submit_plan", "plans.approve_plan", "plans.complete_item",
    ]  # fmt: skip
