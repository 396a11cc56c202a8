"""Who may open the pages of arranging, leave and make-up. One coming session of 第一支部, and a make-up of 张三."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from shanxue.activities.models import Attendance, MakeUp, Session
from tests.house import AT, House
from tests.roles import HAS_OWN, LEADING, READERS

OF_BRANCH: set[str | None] = {"member", "secretary", "office", "leader", "inspector"}

OPEN_TO: dict[str, set[str | None]] = {
    "activities:sessions": READERS | HAS_OWN,
    "activities:session": OF_BRANCH,
    "activities:arrange": LEADING,
    "activities:edit": LEADING,
    "activities:notice": LEADING,
    "activities:postpone": LEADING,
    "activities:cancel": LEADING,
    "activities:leave": HAS_OWN,
    "activities:withdraw_leave": set(),
    "activities:my_leaves": HAS_OWN,
    "activities:leaves": LEADING,
    "activities:make_up": LEADING,
    "activities:arrange_make_up": LEADING,
    "activities:decide_make_up": set(),
    "activities:my_make_up": {"member"},
}
POST_ONLY = {"activities:withdraw_leave", "activities:decide_make_up"}


def make(house: House) -> dict[str, list[object]]:
    today = timezone.localdate()
    branch = house.units["第一支部"]
    session = Session.objects.create(
        bureau=house.bureau, unit=branch, kind="主题党日", tier="支部集体学", topic="主题党日", state="计划",
        on=today + timedelta(days=5), noticed_at=AT,
    )  # fmt: skip
    for name in ("张三", "李四"):
        Attendance.objects.create(
            session=session, person=house.people[name], unit=branch, mark="未记录", how="名单", recorded_at=AT,
            recorded_by="李四",
        )  # fmt: skip
    make_up = MakeUp.objects.create(
        session=session, person=house.people["张三"], of_mark="缺席", form="自学", until_on=today, arranged_at=AT,
        arranged_by="李四",
    )  # fmt: skip
    of_session = ("session", "edit", "notice", "postpone", "cancel", "leave", "withdraw_leave")
    return {f"activities:{name}": [session.pk] for name in of_session} | {"activities:my_make_up": [make_up.pk]}
