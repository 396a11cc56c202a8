"""Slices of the database as tables in memory, and the people and units an assessment speaks of."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db import connection

from shanxue.base.frames import SUBJECT_SCHEMA, shape_columns
from shanxue.base.periods import Period

from .rules import Line

EVERYONE = 2**62
DIVIDER = "\x1e"  # a control character that no form and no spreadsheet lets through


class _EveryColumn(Container[str]):
    def __contains__(self, name: object) -> bool:
        return True


EVERY_COLUMN = _EveryColumn()


@dataclass(frozen=True)
class Slice:
    """The records of one bureau's people (or units) with ids from ``low`` to ``high``, both included."""

    bureau_id: int
    window: Period
    low: int
    high: int

    @property
    def is_whole(self) -> bool:
        """Whether the slice is everybody, so that narrowing other tables to it would only cost."""
        return self.low == 0 and self.high == EVERYONE

    @property
    def within(self) -> str:
        """The id bounds as SQL, for a column named by ``format``."""
        return f"BETWEEN {int(self.low)} AND {int(self.high)}"


def read_rows(
    columns: Mapping[str, str], source: str, types: Mapping[str, Any], *, needed: Container[str] = EVERY_COLUMN
) -> pl.DataFrame:
    """Read ``columns`` (name → SQL expression) of ``source`` (from FROM on; integers and dates of our own only).

    The database joins each column into one text and Polars splits it again: one Python object per column instead of
    one per cell. It is the caller's own connection, so an open transaction reads what it wrote. Text that is NULL
    comes back empty; other types as null. ``types`` gives each column's type; columns that are not ``needed``
    are left out, the first one excepted.
    """
    first = next(iter(columns))
    columns = {name: value for name, value in columns.items() if name == first or name in needed}
    join = _JOINS[connection.vendor]
    texts = ", ".join(join.format(value=value) for value in columns.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*), {texts} {source}")
        count, *values = cursor.fetchone()
    if not count:
        return pl.DataFrame(schema={name: types[name] for name in columns})
    frame = pl.DataFrame([_split_text(name, text, types[name]) for name, text in zip(columns, values, strict=True)])
    if frame.height != count:
        raise ValueError(f"a value holds the control character that divides values: {source}")
    return frame


_JOINS = {
    "sqlite": f"group_concat(COALESCE({{value}}, ''), '{DIVIDER}')",
    "postgresql": f"string_agg(COALESCE(({{value}})::text, ''), '{DIVIDER}')",
}


def _split_text(name: str, text: str, kind: Any) -> pl.Series:
    values = pl.Series(name, [text]).str.split(DIVIDER).explode()
    if kind == pl.String:
        return values
    if kind == pl.Boolean:
        return values.replace_strict({"1": True, "0": False, "true": True, "false": False, "": None}, return_dtype=kind)
    if kind == pl.Date:
        return values.replace("", None).str.to_date("%Y-%m-%d")
    return values.cast(kind, strict=False)


def write_date(day: date) -> str:
    """Write a date as an SQL literal that both databases compare rightly."""
    return f"'{day.isoformat()}'"


def list_slices(bureau_id: int, window: Period, size: int, *, table: str = "orgs_person") -> list[Slice]:
    """Cut a bureau's people (or units) by id into slices of about ``size``."""
    rows = read_rows({"id": "id"}, f"FROM {table} WHERE bureau_id = {int(bureau_id)}", {"id": pl.Int64})
    ids = rows["id"].sort().to_list()
    return [
        Slice(bureau_id, window, part[0], part[-1])
        for part in (ids[start : start + size] for start in range(0, len(ids), size))
    ]


