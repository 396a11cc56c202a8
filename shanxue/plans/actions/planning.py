"""Writing plans at three tiers: their texts and items, approval, and what becomes of each item.

A draft is edited freely. Once approved, every change needs a reason and leaves a PlanChange with before and after.
Whoever saves says which state they saw (a digest); if somebody else changed it meanwhile, nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NoReturn

from django.db import transaction
from django.utils import timezone

from shanxue.accounts.models import User
from shanxue.audit.actions import record_entry
from shanxue.audit.queries import find_last_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor, demand_leading

from ..models import Plan, PlanChange, PlanItem, PlanPart
from ..queries.planning import (
    find_upper_plan,
    is_own,
    list_takeable,
    may_decide,
    may_finish_item,
    may_write,
    may_write_item,
    tell_tier,
)
from ..rules import ItemState, Level, PlanState
from ..rules.planning import (
    EDITABLE,
    OPEN_STATES,
    PlanTier,
    demand_within_year,
    digest_values,
    list_changed,
)

ITEM_COLUMNS = ("kind", "title", "content", "due_on", "unit_id", "measure_id", "campaign_id")


@transaction.atomic
def create_plan(actor: Actor, owner: Unit | Person, year: int, *, title: str = "", at: datetime) -> Plan:
    """Begin the draft of a year's plan of a unit, or of the actor's own. Raises ``plan_exists``."""
    if isinstance(owner, Unit):
        demand_leading(actor, owner)
    elif actor.person is None or owner.pk != actor.person.pk:
        raise Refusal("not_own_plan", "个人计划由本人写。", status=403)
    demand_open_year(owner.bureau_id, date(year, 1, 1))
    whose = {"unit": owner} if isinstance(owner, Unit) else {"person": owner}
    if Plan.objects.filter(year=year, **whose).exists():
        raise Refusal("plan_exists", f"“{owner.name}”已经有 {year} 年的计划，直接打开修改即可。")
    plan = Plan(bureau=owner.bureau, year=year, **whose)
    plan.title = title or _name_plan(plan)
    plan.save()
    PlanPart.objects.bulk_create(PlanPart(plan=plan, level=level) for level in Level)
    record_plan(plan, actor, at, "create_plan", {"year": year, "title": plan.title})
    return plan


def _name_plan(plan: Plan) -> str:
    tier = tell_tier(plan)
    if tier is PlanTier.BUREAU:
        return f"{plan.bureau.name}{plan.year}年度学习培训工作意见"
    if tier is PlanTier.UNIT:
        assert plan.unit is not None
        return f"{plan.unit.name}{plan.year}年度学习计划"
    return f"{plan.year}年度个人学习计划"


def record_plan(plan: Plan, actor: Actor, at: datetime, verb: str, detail: Mapping[str, Any] | None = None) -> None:
    record_entry(
        chain=plan.bureau.code, actor=actor.user.username, at=at, verb=f"plans.{verb}", subject=f"plan:{plan.pk}",
        detail=dict(detail or {}),
    )  # fmt: skip


def _record_item(item: PlanItem, actor: Actor, at: datetime, verb: str, detail: Mapping[str, Any]) -> None:
    record_entry(
        chain=item.bureau.code, actor=actor.user.username, at=at, verb=f"plans.{verb}",
        subject=f"plan-item:{item.pk}", detail={"title": item.title, **detail},
    )  # fmt: skip


def lock_plan(plan: Plan) -> Plan:
    """Read the plan again, held against other writers until the transaction ends."""
    demand_open_year(plan.bureau_id, date(plan.year, 1, 1))
    return Plan.objects.select_for_update(of=("self",)).select_related("bureau", "unit", "person").get(pk=plan.pk)


def demand_editing(actor: Actor, plan: Plan, reason: str) -> None:
    """Refuse who may not write the plan, one that waits for approval, and an approved one without a reason."""
    if not may_write(actor, plan):
        raise Refusal("not_plan_writer", "这份计划由它的起草人修改。需要改的，请告诉起草人。", status=403)
    if plan.state == PlanState.SUBMITTED:
        raise Refusal("plan_waits", "计划正在审批。要修改，先撤回。")
    if plan.state == PlanState.APPROVED and not reason.strip():
        raise Refusal("reason_missing", "计划已经批准，修改要写明原因。")


def keep_change(
    plan: Plan | None, item: PlanItem | None, what: str, before: Mapping[str, Any], after: Mapping[str, Any],
    reason: str, actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """Leave a row of history when the plan is approved already; a draft has none."""
    if plan is None or plan.state != PlanState.APPROVED:
        return
    PlanChange.objects.create(
        plan=plan, item=item, what=what[:200], before=_plain(before), after=_plain(after), reason=reason.strip()[:300],
        at=at, actor=str(actor.user)[:64],
    )  # fmt: skip


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def refuse_stale(chain: str, subject: str) -> NoReturn:
    """Say who changed what the actor was editing, and when."""
    entry = find_last_entry(chain, subject)
    user = User.objects.filter(username=entry.actor).first() if entry else None
    who = str(user) if user else (entry.actor if entry else "别人")
    moment = timezone.localtime(entry.at) if entry else None
    when = f"在 {moment.month}月{moment.day}日 {moment:%H:%M} " if moment else ""
    raise Refusal("stale_plan", f"{who}{when}改过这里，你的修改还没有保存。你写的都在下面，对照现在的内容后再保存。")


# -- texts ------------------------------------------------------------------------------------------------------------


def gather_texts(plan: Plan) -> dict[str, Any]:
    """The texts of a plan as one flat mapping, the shape of its form: title, guiding_idea, …, goals_PARTY."""
    texts: dict[str, Any] = {"title": plan.title, "guiding_idea": plan.guiding_idea, "assessment": plan.assessment}
    parts = {part.level: part for part in plan.parts.all()}
    for level in Level:
        part = parts.get(level.value)
        texts[f"goals_{level.name}"] = part.goals if part else ""
        texts[f"content_{level.name}"] = part.content if part else ""
    return texts


def digest_texts(plan: Plan) -> str:
    return digest_values(gather_texts(plan))


@transaction.atomic
def save_texts(actor: Actor, plan: Plan, values: Mapping[str, Any], *, shown: str, reason: str, at: datetime) -> int:
    """Save the texts of a plan; returns how many differ from before."""
    plan = lock_plan(plan)
    demand_editing(actor, plan, reason)
    before = gather_texts(plan)
    if shown != digest_values(before):
        refuse_stale(plan.bureau.code, f"plan:{plan.pk}")
    changed = list_changed(before, {**before, **values})
    if not changed:
        return 0
    plan.title, plan.guiding_idea, plan.assessment = (
        values.get(name, before[name]) for name in ("title", "guiding_idea", "assessment")
    )
    plan.save(update_fields=["title", "guiding_idea", "assessment"])
    for level in Level:
        texts = {
            name: values.get(f"{name}_{level.name}", before[f"{name}_{level.name}"]) for name in ("goals", "content")
        }
        PlanPart.objects.update_or_create(plan=plan, level=level, defaults=texts)
    old, new = {name: before[name] for name in changed}, {name: values[name] for name in changed}
    keep_change(plan, None, "、".join(name_text(name) for name in changed), old, new, reason, actor, at)
    record_plan(plan, actor, at, "save_texts", {"changed": changed, "reason": reason.strip()})
    return len(changed)


def name_text(name: str) -> str:
    """Name an entry of the texts' form or of an item in people's words."""
    known = {
        "title": "标题", "guiding_idea": "指导思想", "assessment": "考核办法和措施", "kind": "类别", "content": "内容",
        "due_on": "时限", "unit_id": "责任单位", "measure_id": "举措", "campaign_id": "专题", "state": "状态",
        "done_on": "完成日", "reason": "原因",
    }  # fmt: skip
    part, _, level = name.partition("_")
    if level in Level.__members__:
        return f"{Level[level]}的{'目标' if part == 'goals' else '内容'}"
    return known.get(name, name)


# -- items ------------------------------------------------------------------------------------------------------------


def gather_item(item: PlanItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ITEM_COLUMNS}


def digest_item(item: PlanItem) -> str:
    return digest_values(gather_item(item) | {"state": item.state, "done_on": item.done_on})


@transaction.atomic
def add_item(
    actor: Actor, plan: Plan, values: Mapping[str, Any], *, at: datetime, reason: str = "",
    done_on: date | None = None, parent: PlanItem | None = None,
) -> PlanItem:  # fmt: skip
    """Add an item (``values`` by ITEM_COLUMNS). With ``done_on`` it is 计划外: done without having been planned.

    Raises ``outside_year``, ``plan_waits``, ``reason_missing``.
    """
    plan = lock_plan(plan)
    demand_editing(actor, plan, reason or ("计划外" if done_on else ""))
    demand_within_year(values.get("due_on") or done_on, plan.year)
    if done_on is not None:
        _demand_past(done_on, at)
    columns = {name: values[name] for name in ITEM_COLUMNS if name in values}
    if plan.person_id is not None:
        columns["unit_id"] = None
    elif columns.get("unit_id") is None:
        columns["unit_id"] = plan.unit_id
    item = PlanItem.objects.create(
        bureau=plan.bureau, plan=plan, person=plan.person, parent=parent, done_on=done_on,
        state=ItemState.EXTRA if done_on else ItemState.OPEN, **columns,
    )  # fmt: skip
    if done_on is None:
        keep_change(plan, item, item.title, {}, gather_item(item), reason, actor, at)
    _record_item(item, actor, at, "add_item", {"plan": plan.pk, "reason": reason.strip()})
    return item


def _demand_past(day: date, at: datetime) -> None:
    today = timezone.localdate(at)
    if day > today:
        raise Refusal("done_in_future", f"完成日不能晚于今天（{today.month}月{today.day}日）。")


def _lock_item(item: PlanItem) -> PlanItem:
    related = ("bureau", "plan__bureau", "plan__unit", "plan__person", "unit", "person")
    return PlanItem.objects.select_for_update(of=("self",)).select_related(*related).get(pk=item.pk)


def _demand_item(actor: Actor, item: PlanItem, reason: str) -> None:
    demand_open_year(item.bureau_id, date(item.plan.year, 1, 1) if item.plan else item.due_on)
    if item.plan is not None:
        demand_editing(actor, item.plan, reason)
    elif not may_write_item(actor, item):
        raise Refusal("not_plan_writer", "这一项由责任单位或本人修改。", status=403)


@transaction.atomic
def change_item(
    actor: Actor, item: PlanItem, values: Mapping[str, Any], *, shown: str, reason: str, at: datetime
) -> bool:
    """Change what an item says; False when nothing differs. Raises ``stale_plan`` when it changed under the actor."""
    item = _lock_item(item)
    _demand_item(actor, item, reason)
    if shown != digest_item(item):
        refuse_stale(item.bureau.code, f"plan-item:{item.pk}")
    if item.plan is not None:
        demand_within_year(values.get("due_on", item.due_on), item.plan.year)
    before = gather_item(item)
    after = {**before, **{name: values[name] for name in ITEM_COLUMNS if name in values}}
    if item.unit_id is not None and after["unit_id"] is None:
        after["unit_id"] = item.unit_id
    changed = list_changed(before, after)
    if not changed:
        return False
    _set(item, **{name: after[name] for name in changed})
    old, new = {name: before[name] for name in changed}, {name: after[name] for name in changed}
    keep_change(item.plan, item, item.title, old, new, reason, actor, at)
    _record_item(
        item, actor, at, "change_item", {"before": _plain(old), "after": _plain(new), "reason": reason.strip()}
    )
    return True


def _set(item: PlanItem, **values: Any) -> None:
    for name, value in values.items():
        setattr(item, name, value)
    item.save(update_fields=list(values))


@transaction.atomic
def drop_item(actor: Actor, item: PlanItem, *, at: datetime) -> None:
    """Take an item out of a draft. An approved plan's items are cancelled with a reason instead."""
    item = _lock_item(item)
    _demand_item(actor, item, "删去")
    if item.plan is None or item.plan.state not in EDITABLE:
        raise Refusal("item_stays", "已批准的计划条目不删去。不再办的，请“取消”并写明原因。")
    _record_item(item, actor, at, "drop_item", {"plan": item.plan.pk})
    item.delete()


