"""From a bureau's records to an assessment, computed; and from a computed assessment to rows, written once."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.exams.actions.sittings import hand_in_overdue
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.facts import Slice
from shanxue.orgs.models import Bureau
from shanxue.plans.rules.calendar import write_day

from .engine import Assessed, Seated, TooLargeError, grade_subjects, list_sources, score_subjects, select_evidence
from .facts import gather_person_facts, gather_unit_facts
from .keeping import read_kept_facts
from .models import ProceedingScheme, QuotaCase, Result, ResultLine, Run, SchemeVersion
from .portions import Portion, find_latest_run, list_bounds, read_portions, read_results
from .rules.loading import Loaded, load_scheme
from .rules.proceedings import digest_values
from .rules.scheme import Scheme

__all__ = ["Computed", "find_latest_run", "run_scheme", "try_scheme"]

ROWS_PER_INSERT = 2000
RESULTS_PER_STEP = 20_000
LINES_PER_STEP = 100_000


@dataclass(frozen=True)
class Computed:
    """An assessment in memory with the subjects it speaks of (SUBJECT_SCHEMA)."""

    scheme: Scheme
    subjects: pl.DataFrame
    assessed: Assessed


Mover = Callable[[pl.LazyFrame], Any]  # hands a table to the engine that is to compute it
Decisions = Mapping[str, Seated]  # on exceeded quotas, by the digest of who had reached the grade
Progress = Callable[[str, int, int], None]  # what is done, how much of it, out of how much


def stay_here(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Compute in Polars, embedded."""
    return frame


def say_nothing(text: str, done: int, total: int) -> None:
    """Report progress to nobody."""


def try_scheme(bureau: Bureau, scheme: Scheme, *, move: Mover = stay_here) -> Computed:
    """Compute a scheme over the bureau's records as they are now, and store nothing (试算).

    ``move`` puts tables where they are computed: Polars by default, Spark when a province outgrows one machine.
    Raises ``Refusal`` when the scheme rests on another's results and that one has not been run.
    """
    bounds = list_bounds(bureau, scheme)
    return compute_portions(scheme, read_portions(bureau, scheme, bounds), move=move)


def compute_portions(
    scheme: Scheme, portions: Iterable[Portion], *, move: Mover = stay_here, decisions: Decisions | None = None
) -> Computed:
    """Score slice by slice, so that memory holds the records of two slices at most; grade everybody together."""
    subjects: list[pl.DataFrame] = []
    scored: list[Future[pl.DataFrame]] = []
    try:
        with ThreadPoolExecutor(max_workers=1) as scorer:  # one slice is scored while the next one is read
            for portion in portions:
                facts = {source: move(rows) for source, rows in portion.facts.items()}
                if scored:
                    scored[-1].result()
                subjects.append(portion.subjects)
                scored.append(scorer.submit(score_subjects, scheme, move(portion.subjects.lazy()), facts))
        together = pl.concat([one.result() for one in scored])
        return Computed(scheme, pl.concat(subjects), _grade(scheme, together, decisions or {}))
    except TooLargeError as error:
        raise Refusal(
            "figures_too_large", f"《{scheme.title}》算出的数太大，请检查细则里的分值和表格里的数量。"
        ) from error


def _grade(scheme: Scheme, scored: pl.DataFrame, decisions: Decisions) -> Assessed:
    """Grade with those decisions that were taken on the very people who reached a grade. A later quota may rest on
    an earlier one, so this goes on until nothing is decided anew."""
    seats: dict[tuple[int, str], Seated] = {}
    for _ in range(len(scheme.quotas) + 1):
        assessed = grade_subjects(scheme, scored, seats)
        cases = {(case.quota, case.group): decisions.get(case.digest) for case in list_cases(assessed)}
        found = {place: seated for place, seated in cases.items() if seated is not None}
        if found == seats:
            break
        seats = found
    return assessed


@dataclass(frozen=True)
class Case:
    """A quota that more reached than it holds (K45). ``holders``: [subject, moved down, tied] by subject."""

    quota: int
    group: str
    seats: int
    holders: list[list[Any]]

    @property
    def digest(self) -> str:
        reached = [subject for subject, _, _ in self.holders]
        return digest_values({"quota": self.quota, "group": self.group, "seats": self.seats, "reached": reached})


