"""The computing of a proceeding: over the records as they are, or as they were at the cut-off with what was let in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from shanxue.base.points import MILLI, format_scaled
from shanxue.plans.rules.calendar import write_day

from .engine import Seated, select_evidence
from .evidence import describe_records, store_record
from .facts import list_entered_after
from .keeping import (
    Difference,
    Sifter,
    compare_portions,
    hold_out,
    list_kept_bounds,
    load_portion,
    pack_portion,
    read_kept_portions,
    turn_into_facts,
)
from .models import KeptFacts, LateRecord, Proceeding, ProceedingScheme, QuotaDecision, Run
from .portions import Portion, list_bounds, read_portions
from .queries.results import read_version
from .rules.proceedings import LateState
from .rules.scheme import Scheme
from .runs import Computed, Progress, compute_portions, say_nothing, store_run

ROWS_PER_INSERT = 500
RUNS_KEPT = 3  # runs of a scheme whose records stay: enough to compare with the one before
ROSTER_WORDS = {
    "home_name": "所在支部", "department": "部门", "status": "党籍状态", "staff_state": "人员状态",
    "rank_class": "职级", "role": "职务", "joined_on": "加入日期", "left_on": "离开日期", "exempt": "免考核",
    "name": "姓名",
}  # fmt: skip
COLUMN_WORDS = {  # of the columns that a record's own words may leave out
    "tier": "类型", "amount": "数量", "full": "满分", "size": "数量", "points": "评分", "due_on": "期限",
    "done_on": "完成日期", "flag": "标记",
}  # fmt: skip
SIZE_WORDS = {"sessions": "到会率", "attendance": "时长", "notes": "页数"}


Late = tuple[Scheme, list[Difference]]  # a scheme with the records that are not as they were at the cut-off


@dataclass
class Attempt:
    """A scheme computed but not yet stored, with the records it counted and those that differ since the cut-off."""

    part: ProceedingScheme
    computed: Computed
    portions: list[Portion]
    differences: list[Difference]

    @property
    def late(self) -> Late:
        return self.computed.scheme, self.differences


def take_snapshot(proceeding: Proceeding, at: datetime, *, progress: Progress = say_nothing) -> list[KeptFacts]:
    """Read the records as they were at the cut-off: those entered later, as far as that is known, are held out."""
    late = list_entered_after(proceeding.bureau, at)
    rows: list[KeptFacts] = []
    for part in list_parts(proceeding):
        scheme = read_version(part.version)
        bounds = list_bounds(proceeding.bureau, scheme)
        read = read_portions(proceeding.bureau, scheme, bounds, narrow=False, derived=False)
        for done, portion in enumerate(read):
            progress(f"保存《{scheme.title}》的记录", done, len(bounds))
            rows += pack_portion(part, None, hold_out(portion, late, scheme))
    return rows


def list_parts(proceeding: Proceeding) -> list[ProceedingScheme]:
    found = proceeding.parts.select_related("version", "run", "frozen_run").order_by("place", "pk")
    return list(found)


def attempt_part(
    part: ProceedingScheme, members: Run | None, *, cut: bool, progress: Progress = say_nothing
) -> Attempt:
    """Compute one scheme. ``cut``: over the records kept at the cut-off and those let in; else over today's."""
    scheme = read_version(part.version)
    sifter = Sifter(part, scheme, map_allowed(part.proceeding))
    bounds = list_kept_bounds(part, None) if cut else list_bounds(part.proceeding.bureau, scheme)
    portions: list[Portion] = []

    def watch(rows: Iterator[Portion]) -> Iterator[Portion]:
        for done, portion in enumerate(rows):
            progress(f"计算《{scheme.title}》", done, len(bounds))
            portions.append(portion)
            yield portion

    read = read_portions(part.proceeding.bureau, scheme, bounds, narrow=False, members=members)
    seats = read_decisions(part)
    computed = compute_portions(scheme, watch(sifter.sift(read) if cut else read), decisions=seats)
    return Attempt(part, computed, portions, sifter.found)


