"""The chain of one record from the plan to the score, read from what the rooms keep and from the trail (A2)."""

from __future__ import annotations

from collections.abc import Callable

from shanxue.base.errors import refuse_missing
from shanxue.orgs.queries import Actor

from .matters import read_document, read_finding, read_payment
from .records import read_item, read_note, read_outcome, read_result, read_score
from .sessions import read_make_up, read_mark, read_session
from .shape import Chain

__all__ = ["Chain", "find_chain"]

READERS: dict[str, Callable[[Actor, int], Chain]] = {
    "session": read_session, "mark": read_mark, "makeup": read_make_up, "note": read_note, "item": read_item,
    "score": read_score, "outcome": read_outcome, "result": read_result, "finding": read_finding,
    "payment": read_payment, "document": read_document,
}  # fmt: skip


def find_chain(actor: Actor, kind: str, pk: int) -> Chain:
    """Read the chain of one record that the actor may see, by its kind; the same words for absent and for foreign."""
    reader = READERS.get(kind)
    if reader is None or not actor.reads_others or actor.bureau is None:
        raise refuse_missing("这条记录")
    return reader(actor, pk)
