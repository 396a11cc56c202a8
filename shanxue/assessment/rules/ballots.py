"""民主评议党员 (rules 2.6): grades, codes on paper, slips in the urn, the count, and the third that may be 优秀. Pure.

A ballot is taken apart as it is cast: the urn holds single slips (rater group, person, grade) in sorted order, never
whole ballots, so that neither a pattern of ticks nor an order can lead back to whoever cast it. docs/ballots.md.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shanxue.base.errors import Refusal

GRADES = ("优秀", "合格", "基本合格", "不合格")
BEST = GRADES[0]
UNGRADED = "不定等次"
MEMBERS = "党员"  # the usual rater group
DELEGATES = "群众代表"
LEAST_VOTERS = 3  # fewer would show who voted how
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is read for something else: I L O 0 1
CODE_LENGTH = 10
QUORUM_CLAUSE = "《支部工作条例（试行）》第十一条"
THIRD_CLAUSE = "民主评议党员评为优秀的，一般不超过正式党员的三分之一"

Slip = tuple[str, int, str]  # rater group, person rated, grade
Tally = dict[tuple[str, int], Counter[str]]  # (rater group, person rated) → votes by grade


class Stage(StrEnum):
    """How far a year's 民主评议 of one branch has come."""

    WRITING = "自评互评"
    VOTING = "投票中"
    COUNTED = "已计票"
    DECIDED = "已评定"


class Means(StrEnum):
    """How ballots are given: on paper that is counted by hand, or by phone with a code drawn on paper."""

    PAPER = "纸质票"
    PHONE = "凭票码投票"


@dataclass(frozen=True)
class Sheets:
    """应发、实发、收回、有效 of one ballot, as the tellers sign them."""

    due: int
    given: int
    returned: int
    valid: int


def read_code(text: str) -> str:
    """Read a code as somebody types it: blanks, dashes and small letters do not matter."""
    return "".join(letter for letter in text.upper() if letter in CODE_LETTERS)


def show_code(code: str) -> str:
    """Write a code in two halves, as it stands on the slip of paper."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def check_quorum(due: int, present: int) -> None:
    """Refuse a ballot before more than half of those with a vote are there (K04). ``due``: 有表决权、不在免列的."""
    if present * 2 <= due:
        raise Refusal(
            "no_quorum",
            f"有表决权的党员应到 {due} 人，领票 {present} 人，没有超过半数，不能开始投票（{QUORUM_CLAUSE}）。",
        )


def check_group(level: str, voters: int) -> None:
    """Refuse ballots by phone of a group in which a result would show who voted how."""
    if 0 < voters < LEAST_VOTERS:
        raise Refusal(
            "too_few_voters",
            f"“{level}”只有 {voters} 人领票，计出来就等于公开。少于 {LEAST_VOTERS} 人的，请用纸质票，"
            "或者与别的票合在一起计。",
        )


def cast_slips(slips: Iterable[Sequence[object]], level: str, choices: Mapping[int, str]) -> list[list[object]]:
    """Put a ballot into the urn, taken apart and mixed: sorting leaves no trace of who came when."""
    added = [*(list(slip) for slip in slips), *([level, person, grade] for person, grade in choices.items())]
    return sorted(added, key=lambda slip: (str(slip[0]), int(str(slip[1])), GRADES.index(str(slip[2]))))


def count_slips(slips: Iterable[Sequence[object]]) -> Tally:
    """Count the urn, from the slips alone."""
    tally: Tally = {}
    for level, person, grade in slips:
        tally.setdefault((str(level), int(str(person))), Counter())[str(grade)] += 1
    return tally


def digest_slips(slips: Iterable[Sequence[object]]) -> str:
    """The check value of an urn: the same slips in whatever order give the same."""
    ordered = cast_slips(slips, "", {})
    return hashlib.sha256(json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def check_sheets(sheets: Sheets) -> None:
    """Refuse numbers of ballots that cannot be: 有效 ≤ 收回 ≤ 实发 ≤ 应发."""
    if not 0 <= sheets.valid <= sheets.returned <= sheets.given <= sheets.due:
        raise Refusal(
            "sheets_do_not_fit",
            f"应发 {sheets.due}、实发 {sheets.given}、收回 {sheets.returned}、有效 {sheets.valid}，前后对不上："
            "实发不多于应发，收回不多于实发，有效不多于收回。请再核对一次票。",
        )


def check_votes(name: str, votes: Mapping[str, int], valid: int) -> None:
    """Refuse more votes for somebody than there are valid ballots. Fewer is 弃权."""
    given = sum(votes.values())
    if given > valid:
        raise Refusal("too_many_votes", f"{name}的票数合计 {given}，多于有效票 {valid} 张。请再核对一次。")


def suggest_grade(votes: Mapping[str, int]) -> str:
    """The best grade that more than half of the votes reach: 优秀 7、合格 5 of 12 is 优秀; none without votes."""
    cast, reached = sum(votes.values()), 0
    for grade in GRADES:
        reached += votes.get(grade, 0)
        if reached * 2 > cast:
            return grade
    return ""


def limit_best(full_members: int) -> int:
    """How many may be 优秀: a third of the 正式党员, rounded down (rules 2.6, K45)."""
    return full_members // 3


def check_best(chosen: int, full_members: int) -> None:
    """Refuse more 优秀 than the third."""
    most = limit_best(full_members)
    if chosen > most:
        raise Refusal(
            "too_many_best",
            f"评为优秀的 {chosen} 人，超过名额：正式党员 {full_members} 人，三分之一取整是 {most} 人"
            f"（{THIRD_CLAUSE}）。请减少 {chosen - most} 人。",
        )


def check_decision(name: str, grade: str, suggested: str, conduct: str, reason: str) -> None:
    """Refuse an opinion without daily conduct, and one that departs from the votes without a reason (rules 2.6)."""
    if grade not in GRADES:
        raise Refusal("no_grade", f"请给{name}选一个等次：优秀、合格、基本合格或不合格。")
    if not conduct.strip():
        raise Refusal("no_conduct", f"请写{name}的日常表现：评定意见要看票数，也要看日常表现。")
    if suggested and grade != suggested and not reason.strip():
        raise Refusal("no_reason", f"{name}的测评票过半数在“{suggested}”，评定为“{grade}”要写明理由。")