def map_allowed(proceeding: Proceeding) -> dict[tuple[str, int], frozenset[str]]:
    """Map records to what they said when they were let in."""
    found: dict[tuple[str, int], frozenset[str]] = {}
    rows = LateRecord.objects.filter(proceeding=proceeding, state=LateState.IN)
    for source, ref, digest in rows.values_list("source", "ref", "digest"):
        found[source, ref] = found.get((source, ref), frozenset()) | {digest}
    return found


def read_decisions(part: ProceedingScheme, until: datetime | None = None) -> dict[str, Seated]:
    """Read what meetings decided on exceeded quotas, by the digest of who had reached the grade."""
    rows = part.quota_decisions.filter(at__lte=until) if until else part.quota_decisions.all()
    return {row.digest: Seated(frozenset(row.kept), write_decision(row)) for row in rows}


def write_decision(decision: QuotaDecision) -> str:
    return f"{write_day(decision.held_on)}{decision.meeting}决定"


@transaction.atomic
def store_attempt(attempt: Attempt, *, actor: str, at: datetime, progress: Progress = say_nothing) -> Run:
    """Store a computed scheme with the records it counted; the records of older runs are let go."""
    part = attempt.part
    run = store_run(part.proceeding.bureau, attempt.computed, actor=actor, at=at, progress=progress)
    for portion in attempt.portions:
        KeptFacts.objects.bulk_create(pack_portion(part, run, portion), batch_size=ROWS_PER_INSERT)
    part.former_run, part.run = part.run, run
    part.save(update_fields=["former_run", "run"])
    recent = Run.objects.filter(kept__part=part).order_by("-pk").values_list("pk", flat=True).distinct()[:RUNS_KEPT]
    keep = {*recent, part.frozen_run_id, run.pk, part.former_run_id}
    KeptFacts.objects.filter(part=part, run__isnull=False).exclude(run__in=[pk for pk in keep if pk]).delete()
    return run


def replay_run(run: Run, part: ProceedingScheme) -> Computed:
    """Compute a run again from the records it kept and the decisions it was given."""
    decisions = read_decisions(part, run.at)
    return compute_portions(read_version(run.scheme), read_kept_portions(part, run), decisions=decisions)


def look_for_late(proceeding: Proceeding, *, at: datetime) -> None:
    """Compare today's records with those kept at the cut-off and write down what differs, computing nothing."""
    if proceeding.cutoff_at is not None:
        note_late(proceeding, [_compare_part(part) for part in list_parts(proceeding)], at=at)


def _compare_part(part: ProceedingScheme) -> Late:
    scheme, bureau = read_version(part.version), part.proceeding.bureau
    sifter = Sifter(part, scheme, {})
    read = read_portions(bureau, scheme, list_kept_bounds(part, None), narrow=False, derived=False)
    for _ in sifter.sift(read):
        pass
    return scheme, sifter.found


@transaction.atomic
def note_late(proceeding: Proceeding, late: Iterable[Late], *, at: datetime) -> int:
    """Write down every record that is not as it was at the cut-off. Returns how many wait for a decision."""
    found: dict[tuple[str, int, str], tuple[Difference, bool]] = {}
    for scheme, differences in late:
        for one in differences:
            found.setdefault((one.source, one.ref, one.digest), (one, scheme.subject == "person"))
    rows = LateRecord.objects.filter(proceeding=proceeding)
    known = {(row.source, row.ref, row.digest): row for row in rows}
    fallen = [row.pk for key, row in known.items() if key not in found and row.stands]
    risen = [row.pk for key, row in known.items() if key in found and not row.stands]
    rows.filter(pk__in=fallen).update(stands=False)
    rows.filter(pk__in=risen).update(stands=True)
    fresh = [pair for key, pair in found.items() if key not in known]
    LateRecord.objects.bulk_create(_describe(proceeding, fresh, at), batch_size=ROWS_PER_INSERT)
    return rows.filter(stands=True, state=LateState.OPEN).count()


