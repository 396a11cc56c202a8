"""How offices write kinds of session and reasons for leave."""

from __future__ import annotations

import pytest

from shanxue.activities.rules import LeaveReason, SessionKind
from shanxue.activities.words import read_reason, read_session_kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("党委理论学习中心组学习", SessionKind.CORE_GROUP),
        ("6月主题党日", SessionKind.THEME_DAY),
        ("支部委员会会议", SessionKind.COMMITTEE_MEETING),
        ("党小组会", SessionKind.GROUP_MEETING),
        ("专题党课", SessionKind.LECTURE),
        ("支部党员大会", SessionKind.PARTY_MEETING),
        ("集中学习", SessionKind.STUDY_DAY),
        ("组织生活会", SessionKind.LIFE_MEETING),
        ("业务培训班", SessionKind.TRAINING),
        ("形势报告会", SessionKind.TALK),
        ("三会一课", None),
    ],
)
def test_read_session_kind(text: str, kind: SessionKind | None) -> None:
    assert read_session_kind(text) is kind


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("因病住院", LeaveReason.SICK),
        ("出差", LeaveReason.TRAVEL),
        ("年休假", LeaveReason.VACATION),
        ("值班", LeaveReason.ON_SHIFT),
        ("家中有事", LeaveReason.PERSONAL),
        ("其他", LeaveReason.OTHER),
        ("", LeaveReason.NONE),
    ],
)
def test_read_reason_keeps_the_category_only(text: str, reason: LeaveReason) -> None:
    """个人信息保护法 28: never a diagnosis."""
    assert read_reason(text) is reason
