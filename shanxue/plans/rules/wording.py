"""An obligation in plain Chinese, composed from its own parameters, so that text and rule cannot drift apart."""

from __future__ import annotations

from fractions import Fraction

from shanxue.base.points import MILLI, format_scaled

from .obligations import (
    Amounts,
    Attendance,
    Cycle,
    Deadline,
    Event,
    FixedDay,
    Frequency,
    Obligation,
    Pairs,
    Quorum,
    QuorumOf,
    Quota,
    Trigger,
    Who,
)
from .vocabulary import PERIOD_WORDS, WEEKDAYS

SOURCE_NAMES = {
    "session": "会议", "credit": "认定学时", "note": "笔记", "outcome": "成果", "score": "测试", "plan": "计划条目",
    "receipt": "组织关系接收",
}  # fmt: skip
NTH = {1: "第一个", 2: "第二个", 3: "第三个", 4: "第四个", -1: "最后一个"}
HALVES = {Fraction(1, 2): "半数", Fraction(2, 3): "三分之二", Fraction(1, 3): "三分之一"}


def describe_obligation(obligation: Obligation) -> str:
    """Describe what is asked of whom: 党支部每季度至少召开1次支部党员大会（一般要求）；…。"""
    soft = "一般要求：" if obligation.soft else ""
    grace = f"；宽限{obligation.grace_days}天" if obligation.grace_days else ""
    return f"{soft}{describe_who(obligation.who)}{describe_demand(obligation)}{grace}。"


def describe_who(who: Who) -> str:
    if who.of_units:
        size = f"（正式党员{who.least_members}人以上）" if who.least_members else ""
        return "、".join(who.unit_kinds) + size
    parts = (who.staff_states, who.rank_classes, who.unit_kinds, who.roles, who.statuses)
    words = ["、".join(part) for part in parts if part]
    tail = "" if who.roles or who.statuses else "人员"
    return "的".join(words) + tail


def describe_demand(obligation: Obligation) -> str:
    demand = obligation.demand
    if isinstance(demand, Frequency):
        return f"每{PERIOD_WORDS[demand.period]}至少{demand.least}次{describe_event(demand.event)}"
    if isinstance(demand, FixedDay):
        return f"{describe_fixed_day(demand)}开展{describe_event(demand.event)}{describe_shift(demand)}"
    if isinstance(demand, Attendance):
        each = "每次" if demand.each else ""
        return (
            f"每{PERIOD_WORDS[demand.period]}的{each}{describe_event(demand.event)}，{describe_quorum(demand.quorum)}"
        )
    if isinstance(demand, Amounts):
        join = "或者" if demand.any else "，并且"
        amounts = join.join(describe_quota(quota) for quota in demand.quotas)
        return f"每{PERIOD_WORDS[demand.period]}完成{amounts}"
    if isinstance(demand, Cycle):
        return _describe_cycle(demand)
    if isinstance(demand, Deadline):
        return _describe_deadline(demand)
    return _describe_pairs(demand)


def describe_event(event: Event) -> str:
    """Name the records that count, with what one must have to count."""
    name = "、".join(event.kinds or event.tiers) or SOURCE_NAMES[event.source]
    if event.kinds and event.tiers:
        name = f"{'、'.join(event.tiers)}的{name}"
    if event.by_roles:
        name = f"由{'或'.join(event.by_roles)}讲授的{name}"
    bounds = [
        f"时长不少于{event.least_minutes}分钟" if event.least_minutes else "",
        f"每篇不少于{event.least_characters}字" if event.least_characters else "",
        describe_quorum(event.quorum) if event.quorum else "",
    ]
    said = "，".join(bound for bound in bounds if bound)
    return f"{name}（{said}）" if said else name


def describe_quorum(quorum: Quorum) -> str:
    of = {QuorumOf.EXPECTED: "应到人数", QuorumOf.FULL: "应到正式党员", QuorumOf.COMMITTEE: "支部委员"}[quorum.of]
    half = HALVES.get(quorum.ratio)
    percent = format_scaled(int(quorum.ratio * 100 * MILLI), MILLI, trim=True)
    share = f"的{half}" if half else f"的{percent}%"
    return f"到会{'超过' if quorum.strict else '不少于'}{of}{share}"


def describe_quota(quota: Quota) -> str:
    amount = format_scaled(quota.least_milli, MILLI, trim=True)
    if quota.event.source == "credit":
        kinds = "、".join(quota.event.kinds)
        return f"{kinds}不少于{amount}{quota.measure}"
    return f"{describe_event(quota.event)}不少于{amount}{quota.measure}"


def describe_fixed_day(demand: FixedDay) -> str:
    if demand.month_day is not None:
        return f"每月{demand.month_day}日"
    day = f"周{WEEKDAYS[demand.weekday or 0]}"
    return f"每{day}" if demand.period == "week" else f"每月{NTH[demand.nth]}{day}"


def describe_shift(demand: FixedDay) -> str:
    holiday = {"after": "遇节假日顺延到下一个工作日", "before": "遇节假日提前到上一个工作日", "none": ""}
    parts = [holiday[demand.on_holiday], f"可在前后{demand.shift_days}天内调整" if demand.shift_days else ""]
    said = "，".join(part for part in parts if part)
    return f"，{said}" if said else ""


def _describe_cycle(demand: Cycle) -> str:
    amounts = "或者".join(describe_quota(quota) for quota in demand.quotas)
    text = f"每{demand.years}年累计{amounts}（从{demand.from_year}年起计周期）"
    if demand.yearly is None:
        return text
    share = f"{demand.yearly.numerator}/{demand.yearly.denominator}"
    return f"{text}，每年完成{share}，不足的{'周期内可以补上' if demand.catch_up else '不能结转'}"


def _describe_deadline(demand: Deadline) -> str:
    span = (f"{demand.months}个月" if demand.months else "") + (f"{demand.days}天" if demand.days else "") + "内"
    what = describe_event(demand.event)
    times = f"至少{demand.least}次" if demand.least > 1 else ""
    return f"{describe_trigger(demand.trigger, span)}完成{times}{what}"


def describe_trigger(trigger: Trigger, span: str) -> str:
    if trigger.kind == "yearly":
        return f"每年{trigger.month}月{trigger.day}日前"
    if trigger.kind == "period_end":
        return f"每{PERIOD_WORDS[trigger.period]}最后{trigger.workdays}个工作日内"
    if trigger.kind == "founded":
        return f"成立后{span}"
    if trigger.kind == "transfer":
        return f"转出后{span}"
    words = "或".join(trigger.words)
    return f"任{words}后{span}" if trigger.kind == "role" else f"{words}后{span}"


def _describe_pairs(demand: Pairs) -> str:
    sides = "、".join(f"{one.left}与{one.right}" for one in demand.classes)
    return f"每{PERIOD_WORDS[demand.period]}{describe_event(demand.event)}：{sides}之间，每人至少{demand.least}次"