def list_cases(assessed: Assessed) -> list[Case]:
    found = []
    for (quota, group, seats), rows in assessed.overflows.group_by("quota", "group", "seats", maintain_order=True):
        holders = [list(row) for row in rows.sort("subject").select("subject", "beyond", "tied").iter_rows()]
        found.append(Case(int(str(quota)), str(group), int(str(seats)), holders))
    return found


def run_scheme(bureau: Bureau, loaded: Loaded, *, actor: str, at: datetime, move: Mover = stay_here) -> Run:
    """Compute a scheme over a bureau and store the run: one row per subject, one per line, one audit entry.

    Nothing of a former run is touched. Raises ``Refusal`` as ``try_scheme`` does, and ``settled`` once the results of
    this scheme and window are 定档, ``year_closed`` once the year is sealed.
    """
    demand_open_year(bureau.pk, loaded.scheme.window.last_on)
    refuse_settled(bureau, loaded.scheme)
    hand_in_overdue(Q(paper__bureau=bureau), at)
    computed = try_scheme(
        bureau, loaded.scheme, move=move
    )  # before the transaction: Arrow reads only what is committed
    return store_run(bureau, computed, actor=actor, at=at)


def refuse_settled(bureau: Bureau, scheme: Scheme) -> None:
    """After 定档 nothing is computed again: neither this scheme nor another one of the same subjects and window."""
    window = scheme.window
    settled = ProceedingScheme.objects.filter(
        Q(code=scheme.code) | Q(version__subject=scheme.subject, version__title=scheme.title),
        proceeding__bureau=bureau, proceeding__settled_at__isnull=False,
        proceeding__from_on=window.from_on, proceeding__until_on=window.until_on,
    ).select_related("proceeding")  # fmt: skip
    part = settled.first()
    if part is not None:
        day = write_day(timezone.localdate(part.proceeding.settled_at))
        raise Refusal(
            "settled", f"{part.proceeding.title}已于{day}定档，不再重新计算。有错的，在本人的成绩页按会议决定更正。",
            status=409,
        )  # fmt: skip


def keep_version(bureau: Bureau, scheme: Scheme, at: datetime) -> SchemeVersion:
    """Keep a scheme's text; the same text is kept once."""
    version, _ = SchemeVersion.objects.get_or_create(
        bureau=bureau,
        code=scheme.code,
        sha256=hashlib.sha256(scheme.text.encode()).hexdigest(),
        defaults={"title": scheme.title, "subject": scheme.subject, "text": scheme.text, "at": at},
    )
    return version


@transaction.atomic
def store_run(bureau: Bureau, computed: Computed, *, actor: str, at: datetime, progress: Progress = say_nothing) -> Run:
    scheme = computed.scheme
    version = keep_version(bureau, scheme, at)
    run = Run.objects.create(
        bureau=bureau,
        scheme=version,
        at=at,
        actor=actor,
        inputs_sha256=digest_rows(_list_inputs(computed)),
        results_sha256=digest_rows(list_results(computed)),
        lines_sha256=digest_rows(_list_lines(computed)),
        subject_count=computed.subjects.height,
    )
    _store_results(run, computed, progress)
    _store_cases(run, computed)
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


def list_results(computed: Computed) -> Iterator[Sequence[Any]]:
    yield from _with_codes(computed, computed.assessed.results, ["total", "grade", "rank", "rank_note"])
    yield from _with_codes(computed, computed.assessed.gates, ["gate"])


def _list_lines(computed: Computed) -> Iterator[Sequence[Any]]:
    yield from _with_codes(computed, computed.assessed.lines, ["item", "counted", "out_of", "awarded", "full", "note"])


def _with_codes(computed: Computed, frame: pl.DataFrame, columns: list[str]) -> Iterator[Sequence[Any]]:
    """List rows under the subjects' own codes, in an order that does not depend on database ids."""
    named = frame.join(computed.subjects.select("subject", "code"), on="subject", how="inner")
    return named.select("code", *columns).sort("code", *columns[:1], maintain_order=True).iter_rows()


