"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from shanxue.plans.actions.institutions import adopt_institution
from shanxue.supervision.models import AgendaPoint, Instruction, Reminder
from tests.house import AT, House
from tests.roles import BUREAU, HAS_OWN, LEADING, READERS

OPEN_TO: dict[str, set[str | None]] = {
    "supervision:duties": READERS,
    "supervision:mine": HAS_OWN,
    "supervision:unit": READERS - {"head"},  # 第一支部
    "supervision:members": READERS - {"head"},  # 第一支部
    "supervision:person": {"member", *READERS},  # 张三
    "supervision:coverage": READERS,
    "supervision:instructions": READERS,
    "supervision:instruction": READERS - {"head"},  # 第一支部's
    "supervision:remind": set(),
    "supervision:ask": LEADING,
    "supervision:agenda": BUREAU,
    "supervision:add_points": {"office"},
    "supervision:withdraw_point": set(),
    "supervision:answer": {"secretary", "office"},
    "supervision:duty": READERS - {"head"},  # 第一支部's
}
POST_ONLY = {"supervision:remind", "supervision:withdraw_point"}
MEETINGS = """
[institution]
code = "zhibu"
title = "支部制度"
source = "局党委文件"
[[clause]]
number = "第一条"
text = "支部党员大会每季度召开1次。"
[[obligation]]
code = "DH"
title = "支部党员大会"
clause = "第一条"
kind = "frequency"
who = { unit = ["党支部"] }
event = { source = "session", kind = ["支部党员大会"] }
period = "quarter"
least = 1
"""


def make(house: House) -> dict[str, list[object]]:
    adopt_institution(house.bureau, text=MEETINGS, from_on=date(2025, 1, 1), reason="局党委会", actor="办公室", at=AT)
    first = house.units["第一支部"]
    today = timezone.localdate()
    start = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    key = f"zhibu/DH/u{first.pk}/{start:%Y%m%d}"
    reminder = Reminder.objects.create(
        bureau=house.bureau, unit=first, duty=key, text="请补交记录。", at=AT, actor="赵六"
    )
    point = AgendaPoint.objects.create(
        bureau=house.bureau, unit=first, duty=key, title="支部党员大会", sentence="第一支部支部党员大会未按期完成。",
        evidence=[["记录", "这一期还没有记录"]], at=AT, actor="赵六",
    )  # fmt: skip
    instruction = Instruction.objects.create(
        bureau=house.bureau, unit=first, text="请月底前补开。", at=AT, by=house.users["leader"]
    )
    return {
        "supervision:withdraw_point": [point.pk],
        "supervision:instruction": [instruction.pk],
        "supervision:unit": [first.pk],
        "supervision:members": [first.pk],
        "supervision:person": [house.people["张三"].pk],
        "supervision:answer": [reminder.pk],
        "supervision:duty": [key],
    }
