"""The end of a fund's year (结转): what is left goes to the next year's fund, and the year is closed for good."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from shanxue.base.errors import Refusal
from shanxue.orgs.queries import Actor

from ..models import Carry, Fund, Purpose, Source
from ..queries.funds import list_leaves, list_open_commitments, read_balance
from ..rules import FundState
from ..rules.money import write_yuan
from .funds import CARRIED_SOURCE, Decision, demand_decision, lock_fund, record


@transaction.atomic
def close_fund(actor: Actor, fund_id: int, decision: Decision, *, at: datetime) -> Fund:
    """Carry what every purpose left to the purpose of the same name next year, then close the year.

    Raises Refusal ``open_commitments`` while something ordered is neither paid nor ended, ``year_not_over`` before the
    last month. Both sides of a carry are one row, so they balance.
    """
    fund = lock_fund(actor, fund_id)
    demand_decision(decision, at, fund.year)
    today = timezone.localdate(at)
    if (today.year, today.month) < (fund.year, 12):
        raise Refusal("year_not_over", f"{fund}还没有到年底，{fund.year} 年 12 月起才能结转。")
    demand_no_commitments(fund)
    following, _made = Fund.objects.get_or_create(bureau=fund.bureau, year=fund.year + 1)
    following = lock_fund(actor, following.pk)
    carried = sum(_carry(actor, purpose, following, at) for purpose in list_leaves(fund))
    if carried:
        _bring_in(actor, following, carried, fund, at)
    fund.state, fund.closed_at, fund.closed_by = FundState.CLOSED, at, str(actor.user)
    fund.meeting, fund.decided_on = decision.meeting, decision.on
    fund.save(update_fields=["state", "closed_at", "closed_by", "meeting", "decided_on"])
    record(actor, "close_fund", f"fund:{fund.pk}", at, carried_fen=carried, meeting=decision.meeting,
           decided_on=decision.on.isoformat(), reason=decision.reason)  # fmt: skip
    return fund


def demand_no_commitments(fund: Fund) -> None:
    waiting = list_open_commitments(fund)
    if waiting:
        named = "、".join(f"“{one.what}”{write_yuan(one.open_fen)} 元" for one in waiting[:5])
        more = f"等 {len(waiting)} 笔" if len(waiting) > 5 else ""
        raise Refusal("open_commitments", f"还有预订没有付清：{named}{more}。请先付款、结清或取消，再结转。")


def _carry(actor: Actor, purpose: Purpose, following: Fund, at: datetime) -> int:
    left = read_balance(purpose).left
    if left == 0:
        return 0
    target = _find_target(purpose, following)
    Carry.objects.create(source=purpose, target=target, amount_fen=left, at=at, actor=str(actor.user))
    Purpose.objects.filter(pk=purpose.pk).update(carried_fen=F("carried_fen") + left)
    Purpose.objects.filter(pk=target.pk).update(opening_fen=F("opening_fen") + left)
    return left


def _find_target(purpose: Purpose, following: Fund) -> Purpose:
    """The purpose of the same name next year, below one of the same name; a branch of that name takes no money."""
    parent = None
    if purpose.parent is not None:
        parent = following.purposes.filter(name=purpose.parent.name).first() or _add(following, purpose.parent.name)
    found = following.purposes.filter(name=purpose.name).first()
    if found is None:
        return _add(following, purpose.name, parent)
    leaf = found.children.order_by("position", "pk").first()
    if leaf is not None:
        name = f"{purpose.name[:26]}（结转）"
        return following.purposes.filter(name=name).first() or _add(following, name, found)
    return found


def _add(fund: Fund, name: str, parent: Purpose | None = None) -> Purpose:
    last = fund.purposes.aggregate(last=Max("position"))["last"] or 0
    return Purpose.objects.create(fund=fund, parent=parent, name=name, position=last + 1)


def _bring_in(actor: Actor, following: Fund, carried_fen: int, fund: Fund, at: datetime) -> None:
    source, made = Source.objects.get_or_create(
        fund=following, name=CARRIED_SOURCE,
        defaults={"amount_fen": carried_fen, "document": str(fund), "at": at, "actor": str(actor.user)},
    )  # fmt: skip
    if not made:
        Source.objects.filter(pk=source.pk).update(amount_fen=F("amount_fen") + carried_fen)
    Fund.objects.filter(pk=following.pk).update(
        sourced_fen=F("sourced_fen") + carried_fen, allotted_fen=F("allotted_fen") + carried_fen
    )
