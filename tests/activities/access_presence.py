"""Who may call the roll, sign in, and open the code of the wall."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from shanxue.activities.rules.codes import find_window, write_wall_code
from tests.house import House

from .meeting import hold_meeting, permit

WRITERS: set[str | None] = {"secretary", "office"}
EXPECTED: set[str | None] = {"member", "secretary"}
OPEN_TO: dict[str, set[str | None]] = {
    "activities:roll_call": WRITERS,
    "activities:late_mark": WRITERS,
    "activities:scan_panel": WRITERS,
    "activities:code_sheet": WRITERS,
    "activities:check_in": EXPECTED,
    "activities:scan": EXPECTED,
    "activities:scan_permits": {"office"},
    "activities:sync": set(),
    "activities:guests": set(),
    "activities:end_permit": set(),
}
POST_ONLY = {"activities:sync", "activities:guests", "activities:end_permit"}


def make(house: House) -> dict[str, list[object]]:
    meeting = hold_meeting(house, "张三", "李四", topic="点名的会")
    session = meeting.session.pk
    return {
        "activities:roll_call": [session],
        "activities:late_mark": [session, meeting.person("张三")],
        "activities:scan_panel": [session],
        "activities:code_sheet": [session],
        "activities:check_in": [session],
        "activities:scan": [write_wall_code(settings.SECRET_KEY, session, find_window(timezone.now().timestamp()))],
        "activities:sync": [session],
        "activities:guests": [session],
        "activities:end_permit": [permit(house).pk],
    }