@transaction.atomic
def complete_item(actor: Actor, item: PlanItem, on: date, *, at: datetime) -> None:
    """Say that an item was done on a day. Raises ``done_in_future``, ``item_not_open``, ``plan_not_approved``."""
    item = _lock_item(item)
    if not may_finish_item(actor, item):
        raise Refusal("not_plan_writer", "这一项由责任单位或本人填写完成情况。", status=403)
    if item.plan is not None and item.plan.state != PlanState.APPROVED:
        raise Refusal("plan_not_approved", "计划批准以后再填写完成情况。")
    _demand_open(item)
    _demand_past(on, at)
    _finish(item, on, actor, at, "complete_item")


@transaction.atomic
def mark_item_held(item: PlanItem, on: date, actor: Actor, at: datetime) -> bool:
    """Finish an item because its session was held on a day; False when it was finished or cancelled before.

    Called by the room of sessions when roll-call ends, so whoever ends it needs no power over the plan.
    """
    item = _lock_item(item)
    if item.state not in OPEN_STATES:
        return False
    _finish(item, on, actor, at, "mark_item_held")
    return True


def _finish(item: PlanItem, on: date, actor: Actor, at: datetime, verb: str) -> None:
    _set(item, state=ItemState.DONE, done_on=on)
    _record_item(item, actor, at, verb, {"done_on": on.isoformat()})
    if item.parent_id is None or item.unit_id is None:
        return
    above = _lock_item(PlanItem(pk=item.parent_id))
    if above.unit_id == item.unit_id and above.state in OPEN_STATES:  # one unit, one deed: entered once
        _finish(above, on, actor, at, verb)


