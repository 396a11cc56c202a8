"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from shanxue.assessment.models import Result
from tests.house import House
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
}


def make(house: House) -> dict[str, list[object]]:
    result = Result.objects.get(run=house.run, person=house.people["张三"])
    return {
        "assessment:person": [house.people["张三"].pk],
        "assessment:records": [result.pk, "A1"],
        "assessment:unit": [house.units["第一支部"].pk],
        "assessment:scheme": ["jiguan-2025"],
        "assessment:trial": ["jiguan-2025"],
    }
