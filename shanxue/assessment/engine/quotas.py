"""Quotas on grades (K45) and ranks: what only the whole group can decide. Equals are treated alike and told so."""

from __future__ import annotations

import polars as pl

from shanxue.assessment.rules.scheme import Quota

from .grades import NO_GRADE, list_labels, points_of
from .scoring import ASSESSED
from .totals import Seated, Sheet


def apply_quotas(sheet: Sheet) -> None:
    """Hold every quota in turn; those beyond it move down and their ``notes`` say why."""
    sheet.write(quota_note=pl.lit(""))
    labels = list_labels(sheet.scheme)
    for at, quota in enumerate(sheet.scheme.quotas):
        if quota.grade in labels:
            _apply_quota(sheet, quota, at, labels)


def _apply_quota(sheet: Sheet, quota: Quota, at: int, labels: list[str]) -> None:
    place, lower = labels.index(quota.grade), labels.index(quota.demote_to)
    group = quota.per or "_all"
    keys = ["total", *(f"_key{at}" for at in range(len(quota.order_by)))]
    sheet.write(**{f"_key{at}": points_of(sheet, name).fill_null(-(2**62)) for at, name in enumerate(quota.order_by)})
    sheet.write(_seats=_count_seats(sheet, quota, group), _group=pl.col(group))
    holders = sheet.frame.filter(pl.col("grade") == place)
    ties = holders.group_by("_group", *keys).agg(_equal=pl.len().cast(pl.Int64))
    ties = ties.sort("_group", *keys, descending=[False, *(True for _ in keys)], nulls_last=True)
    ties = ties.with_columns(_last=pl.col("_equal").cum_sum().over("_group"))
    joined = sheet.frame.join(ties, on=["_group", *keys], how="left", nulls_equal=True, maintain_order="left")
    sheet.frame = joined
    last, first = pl.col("_last"), pl.col("_last") - pl.col("_equal") + 1
    seats, holds = pl.col("_seats"), pl.col("grade") == place
    beyond = holds & ((first > seats) if quota.ties == "all" else (last > seats))
    across = holds & (pl.col("_equal") > 1) & (first <= seats) & (last > seats)
    over = holds & ((holds.cast(pl.Int64)).sum().over("_group") > seats)
    sheet.overflows.append(
        sheet.frame.filter(over).select(
            "subject", quota=pl.lit(at, dtype=pl.Int64), group=_name_group(quota), seats=seats.cast(pl.Int64),
            beyond=beyond, tied=across,
        )
    )  # fmt: skip
    note = _write_note(quota, beyond, across)
    for (place_of, name), seated in sheet.seated.items():
        if place_of == at:
            here = over & (_name_group(quota) == name)
            leaves = ~pl.col("subject").is_in(sorted(seated.kept))
            note = pl.when(here).then(_write_decision(quota, leaves, seated)).otherwise(note)
            beyond = pl.when(here).then(leaves).otherwise(beyond)
    sheet.write(grade=pl.when(beyond).then(pl.lit(lower, dtype=pl.Int64)).otherwise(pl.col("grade")), quota_note=note)
    sheet.frame = sheet.frame.drop("_equal", "_last", "_seats", "_group", *(name for name in keys if name != "total"))


def _name_group(quota: Quota) -> pl.Expr:
    return pl.col("_group").cast(pl.String).fill_null("") if quota.per else pl.lit("")


def _write_decision(quota: Quota, leaves: pl.Expr, seated: Seated) -> pl.Expr:
    """Say what a meeting decided of somebody, after what earlier quotas said."""
    before = pl.col("quota_note")
    said = pl.when(leaves).then(pl.lit(f"列为{quota.demote_to}（{seated.words}）")).otherwise(
        pl.lit(f"保留{quota.grade}（{seated.words}）")
    )  # fmt: skip
    return pl.when(before == "").then(said).otherwise(before + pl.lit("；") + said)


def _count_seats(sheet: Sheet, quota: Quota, group: str) -> pl.Expr:
    """How many may hold the grade: a share of those of the group who are assessed and belong to ``of``."""
    counted = pl.col("state") == ASSESSED
    circle = sheet.plan.name_circle(quota.of)
    if circle is not None:
        counted = counted & pl.col(circle)
    whole = counted.cast(pl.Int64).sum().over(group) * quota.share.numerator
    share = quota.share.denominator
    if quota.rounding == "ceil":
        return (whole + share - 1) // share
    return (whole * 2 + share) // (share * 2) if quota.rounding == "half_up" else whole // share


def _write_note(quota: Quota, beyond: pl.Expr, across: pl.Expr) -> pl.Expr:
    """Say what the quota did, after what earlier quotas said."""
    seats = pl.col("_seats").cast(pl.String)
    moved = pl.concat_str(pl.lit(f"超出{quota.grade}名额（"), seats, pl.lit(f"名），列为{quota.demote_to}"))
    tied = "并列，均未列入" if quota.ties == "none" else "并列，一并列入"
    said = (
        pl.when(beyond & across).then(moved + pl.lit(f"；{tied}"))
        .when(beyond).then(moved)
        .when(across).then(pl.concat_str(pl.lit(f"{quota.grade}名额"), seats, pl.lit(f"名，{tied}")))
        .otherwise(pl.lit(""))
    )  # fmt: skip
    before = pl.col("quota_note")
    return pl.when((before == "") | (said == "")).then(before + said).otherwise(before + pl.lit("；") + said)


def add_ranks(sheet: Sheet) -> None:
    """Dense ranks from 1 by total, among those with a grade (without bands: assessed) and nothing still missing."""
    graded = pl.col("grade") != NO_GRADE if sheet.scheme.bands else pl.col("state") == ASSESSED
    settled = graded & (pl.col("decided") | ~pl.col("waiting"))
    sheet.write(rank=pl.when(settled).then(pl.col("total")).rank("dense", descending=True).cast(pl.Int64))
