"""A bureau whose year 2025 is over: a meeting with minutes, a plan, results; packages in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from shanxue.activities.models import Attendance, MeetingRecord, Session
from shanxue.archive.actions.sealing import seal_year, set_fonds
from shanxue.archive.models import ArchiveYear
from shanxue.plans.models import Plan
from tests.house import House

NEXT_YEAR = datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
NOTICED_AT = datetime(2025, 5, 8, 1, 30, tzinfo=UTC)
HELD_AT = datetime(2025, 5, 12, 7, 0, tzinfo=UTC)

PROGRAM = r"""#!/bin/sh
shift 4
out=$2
shift 2
for one; do
  name=$(basename "$one" .docx)
  echo "$name" >> "${0%/*}/calls"
  printf '%%PDF-1.4\n/Type /Page %s\n%%%%EOF\n' "$name" > "$out/$name.pdf"
done
"""


@pytest.fixture(autouse=True)
def own_folder(settings: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """No LibreOffice unless a test asks for it: starting it costs seconds."""
    settings.DATA = tmp_path  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    settings.OFFICE_PROGRAM = ""  # type: ignore[attr-defined]
    return  # type: ignore[return-value]


@pytest.fixture
def office(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """A stand-in for the program, which starts in a moment: a PDF that holds the digest of its document.

    It is a program of its own, called as LibreOffice is; the file ``calls`` counts the documents.
    """
    path = tmp_path / "office"
    path.write_text(PROGRAM)
    path.chmod(0o755)
    settings.OFFICE_PROGRAM = str(path)  # type: ignore[attr-defined]
    return path


@dataclass
class Year:
    """2025 of the house, complete: ``session`` has minutes that passed."""

    house: House
    session: Session
    record: MeetingRecord

    def seal(self, decision: str = "", at: datetime = NEXT_YEAR) -> ArchiveYear:
        return seal_year(self.house.bureau, 2025, decision=decision, actor="赵六", at=at, progress=lambda *_: None)


@pytest.fixture
def year(house: House) -> Year:
    session = Session.objects.create(
        bureau=house.bureau, unit=house.units["第二支部"], kind="主题党日", tier="支部集体学", topic="学习条例",
        on=date(2025, 5, 12), start_time=time(15, 0), place="会议室", credit_milli=2000, state="已召开",
        noticed_at=NOTICED_AT, roll_ended_at=HELD_AT,
    )  # fmt: skip
    for name, mark in (("王五", "到"), ("赵六", "请假")):
        Attendance.objects.create(
            session=session, person=house.people[name], unit=house.units["第二支部"], mark=mark, how="点名",
            recorded_at=HELD_AT, recorded_by="王五",
        )  # fmt: skip
    record = MeetingRecord.objects.create(
        session=session, content="学习了条例。", state="已通过", saved_at=HELD_AT, submitted_at=HELD_AT,
        reviewed_at=HELD_AT, reviewed_by="赵六",
    )  # fmt: skip
    Plan.objects.create(
        bureau=house.bureau, unit=house.units["机关党委"], year=2025, title="2025年度学习培训工作意见", state="已批准",
        decided_at=HELD_AT, issued_on=date(2025, 1, 20),
    )  # fmt: skip
    set_fonds(house.bureau, 2025, "0194", actor="赵六", at=NEXT_YEAR)
    return Year(house, session, record)
