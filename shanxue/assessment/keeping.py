"""Records kept as they were: at the cut-off, and as each run of a proceeding counted them; and what differs since.

A kept slice is Parquet in the database: it is backed up, restored and erased with everything else.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from shanxue.base.frames import FACT_SCHEMA

from .engine.filters import TIMELESS_SOURCES
from .models import KeptFacts, ProceedingScheme, Run
from .portions import Portion
from .rules.proceedings import Change, digest_values
from .rules.scheme import Scheme

DERIVED = frozenset({"members", "subunits"})  # results of another run: not records of their own
OWNERS = {"person": "people", "branch": "units", "department": "units"}


@dataclass(frozen=True)
class Difference:
    """One record that is not as it was kept. ``before`` and ``after`` are its columns then and now; None: not there."""

    source: str
    ref: int
    subject: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def change(self) -> Change:
        if self.before is None:
            return Change.ADDED
        return Change.REMOVED if self.after is None else Change.CHANGED

    @property
    def digest(self) -> str:
        """Of what the record says, whoever's result it is looked at for."""
        told = None if self.after is None else {k: v for k, v in self.after.items() if k not in ("subject", "code")}
        return digest_values(told)


@dataclass
class Sifter:
    """Hands on the slices as they were kept, with those records as they are now that were let in.

    ``allowed``: (source, ref) → digests let in. ``found`` collects every difference on the way.
    """

    part: ProceedingScheme
    scheme: Scheme
    allowed: Mapping[tuple[str, int], frozenset[str]]
    found: list[Difference] = field(default_factory=list)

    def sift(self, portions: Iterable[Portion]) -> Iterator[Portion]:
        for now in portions:
            kept = load_portion(self.part, None, now.low, now.high)
            facts: dict[str, pl.LazyFrame] = {}
            for source, rows in now.facts.items():
                if source in DERIVED:
                    facts[source] = rows
                    continue
                current = narrow_window(rows, source, self.scheme).collect()
                former = kept.facts.get(source, pl.LazyFrame(schema=FACT_SCHEMA)).collect()
                facts[source] = self._settle(source, former, current, "ref").lazy()
            people = self._settle(OWNERS[self.scheme.subject], kept.subjects, now.subjects, "subject")
            yield Portion(now.low, now.high, people, facts)

    def _settle(self, source: str, former: pl.DataFrame, current: pl.DataFrame, key: str) -> pl.DataFrame:
        differences = compare_frames(source, former, current, key)
        self.found += differences
        let_in = [one.ref for one in differences if one.digest in self.allowed.get((source, one.ref), frozenset())]
        if not let_in:
            return former
        here = pl.col(key).is_in(let_in)
        return pl.concat([former.filter(~here), current.filter(here)])


def compare_frames(source: str, former: pl.DataFrame, current: pl.DataFrame, key: str) -> list[Difference]:
    """List what differs between two tables of one shape, by the record's own id. Rows alike cost a hash each."""
    left = pl.DataFrame({"key": former[key], "then": former.hash_rows()})
    right = pl.DataFrame({"key": current[key], "now": current.hash_rows()})
    joined = left.join(right, on="key", how="full", coalesce=True)
    keys = joined.filter(pl.col("then").ne_missing(pl.col("now")))["key"].sort().to_list()
    if not keys:
        return []
    before = {row[key]: row for row in former.filter(pl.col(key).is_in(keys)).to_dicts()}
    after = {row[key]: row for row in current.filter(pl.col(key).is_in(keys)).to_dicts()}
    return [
        Difference(source, one, (after.get(one) or before[one])["subject"], before.get(one), after.get(one))
        for one in keys
    ]


def narrow_window(rows: pl.LazyFrame, source: str, scheme: Scheme) -> pl.LazyFrame:
    """Leave out what is dated outside the window: no scheme counts it, so nobody need decide upon it."""
    if source in TIMELESS_SOURCES:
        return rows
    window = scheme.window
    inside = (pl.col("on") >= window.from_on) & (pl.col("on") < window.until_on)
    return rows.filter(pl.col("on").is_null() | inside)


