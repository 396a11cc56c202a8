"""From a bureau's records to an assessment, computed; and from a computed assessment to rows, written once."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Q

from shanxue.activities.facts import read_sessions
from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.exams.actions.sittings import hand_in_overdue
from shanxue.orgs.facts import EVERYONE, Slice, list_slices, read_people, read_units
from shanxue.orgs.models import Bureau
from shanxue.orgs.rules import UnitKind

from .engine import Assessed, TooLargeError, assess, grade_subjects, list_sources, score_subjects, select_evidence
from .facts import gather_person_facts, gather_unit_facts, turn_members_into_facts, turn_units_into_facts
from .models import Result, ResultLine, Run, SchemeVersion
from .rules.loading import Loaded, load_scheme
from .rules.scheme import Scheme

UNIT_KINDS = {
    "branch": (UnitKind.BRANCH, UnitKind.GENERAL_BRANCH),
    "department": (UnitKind.DEPARTMENT,),
}
ROWS_PER_INSERT = 2000
PEOPLE_PER_SLICE = 10_000


@dataclass(frozen=True)
class Computed:
    """An assessment in memory with the subjects it speaks of (SUBJECT_SCHEMA)."""

    scheme: Scheme
    subjects: pl.DataFrame
    assessed: Assessed


def find_latest_run(bureau: Bureau, code: str) -> Run | None:
    """Find the newest run of a scheme in a bureau."""
    return Run.objects.filter(bureau=bureau, scheme__code=code).select_related("scheme").order_by("-at", "-id").first()


Mover = Callable[[pl.LazyFrame], Any]  # hands a table to the engine that is to compute it


def stay_here(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Compute in Polars, embedded."""
    return frame


def try_scheme(bureau: Bureau, scheme: Scheme, *, move: Mover = stay_here) -> Computed:
    """Compute a scheme over the bureau's records as they are now, and store nothing (试算).

    ``move`` puts tables where they are computed: Polars by default, Spark when a province outgrows one machine.
    Raises ``Refusal`` when the scheme rests on another's results and that one has not been run.
    """
    try:
        return _try_people(bureau, scheme, move) if scheme.subject == "person" else _try_units(bureau, scheme, move)
    except TooLargeError as error:
        raise Refusal(
            "figures_too_large", f"《{scheme.title}》算出的数太大，请检查细则里的分值和表格里的数量。"
        ) from error


def _try_units(bureau: Bureau, scheme: Scheme, move: Mover) -> Computed:
    """Compute a branch or department scheme: the records of its units and, for ``members``, an earlier run."""
    part = Slice(bureau.pk, scheme.window, 0, EVERYONE)
    sources = list_sources(scheme)
    units = _drop_absent(read_units(bureau.pk, UNIT_KINDS[scheme.subject]), scheme)
    facts = gather_unit_facts(
        part,
        sources,
        members=_read_members(bureau, scheme) if "members" in sources else None,
        subunits=_read_subunits(bureau, scheme) if "subunits" in sources else None,
    )
    moved = {source: move(rows) for source, rows in facts.items()}
    return Computed(scheme, units, assess(scheme, move(units.lazy()), moved))


def _try_people(bureau: Bureau, scheme: Scheme, move: Mover) -> Computed:
    """Score people slice by slice, so that memory holds the records of one slice; grade them together."""
    slices = list_slices(bureau.pk, scheme.window, PEOPLE_PER_SLICE)
    sessions = None
    if len(slices) > 1 and "attendance" in list_sources(scheme):
        sessions = read_sessions(slices[0], attended=False)
    subjects: list[pl.DataFrame] = []
    scored: list[Future[pl.DataFrame]] = []
    with ThreadPoolExecutor(max_workers=1) as scorer:  # one slice is scored while the next one is read
        for part in slices:
            people = _drop_absent(read_people(part), scheme)
            facts = {
                source: move(rows) for source, rows in gather_person_facts(part, scheme, sessions=sessions).items()
            }
            if scored:
                scored[-1].result()  # no more than two slices in memory
            subjects.append(people)
            scored.append(scorer.submit(score_subjects, scheme, move(people.lazy()), facts))
    if not slices:
        raise Refusal("nobody_to_assess", "还没有人员，先导入名册。")
    return Computed(scheme, pl.concat(subjects), grade_subjects(scheme, pl.concat([one.result() for one in scored])))


