"""核对名册: who is assessed by a scheme, who is not and why, and for whom something is still missing."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from shanxue.orgs.facts import EVERYONE, Slice, read_people, read_units

from .engine.lines import EXEMPT_GRADE, NEXT_YEAR_NOTE, WAITING
from .models import ProceedingScheme
from .portions import UNIT_KINDS
from .queries.results import read_version
from .rules.scheme import Scheme
from .runs import try_scheme

CAME_LATER = "考核期间以后加入"
WENT_BEFORE = "考核期间结束以前离开"
NOT_MEANT = "不在细则写明的考核范围内"


@dataclass(frozen=True)
class Listed:
    """One subject: their number, name, branch, and why they are out or what is missing."""

    subject: int
    code: str
    name: str
    home: str
    words: str


@dataclass(frozen=True)
class Roster:
    """``out``: who is not assessed and why; ``waiting``: assessed, but something is missing (待补充)."""

    part: ProceedingScheme
    scheme: Scheme
    count: int
    out: tuple[Listed, ...]
    waiting: tuple[Listed, ...]

    @property
    def sentence(self) -> str:
        word = {"person": "人", "branch": "个支部", "department": "个部门"}[self.scheme.subject]
        return f"《{self.scheme.title}》考核 {self.count} {word}，不参加 {len(self.out)}，待补充 {len(self.waiting)}"


def check_roster(part: ProceedingScheme) -> Roster:
    """Check one scheme's subjects over the records as they are now."""
    scheme = read_version(part.version)
    bureau = part.proceeding.bureau
    everyone = Slice(bureau.pk, scheme.window, 0, EVERYONE)
    people = read_people(everyone) if scheme.subject == "person" else read_units(bureau.pk, UNIT_KINDS[scheme.subject])
    computed = try_scheme(bureau, scheme)
    results = computed.assessed.results
    reason = (
        pl.when(pl.col("joined_on") >= scheme.window.until_on).then(pl.lit(CAME_LATER))
        .when(pl.col("left_on") < scheme.window.until_on).then(pl.lit(WENT_BEFORE))
        .when(pl.col("grade").is_null()).then(pl.lit(NOT_MEANT))
        .when((pl.col("grade") == EXEMPT_GRADE) | pl.col("rank_note").str.contains(NEXT_YEAR_NOTE, literal=True))
        .then(pl.col("rank_note"))
    )  # fmt: skip
    joined = people.join(results.select("subject", "grade", "rank_note"), on="subject", how="left")
    marked = joined.with_columns(out=reason)
    waiting = marked.filter(pl.col("out").is_null() & (pl.col("grade") == WAITING))
    return Roster(
        part, scheme, marked.filter(pl.col("out").is_null()).height,
        _list(marked.filter(pl.col("out").is_not_null()), "out"), _list(waiting, "rank_note"),
    )  # fmt: skip


def _list(frame: pl.DataFrame, words: str) -> tuple[Listed, ...]:
    rows = frame.sort("home_name", "code", nulls_last=True).select("subject", "code", "name", "home_name", words)
    return tuple(Listed(row[0], row[1], row[2], row[3] or "", row[4] or "") for row in rows.iter_rows())