def _store_results(run: Run, computed: Computed, progress: Progress) -> None:
    scheme = computed.scheme
    owner = "person_id" if scheme.subject == "person" else "unit_id"
    gates: dict[int, list[str]] = {}
    for subject, gate in computed.assessed.gates.select("subject", "gate").iter_rows():
        gates.setdefault(subject, []).append(gate)
    homes = dict(computed.subjects.select("subject", "home").iter_rows())
    results = computed.assessed.results.sort("subject")
    for start in range(0, results.height, RESULTS_PER_STEP):
        progress(f"写入《{scheme.title}》的结果", start, results.height)
        Result.objects.bulk_create(
            (
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
                for row in results.slice(start, RESULTS_PER_STEP).iter_rows(named=True)
            ),
            batch_size=ROWS_PER_INSERT,
        )
    ids = dict(Result.objects.filter(run=run).values_list(owner, "pk"))
    _store_lines(computed.assessed.lines, ids, progress)


def _store_lines(lines: pl.DataFrame, ids: Mapping[int, int], progress: Progress) -> None:
    """Write the lines with one prepared statement: they are by far the most rows of an assessment."""
    table = connection.ops.quote_name(ResultLine._meta.db_table)
    columns = "result_id, item, counted_milli, out_of_milli, awarded_points, full_points, note"
    statement = f"INSERT INTO {table} ({columns}) VALUES (%s, %s, %s, %s, %s, %s, %s)"
    chosen = lines.select("subject", "item", "counted", "out_of", "awarded", "full", "note")
    with connection.cursor() as cursor:
        for start in range(0, chosen.height, LINES_PER_STEP):
            progress("写入每一项的得分", start, chosen.height)
            rows = chosen.slice(start, LINES_PER_STEP).iter_rows()
            cursor.executemany(statement, [(ids[subject], *rest) for subject, *rest in rows])


def _store_cases(run: Run, computed: Computed) -> None:
    QuotaCase.objects.bulk_create(
        QuotaCase(
            run=run, quota=case.quota, grade=computed.scheme.quotas[case.quota].grade, group=case.group,
            seats=case.seats, holders=case.holders, digest=case.digest,
        )
        for case in list_cases(computed.assessed)
    )  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """Everything that was counted for one result's subject, to be asked item by item."""

    scheme: Scheme
    facts: dict[str, pl.LazyFrame]
    subject: int

    def list_rows(self, item_code: str) -> list[dict[str, Any]]:
        """List one dict per fact behind a line: the count's own filter without its sum."""
        rows = select_evidence(self.scheme, item_code, self.facts, [self.subject])
        found: list[dict[str, Any]] = rows.sort("on", "ref", nulls_last=True).to_dicts()
        return found

    def count_rows(self) -> dict[str, int]:
        """Count the facts behind each item."""
        return {
            item.code: select_evidence(self.scheme, item.code, self.facts, [self.subject]).height
            for item in self.scheme.items
        }


def gather_evidence(result: Result) -> Evidence:
    """Read the facts of one result's subject once: the same queries whatever the number of items or records.

    A run of a proceeding kept the records it counted: what is shown is what was counted, whatever changed since.
    """
    run = result.run
    scheme = load_scheme(run.scheme.text, run.scheme.code).scheme
    subject = result.person_id or result.unit_id
    assert subject is not None
    kept = read_kept_facts(run, [subject])
    if kept is not None:
        return Evidence(scheme, kept, subject)
    part = Slice(run.bureau_id, scheme.window, subject, subject)
    if result.person_id is not None:
        return Evidence(scheme, gather_person_facts(part, scheme, narrow=False), subject)
    facts = gather_unit_facts(part, list_sources(scheme), **read_results(run.bureau, scheme))
    return Evidence(scheme, facts, subject)


def list_evidence(result: Result, item_code: str) -> list[dict[str, Any]]:
    """List the very records behind one line: one dict per fact."""
    return gather_evidence(result).list_rows(item_code)
