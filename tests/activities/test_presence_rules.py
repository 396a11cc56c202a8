"""The pure rules of presence: codes, quorum, counts, words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanxue.activities.rules.codes import (
    CodeKind,
    judge_code,
    read_session_id,
    write_printed_code,
    write_ticket,
    write_wall_code,
    write_word,
)
from shanxue.activities.rules.presence import Counts, count_marks, describe_late_entry, describe_skew, write_serial
from shanxue.activities.rules.quorum import describe_quorum

SECRET = "geheim"
SESSIONS = st.integers(1, 2**40)
WINDOWS = st.integers(50_000_000, 60_000_000)


@given(SESSIONS, WINDOWS, st.integers(0, 12))
def test_a_code_of_the_wall_lives_for_its_window_and_the_next(session: int, window: int, later: int) -> None:
    code = write_wall_code(SECRET, session, window)
    assert read_session_id(code) == session
    assert judge_code(SECRET, code, session, window + later) == (CodeKind.SCANNED if later <= 1 else CodeKind.WRONG)
    assert judge_code(SECRET, code.upper(), session, window) == CodeKind.SCANNED


@given(SESSIONS, WINDOWS, st.integers(0, 14))
def test_a_ticket_lives_for_five_minutes(session: int, window: int, later: int) -> None:
    ticket = write_ticket(SECRET, session, window)
    assert read_session_id(ticket) == session
    assert judge_code(SECRET, ticket, session, window + later) == (CodeKind.SCANNED if later <= 10 else CodeKind.WRONG)


@given(SESSIONS, SESSIONS, WINDOWS)
def test_codes_fit_only_their_meeting_and_their_house(session: int, other: int, window: int) -> None:
    codes = [write_wall_code(SECRET, session, window), write_ticket(SECRET, session, window),
             write_printed_code(SECRET, session)]  # fmt: skip
    assert {judge_code("anders", code, session, window) for code in codes} == {CodeKind.WRONG}
    if other != session:
        assert {judge_code(SECRET, code, other, window) for code in codes} == {CodeKind.WRONG}


@given(SESSIONS, WINDOWS)
def test_a_word_is_four_digits_and_a_printed_code_never_changes(session: int, window: int) -> None:
    word = write_word(SECRET, session, window)
    assert (len(word), word.isdecimal()) == (4, True)
    assert judge_code(SECRET, f" {word} ", session, window + 1) == CodeKind.TYPED
    assert judge_code(SECRET, write_printed_code(SECRET, session), session, window) == CodeKind.PRINTED


@given(st.text(max_size=40), SESSIONS, WINDOWS)
def test_anything_at_all_may_be_typed(text: str, session: int, window: int) -> None:
    assert judge_code(SECRET, text, session, window) in set(CodeKind)
    assert read_session_id(text) is None or read_session_id(text) >= 0  # type: ignore[operator]


@pytest.mark.parametrize(
    ("kind", "due", "present", "said"),
    [
        ("支部党员大会", 4, 2, "还差 1 人超过半数"),
        ("支部党员大会", 4, 3, "已超过半数"),
        ("支部党员大会", 5, 3, "已超过半数"),
        ("支委会", 4, 2, "已达到半数"),
        ("支委会", 5, 2, "还差 1 人达到半数"),
    ],
)
def test_half_itself_is_enough_only_for_the_committee(kind: str, due: int, present: int, said: str) -> None:
    """K04: > half of the members with a vote; ≥ half of the committee."""
    marks = [("到", "正式党员")] * present + [("未记录", "正式党员")] * (due - present) + [("免", "正式党员")]
    assert said in describe_quorum(kind, marks)


def test_other_kinds_have_no_quorum() -> None:
    assert describe_quorum("主题党日", [("到", "正式党员")]) == ""
    assert describe_quorum("支部党员大会", [("到", "预备党员")]) == ""


def test_counts_leave_out_who_is_exempt() -> None:
    found = count_marks(["到", "迟到", "早退", "请假", "缺席", "未记录", "免", "已补学"])
    assert found == Counts(expected=7, present=3, leave=1, absent=1, unrecorded=1)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(5, ""), (-5, ""), (6, "设备时钟慢 6 分钟"), (-6, "设备时钟快 6 分钟"), (60 * 24, "设备时钟慢 24 小时")],
)
def test_a_skew_is_said_from_six_minutes_on(minutes: int, words: str) -> None:
    assert describe_skew(timedelta(minutes=minutes)) == words


def test_numbers_and_late_entries_in_words() -> None:
    assert write_serial(date(2026, 6, 12), 17) == "QD-0612-017"
    assert describe_late_entry(date(2026, 6, 12), date(2026, 6, 18)) == "补录，晚 6 天"
    assert describe_late_entry(date(2026, 6, 12), date(2026, 6, 12)) == "补录，会后当天"
