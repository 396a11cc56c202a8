"""Sharing out the items that named scorers give marks for (K26)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shanxue.accounts.models import User
from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor

from ..models import ScorerShare
from ..queries.sharing import Share, Sharing, find_sharing, list_out_of_reach, list_scorers
from .scoring import demand_open_task


@dataclass(frozen=True)
class Wish:
    """Whom a unit is to be scored by, and who stood there on the page; None: everybody who may."""

    scorer: int | None
    seen: int | None


@transaction.atomic
def share_out(actor: Actor, code: str, item: str, wishes: Mapping[int, Wish], *, at: datetime) -> int:
    """Set who scores which units, by unit id; a unit the page did not change stays. Returns how many were changed.

    Raises ``share_changed`` where somebody set it meanwhile, ``not_a_scorer`` and ``out_of_reach``.
    """
    if actor.bureau is None:
        raise refuse_missing("这一项评分")
    bureau = Bureau.objects.select_for_update(no_key=True).get(pk=actor.bureau.pk)  # two clerks: one after the other
    today = timezone.localdate(at)
    sharing = find_sharing(actor, code, item, today)
    demand_open_task(sharing.task)
    shares = {share.unit.pk: share for share in sharing.shares}
    scorers = {user.pk: user for user in list_scorers(bureau, today)}
    changed: dict[str, str] = {}
    for unit_id, wish in wishes.items():
        if wish.scorer == wish.seen:
            continue
        if unit_id not in shares:
            raise refuse_missing("这个单位")
        share = shares[unit_id]
        if not _is_new(share, wish):
            continue
        scorer = _find_scorer(scorers, wish, share, sharing, actor)
        _write(actor, sharing, share, scorer, at)
        changed[share.unit.name] = str(scorer or "")
    if changed:
        record_entry(
            chain=bureau.code, actor=actor.user.username, at=at, verb="assessment.share_out",
            subject=f"score:{code}:{item}"[:80], detail={"scorers": changed},
        )  # fmt: skip
    return len(changed)


def _is_new(share: Share, wish: Wish) -> bool:
    """Whether a wish is to be written. Raises ``share_changed`` where it would replace what nobody saw."""
    held = share.scorer.user_id if share.scorer else None
    if held not in (wish.seen, wish.scorer):
        who = f"改由{share.scorer.name}评" if share.scorer else "改为不指定"
        raise Refusal("share_changed", f"{share.unit.name}在别处{who}了，刚才的没有保存。请核对后再改。", status=409)
    return held != wish.scorer


def _find_scorer(scorers: Mapping[int, User], wish: Wish, share: Share, sharing: Sharing, actor: Actor) -> User | None:
    if wish.scorer is None:
        return None
    scorer = scorers.get(wish.scorer)
    if scorer is None:
        raise Refusal("not_a_scorer", f"{share.unit.name}选的人没有评分的权限。请另选一位，或先授权。")
    missing = list_out_of_reach(scorer, share, sharing, actor.on)
    if missing:
        raise Refusal(
            "out_of_reach",
            f"{scorer}的授权不包括{share.unit.name}的{missing[0]}{'等' if len(missing) > 1 else ''}，评不了。"
            "请另选一位，或先授权。",
        )
    return scorer


def _write(actor: Actor, sharing: Sharing, share: Share, scorer: User | None, at: datetime) -> None:
    shown, item = sharing.task.shown, sharing.task.item
    if scorer is None:
        ScorerShare.objects.filter(unit=share.unit, scheme=shown.scheme.code, item=item.code).delete()
        return
    assert actor.bureau is not None
    ScorerShare.objects.update_or_create(
        unit=share.unit, scheme=shown.scheme.code, item=item.code,
        defaults={"bureau": actor.bureau, "scorer": scorer, "at": at, "actor": str(actor.user)[:64]},
    )  # fmt: skip
