"""免考核: of whom what is not asked, from when until when. A category and who approved, never a diagnosis."""

from __future__ import annotations

from datetime import date, timedelta

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.drafts import Outcome
from shanxue.intake.matching import clean_text, list_words
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Field, Kind, Row
from shanxue.intake.values import parse_code, parse_date, parse_name

from ..columns import BRANCH, DEPARTMENT, NAME, STAFF_NO
from ..directory import open_directory
from ..lookup import find_person, find_unit, show_person
from ..models import Exemption

KIND = Kind(
    "exemptions",
    "免考核",
    (
        Field("staff_no", "工号", STAFF_NO, parse=parse_code),
        Field("name", "姓名", NAME, parse=parse_name),
        Field("unit", "所在支部", (*BRANCH, *DEPARTMENT), first_wins=True),
        Field(
            "category",
            "免考核类别",
            list_words(
                "免考核情形 情形 免考核原因 免除类别 豁免类别 免考类别 免考核事由 不作硬性要求情形 豁免情形",
                "免学习类别 免于考核情形 免于考核原因",
            ),
            required=True,
        ),
        Field(
            "from_on",
            "开始日期",
            list_words("起始日期 开始时间 起始时间 起 自 从 起始 生效日期 免考核开始"),
            parse=parse_date,
            first_wins=True,
        ),
        Field(
            "until_on",
            "结束日期",
            list_words("截止日期 结束时间 截止时间 止 至 到 终止日期 免考核结束"),
            parse=parse_date,
        ),
        Field("approved_by", "批准人", list_words("审批人 批准 批准机关 批准单位 审批意见 审批单位")),
    ),
    needs=(frozenset({"name", "category"}), frozenset({"staff_no", "category"})),
    marks=list_words("免考核 不作硬性要求 豁免 免学 免于考核"),
)


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    directory = open_directory(desk)

    def plan_row(row: Row) -> None:
        values = row.values
        unit = find_unit(planned, desk, row, "unit", str(values["unit"])) if values.get("unit") else None
        person = find_person(planned, desk, row, unit=unit, day=values.get("from_on"))
        if person is None or (unit is None and values.get("unit")):
            return
        if not values.get("category"):
            planned.stop(row, "category", "no_category", "没有写免考核类别。请补上。")
            return
        category = clean_text(str(values["category"]))[:32]
        from_on, until_on = values.get("from_on"), _open_bound(values.get("until_on"))
        if from_on and until_on and from_on >= until_on:
            planned.stop(row, "until_on", "bad_span", "结束日期早于开始日期。请改正。")
            return
        approved = str(values.get("approved_by") or "")[:64]
        known = directory.list_exemptions(person)
        same = next((e for e in known if e.values["category"] == category and e.values["from_on"] == from_on), None)
        if same is not None:
            changed = directory.ledger.change(same, until_on=until_on, approved_by=approved)
            outcome: Outcome = "updated" if changed else "unchanged"
        else:
            known.append(
                directory.ledger.create(
                    Exemption,
                    person_id=person,
                    category=category,
                    from_on=from_on,
                    until_on=until_on,
                    approved_by=approved,
                )
            )
            outcome = "added"
        planned.settle(
            row,
            outcome,
            **show_person(directory, person, directory.find_unit_on(person, from_on)),
            category=category,
            from_on=from_on.isoformat() if from_on else None,
            until_on=until_on.isoformat() if until_on else None,
        )

    return plan_row


def _open_bound(last_day: date | None) -> date | None:
    """A table names the last day that is exempt; bounds here are open."""
    return last_day + timedelta(days=1) if last_day is not None else None


HANDLER = Handler(KIND, prepare)
