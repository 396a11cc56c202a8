"""Facts, subjects and schemes in a few words, for the engine's tests; and the engine's answer as plain tuples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import polars as pl

from shanxue.assessment.engine import Assessed, assess
from shanxue.assessment.rules.scheme import Band, Condition, Count, Item, Scheme
from shanxue.base.frames import FACT_SCHEMA, SUBJECT_SCHEMA
from shanxue.base.periods import Period

YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))
BANDS = (
    Band("优秀", Fraction(90)),
    Band("良好", Fraction(80)),
    Band("合格", Fraction(60)),
    Band("不合格", Fraction(-1_000_000)),
)
LI, WANG, ZHAO, SUN = 1, 2, 3, 4  # 李明, 王芳, 赵强, 孙丽


def fact(subject: int = LI, on: date | None = date(2025, 3, 5), **columns: Any) -> dict[str, Any]:
    """One fact with every column of FACT_SCHEMA; what is not named is null."""
    return {**dict.fromkeys(FACT_SCHEMA), "subject": subject, "on": on, "ref": 1, **columns}


def subject(number: int = LI, **columns: Any) -> dict[str, Any]:
    """One subject with every column of SUBJECT_SCHEMA."""
    known = {"subject": number, "code": f"{number:04d}", "exempt": "", "status": "正式党员", "rank_class": "其他"}
    return {**dict.fromkeys(SUBJECT_SCHEMA), **known, **columns}


def count(source: str, measure: str = "rows", *more: Condition, **columns: Any) -> Count:
    """A count by words: ``mark=("到",)``, ``mark_not=("免",)``; fields of Count by their own names."""
    own = {name: columns.pop(name) for name in list(columns) if name in Count.__dataclass_fields__}
    where = [
        Condition(name.removesuffix("_not"), "not_in" if name.endswith("_not") else "in", words)
        for name, words in columns.items()
    ]
    return Count(source, (*where, *more), measure, **own)  # type: ignore[arg-type]


def scheme(*items: Item, **fields: Any) -> Scheme:
    """A scheme of 2025 to the hundredth, with four bands unless told otherwise."""
    given: dict[str, Any] = {"components": (), "bands": BANDS, "window": YEAR, "scale": 100, **fields}
    return Scheme(code="t", title="测试细则", subject="person", source="", clauses={}, items=items, **given)


def item(code: str, kind: str, full: int | str | None = None, **fields: Any) -> Item:
    exact = None if full is None else Fraction(full)
    given = {"component": "得分", "clause": "第一条", **fields}
    return Item(code=code, title=given.pop("title", f"{code}项"), kind=kind, full=exact, **given)


def frame(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([list(row.values()) for row in rows], schema=dict(schema), orient="row")


def run(
    under: Scheme, subjects: Sequence[Mapping[str, Any]], facts: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Assessed:
    """Assess plain rows on Polars."""
    frames = {source: frame(rows, FACT_SCHEMA).lazy() for source, rows in facts.items()}
    return assess(under, frame(subjects, SUBJECT_SCHEMA).lazy(), frames)


def run_on_duckdb(
    under: Scheme, subjects: Sequence[Mapping[str, Any]], facts: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Assessed:
    """Assess plain rows on DuckDB, through the same expressions."""
    with duckdb.connect() as connection:
        people = connection.from_arrow(frame(subjects, SUBJECT_SCHEMA).to_arrow())
        frames = {source: connection.from_arrow(frame(rows, FACT_SCHEMA).to_arrow()) for source, rows in facts.items()}
        return assess(under, people, frames)  # type: ignore[arg-type]


def list_results(assessed: Assessed) -> list[tuple[Any, ...]]:
    return assessed.results.rows()


def list_lines(assessed: Assessed) -> list[tuple[Any, ...]]:
    """Lines with their note as a set of words."""
    return [(*row[:-1], frozenset(row[-1].split("；") if row[-1] else [])) for row in assessed.lines.rows()]


def find_line(assessed: Assessed, code: str, number: int = LI) -> dict[str, Any]:
    rows = assessed.lines.filter((pl.col("subject") == number) & (pl.col("item") == code)).to_dicts()
    assert len(rows) == 1, rows
    return rows[0]


def award(assessed: Assessed, code: str, number: int = LI) -> int | None:
    """The points of one line."""
    points: int | None = find_line(assessed, code, number)["awarded"]
    return points


def find_result(assessed: Assessed, number: int = LI) -> dict[str, Any]:
    return assessed.results.filter(pl.col("subject") == number).to_dicts()[0]