def _describe(proceeding: Proceeding, fresh: list[tuple[Difference, bool]], at: datetime) -> Iterator[LateRecord]:
    before, after = ([_show(side(one), one.source) for one, _ in fresh] for side in (_former, _current))
    shown = iter(describe_records([*filter(None, before), *filter(None, after)], of_unit=True))
    told_before = [store_record(next(shown)) if row else None for row in before]
    told_after = [store_record(next(shown)) if row else None for row in after]
    for (one, of_person), was, now in zip(fresh, told_before, told_after, strict=True):
        if one.source in ("people", "units"):
            was, now = _describe_roster(one)
        elif was is not None and was == now:
            was, now = _add_differing(one, was, now)
        yield LateRecord(
            proceeding=proceeding, source=one.source, ref=one.ref, digest=one.digest, change=one.change,
            person_id=one.subject if of_person else None, unit_id=None if of_person else one.subject,
            before=_plain(was), after=_plain(now), found_at=at,
        )  # fmt: skip


def _former(one: Difference) -> dict[str, Any] | None:
    return one.before


def _current(one: Difference) -> dict[str, Any] | None:
    return one.after


def _show(values: dict[str, Any] | None, source: str) -> dict[str, Any] | None:
    return None if values is None or source in ("people", "units") else {"source": source, **values}


def _describe_roster(one: Difference) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Name the columns of the roster that differ: 所在支部 第一支部 → 第二支部."""
    before, after = one.before or {}, one.after or {}
    names = [name for name in ROSTER_WORDS if before.get(name) != after.get(name)]

    def tell(values: dict[str, Any] | None) -> dict[str, Any] | None:
        if values is None:
            return None
        told = "，".join(f"{ROSTER_WORDS[name]}：{values[name] or '空'}" for name in names)
        return {"on": None, "title": told or str(values["name"]), "mark": "", "kind": "名册"}

    return tell(one.before), tell(one.after)


def _add_differing(one: Difference, *told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Name the columns that differ where the sides would read alike: a meeting's 到会率 once a mark has changed."""
    before, after = one.before or {}, one.after or {}
    names = [name for name in COLUMN_WORDS if before.get(name) != after.get(name)]
    for side, values in zip(told, (before, after), strict=True):
        words = "，".join(_write_column(one.source, name, values[name]) for name in names)
        yield {**side, "quantity": "　".join(filter(None, (side["quantity"], words)))}


def _write_column(source: str, name: str, value: Any) -> str:
    word = SIZE_WORDS.get(source, COLUMN_WORDS[name]) if name == "size" else COLUMN_WORDS[name]
    if value is None or isinstance(value, bool):
        return f"{word} {'空' if value is None else '是' if value else '否'}"
    if (source, name) == ("sessions", "size"):
        return f"{word} {value / 10:g}%"
    return f"{word} {format_scaled(value, MILLI, trim=True) if isinstance(value, int) else value}"


def _plain(told: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if told is None else {**told, "on": told["on"].isoformat() if told.get("on") else None}


def list_differences(before: Run, after: Run, subjects: list[int]) -> dict[int, list[Difference]]:
    """List, by subject, which records two runs counted differently. Empty where one of them kept nothing."""
    found: dict[int, list[Difference]] = {}
    part = ProceedingScheme.objects.filter(kept__run=after).distinct().first()
    if part is None:
        return found
    for low, high in list_kept_bounds(part, after):
        here = [subject for subject in subjects if low <= subject <= high]
        if here and (low, high) in list_kept_bounds(part, before):
            for one in compare_portions(
                load_portion(part, before, low, high), load_portion(part, after, low, high), here
            ):
                found.setdefault(one.subject, []).append(one)
    return found


def pick_item(scheme: Scheme, item: str, differences: list[Difference], side: str) -> list[dict[str, Any]]:
    """Pick the differing records that an item counts, as facts with their source."""
    if not differences:
        return []
    facts = turn_into_facts(differences, side)
    rows = select_evidence(scheme, item, facts, [differences[0].subject])
    found: list[dict[str, Any]] = rows.to_dicts()
    return found
