"""Words of notes and recorded hours. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class NoteState(StrEnum):
    DRAFT = "草稿"
    WAITING = "待审"
    PASSED = "通过"
    RETURNED = "退回修改"


class Measure(StrEnum):
    """Units that hours and credits come in; the scheme says what one of each is worth (K11)."""

    CREDIT_HOUR = "学时"
    DAY = "天"
    HALF_DAY = "半天"
    HOUR = "小时"
    MINUTE = "分钟"
    CREDIT = "学分"
    TIMES = "次"


class Audience(StrEnum):
    """写给谁看."""

    SECRETARY = "书记"
    BRANCH = "全支部"


class MaterialKind(StrEnum):
    BOOK = "书"
    DOCUMENT = "文件"
    ARTICLE = "文章"
    COURSE = "课程"
    FILM = "音像"


class OutcomeState(StrEnum):
    """学用结合 (D14): research text → adopted measure → evidence, recognised by the office."""

    RESEARCH = "研究"
    ADOPTED = "已采纳"
    EVIDENCED = "已见效"
    RECOGNISED = "已认定"
