"""Slices of the database as tables in memory, and the people and units an assessment speaks of.

The reader goes through the database's own indexes into Arrow (ADBC). Inside an open transaction it uses that
transaction's connection instead, because no other connection sees what is not committed yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import polars as pl
from django.db import connection

from shanxue.base.frames import SUBJECT_SCHEMA, shape_columns
from shanxue.base.periods import Period

from .rules import Line

ARROW_ROWS_PER_BATCH = "65536"


@dataclass(frozen=True)
class Slice:
    """The records of one bureau's people (or units) with ids from ``low`` to ``high``, both included."""

    bureau_id: int
    window: Period
    low: int
    high: int

    @property
    def within(self) -> str:
        """The id bounds as SQL, for a column named by ``format``."""
        return f"BETWEEN {int(self.low)} AND {int(self.high)}"


def read_query(sql: str) -> pl.DataFrame:
    """Run one SELECT (integers and dates of our own only, no text from outside) and return its rows."""
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
        return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
    if connection.vendor == "sqlite":
        uri = f"file:{quote(str(connection.settings_dict['NAME']))}?mode=ro"
        with adbc_driver_sqlite.dbapi.connect(uri) as database, database.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": ARROW_ROWS_PER_BATCH})
            cursor.execute(sql)
            return cursor.fetch_polars()
    with adbc_driver_postgresql.dbapi.connect(_write_postgres_uri()) as database, database.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetch_polars()


def _write_postgres_uri() -> str:
    place = connection.settings_dict
    parts = {"host": place["HOST"], "port": place["PORT"], "user": place["USER"], "password": place["PASSWORD"],
             "dbname": place["NAME"]}  # fmt: skip
    return "postgresql:///?" + "&".join(f"{key}={quote(str(value), safe='')}" for key, value in parts.items() if value)


def write_date(day: date) -> str:
    """Write a date as an SQL literal that both databases compare rightly."""
    return f"'{day.isoformat()}'"


def list_slices(bureau_id: int, window: Period, size: int, *, table: str = "orgs_person") -> list[Slice]:
    """Cut a bureau's people (or units) by id into slices of about ``size``."""
    ids = read_query(f"SELECT id FROM {table} WHERE bureau_id = {int(bureau_id)} ORDER BY id")["id"].to_list()
    return [
        Slice(bureau_id, window, part[0], part[-1])
        for part in (ids[start : start + size] for start in range(0, len(ids), size))
    ]


def read_people(part: Slice) -> pl.DataFrame:
    """Read the people of a slice as they stand at the window's end (SUBJECT_SCHEMA, one row per person).

    Someone who left stands where they last stood. ``exempt`` joins the categories in force on the last day.
    """
    people = read_query(
        "SELECT id AS subject, staff_no AS code, name, party_status AS status, staff_state, rank_class, "
        f"birth_year, joined_on, left_on FROM orgs_person WHERE bureau_id = {part.bureau_id} AND id {part.within}"
    )
    year = part.window.until_on.year - 1 if part.window.until_on.timetuple().tm_yday == 1 else part.window.until_on.year
    stints = _read_last_stints(part)
    party = stints.filter(pl.col("line") == Line.PARTY).select(
        "subject", home="unit_id", home_name="unit_name", role="role", unit_kind="kind"
    )
    admin = stints.filter(pl.col("line") == Line.ADMIN).select(
        "subject", department="unit_name", department_id="unit_id"
    )
    frame = (
        people.with_columns(age=pl.lit(year) - pl.col("birth_year"))
        .join(party, on="subject", how="left")
        .join(admin, on="subject", how="left")
        .join(_read_exempt(part), on="subject", how="left")
        .with_columns(pl.col("exempt").fill_null(""), pl.col("role").fill_null("成员"))
    )
    return shape_columns(frame, SUBJECT_SCHEMA).sort("subject")


def _read_last_stints(part: Slice) -> pl.DataFrame:
    """Read, per person and line, the stint in force on the window's last day, else the latest one before it."""
    stints = shape_columns(
        read_query(
            "SELECT s.person_id AS subject, s.unit_id, u.name AS unit_name, u.kind, u.line, s.role, s.from_on, s.id "
            "FROM orgs_stint s JOIN orgs_unit u ON u.id = s.unit_id "
            f"WHERE u.bureau_id = {part.bureau_id} AND s.person_id {part.within} "
            f"AND (s.from_on IS NULL OR s.from_on < {write_date(part.window.until_on)})"
        ),
        {"subject": pl.Int64, "unit_id": pl.Int64, "unit_name": pl.String, "kind": pl.String, "line": pl.String,
         "role": pl.String, "from_on": pl.Date, "id": pl.Int64},
    )  # fmt: skip
    return stints.sort("from_on", "id", nulls_last=False).unique(["subject", "line"], keep="last", maintain_order=True)


def read_exemptions(part: Slice) -> pl.DataFrame:
    """Read exemptions that touch the window: subject, category, from_on, until_on (open bounds are null)."""
    frame = read_query(
        "SELECT e.person_id AS subject, e.category, e.from_on, e.until_on FROM orgs_exemption e "
        f"JOIN orgs_person p ON p.id = e.person_id WHERE p.bureau_id = {part.bureau_id} AND p.id {part.within} "
        f"AND (e.from_on IS NULL OR e.from_on < {write_date(part.window.until_on)}) "
        f"AND (e.until_on IS NULL OR e.until_on > {write_date(part.window.from_on)})"
    )
    return shape_columns(
        frame, {"subject": pl.Int64, "category": pl.String, "from_on": pl.Date, "until_on": pl.Date}
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
    frame = read_query(
        "SELECT u.id AS subject, u.code, u.name, u.parent_id AS home, p.name AS home_name, u.kind AS unit_kind, "
        "u.from_on AS joined_on, u.until_on AS left_on "
        "FROM orgs_unit u LEFT JOIN orgs_unit p ON p.id = u.parent_id "
        f"WHERE u.bureau_id = {int(bureau_id)} AND u.kind IN ({words})"
    )
    return shape_columns(frame.with_columns(exempt=pl.lit("")), SUBJECT_SCHEMA).sort("subject")
