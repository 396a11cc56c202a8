"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

import zipfile
from datetime import date

from shanxue.activities.models import Session
from shanxue.archive.models import ArchiveYear, Doubt, SealedPiece
from shanxue.archive.paths import get_package
from tests.house import AT, House
from tests.roles import BUREAU, READERS

WHOLE: set[str | None] = {"office", "leader", "inspector"}  # head's grant is one department
OPEN_TO: dict[str, set[str | None]] = {
    "archive:years": WHOLE,
    "archive:year": WHOLE,
    "archive:check": {"office"},
    "archive:prepare": set(),
    "archive:piece": {"office"},
    "archive:package": WHOLE,
    "archive:chain": READERS - {"head"},  # of a meeting of 第一支部
    "archive:lines": READERS - {"head"},
    "archive:add_doubt": set(),
    "archive:doubts": READERS,
    "archive:doubt": READERS - {"head"},
    "archive:take": BUREAU,
    "archive:exports": READERS,
    "archive:trail": {"auditor"},
    "archive:export_head": set(),
    "archive:algorithm": {"security"},
    "archive:retention": {"office"},
}
POST_ONLY = {"archive:add_doubt", "archive:export_head", "archive:prepare"}


def make(house: House) -> dict[str, list[object]]:
    session = Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="党课", tier="支部集体学", topic="待开的党课",
        on=date(2025, 5, 12), state="计划",
    )  # fmt: skip
    held = Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="党课", tier="支部集体学", topic="开过的党课",
        on=date(2025, 4, 12), state="已召开",
    )  # fmt: skip
    held.attendances.create(
        person=house.people["张三"],
        unit=house.units["第一支部"],
        mark="到",
        how="点名",
        recorded_at=AT,
        recorded_by="李四",
    )
    seal_by_hand(house, 2024)
    doubt = Doubt.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], record=f"session-{session.pk}", title="第一支部党课",
        text="到会人数对不上。", at=AT, actor="检查人员",
    )  # fmt: skip
    return {
        "archive:year": [2025],
        "archive:check": [2025],
        "archive:prepare": [2025],
        "archive:piece": [2025, "results-2025"],
        "archive:package": [2024, "bagit"],
        "archive:chain": ["session", session.pk],
        "archive:lines": ["session", held.pk, house.run.pk, "A1"],
        "archive:add_doubt": ["session", session.pk],
        "archive:doubt": [doubt.pk],
    }


def seal_by_hand(house: House, year: int) -> ArchiveYear:
    """A sealed year as its rows say, with a package of one file."""
    name = f"test-{house.bureau.code}-{year}.zip"
    with zipfile.ZipFile(get_package(name), "w") as package:
        package.writestr("卷/data/说明.txt", "说明")
    sealed = ArchiveYear.objects.create(
        bureau=house.bureau, year=year, fonds="0194", state="已封", sealed_at=AT, sealed_by="赵六", package=name,
        package_sha256="0" * 64, package_bytes=1, head_seq=0, head_hash="",
    )  # fmt: skip
    SealedPiece.objects.create(
        year=sealed, position=1, key="plan-1", series="学习情况", retention="永久", code=f"0194-WS·{year}-Y-XXQK-0001",
        responsible="云川市示例局", title="学习计划", files=[],
    )  # fmt: skip
    return sealed
