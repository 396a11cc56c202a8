"""Carrying out how long personal data are kept. Sealed packages are never touched: their retention is another thing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shanxue.audit.actions import record_entry
from shanxue.orgs.models import Bureau

from ..keeping import RULES, list_falling, select_due
from ..rules.keeping import KEEPINGS, Falling


@transaction.atomic
def carry_out_retention(bureau: Bureau, *, actor: str, at: datetime) -> list[Falling]:
    """Delete or clear what is over and not needed by anything open; how much of each kind stands in the trail."""
    before = {one.keeping.code: one for one in list_falling(bureau, at)}
    done = {keeping.code: RULES[keeping.code].act(select_due(keeping.code, bureau, at)) for keeping in KEEPINGS}
    counts = {code: count for code, count in done.items() if count}
    if counts:
        record_entry(
            chain=bureau.code,
            actor=actor,
            at=at,
            verb="archive.carry_out_retention",
            subject="retention",
            detail=counts,
        )
    return [Falling(keeping, done[keeping.code], before[keeping.code].spared) for keeping in KEEPINGS]