def _demand_open(item: PlanItem) -> None:
    demand_open_year(item.bureau_id, date(item.plan.year, 1, 1) if item.plan else item.due_on)
    if item.state == ItemState.DONE:
        assert item.done_on is not None
        raise Refusal("item_not_open", f"“{item.title}”已于 {item.done_on.month}月{item.done_on.day}日完成。")
    if item.state not in OPEN_STATES:
        raise Refusal("item_not_open", f"“{item.title}”已是“{item.state}”。")


@transaction.atomic
def reopen_item(actor: Actor, item: PlanItem, *, reason: str, at: datetime) -> None:
    """Take back a completion or a cancellation, with the reason; a session held keeps its item done."""
    item = _lock_item(item)
    _demand_item(actor, item, reason)
    _demand_reason(reason, "改回未完成要写明原因。")
    if item.state not in (ItemState.DONE, ItemState.CANCELLED):
        raise Refusal("item_open", f"“{item.title}”还没有完成。")
    if has_held_session(item):
        raise Refusal("session_held", f"“{item.title}”的会议已经召开，不能改回未完成。")
    before = {"state": item.state, "done_on": item.done_on}
    _set(item, state=ItemState.OPEN, done_on=None, reason="")
    keep_change(item.plan, item, item.title, before, {"state": ItemState.OPEN, "done_on": None}, reason, actor, at)
    _record_item(item, actor, at, "reopen_item", {"reason": reason.strip()})