def _drop_absent(subjects: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """Leave out those who came after the window or were gone before its end: there is nobody to assess."""
    came = pl.col("joined_on").is_null() | (pl.col("joined_on") < scheme.window.until_on)
    stayed = pl.col("left_on").is_null() | (pl.col("left_on") >= scheme.window.until_on)
    return subjects.filter(came & stayed)


def _require_run(bureau: Bureau, scheme: Scheme) -> Run:
    run = find_latest_run(bureau, scheme.members_scheme or "")
    if run is None:
        raise Refusal(
            "members_not_assessed",
            f"《{scheme.title}》要用“{scheme.members_scheme}”的结果，但它还没有试算。请先试算“{scheme.members_scheme}”。",
        )
    return run


def _read_members(bureau: Bureau, scheme: Scheme) -> pl.DataFrame:
    run = _require_run(bureau, scheme)
    made = load_scheme(run.scheme.text, run.scheme.code).scheme
    rows = list(run.results.values_list("person_id", "total_points", "grade"))
    results = pl.DataFrame(rows, schema={"subject": pl.Int64, "total": pl.Int64, "grade": pl.String}, orient="row")
    people = read_people(Slice(bureau.pk, made.window, 0, EVERYONE))
    return turn_members_into_facts(
        results, people, "home" if scheme.subject == "branch" else "department_id", made.scale
    )


def _read_subunits(bureau: Bureau, scheme: Scheme) -> pl.DataFrame:
    run = _require_run(bureau, scheme)
    made = load_scheme(run.scheme.text, run.scheme.code).scheme
    columns = ("unit_id", "unit__parent_id", "unit__name", "unit__kind", "total_points", "grade")
    return turn_units_into_facts(list(run.results.values_list(*columns)), made.scale)


def run_scheme(bureau: Bureau, loaded: Loaded, *, actor: str, at: datetime, move: Mover = stay_here) -> Run:
    """Compute a scheme over a bureau and store the run: one row per subject, one per line, one audit entry.

    Nothing of a former run is touched. Raises ``Refusal`` as ``try_scheme`` does.
    """
    hand_in_overdue(Q(paper__bureau=bureau), at)
    computed = try_scheme(
        bureau, loaded.scheme, move=move
    )  # before the transaction: Arrow reads only what is committed
    return _store_run(bureau, computed, actor=actor, at=at)


@transaction.atomic
def _store_run(bureau: Bureau, computed: Computed, *, actor: str, at: datetime) -> Run:
    scheme = computed.scheme
    version, _ = SchemeVersion.objects.get_or_create(
        bureau=bureau,
        code=scheme.code,
        sha256=hashlib.sha256(scheme.text.encode()).hexdigest(),
        defaults={"title": scheme.title, "subject": scheme.subject, "text": scheme.text, "at": at},
    )
    run = Run.objects.create(
        bureau=bureau,
        scheme=version,
        at=at,
        actor=actor,
        inputs_sha256=digest_rows(_list_inputs(computed)),
        results_sha256=digest_rows(_list_results(computed)),
        lines_sha256=digest_rows(_list_lines(computed)),
        subject_count=computed.subjects.height,
    )
    _store_results(run, computed)
    record_entry(
        chain=bureau.code,
        actor=actor,
        at=at,
        verb="assessment.run_scheme",
        subject=scheme.code,
        detail={"run": run.pk, "results_sha256": run.results_sha256, "lines_sha256": run.lines_sha256},
    )
    return run


def digest_rows(rows: Iterator[Sequence[Any]]) -> str:
    """Digest rows as the CSV text they would be written as; the same on every database and engine."""
    digest = hashlib.sha256()
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > 1 << 20:
            digest.update(buffer.getvalue().encode())
            buffer.seek(0)
            buffer.truncate()
    digest.update(buffer.getvalue().encode())
    return digest.hexdigest()


def _list_inputs(computed: Computed) -> Iterator[Sequence[Any]]:
    """What went into the run: the scheme's text, each subject as assessed, and everything that was counted of it."""
    yield [computed.scheme.text]
    own = [name for name in computed.subjects.columns if name not in {"subject", "home", "department_id"}]
    yield from computed.subjects.select(own).sort("code").iter_rows()
    yield from _with_codes(computed, computed.assessed.lines, ["item", "counted", "out_of"])


def _list_results(computed: Computed) -> Iterator[Sequence[Any]]:
    yield from _with_codes(computed, computed.assessed.results, ["total", "grade", "rank", "rank_note"])
    yield from _with_codes(computed, computed.assessed.gates, ["gate"])


def _list_lines(computed: Computed) -> Iterator[Sequence[Any]]:
    yield from _with_codes(computed, computed.assessed.lines, ["item", "counted", "out_of", "awarded", "full", "note"])


def _with_codes(computed: Computed, frame: pl.DataFrame, columns: list[str]) -> Iterator[Sequence[Any]]:
    """List rows under the subjects' own codes, in an order that does not depend on database ids."""
    named = frame.join(computed.subjects.select("subject", "code"), on="subject", how="inner")
    return named.select("code", *columns).sort("code", *columns[:1], maintain_order=True).iter_rows()


def _store_results(run: Run, computed: Computed) -> None:
    scheme = computed.scheme
    owner = "person_id" if scheme.subject == "person" else "unit_id"
    gates: dict[int, list[str]] = {}
    for subject, gate in computed.assessed.gates.select("subject", "gate").iter_rows():
        gates.setdefault(subject, []).append(gate)
    homes = dict(computed.subjects.select("subject", "home").iter_rows())
    rows = [
        Result(
            run=run,
            **{owner: row["subject"]},
            home_id=homes[row["subject"]],
            total_points=row["total"],
            grade=row["grade"],
            rank=row["rank"],
            rank_note=row["rank_note"],
            gates=sorted(gates.get(row["subject"], [])),
        )
        for row in computed.assessed.results.sort("subject").iter_rows(named=True)
    ]
    stored = Result.objects.bulk_create(rows, batch_size=ROWS_PER_INSERT)
    ids = {getattr(row, owner): row.pk for row in stored}
    ResultLine.objects.bulk_create(
        (
            ResultLine(
                result_id=ids[subject],
                item=item,
                counted_milli=counted,
                out_of_milli=out_of,
                awarded_points=awarded,
                full_points=full,
                note=note,
            )
            for subject, item, counted, out_of, awarded, full, note in computed.assessed.lines.select(
                "subject", "item", "counted", "out_of", "awarded", "full", "note"
            ).iter_rows()
        ),
        batch_size=ROWS_PER_INSERT,
    )


@dataclass(frozen=True)
class Evidence:
    """Everything that was counted for one result's subject, to be asked item by item."""

    scheme: Scheme
    facts: dict[str, pl.LazyFrame]
    subject: int

    def list_rows(self, item_code: str) -> list[dict[str, Any]]:
        """List one dict per fact behind a line: the count's own filter without its sum."""
        rows = select_evidence(self.scheme, item_code, self.facts, self.subject)
        found: list[dict[str, Any]] = rows.sort("on", "ref", nulls_last=True).to_dicts()
        return found

    def count_rows(self) -> dict[str, int]:
        """Count the facts behind each item."""
        return {
            item.code: select_evidence(self.scheme, item.code, self.facts, self.subject).height
            for item in self.scheme.items
        }


def gather_evidence(result: Result) -> Evidence:
    """Read the facts of one result's subject once: the same queries whatever the number of items or records."""
    run = result.run
    scheme = load_scheme(run.scheme.text, run.scheme.code).scheme
    subject = result.person_id or result.unit_id
    assert subject is not None
    part = Slice(run.bureau_id, scheme.window, subject, subject)
    if result.person_id is not None:
        return Evidence(scheme, gather_person_facts(part, scheme, narrow=False), subject)
    sources = list_sources(scheme)
    facts = gather_unit_facts(
        part,
        sources,
        members=_read_members(run.bureau, scheme) if "members" in sources else None,
        subunits=_read_subunits(run.bureau, scheme) if "subunits" in sources else None,
    )
    return Evidence(scheme, facts, subject)


def list_evidence(result: Result, item_code: str) -> list[dict[str, Any]]:
    """List the very records behind one line: one dict per fact."""
    return gather_evidence(result).list_rows(item_code)