def hold_out(portion: Portion, late: Mapping[str, frozenset[int]], scheme: Scheme) -> Portion:
    """Take out of a slice the records that were entered after the cut-off, by source and id."""
    facts: dict[str, pl.LazyFrame] = {}
    for source, rows in portion.facts.items():
        if source in DERIVED:
            continue
        inside = narrow_window(rows, source, scheme)
        refs = late.get(source)
        facts[source] = inside.filter(~pl.col("ref").is_in(sorted(refs))) if refs else inside
    return Portion(portion.low, portion.high, portion.subjects, facts)


def pack_portion(part: ProceedingScheme, run: Run | None, portion: Portion) -> list[KeptFacts]:
    """Turn a slice into rows to be stored: one for its subjects, one per source."""
    tables = {"subjects": portion.subjects}
    tables |= {source: rows.collect() for source, rows in portion.facts.items()}
    return [_pack(part, run, source, portion, frame) for source, frame in tables.items()]


def _pack(part: ProceedingScheme, run: Run | None, source: str, portion: Portion, frame: pl.DataFrame) -> KeptFacts:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1)
    content = buffer.getvalue()
    return KeptFacts(
        part=part, run=run, source=source, low=portion.low, high=portion.high, row_count=frame.height,
        content=content, sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def _unpack(row: KeptFacts) -> pl.DataFrame:
    content = bytes(row.content)
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise ValueError(f"kept facts {row.pk} do not match their digest")
    return pl.read_parquet(io.BytesIO(content))


def load_portion(part: ProceedingScheme, run: Run | None, low: int, high: int) -> Portion:
    rows = KeptFacts.objects.filter(part=part, run=run, low=low, high=high)
    tables = {row.source: _unpack(row) for row in rows}
    subjects = tables.pop("subjects")
    return Portion(low, high, subjects, {source: frame.lazy() for source, frame in tables.items()})


def list_kept_bounds(part: ProceedingScheme, run: Run | None) -> list[tuple[int, int]]:
    rows = KeptFacts.objects.filter(part=part, run=run, source="subjects").order_by("low")
    return list(rows.values_list("low", "high"))


def read_kept_portions(part: ProceedingScheme, run: Run | None) -> Iterator[Portion]:
    """Read a run's records again as it counted them: computed again they give the same digests."""
    for low, high in list_kept_bounds(part, run):
        yield load_portion(part, run, low, high)


def read_kept_facts(
    run: Run, subjects: Collection[int], sources: Collection[str] | None = None
) -> dict[str, pl.LazyFrame] | None:
    """Read what a run counted of some subjects, of all sources or some; None when the run kept nothing."""
    rows = KeptFacts.objects.filter(run=run, low__lte=max(subjects), high__gte=min(subjects)).exclude(source="subjects")
    found: dict[str, list[pl.DataFrame]] = {}
    for row in rows if sources is None else rows.filter(source__in=sources):
        found.setdefault(row.source, []).append(_unpack(row).filter(pl.col("subject").is_in(list(subjects))))
    if not found and not rows.exists():
        return None
    return {source: pl.concat(frames).lazy() for source, frames in found.items()}


def compare_portions(before: Portion, after: Portion, subjects: list[int]) -> list[Difference]:
    """List which records of some subjects differ between two slices, derived results included."""
    found: list[Difference] = []
    here = pl.col("subject").is_in(subjects)
    empty = pl.LazyFrame(schema=FACT_SCHEMA)
    for source in sorted(before.facts.keys() | after.facts.keys()):
        sides = [side.facts.get(source, empty).filter(here).collect() for side in (before, after)]
        found += compare_frames(source, sides[0], sides[1], "ref")
    return found


def turn_into_facts(differences: Iterable[Difference], side: str) -> dict[str, pl.LazyFrame]:
    """Turn one side of differences into facts by source, to be filtered as facts are."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for one in differences:
        rows.setdefault(one.source, []).append(getattr(one, side))
    return {source: pl.DataFrame(found, schema=FACT_SCHEMA).lazy() for source, found in rows.items()}
