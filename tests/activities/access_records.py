"""Who may open the pages of minutes (tests/web/test_access.py)."""

from __future__ import annotations

from shanxue.activities.models import Resolution
from tests.house import House
from tests.roles import READERS

from .held_meeting import hold_meeting, write_record

OF_A_BRANCH: set[str | None] = {"member", "secretary", "office", "leader", "inspector"}  # 张三 takes the minutes

OPEN_TO: dict[str, set[str | None]] = {
    "activities:records": READERS,
    "activities:resolutions": READERS | {"member"},
    "activities:resolution": OF_A_BRANCH,
    "activities:record": OF_A_BRANCH,
    "activities:record_take_back": set(),
    "activities:record_review": set(),
    "activities:minutes_docx": OF_A_BRANCH,
    "activities:sign_in_sheet": OF_A_BRANCH,
}
POST_ONLY = {"activities:record_take_back", "activities:record_review"}


def make(house: House) -> dict[str, list[object]]:
    session = hold_meeting(house, "7月学习日")
    write_record(session, "待审核", "member", house)
    row = Resolution.objects.create(session=session, position=1, text="写小结", responsible=house.people["张三"])
    named = {name: [session.pk] for name in ("record", "record_take_back", "record_review")}
    named |= {"minutes_docx": [session.pk], "sign_in_sheet": [session.pk], "resolution": [row.pk]}
    return {f"activities:{name}": list(arguments) for name, arguments in named.items()}
