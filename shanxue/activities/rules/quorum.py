"""How many must be present for a meeting to decide (K04). Said, never enforced: the chair decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shanxue.orgs.rules import PartyStatus

from . import Mark, SessionKind
from .presence import PRESENT


@dataclass(frozen=True)
class Quorum:
    """Who counts, whether half itself is enough, and the clause."""

    voters: str
    half_is_enough: bool
    clause: str
    voting_only: bool


QUORUMS = {
    SessionKind.PARTY_MEETING: Quorum(
        "有表决权的党员", half_is_enough=False, clause="《支部工作条例（试行）》第十一条", voting_only=True
    ),
    SessionKind.COMMITTEE_MEETING: Quorum(
        "支委会成员", half_is_enough=True, clause="《支部工作条例（试行）》第十二条", voting_only=False
    ),
}


def describe_quorum(kind: str, marks: Iterable[tuple[str, str]]) -> str:
    """Say whether enough are present to decide; empty where the kind has no rule.

    ``marks`` is (mark, 党籍状态) of everybody listed. People apart (免) are not in the denominator;
    only 正式党员 have a vote.
    """
    quorum = QUORUMS.get(SessionKind(kind)) if kind in set(SessionKind) else None
    if quorum is None:
        return ""
    counted = [
        mark for mark, status in marks if mark != Mark.EXEMPT and (not quorum.voting_only or status == PartyStatus.FULL)
    ]
    if not counted:
        return ""
    due, present = len(counted), sum(mark in PRESENT for mark in counted)
    needed = (due + 1) // 2 if quorum.half_is_enough else due // 2 + 1
    rule = "达到半数" if quorum.half_is_enough else "超过半数"
    said = f"已{rule}" if present >= needed else f"还差 {needed - present} 人{rule}"
    return f"{quorum.voters}应到 {due} 人，到会 {present} 人，{said}（{quorum.clause}：到会{rule}方可表决）。"