def has_held_session(item: PlanItem) -> bool:
    return PlanItem.objects.filter(pk=item.pk, sessions__state="已召开").exists()


def _demand_reason(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise Refusal("reason_missing", sentence)


@transaction.atomic
def postpone_item(actor: Actor, item: PlanItem, on: date, *, reason: str, at: datetime) -> None:
    """Give an item a later day. Raises ``reason_missing``, ``not_later``, ``outside_year``, ``item_not_open``."""
    item = _lock_item(item)
    _demand_reason(reason, "延期要写明原因。")
    _demand_item(actor, item, reason)
    _demand_open(item)
    demand_within_year(on, item.plan.year if item.plan is not None else (item.due_on or on).year)
    if item.due_on is not None and on <= item.due_on:
        raise Refusal("not_later", f"新的时限要晚于原来的 {item.due_on.month}月{item.due_on.day}日。")
    before = {"state": item.state, "due_on": item.due_on}
    _set(item, state=ItemState.POSTPONED, due_on=on, reason=reason.strip()[:200])
    keep_change(item.plan, item, item.title, before, {"state": item.state, "due_on": on}, reason, actor, at)
    _record_item(item, actor, at, "postpone_item", {"before": _plain(before), "due_on": on.isoformat()})


@transaction.atomic
def cancel_item(actor: Actor, item: PlanItem, *, reason: str, at: datetime) -> None:
    """Cancel an item with a reason. Raises ``session_held`` when its session was held already."""
    item = _lock_item(item)
    _demand_reason(reason, "取消要写明原因。")
    _demand_item(actor, item, reason)
    if has_held_session(item):
        raise Refusal("session_held", f"“{item.title}”的会议已经召开，不能取消。")
    _demand_open(item)
    before = {"state": item.state}
    _set(item, state=ItemState.CANCELLED, reason=reason.strip()[:200])
    keep_change(item.plan, item, item.title, before, {"state": item.state}, reason, actor, at)
    _record_item(item, actor, at, "cancel_item", {"reason": reason.strip()})


@transaction.atomic
def take_over(actor: Actor, plan: Plan, item_ids: set[int] | None, *, reason: str = "", at: datetime) -> list[PlanItem]:
    """承接: make an item here for each chosen open item of the plan above (None: all that concern this level)."""
    plan = lock_plan(plan)
    demand_editing(actor, plan, reason)
    upper = find_upper_plan(plan, actor.on)
    if upper is None:
        raise Refusal("no_upper_plan", f"上级 {plan.year} 年的计划还没有批准，暂时没有可以承接的条目。")
    chosen = [one for one in list_takeable(plan, upper) if item_ids is None or one.pk in item_ids]
    made = [
        PlanItem.objects.create(
            bureau=plan.bureau, plan=plan, person=plan.person, unit=plan.unit, parent=one, kind=one.kind,
            title=one.title, content=one.content, due_on=one.due_on, campaign=one.campaign,
        )
        for one in chosen
    ]  # fmt: skip
    for item in made:
        keep_change(plan, item, item.title, {}, gather_item(item), reason, actor, at)
    if made:
        record_plan(plan, actor, at, "take_over", {"items": [item.pk for item in made], "from": upper.pk})
    return made


# -- approval ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def submit_plan(actor: Actor, plan: Plan, *, at: datetime) -> None:
    """Hand a draft in. Raises ``plan_empty`` for one without items."""
    plan = lock_plan(plan)
    if not may_write(actor, plan):
        raise Refusal("not_plan_writer", "这份计划由它的起草人提交。", status=403)
    if plan.state not in EDITABLE:
        raise Refusal("plan_not_draft", f"这份计划现在是“{plan.state}”，不用再提交。")
    if not plan.items.exists():
        raise Refusal("plan_empty", "计划里还没有条目，先加一项再提交。")
    _move(plan, PlanState.SUBMITTED, submitted_at=at)
    record_plan(plan, actor, at, "submit_plan")


@transaction.atomic
def withdraw_plan(actor: Actor, plan: Plan, *, at: datetime) -> None:
    """Take back a plan that waits for approval, to go on writing."""
    plan = lock_plan(plan)
    if not may_write(actor, plan) or plan.state != PlanState.SUBMITTED:
        raise Refusal("plan_not_waiting", f"这份计划现在是“{plan.state}”，不能撤回。")
    _move(plan, PlanState.DRAFT, submitted_at=None)
    record_plan(plan, actor, at, "withdraw_plan")


@transaction.atomic
def decide_plan(actor: Actor, plan: Plan, *, approve: bool, decision: str, at: datetime) -> None:
    """Approve a plan or give it back (退回修改) with what to change.

    The bureau's own plan is approved with the decision of the meeting that passed it.
    """
    plan = lock_plan(plan)
    if is_own(actor, plan):
        raise Refusal("own_plan", "自己的计划由别人审批，可以请学习办公室审批。", status=403)
    if not may_decide(actor, plan):
        raise Refusal("not_plan_approver", "支部计划由学习办公室审批，个人计划由支部书记审批。", status=403)
    if plan.state != PlanState.SUBMITTED:
        raise Refusal("plan_not_waiting", f"这份计划现在是“{plan.state}”，不用审批。")
    if approve and tell_tier(plan) is PlanTier.BUREAU:
        _demand_reason(decision, "请写明是哪次会议通过的。")
    if not approve:
        _demand_reason(decision, "退回修改要写明改什么。")
    _move(
        plan, PlanState.APPROVED if approve else PlanState.RETURNED, decided_at=at, decided_by=str(actor.user)[:64],
        decision=decision.strip()[:300],
    )  # fmt: skip
    record_plan(plan, actor, at, "approve_plan" if approve else "return_plan", {"decision": decision.strip()})


@transaction.atomic
def issue_plan(actor: Actor, plan: Plan, on: date, *, at: datetime) -> None:
    """Record the day the approved document goes out."""
    plan = lock_plan(plan)
    if not may_write(actor, plan) or plan.state != PlanState.APPROVED:
        raise Refusal("plan_not_approved", "批准以后再填印发日期。")
    note_issue(plan, on, actor, at=at)


@transaction.atomic
def note_issue(plan: Plan, on: date, actor: Actor, *, at: datetime) -> None:
    """Note the day on an approved plan: also when it goes out as an official document that somebody else signs."""
    plan.issued_on = on
    plan.save(update_fields=["issued_on"])
    record_plan(plan, actor, at, "issue_plan", {"issued_on": on.isoformat()})


def _move(plan: Plan, state: PlanState, **values: Any) -> None:
    plan.state = state
    for name, value in values.items():
        setattr(plan, name, value)
    plan.save(update_fields=["state", *values])
