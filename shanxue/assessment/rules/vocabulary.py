"""The closed words of a scheme file: kinds, sources, keys, and which words each column of a source may hold."""

from __future__ import annotations

from enum import StrEnum

from shanxue.activities.rules import LeaveReason, Mark, SessionKind, SessionState, Tier
from shanxue.base.periods import UNITS
from shanxue.exams.rules import ScoreMark
from shanxue.orgs.rules import PartyStatus, RankClass, Role, StaffState, UnitKind
from shanxue.plans.rules import ItemState
from shanxue.study.rules import Measure, NoteState, OutcomeState

SUBJECTS = ("person", "branch", "department")
KINDS = (
    "ratio", "deduct_each", "award_each", "lookup", "quota", "score", "votes", "marks", "carry", "rank", "fixed",
)  # fmt: skip
COMMON_KEYS = (
    "code", "component", "title", "full", "clause", "kind", "per", "combine", "who", "no_data", "soft", "policy",
    "cap", "floor",
)  # fmt: skip
KIND_KEYS = {
    "ratio": ("count", "out_of", "baseline", "slope"),
    "deduct_each": ("count", "each", "causes", "zero_from", "zeroes"),
    "award_each": ("count", "each", "awards", "caps_per"),
    "lookup": ("count", "ranges", "each_row", "precedence"),
    "quota": ("count", "target", "target_by", "any_of", "short", "short_each", "over_each", "over_cap"),
    "score": ("count", "attempts"),
    "votes": ("count", "values", "groups", "several_groups", "trim"),
    "marks": ("count", "least", "most"),
    "carry": ("count", "share"),
    "rank": ("count", "rank_within", "bands"),
    "fixed": ("points", "table"),
}
KINDS_WITH_FULL = ("ratio", "quota", "score", "votes")

PERSON_SOURCES = (
    "attendance", "notes", "plan", "scores", "hours", "credits", "selfstudy", "outcomes", "events", "prior",
)  # fmt: skip
UNIT_SOURCES = ("attendance", "sessions", "plan", "events", "prior", "members", "subunits")
SOURCES = tuple(dict.fromkeys(PERSON_SOURCES + UNIT_SOURCES))
HOURS_SOURCES = ("hours", "credits")  # credits: recorded hours and the credit of attended sessions together
CAMPAIGN_SOURCES = ("attendance", "sessions", "credits")  # ``campaign`` is their level (D13)
WORD_COLUMNS = ("kind", "tier", "mark", "level", "reason", "title", "measure")
MEASURES = (
    "rows", "amount", "hours", "points", "size", "mean", "least", "periods", "missing_periods", "elapsed",
)  # fmt: skip
BOUND_KEYS = {  # key → (column, op, sources that have it)
    "min_minutes": ("size", ">=", ("attendance",)),
    "min_pages": ("size", ">=", ("notes",)),
    "min_characters": ("amount", ">=", ("notes",)),
    "min_amount": ("amount", ">=", SOURCES),
    "max_amount_below": ("amount", "<", SOURCES),
    "done_at_least": ("size", ">=", HOURS_SOURCES),
    "share_at_least": ("size", ">=", ("sessions",)),
    "late_over_minutes": ("late_minutes", ">", ("attendance",)),
}
FLAG_KEYS = {  # key → (column, sources that have it)
    "asked_after": ("flag", ("attendance",)),
    "passed": ("flag", HOURS_SOURCES),
    "with_proof": ("flag", ("events",)),
    "on_time": ("on_time", ("plan", "events")),
}
MEMBER_COLUMNS = {"grade": "mark", "role": "kind", "rank_class": "level", "status": "reason"}
COUNT_KEYS = (
    "source", *WORD_COLUMNS, *(f"{name}_not" for name in WORD_COLUMNS), "unit", "unit_not",
    "campaign", "campaign_not", *BOUND_KEYS, *FLAG_KEYS,
    "months", "per", "at_least_rows", "attempts", "once_per", "convert", "factor", "caps_per",
)  # fmt: skip
WHO_COLUMNS = ("status", "staff_state", "rank_class", "role", "unit_kind")
SUBJECT_COLUMNS = (*WHO_COLUMNS, "home_name", "department")
PERIODS = UNITS


def list_words(words: type[StrEnum]) -> tuple[str, ...]:
    return tuple(str(word) for word in words)


COLUMN_VALUES = {  # columns of subjects whose words are closed
    "status": list_words(PartyStatus),
    "staff_state": list_words(StaffState),
    "rank_class": list_words(RankClass),
    "role": list_words(Role),
    "unit_kind": list_words(UnitKind),
}
CLOSED_WORDS = {  # (source, column) → the words it may hold; what is not here is open
    ("attendance", "kind"): list_words(SessionKind),
    ("attendance", "tier"): list_words(Tier),
    ("attendance", "mark"): list_words(Mark),
    ("attendance", "reason"): list_words(LeaveReason),
    ("attendance", "measure"): (str(Measure.CREDIT_HOUR),),
    ("sessions", "kind"): list_words(SessionKind),
    ("sessions", "tier"): list_words(Tier),
    ("sessions", "mark"): list_words(SessionState),
    ("sessions", "measure"): (str(Measure.CREDIT_HOUR),),
    ("notes", "mark"): tuple(str(state) for state in NoteState if state != NoteState.DRAFT),  # a draft is nobody's
    ("plan", "mark"): list_words(ItemState),
    ("scores", "mark"): list_words(ScoreMark),
    ("hours", "mark"): ("通过", "未通过", ""),
    ("hours", "measure"): list_words(Measure),
    ("credits", "tier"): list_words(Tier),
    ("credits", "mark"): ("通过", "未通过", ""),
    ("credits", "measure"): list_words(Measure),
    ("outcomes", "mark"): list_words(OutcomeState),
    ("members", "kind"): list_words(Role),
    ("members", "level"): list_words(RankClass),
    ("members", "reason"): list_words(PartyStatus),
    ("subunits", "kind"): list_words(UnitKind),
}
# What may never feed an assessment (国办函〔2026〕12号; ux.md F1): use of software instead of recognised study.
ONLINE_WORDS = (
    "在线时长", "学习时长", "在线学习时长", "在线学习时间", "浏览时长", "阅读时长", "观看时长", "登录", "点赞", "转发",
    "打卡", "积分排名", "online_minutes", "online_duration", "screen_time", "login",
)  # fmt: skip


def find_online_word(word: str) -> str | None:
    return next((banned for banned in ONLINE_WORDS if banned in word.lower()), None)
