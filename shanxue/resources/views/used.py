"""“经费买了什么、谁在用”: one page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shanxue.base.errors import refuse_missing
from shanxue.orgs.actors import demand_actor

from ..queries import used as queries
from ..queries.funds import find_fund_of_year, list_years, sum_rows
from ..queries.people import demand_money_reader
from ..queries.shelf import count_loans


@login_required
@require_safe
def show_used(request: HttpRequest) -> HttpResponse:
    """By purpose: approved, ordered, paid, left, and what it bought; by place: what was held and who came."""
    actor = demand_actor(request)
    demand_money_reader(actor)
    assert actor.bureau is not None
    asked = request.GET.get("year", "")
    fund = find_fund_of_year(actor, int(asked) if asked.isdecimal() else None)
    if fund is None and asked:
        raise refuse_missing("这一年的经费")
    year = fund.year if fund else actor.on.year
    purposes = queries.list_purpose_uses(fund) if fund else []
    page = {
        "fund": fund, "year": year, "years": list_years(actor), "purposes": purposes,
        "total": sum_rows(one.row for one in purposes), "places": queries.list_place_uses(actor, year),
        "loans": count_loans(actor.bureau, year),
    }  # fmt: skip
    return render(request, "resources/used.html", page)
