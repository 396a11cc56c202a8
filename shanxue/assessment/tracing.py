"""Where a record counts: the count's own filter, asked from the record to the items and not the other way round."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from shanxue.activities.facts import read_sessions
from shanxue.orgs.facts import EVERYONE, Slice

from .engine import list_sources, select_evidence
from .facts import gather_person_facts, gather_unit_facts
from .keeping import read_kept_facts
from .queries.results import Shown
from .rules.scheme import Item

Refs = Collection[tuple[str, int]]  # (source, ref), as facts name a record


@dataclass(frozen=True)
class Use:
    """One item that counts some records or measures against them, and whose line they are in."""

    shown: Shown
    item: Item
    subjects: tuple[int, ...]  # people or units, by the scheme


def trace_records(shown: Shown, refs: Refs, subjects: Collection[int], *, session_id: int | None = None) -> list[Use]:
    """List the items of a run's scheme in which records of some subjects stand: what the run kept, or as they are now.

    ``session_id``: the records are of this session, so that no other one is read.
    """
    if not subjects:
        return []
    facts = {source: _pick(frame, source, refs) for source, frame in _gather(shown, refs, subjects, session_id).items()}
    found = []
    for item in shown.scheme.items if facts else ():
        rows = select_evidence(shown.scheme, item.code, facts, subjects)
        if rows.height:
            found.append(Use(shown, item, tuple(rows["subject"].unique().sort().to_list())))
    return found


def _pick(frame: pl.LazyFrame, source: str, refs: Refs) -> pl.LazyFrame:
    return frame.filter(pl.col("ref").is_in([ref for name, ref in refs if name == source]))


def _gather(shown: Shown, refs: Refs, subjects: Collection[int], session_id: int | None) -> dict[str, pl.LazyFrame]:
    run, scheme = shown.run, shown.scheme
    sources = {source for source, _ in refs} & list_sources(scheme)
    if not sources:
        return {}
    kept = read_kept_facts(run, subjects, sources)
    if kept is not None:
        return kept
    sessions = None
    if session_id is not None:
        sessions = read_sessions(Slice(run.bureau_id, scheme.window, 0, EVERYONE), attended=False)
        sessions = sessions.filter(pl.col("session_id") == session_id)
    part = Slice(run.bureau_id, scheme.window, min(subjects), max(subjects))
    if scheme.subject == "person":
        return gather_person_facts(part, scheme, sessions=sessions, narrow=False, only=sources)
    return gather_unit_facts(part, sources, members=None, subunits=None, sessions=sessions)
