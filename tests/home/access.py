"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from django.utils import timezone

from shanxue.bulletins.briefs import compose_brief, keep_brief
from shanxue.home.actions import make_feed
from shanxue.orgs.queries import find_actor
from tests.home.desk import keep_batch, keep_roster
from tests.house import AT, House
from tests.roles import BUREAU, EVERYBODY, HAS_OWN, LEADING, SIGNED_IN

OFFICE: set[str | None] = {"office"}
OPEN_TO: dict[str, set[str | None]] = {
    "home:home": SIGNED_IN,
    "home:due": HAS_OWN,
    "home:office": {"office"},
    "home:desk": {"secretary"},
    "home:unit_desk": LEADING,  # 第一支部
    "home:overview": BUREAU,
    "home:unit_overview": BUREAU - {"head"},  # 第一支部
    "home:year_line": BUREAU,
    "home:briefs": BUREAU,
    "home:make_brief": set(),
    "home:wish_briefs": set(),
    "home:brief": {"office", "leader", "inspector"},  # of the whole bureau
    "home:more": SIGNED_IN,
    "home:calendar": HAS_OWN,
    "home:revoke_calendar": set(),
    "home:feed": EVERYBODY,  # who knows the address: it names nobody
    "imports:start": OFFICE,
    "imports:template": OFFICE,
    "imports:batches": OFFICE,
    "imports:batch": OFFICE,
    "imports:columns": OFFICE,
    "imports:check": OFFICE,
    "imports:fix": OFFICE,
    "imports:drop": set(),
    "imports:done": OFFICE,
}
POST_ONLY = {"home:revoke_calendar", "home:make_brief", "home:wish_briefs", "imports:drop"}


def make(house: House) -> dict[str, list[object]]:
    token = keep_roster(house)
    leader = find_actor(house.users["leader"], timezone.localdate())
    brief = keep_brief(leader, compose_brief(leader, leader.on.replace(day=1), AT), AT)
    return {
        "home:brief": [brief.pk],
        "home:unit_desk": [house.units["第一支部"].pk],
        "home:unit_overview": [house.units["第一支部"].pk],
        "home:year_line": ["meetings"],
        "home:feed": [make_feed(house.users["member"], house.bureau, at=AT)],
        "imports:template": ["roster"],
        "imports:batch": [keep_batch(house)],
        **{f"imports:{name}": [token] for name in ("columns", "check", "fix", "drop")},
        "imports:done": [token],  # not committed: leads back to the check
    }
