"""Reading themed campaigns (D13): everybody in the bureau sees them; who runs one writes it."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, order_units, scope_led_units
from shanxue.orgs.rules import Line

from ..models import Campaign, PlanItem
from ..rules import CampaignState
from .planning import IN_FORCE


def scope_campaigns(actor: Actor) -> QuerySet[Campaign]:
    campaigns = Campaign.objects.filter(bureau=actor.bureau).select_related("bureau", "unit")
    return campaigns.none() if actor.is_admin or not actor.powers else campaigns


def list_campaigns(actor: Actor) -> list[Campaign]:
    """All campaigns, running ones first, then the latest; with their numbers of items and sessions."""
    found = scope_campaigns(actor).annotate(
        item_count=Count("items", filter=_match_in_force(), distinct=True),
        session_count=Count("sessions", distinct=True),
        held_count=Count("sessions", filter=Q(sessions__state="已召开"), distinct=True),
    )
    return sorted(found, key=lambda one: (one.state != CampaignState.RUNNING, -one.from_on.toordinal(), one.pk))


def _match_in_force() -> Q:
    return Q(items__unit__isnull=False) & (Q(items__plan__isnull=True) | Q(items__plan__state="已批准"))


def list_open_campaigns(actor: Actor) -> list[Campaign]:
    return list(scope_campaigns(actor).filter(state=CampaignState.RUNNING).order_by("from_on", "pk"))


def find_campaign(actor: Actor, campaign_id: int) -> Campaign:
    campaign = scope_campaigns(actor).filter(pk=campaign_id).first()
    if campaign is None:
        raise refuse_missing("这个专题")
    return campaign


def list_campaign_items(campaign: Campaign) -> list[PlanItem]:
    """Items of units in the campaign by day. Personal ones stay between the person and the secretary."""
    items = campaign.items.filter(IN_FORCE, unit__isnull=False).select_related("unit", "plan")
    return sorted(items, key=lambda item: (item.due_on or item.done_on or date.max, item.pk))


def list_campaign_sessions(campaign: Campaign) -> list[dict[str, object]]:
    """Sessions of the campaign by day: pk, topic, on, state, unit's name."""
    rows = Campaign.objects.filter(pk=campaign.pk, sessions__isnull=False).order_by("sessions__on", "sessions__pk")
    names = ("pk", "topic", "on", "state", "unit__name")
    found = rows.values_list(*(f"sessions__{name}" for name in names))
    return [dict(zip(("pk", "topic", "on", "state", "unit"), row, strict=True)) for row in found]


def list_running_units(actor: Actor) -> list[Unit]:
    """Units the actor may run a campaign for."""
    return order_units(scope_led_units(actor).filter(line=Line.PARTY))
