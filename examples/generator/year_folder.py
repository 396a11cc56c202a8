"""The whole folder of the example year. The schemes and 答复.toml in it are written by hand and left alone."""

from __future__ import annotations

from pathlib import Path

from .attendance_files import write_attendance
from .event_files import write_events
from .roster_files import write_rosters
from .study_files import write_study

MADE = (".xls", ".xlsx", ".csv")


def write_year(folder: Path) -> None:
    """Write every spreadsheet of the year into ``folder``; spreadsheets that are there already go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.suffix in MADE:
            old.unlink()
    write_rosters(folder)
    write_attendance(folder)
    write_study(folder)
    write_events(folder)
