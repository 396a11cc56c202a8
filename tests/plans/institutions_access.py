"""Who may open the pages of the rule book and of the working-day calendar."""

from __future__ import annotations

from datetime import date

from shanxue.plans.actions.institutions import adopt_institution, enter_day
from shanxue.plans.queries.institutions import read_shipped_text
from tests.house import AT, House
from tests.roles import READERS

READING: set[str | None] = {"member", *READERS}
OFFICE: set[str | None] = {"office"}

OPEN_TO: dict[str, set[str | None]] = {
    "plans:institutions": READING,
    "plans:institution": READING,
    "plans:shipped": OFFICE,
    "plans:adopt": OFFICE,
    "plans:issue_version": OFFICE,
    "plans:repeal": OFFICE,
    "plans:workdays": OFFICE,
    "plans:remove_day": set(),
}
POST_ONLY = {"plans:remove_day"}


def make(house: House) -> dict[str, list[object]]:
    adopt_institution(
        house.bureau, text=read_shipped_text("dangyuan-jiaoyu"), from_on=date(2025, 1, 1), reason="局党委会",
        actor="办公室", at=AT,
    )  # fmt: skip
    day = enter_day(house.bureau, on=date(2027, 10, 1), is_workday=False, source="通知", actor="办公室", at=AT)
    held = ("plans:institution", "plans:issue_version", "plans:repeal")
    return {name: ["dangyuan-jiaoyu"] for name in held} | {
        "plans:adopt": ["zhibu-gongzuo"],
        "plans:remove_day": [day.pk],
    }
