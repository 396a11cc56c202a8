"""Who imports, and when an import may be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shanxue.accounts.models import User
from shanxue.exams.actions.bank import KIND as BANK
from shanxue.intake.models import Batch, Upload
from shanxue.intake.registry import open_registry
from shanxue.intake.uploads import find_upload
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor, demand_power

UNDO_WITHIN = timedelta(hours=24)


def demand_importer(actor: Actor) -> Bureau:
    """Give the bureau whose files the actor may import. A file may speak of any unit: the whole office is needed."""
    demand_power(actor.keeps_whole_office)
    assert actor.bureau is not None
    return actor.bureau


def find_own(actor: Actor, token: str) -> Upload:
    return find_upload(demand_importer(actor).code, actor.user.username, token)


def is_undone_here(batch: Batch) -> bool:
    """Whether the importer itself wrote the batch; a question bank's is taken back on the bank's own page."""
    return batch.kind != BANK and (not batch.kind or batch.kind in open_registry().handlers)


def may_undo(batch: Batch, now: datetime) -> bool:
    return batch.undone_at is None and is_undone_here(batch) and now - batch.at <= UNDO_WITHIN


@dataclass(frozen=True)
class BatchView:
    """One import with the names of who did it and who took it back."""

    batch: Batch
    may_undo: bool
    who: str
    undone_by: str


def describe_batches(batches: Iterable[Batch], now: datetime) -> list[BatchView]:
    """Show batches with names instead of sign-in names: one query."""
    found = list(batches)
    names = {name for batch in found for name in (batch.actor, batch.undone_by) if name}
    accounts = User.objects.filter(username__in=names).exclude(display_name="")
    known = dict(accounts.values_list("username", "display_name"))
    return [
        BatchView(
            batch, may_undo(batch, now), known.get(batch.actor, batch.actor),
            known.get(batch.undone_by, batch.undone_by),
        )
        for batch in found
    ]  # fmt: skip
