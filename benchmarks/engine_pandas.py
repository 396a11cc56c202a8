"""The scheme of ``engine_data`` as one would write it by hand in pandas: floats, no notes, no other scheme."""

from __future__ import annotations

import numpy as np
import pandas as pd

PRESENT = ["到", "迟到", "已补学"]


def assess_in_pandas(subjects: pd.DataFrame, facts: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (results, lines): total and grade per subject, points per subject and item."""
    people = subjects.set_index("subject")
    points = pd.DataFrame(index=people.index)
    _add_attendance(points, people, facts["attendance"])
    _add_notes(points, facts["notes"])
    plan = facts["plan"]
    done = plan[(plan["mark"] == "完成") & (plan["done_on"] <= plan["due_on"])].groupby("subject").size()
    points["C1"] = _share(done, plan.groupby("subject").size(), points.index) * 15
    scores = facts["scores"]
    percent = (scores["amount"] / scores["full"]).where(scores["mark"] != "缺考", 0.0)
    points["D1"] = percent.groupby(scores["subject"]).mean().reindex(points.index) * 20
    points["D3"] = 5.0
    points = (points * 100 + 0.5).apply(np.floor) / 100
    return _grade(points, people), points.reset_index().melt(id_vars="subject", var_name="item", value_name="awarded")


def _share(part: pd.Series, whole: pd.Series, index: pd.Index) -> pd.Series:
    return part.reindex(index, fill_value=0) / whole.reindex(index)


def _add_attendance(points: pd.DataFrame, people: pd.DataFrame, rows: pd.DataFrame) -> None:
    index = points.index
    branch = rows[rows["tier"] == "支部集体学"]
    held = branch[branch["mark"] != "免"].groupby("subject").size()
    points["A1"] = _share(branch[branch["mark"].isin(PRESENT)].groupby("subject").size(), held, index) * 20
    absent = rows[rows["mark"] == "缺席"].groupby("subject").size().reindex(index, fill_value=0)
    private = rows[(rows["mark"] == "请假") & (rows["reason"] == "事假")].groupby("subject").size()
    late = rows[(rows["mark"] == "迟到") & (rows["late_minutes"] > 30)].groupby("subject").size()
    lost = absent * 2 + private.reindex(index, fill_value=0) * 0.5 + late.reindex(index, fill_value=0) * 0.25
    points["A2"] = (-lost).clip(lower=-10)
    present = rows[rows["mark"].isin(PRESENT)]
    hours = present.groupby("subject")["amount"].sum().reindex(index, fill_value=0) / 1000
    points["A3"] = (hours / people["rank_class"].map({"县处级以上": 56}).fillna(32) * 10).clip(upper=10)
    lectures = rows[rows["kind"] == "党课"].assign(quarter=rows["on"].dt.quarter)
    came = lectures[lectures["mark"].isin(PRESENT)].groupby(["subject", "quarter"]).size()
    share = (came / lectures.groupby(["subject", "quarter"]).size()).fillna(0)
    grid = pd.MultiIndex.from_product([index, range(1, 5)], names=["subject", "quarter"])
    known = lectures.groupby(["subject", "quarter"]).size().reindex(grid)
    quarters = share.reindex(grid).fillna(0.0).where(known.notna(), 1.0) * 10
    points["D2"] = quarters.groupby("subject").mean()


def _add_notes(points: pd.DataFrame, notes: pd.DataFrame) -> None:
    passed = notes[notes["mark"] == "通过"]
    number = passed.groupby("subject").size().reindex(points.index, fill_value=0)
    points["B1"] = (number / 8 * 15).clip(upper=15)
    essays = passed[passed["kind"] == "心得"]
    monthly = (essays.groupby(["subject", essays["on"].dt.month]).size() * 2).clip(upper=4)
    points["B2"] = monthly.groupby("subject").sum().reindex(points.index, fill_value=0).clip(upper=10)


def _grade(points: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    attendance = points[["A1", "A2", "A3"]].sum(axis=1).clip(0, 30)
    rest = points[["B1", "B2", "C1", "D1", "D2", "D3"]].sum(axis=1)
    total = (attendance + rest).clip(upper=100).round(2)
    grade = pd.cut(total, [-np.inf, 60, 75, 85, np.inf], right=False, labels=["不合格", "合格", "良好", "优秀"]).astype(
        str
    )
    seats = int((people["status"] == "正式党员").sum() * 0.2)
    first = total[grade == "优秀"].rank(method="max", ascending=False)
    grade.loc[first[first > seats].index] = "良好"
    return pd.DataFrame({"total": total, "grade": grade, "blocked": grade != "优秀"})
