"""What leaves the engine: one row per subject, one line per subject and item, one row per gate that holds."""

from __future__ import annotations

import polars as pl

from shanxue.assessment.rules.scheme import Item, Scheme

from .grades import NO_GRADE, list_labels
from .items import Names
from .notes import word_marks
from .scoring import ASSESSED, EXEMPT, NEXT_YEAR, UNGRADED
from .totals import Sheet, full_points

WAITING = "待补充"
EXEMPT_GRADE = "免考核"
NEXT_YEAR_NOTE = "当年新进，从下一年度起考核"
UNGRADED_NOTE = "当年新进，只计分，不定等次"
FULL_YEAR_NOTE = "细则未规定，当年新进按全年要求考核"
SILENT_NOTE = "；细则未规定，按此办理"
NOTHING_NOTE = "没有适用的考核项目"

RESULT_COLUMNS = ("subject", "total", "grade", "rank", "rank_note")
LINE_COLUMNS = ("subject", "item", "counted", "out_of", "awarded", "full", "note")
LINE_TYPES = (pl.Int64, pl.String, pl.Int64, pl.Int64, pl.Int64, pl.Int64, pl.String)


def write_results(sheet: Sheet) -> pl.DataFrame:
    """One row per subject, in the order of their numbers."""
    assessed = pl.col("state").is_in([ASSESSED, UNGRADED])
    return sheet.frame.select(
        "subject",
        total=pl.when(assessed).then(pl.col("total")),
        grade=_name_grade(sheet),
        rank=pl.col("rank"),
        rank_note=_write_note(sheet.scheme),
    )


def _name_grade(sheet: Sheet) -> pl.Expr:
    labels = pl.Series([*list_labels(sheet.scheme), ""], dtype=pl.String)
    label = pl.lit(labels).gather(pl.when(pl.col("grade") == NO_GRADE).then(len(labels) - 1).otherwise(pl.col("grade")))
    waits = (pl.col("state") == ASSESSED) & _is_open()
    return (
        pl.when(pl.col("state") == EXEMPT).then(pl.lit(EXEMPT_GRADE))
        .when(waits & (pl.col("grade") == NO_GRADE)).then(pl.lit(WAITING))
        .otherwise(label)
    )  # fmt: skip


def _is_open() -> pl.Expr:
    """Something is still missing and no veto settled the total."""
    return (pl.col("waiting") | pl.col("total").is_null()) & ~pl.col("decided")


def _write_note(scheme: Scheme) -> pl.Expr:
    clause = next((exempt.clause for exempt in scheme.exempts if exempt.mode == "exclude" and exempt.clause), "")
    silent = "" if scheme.joiners.clause else SILENT_NOTE
    full_year = scheme.joiners.rule == "full" and not scheme.joiners.clause
    joined = pl.col("joined") & (pl.col("state") == ASSESSED) if full_year else pl.lit(False)
    parts = [
        pl.when(pl.col("state") == EXEMPT).then(pl.lit(f"按{clause}免考核" if clause else EXEMPT_GRADE)),
        pl.when(pl.col("state") == NEXT_YEAR).then(pl.lit(NEXT_YEAR_NOTE + silent)),
        pl.when(pl.col("state") == UNGRADED).then(pl.lit(UNGRADED_NOTE + silent)),
        pl.when(joined).then(pl.lit(FULL_YEAR_NOTE)),
        _write_waiting(),
        pl.when(pl.col("quota_note") != "").then(pl.col("quota_note")),
    ]
    return pl.concat_str(*parts, separator="；", ignore_nulls=True)


def _write_waiting() -> pl.Expr:
    here = pl.col("state").is_in([ASSESSED, UNGRADED]) & _is_open()
    named = pl.lit(f"{WAITING}：") + pl.col("missing")
    return pl.when(here & pl.col("waiting")).then(named).when(here).then(pl.lit(NOTHING_NOTE))


def write_lines(sheet: Sheet) -> pl.DataFrame:
    """One line per subject and item that is for them, then the adjusting lines; by subject, items in scheme order."""
    scheme = sheet.scheme
    parts = [_write_item(sheet, at) for at in range(len(scheme.items))]
    codes = [item.code for item in scheme.items]
    for number, adjustment in enumerate(sheet.adjustments, len(codes)):
        codes.append(adjustment.code)
        rows = sheet.frame.filter((pl.col(adjustment.column) != 0) & pl.col("total").is_not_null())
        parts.append(
            rows.select(
                "subject",
                _at=pl.lit(number, dtype=pl.Int32),
                counted=pl.lit(None, dtype=pl.Int64),
                out_of=pl.lit(None, dtype=pl.Int64),
                awarded=pl.col(adjustment.column).cast(pl.Int64),
                full=pl.lit(None, dtype=pl.Int64),
                note=adjustment.note,
            )
        )
    if not parts:
        return pl.DataFrame(schema=dict(zip(LINE_COLUMNS, LINE_TYPES, strict=True)))
    rows = pl.concat(parts).sort("subject", "_at")
    names = pl.Series(codes, dtype=pl.String)
    return rows.with_columns(item=names.gather(rows["_at"])).select(LINE_COLUMNS)


def _write_item(sheet: Sheet, at: int) -> pl.DataFrame:
    names, item = Names(at), sheet.scheme.items[at]
    rows = sheet.frame.filter(sheet.applies(at)).select(
        "subject",
        pl.lit(at, dtype=pl.Int32).alias("_at"),
        pl.col(names.counted).alias("counted"),
        pl.col(names.out_of).alias("out_of"),
        pl.col(names.points).alias("awarded"),
        pl.lit(full_points(sheet.scheme, item, sheet), dtype=pl.Int64).alias("full"),
        pl.col(names.marks).alias("note"),
    )
    return rows.with_columns(note=_word(rows["note"], item))


def _word(marks: pl.Series, item: Item) -> pl.Series:
    bits = marks.unique().to_list()
    words = [word_marks(int(bit), item.policy) for bit in bits]
    if len(bits) <= 1:
        return pl.repeat(words[0] if words else "", len(marks), dtype=pl.String, eager=True)
    return marks.replace_strict(bits, words, return_dtype=pl.String)


def write_gates(sheet: Sheet) -> pl.DataFrame:
    """One row per subject and gate that holds, gates in scheme order."""
    parts = [
        sheet.frame.filter(pl.col(f"gate{at}")).select("subject", pl.lit(at, dtype=pl.Int32).alias("_at"))
        for at in range(len(sheet.scheme.gates))
    ]
    if not parts:
        return pl.DataFrame(schema={"subject": pl.Int64, "gate": pl.String})
    rows = pl.concat(parts).sort("subject", "_at")
    codes = pl.Series([gate.code for gate in sheet.scheme.gates], dtype=pl.String)
    return rows.select("subject", codes.gather(rows["_at"]).alias("gate"))
