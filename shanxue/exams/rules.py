"""Words of tests. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class ScoreMark(StrEnum):
    TAKEN = "参加"
    MISSED = "缺考"
    EXEMPT = "免考"
    CHEATED = "作弊"
