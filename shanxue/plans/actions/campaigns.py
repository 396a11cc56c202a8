"""Writing themed campaigns: begin one, change it, close it with what came of it (D13)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, demand_leading

from ..models import Campaign
from ..rules import CampaignState


def _record(campaign: Campaign, actor: Actor, at: datetime, verb: str, detail: dict[str, object]) -> None:
    record_entry(
        chain=campaign.bureau.code, actor=actor.user.username, at=at, verb=f"plans.{verb}",
        subject=f"campaign:{campaign.pk}", detail={"name": campaign.name, **detail},
    )  # fmt: skip


@transaction.atomic
def save_campaign(
    actor: Actor, campaign: Campaign | None, unit: Unit, name: str, content: str, from_on: date, last_on: date, *,
    at: datetime,
) -> Campaign:  # fmt: skip
    """Begin a campaign (None) or change one that runs; ``last_on`` is its last day. Raises ``campaign_taken``."""
    demand_leading(actor, unit)
    if campaign is not None:
        demand_leading(actor, campaign.unit)
        _demand_running(campaign)
    if last_on < from_on:
        raise Refusal("campaign_ends_early", "结束日期早于开始日期。请改正。")
    others = Campaign.objects.filter(bureau=unit.bureau, name=name)
    if (others.exclude(pk=campaign.pk) if campaign else others).exists():
        raise Refusal("campaign_taken", f"已有“{name}”这个专题。换一个名称，如加上年份。")
    is_new = campaign is None
    campaign = campaign or Campaign(bureau=unit.bureau)
    campaign.unit, campaign.name, campaign.content = unit, name, content
    campaign.from_on, campaign.until_on = from_on, last_on + timedelta(days=1)
    campaign.save()
    _record(campaign, actor, at, "begin_campaign" if is_new else "save_campaign", {"unit": unit.code})
    return campaign


def _demand_running(campaign: Campaign) -> None:
    if campaign.state != CampaignState.RUNNING:
        raise Refusal("campaign_closed", f"“{campaign.name}”已经结束，不再修改。")


@transaction.atomic
def close_campaign(actor: Actor, campaign: Campaign, result: str, *, at: datetime) -> None:
    """Close a campaign with what came of it."""
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("bureau", "unit").get(pk=campaign.pk)
    demand_leading(actor, campaign.unit)
    _demand_running(campaign)
    if not result.strip():
        raise Refusal("campaign_without_result", "请写明这个专题的成果，再结束。")
    campaign.state, campaign.result = CampaignState.CLOSED, result.strip()
    campaign.save(update_fields=["state", "result"])
    _record(campaign, actor, at, "close_campaign", {})