def read_people(part: Slice) -> pl.DataFrame:
    """Read the people of a slice as they stand at the window's end (SUBJECT_SCHEMA, one row per person).

    Someone who left stands where they last stood. ``exempt`` joins the categories in force on the last day.
    """
    people = read_rows(
        {"subject": "id", "code": "staff_no", "name": "name", "status": "party_status", "staff_state": "staff_state",
         "rank_class": "rank_class", "age": "birth_year", "joined_on": "joined_on", "left_on": "left_on"},
        f"FROM orgs_person WHERE bureau_id = {part.bureau_id} AND id {part.within}",
        SUBJECT_SCHEMA,
    )  # fmt: skip
    year = part.window.until_on.year - 1 if part.window.until_on.timetuple().tm_yday == 1 else part.window.until_on.year
    stints = _read_last_stints(part)
    party = stints.filter(pl.col("line") == Line.PARTY).select(
        "subject", home="unit_id", home_name="unit_name", role="role", unit_kind="kind"
    )
    admin = stints.filter(pl.col("line") == Line.ADMIN).select(
        "subject", department="unit_name", department_id="unit_id"
    )
    frame = (
        people.with_columns(age=pl.lit(year) - pl.col("age"))
        .join(party, on="subject", how="left")
        .join(admin, on="subject", how="left")
        .join(_read_exempt(part), on="subject", how="left")
        .with_columns(pl.col("exempt").fill_null(""), pl.col("role").fill_null("成员"))
    )
    return shape_columns(frame, SUBJECT_SCHEMA).sort("subject")


def _read_last_stints(part: Slice) -> pl.DataFrame:
    """Read, per person and line, the stint in force on the window's last day, else the latest one before it."""
    stints = read_rows(
        {"subject": "s.person_id", "unit_id": "s.unit_id", "unit_name": "u.name", "kind": "u.kind", "line": "u.line",
         "role": "s.role", "from_on": "s.from_on", "id": "s.id"},
        "FROM orgs_stint s JOIN orgs_unit u ON u.id = s.unit_id "
        f"WHERE u.bureau_id = {part.bureau_id} AND s.person_id {part.within} "
        f"AND (s.from_on IS NULL OR s.from_on < {write_date(part.window.until_on)})",
        {"subject": pl.Int64, "unit_id": pl.Int64, "unit_name": pl.String, "kind": pl.String, "line": pl.String,
         "role": pl.String, "from_on": pl.Date, "id": pl.Int64},
    )  # fmt: skip
    return stints.sort("from_on", "id", nulls_last=False).unique(["subject", "line"], keep="last", maintain_order=True)


def read_exemptions(part: Slice) -> pl.DataFrame:
    """Read exemptions that touch the window: subject, category, from_on, until_on (open bounds are null)."""
    return read_rows(
        {"subject": "e.person_id", "category": "e.category", "from_on": "e.from_on", "until_on": "e.until_on"},
        "FROM orgs_exemption e JOIN orgs_person p ON p.id = e.person_id "
        f"WHERE p.bureau_id = {part.bureau_id} AND p.id {part.within} "
        f"AND (e.from_on IS NULL OR e.from_on < {write_date(part.window.until_on)}) "
        f"AND (e.until_on IS NULL OR e.until_on > {write_date(part.window.from_on)})",
        {"subject": pl.Int64, "category": pl.String, "from_on": pl.Date, "until_on": pl.Date},
    )


def _read_exempt(part: Slice) -> pl.DataFrame:
    open_at_end = pl.col("until_on").is_null() | (pl.col("until_on") >= part.window.until_on)
    return (
        read_exemptions(part)
        .filter(open_at_end)
        .group_by("subject")
        .agg(exempt=pl.col("category").unique().sort().str.join("、"))
    )


def read_units(bureau_id: int, kinds: Sequence[str]) -> pl.DataFrame:
    """Read the units of these kinds as subjects (SUBJECT_SCHEMA, one row per unit)."""
    words = ", ".join(f"'{kind}'" for kind in kinds)
    frame = read_rows(
        {"subject": "u.id", "code": "u.code", "name": "u.name", "home": "u.parent_id", "home_name": "p.name",
         "unit_kind": "u.kind", "joined_on": "u.from_on", "left_on": "u.until_on"},
        "FROM orgs_unit u LEFT JOIN orgs_unit p ON p.id = u.parent_id "
        f"WHERE u.bureau_id = {int(bureau_id)} AND u.kind IN ({words})",
        SUBJECT_SCHEMA,
    )  # fmt: skip
    return shape_columns(frame.with_columns(exempt=pl.lit("")), SUBJECT_SCHEMA).sort("subject")
