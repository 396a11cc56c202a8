"""Words of a leader's instruction (批示). Plain Python."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

ASKED_FOR = timedelta(days=30)  # so long a unit that was written to is not put before the leader again


class InstructionState(StrEnum):
    GIVEN = "待阅"
    READ = "已阅"
    DONE = "已办"
