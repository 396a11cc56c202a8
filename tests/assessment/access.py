"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from shanxue.assessment.models import Appeal, Result
from tests.house import AT, House
from tests.roles import BUREAU, HAS_OWN, READERS, SIGNED_IN

OPEN_TO: dict[str, set[str | None]] = {
    "assessment:mine": HAS_OWN,
    "assessment:people": READERS,
    "assessment:person": {"member", *READERS},  # 张三
    "assessment:records": {"member", *READERS},  # 张三's
    "assessment:board": READERS,
    "assessment:unit": READERS - {"head"},  # 第一支部
    "assessment:lists": BUREAU,
    "assessment:schemes": SIGNED_IN,
    "assessment:scheme": SIGNED_IN,
    "assessment:trial": READERS,
    "assessment:appeal": {"member"},  # 张三's own line
    "assessment:appeals": BUREAU,
    "assessment:appeal_answer": {"member", *BUREAU},
    "assessment:binding": BUREAU,
    "assessment:binding_file": BUREAU,
    "assessment:binding_decide": {"office"},
    "assessment:departments_file": set(),  # the house has no department scheme
    "assessment:lists_file": BUREAU,
}


def make(house: House) -> dict[str, list[object]]:
    result = Result.objects.get(run=house.run, person=house.people["张三"])
    appeal = Appeal.objects.create(result=result, item="P1", sentence="有一项已完成，没有计入。", asked_at=AT)
    return {
        "assessment:appeal": [result.pk, "A1"],
        "assessment:appeal_answer": [appeal.pk],
        "assessment:binding_decide": [result.pk, "G9"],
        "assessment:person": [house.people["张三"].pk],
        "assessment:records": [result.pk, "A1"],
        "assessment:unit": [house.units["第一支部"].pk],
        "assessment:scheme": ["jiguan-2025"],
        "assessment:trial": ["jiguan-2025"],
    }
