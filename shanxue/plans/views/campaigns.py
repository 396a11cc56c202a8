"""Pages of themed campaigns (D13)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power, find_led_unit, is_leading
from shanxue.web.forms import act

from ..actions import campaigns as actions
from ..forms.campaigns import CampaignForm, CloseForm
from ..models import Campaign
from ..queries import campaigns as queries
from ..rules import CampaignState, ItemState
from ..rules.planning import count_kept, judge_item

DONE, HELD = "done", "held"  # the rows that a number of the page counts


@login_required
@require_safe
def show_campaigns(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(not actor.is_admin and bool(actor.powers))
    return render(request, "plans/campaigns.html", {"campaigns": queries.list_campaigns(actor)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """A campaign with its items and sessions; posting closes it with its result."""
    actor = demand_actor(request)
    campaign = queries.find_campaign(actor, campaign_id)
    writes = is_leading(actor, campaign.unit)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        demand_power(writes)
        result = form.cleaned_data["result"]
        if act(form, lambda: actions.close_campaign(actor, campaign, result, at=timezone.now())):
            messages.success(request, _("“%(name)s”已结束，成果已记下。") % {"name": campaign.name})
            return redirect("plans:campaign", campaign.pk)
    items = queries.list_campaign_items(campaign)
    sessions = queries.list_campaign_sessions(campaign)
    only = request.GET.get("only", "")
    page = {
        "campaign": campaign, "only": only, "writes": writes, "form": form,
        "runs": campaign.state == CampaignState.RUNNING,
        "rows": [(item, *judge_item(item.state, item.due_on, actor.on)) for item in items
                 if only != DONE or item.state == ItemState.DONE],
        "sessions": [one for one in sessions if only != HELD or one["state"] == "已召开"],
        "item_count": len(items), "session_count": len(sessions),
        "kept": count_kept((item.state, item.reason) for item in items), "states": ItemState,
        "held": sum(one["state"] == "已召开" for one in sessions),
    }  # fmt: skip
    return render(request, "plans/campaign.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_campaign(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.leads)
    return _edit(request, actor, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    actor = demand_actor(request)
    campaign = queries.find_campaign(actor, campaign_id)
    demand_power(is_leading(actor, campaign.unit))
    return _edit(request, actor, campaign)


def _edit(request: HttpRequest, actor: Actor, campaign: Campaign | None) -> HttpResponse:
    initial = {}
    if campaign is not None:
        initial = {
            "name": campaign.name, "unit_id": campaign.unit_id, "content": campaign.content,
            "from_on": campaign.from_on, "last_on": campaign.last_on,
        }  # fmt: skip
    form = CampaignForm(request.POST or None, units=queries.list_running_units(actor), initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        unit = find_led_unit(actor, values["unit_id"])
        told = {name: values[name] for name in ("name", "content", "from_on", "last_on")}
        saved: list[Campaign] = []
        if act(form, lambda: saved.append(actions.save_campaign(actor, campaign, unit, **told, at=timezone.now()))):
            messages.success(request, _("已保存“%(name)s”，全局都能看到。") % {"name": values["name"]})
            return redirect("plans:campaign", saved[0].pk)
    page = {"form": form, "campaign": campaign}
    return render(request, "plans/campaign_form.html", page, status=400 if form.errors else 200)
