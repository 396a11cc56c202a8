"""Words of tests. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class ScoreMark(StrEnum):
    TAKEN = "参加"
    MISSED = "缺考"
    EXEMPT = "免考"
    CHEATED = "作弊"


class QuestionKind(StrEnum):
    SINGLE = "单选题"
    MULTIPLE = "多选题"
    TRUE_FALSE = "判断题"
    BLANK = "填空题"


class PaperState(StrEnum):
    DRAFT = "草稿"
    OPEN = "已发布"
    CLOSED = "已结束"


class Counts(StrEnum):
    """Which of several attempts counts."""

    BEST = "取最高"
    LAST = "取最后一次"
