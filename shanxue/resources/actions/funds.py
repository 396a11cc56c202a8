"""Keeping the year's fund: sources, purposes, decisions. Every action holds the fund: two never spend at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.queries import Actor

from ..models import Adjustment, Fund, Purpose, Source
from ..queries.funds import find_purpose, read_balance
from ..queries.people import demand_office
from ..rules import FundState
from ..rules.money import write_overdraft, write_yuan

CARRIED_SOURCE = "上年结转"


@dataclass(frozen=True)
class Decision:
    """Who decided, when and why: what every change of approved money rests on."""

    meeting: str
    on: date
    reason: str


def lock_fund(actor: Actor, fund_id: int) -> Fund:
    """Hold a fund until the transaction ends. Raises Refusal ``fund_closed`` once it was carried over."""
    demand_office(actor)
    fund = Fund.objects.select_for_update().filter(bureau=actor.bureau, pk=fund_id).first()
    if fund is None:
        raise refuse_missing("这一年的经费")
    if fund.state == FundState.CLOSED:
        raise Refusal("fund_closed", f"{fund}已经结转，不能再改。要更正的，记在下一年的账上。")
    return fund


def lock_purpose(actor: Actor, purpose_id: int) -> Purpose:
    """Hold the fund of a purpose and read the purpose as it then is. Only a leaf holds money."""
    demand_office(actor)
    fund = lock_fund(actor, find_purpose(actor, purpose_id).fund_id)
    purpose = Purpose.objects.get(pk=purpose_id)
    purpose.fund = fund
    if purpose.children.exists():
        raise Refusal("purpose_is_branch", f"“{purpose}”下面还有分项，钱记在分项上。请选一个分项。")
    return purpose


def record(actor: Actor, verb: str, subject: str, at: datetime, **detail: object) -> None:
    assert actor.bureau is not None
    record_entry(
        chain=actor.bureau.code, actor=actor.user.username, at=at, verb=f"resources.{verb}", subject=subject,
        detail=dict(detail),
    )  # fmt: skip


@transaction.atomic
def open_fund(actor: Actor, year: int, *, at: datetime) -> Fund:
    """Open the fund of a year; a second click gives the same one."""
    demand_office(actor)
    assert actor.bureau is not None
    fund, made = Fund.objects.get_or_create(bureau=actor.bureau, year=year)
    if made:
        record(actor, "open_fund", f"fund:{fund.pk}", at, year=year)
    return fund


@transaction.atomic
def add_source(actor: Actor, fund_id: int, name: str, amount_fen: int, document: str, *, at: datetime) -> Source:
    fund = lock_fund(actor, fund_id)
    demand_amount(amount_fen, "金额")
    if name == CARRIED_SOURCE:
        raise Refusal("source_carried", f"“{CARRIED_SOURCE}”由上年结转时自动记入，不用手工登记。")
    if fund.sources.filter(name=name).exists():
        raise Refusal("source_known", f"{fund}已经有来源“{name}”。同名的两笔请写明区别，如“{name}（第二批）”。")
    source = Source.objects.create(
        fund=fund, name=name, amount_fen=amount_fen, document=document, at=at, actor=str(actor.user)
    )
    Fund.objects.filter(pk=fund.pk).update(sourced_fen=F("sourced_fen") + amount_fen)
    record(actor, "add_source", f"fund:{fund.pk}", at, name=name, amount_fen=amount_fen, document=document)
    return source


@transaction.atomic
def add_purpose(
    actor: Actor, fund_id: int, name: str, approved_fen: int, parent_id: int | None, *, at: datetime
) -> Purpose:
    """Add a purpose with what was approved for it at the beginning of the year; 0 for one that only groups others."""
    fund = lock_fund(actor, fund_id)
    parent = _find_parent(fund, parent_id)
    if fund.purposes.filter(name=name).exists():
        raise Refusal("purpose_known", f"{fund}已经有用途“{name}”。请换一个名称。")
    _allot(fund, approved_fen)
    last = fund.purposes.aggregate(last=Max("position"))["last"] or 0
    purpose = Purpose.objects.create(
        fund=fund, parent=parent, name=name, approved_fen=approved_fen, position=last + 1
    )  # fmt: skip
    record(actor, "add_purpose", f"purpose:{purpose.pk}", at, name=name, approved_fen=approved_fen)
    return purpose


def _find_parent(fund: Fund, parent_id: int | None) -> Purpose | None:
    if parent_id is None:
        return None
    parent = fund.purposes.filter(pk=parent_id).first()
    if parent is None:
        raise refuse_missing("上级用途")
    if parent.parent_id is not None:
        raise Refusal("tree_too_deep", "用途最多分两级。请选第一级的用途作上级。")
    balance = read_balance(parent)
    if balance.limit or balance.committed or balance.paid:
        raise Refusal("purpose_holds_money", f"“{parent}”已经记了钱，不能再分项。请另建一个不记金额的上级用途。")
    return parent


def _allot(fund: Fund, amount_fen: int) -> None:
    """Let purposes spend more or less; together never more than the sources bring."""
    free = fund.sourced_fen - fund.allotted_fen
    if amount_fen > free:
        raise Refusal(
            "sources_short",
            f"{fund}的来源共 {write_yuan(fund.sourced_fen)} 元，还能安排 {write_yuan(free)} 元，"
            f"这里要安排 {write_yuan(amount_fen)} 元。请先登记来源，或改小金额。",
        )
    Fund.objects.filter(pk=fund.pk).update(allotted_fen=F("allotted_fen") + amount_fen)
    fund.allotted_fen += amount_fen


@transaction.atomic
def adjust_purpose(
    actor: Actor, purpose_id: int, amount_fen: int, decision: Decision, *, key: UUID, at: datetime
) -> Adjustment:
    """Approve more (追加) or less (调减) for a purpose. Less than is spent already is refused."""
    purpose = lock_purpose(actor, purpose_id)
    if known := Adjustment.objects.filter(key=key, purpose=purpose).first():
        return known
    demand_decision(decision, at, purpose.fund.year)
    if amount_fen == 0:
        raise Refusal("no_amount", "“金额”不能是 0。追加写正数，调减写负数。")
    _allot(purpose.fund, amount_fen)
    made = _change_limit(actor, purpose, amount_fen, decision, key, at)
    record(actor, "adjust_purpose", f"purpose:{purpose.pk}", at, amount_fen=amount_fen, meeting=decision.meeting,
           decided_on=decision.on.isoformat(), reason=decision.reason)  # fmt: skip
    return made


@transaction.atomic
def shift_money(
    actor: Actor, from_id: int, to_id: int, amount_fen: int, decision: Decision, *, key: UUID, at: datetime
) -> Adjustment:
    """Move approved money between two purposes of one year (调剂): two rows of one decision that balance."""
    giving, taking = lock_purpose(actor, from_id), lock_purpose(actor, to_id)
    if known := Adjustment.objects.filter(key=key, purpose=taking).first():
        return known
    if giving.fund_id != taking.fund_id or giving.pk == taking.pk:
        raise Refusal("shift_nowhere", "调剂要在同一年的两项用途之间。请另选一项用途。")
    demand_amount(amount_fen, "金额")
    demand_decision(decision, at, giving.fund.year)
    _change_limit(actor, giving, -amount_fen, decision, key, at)
    made = _change_limit(actor, taking, amount_fen, decision, key, at)
    record(actor, "shift_money", f"purpose:{giving.pk}", at, to=taking.pk, amount_fen=amount_fen,
           meeting=decision.meeting, decided_on=decision.on.isoformat(), reason=decision.reason)  # fmt: skip
    return made


def _change_limit(
    actor: Actor, purpose: Purpose, amount_fen: int, decision: Decision, key: UUID, at: datetime
) -> Adjustment:
    left = read_balance(purpose).left
    if left + amount_fen < 0:
        raise Refusal(
            "already_spent",
            f"“{purpose}”只剩 {write_yuan(left)} 元没有用，减不下 {write_yuan(-amount_fen)} 元。请改小金额。",
        )
    Purpose.objects.filter(pk=purpose.pk).update(changed_fen=F("changed_fen") + amount_fen)
    return Adjustment.objects.create(
        purpose=purpose, key=key, amount_fen=amount_fen, meeting=decision.meeting, decided_on=decision.on,
        reason=decision.reason, at=at, actor=str(actor.user),
    )  # fmt: skip


def take_money(purpose: Purpose, asked_fen: int, **columns: int) -> None:
    """Change sums of a purpose by so many fen. ``asked_fen`` is what it takes from what is left.

    Raises Refusal ``beyond_the_fund`` in words; the constraint of the table stands behind it.
    """
    balance = read_balance(purpose)
    if asked_fen > balance.left:
        raise Refusal("beyond_the_fund", write_overdraft(purpose.name, balance, asked_fen))
    try:
        with transaction.atomic():
            Purpose.objects.filter(pk=purpose.pk).update(**{name: F(name) + fen for name, fen in columns.items()})
    except IntegrityError:  # somebody was quicker, past the lock
        purpose.refresh_from_db()
        raise Refusal("beyond_the_fund", write_overdraft(purpose.name, read_balance(purpose), asked_fen)) from None


def demand_amount(amount_fen: int, label: str) -> None:
    if amount_fen <= 0:
        raise Refusal("no_amount", f"“{label}”要大于 0。")


def demand_decision(decision: Decision, at: datetime, year: int) -> None:
    if not decision.meeting.strip() or not decision.reason.strip():
        raise Refusal("no_decision", "请写明是哪次会议的决定，以及理由。")
    if decision.on > timezone.localdate(at):
        raise Refusal("decided_later", "“决定日期”晚于今天。请填已经作出的决定。")
    if decision.on.year < year - 1:
        raise Refusal("decided_long_ago", f"“决定日期”早于 {year - 1} 年，不会是{year}年经费的决定。请核对。")
