"""Making a month's brief and keeping it as it was made; and what of it stands otherwise now."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime

from django.db import transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.base.periods import add_months
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor
from shanxue.supervision.queries.duties import build_units_board

from .models import KeptBrief
from .overview import build_overview, list_lights
from .rules.brief import Brief, find_last_day, list_updates, pack, unpack, write_brief
from .rules.overview import Overview


def name_scope_key(actor: Actor) -> str:
    """Name what the actor reads, so that who reads the same shares a brief: "" for the whole bureau, else unit ids."""
    units = {grant.unit_id for grant in actor.reading_grants}
    return "" if None in units else ",".join(str(pk) for pk in sorted(pk for pk in units if pk is not None))


def list_briefs(actor: Actor) -> list[KeptBrief]:
    """List the newest version of each month's brief of what the actor reads, the latest month first. One query."""
    found = KeptBrief.objects.filter(bureau=actor.bureau, scope=name_scope_key(actor)).order_by("month", "version")
    return list(reversed({brief.month: brief for brief in found}.values()))


def find_brief(actor: Actor, brief_id: int) -> KeptBrief:
    found = KeptBrief.objects.filter(bureau=actor.bureau, scope=name_scope_key(actor), pk=brief_id).first()
    if found is None:
        raise refuse_missing("这份简报")
    return found


def find_brief_of(actor: Actor, month: date) -> KeptBrief | None:
    found = KeptBrief.objects.filter(bureau=actor.bureau, scope=name_scope_key(actor), month=month)
    return found.order_by("-version").first()


def read_brief(kept: KeptBrief) -> Brief:
    return unpack(kept.figures)


def compose_brief(actor: Actor, month: date, now: datetime, overview: Overview | None = None) -> Brief:
    """Compose a month's brief from the records of today. ``overview``: the page of that day, where it is at hand."""
    if month > actor.on:
        raise Refusal("month_to_come", f"{month.year}年{month.month}月还没有到，简报只能生成到本月。")
    assert actor.bureau is not None
    on = find_last_day(month, actor.on)
    page = overview if overview is not None and overview.on == on else build_overview(actor, on, now)
    end = find_last_day(add_months(month, -1), actor.on)
    return write_brief(actor.bureau.name, month, page, list_lights(build_units_board(actor, end), end))


def list_updates_of(kept: KeptBrief, page: Overview) -> list[str]:
    """Say which figures of a brief stand otherwise on the page of today; no query."""
    brief = read_brief(kept)
    return list_updates(brief, write_brief(brief.bureau, brief.month, page, ()))


def make_brief(actor: Actor, month: date, *, at: datetime) -> KeptBrief:
    """Make a month's brief, or a new version where figures stand otherwise; else the one there is.

    Raises ``Refusal`` for a month to come, and where nothing changed and nothing waits.
    """
    month = month.replace(day=1)
    brief = compose_brief(actor, month, at)
    if brief.says_nothing and find_brief_of(actor, month) is None:
        raise Refusal("nothing_changed", "这个月没有变化，未生成简报。")
    return keep_brief(actor, brief, at)


@transaction.atomic
def keep_brief(actor: Actor, brief: Brief, at: datetime) -> KeptBrief:
    """Keep a brief as the month's next version; the one there is, where no figure stands otherwise."""
    assert actor.bureau is not None
    Bureau.objects.select_for_update().get(pk=actor.bureau.pk)  # two clicks at once must not make two versions
    last = find_brief_of(actor, brief.month)
    if last is not None and not list_updates(read_brief(last), brief):
        return last
    figures = pack(brief)
    text = json.dumps(figures, ensure_ascii=False, sort_keys=True)
    made = KeptBrief.objects.create(
        bureau=actor.bureau, scope=name_scope_key(actor), month=brief.month, version=last.version + 1 if last else 1,
        figures=figures, sha256=hashlib.sha256(text.encode()).hexdigest(), at=at, actor=str(actor.user),
    )  # fmt: skip
    record_entry(
        chain=actor.bureau.code, actor=actor.user.username, at=at, verb="bulletins.make_brief",
        subject=f"brief:{made.pk}",
        detail={"month": brief.month.isoformat(), "version": made.version, "sha256": made.sha256},
    )  # fmt: skip
    return made
