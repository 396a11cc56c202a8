"""Saying who was there: what a roll-call may say, what becomes of it, when a phone may sign in. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from . import How, LeaveReason, Mark, Outcome, SessionState

PRESENT = frozenset({Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY})
OPEN = frozenset({Mark.UNRECORDED, Mark.EXEMPT})  # nobody has said yet whether the person came
ROLL_MARKS = (Mark.PRESENT, Mark.LEAVE, Mark.ABSENT, Mark.LATE, Mark.LEFT_EARLY, Mark.UNRECORDED)
EXEMPT_MARKS = (Mark.EXEMPT, Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY)  # not asked to come; who comes is recorded
OPENS_BEFORE = timedelta(minutes=10)
LATE_AFTER_MINUTES = 5
USUAL_MINUTES = 120  # how long a phone may sign in where nobody said how long the meeting lasts
CLOCK_TOLERANCE = timedelta(minutes=5)
MOST_MINUTES_LATE = 600
MOST_IN_BATCH = 500
WORDS_MOST = 60


@dataclass(frozen=True)
class Said:
    """One thing said of one person's presence. ``seen`` is the mark that whoever said it had before their eyes.

    ``said_at`` is the device's clock. ``because`` is needed after the meeting's day and after roll-call has ended.
    """

    key: UUID
    person_id: int
    mark: Mark
    seen: Mark
    said_at: datetime
    reason: LeaveReason = LeaveReason.NONE
    minutes_late: int | None = None
    because: str = ""


@dataclass(frozen=True)
class Held:
    """What an attendance row says now, and by whom, how and when it came to say so."""

    name: str
    mark: Mark
    reason: LeaveReason
    minutes_late: int | None
    how: How
    at: str  # the local time as people read it: 14:26, 6月12日 14:26
    by: str


@dataclass(frozen=True)
class Verdict:
    """What becomes of one thing said; ``changes`` tells whether the attendance row is written."""

    outcome: Outcome
    sentence: str = ""
    changes: bool = False


@dataclass(frozen=True)
class Moment:
    """Where a session stands when something is said. ``ended`` is the local time roll-call ended, "" before."""

    on: date
    state: SessionState
    ended: str
    today: date

    @property
    def is_late(self) -> bool:
        return bool(self.ended) or self.today > self.on


def judge_said(said: Said, held: Held | None, moment: Moment) -> Verdict:
    """Say what becomes of one thing said. Never guesses: what contradicts somebody else's word is a conflict."""
    closed = refuse_closed(moment)
    if closed:
        return Verdict(Outcome.REFUSED, closed)
    if held is None:
        return Verdict(Outcome.REFUSED, "这个人不在本次会议的应到名单里，没有采纳。到会的可以加为列席。")
    refused = _refuse_mark(said, held)
    if refused:
        return Verdict(Outcome.REFUSED, refused)
    wanted = (said.mark, said.reason, said.minutes_late)
    if wanted == (held.mark, held.reason, held.minutes_late) or (said.seen != held.mark and _agrees(said, held)):
        return Verdict(Outcome.TAKEN)
    if said.seen != held.mark:
        return Verdict(Outcome.CONFLICT, describe_conflict(said, held))
    if moment.is_late and not said.because:
        return Verdict(Outcome.REFUSED, _ask_because(moment))
    return Verdict(Outcome.TAKEN, changes=True)


def _agrees(said: Said, held: Held) -> bool:
    """Two say the same; 到 does not contradict 迟到 or 早退, which say the same more closely and stay."""
    return said.mark == held.mark or (said.mark == Mark.PRESENT and held.mark in PRESENT)


def refuse_closed(moment: Moment) -> str:
    """The sentence why nobody is marked at this session now; empty when it may be done."""
    if moment.state == SessionState.CANCELLED:
        return "这次会议已取消，不点名。"
    if moment.state == SessionState.POSTPONED:
        return "这次会议已延期，请到新的会议里点名。"
    if moment.today < moment.on:
        return f"会议在{moment.on.month}月{moment.on.day}日，当天才能点名。"
    return ""


def _refuse_mark(said: Said, held: Held) -> str:
    if held.mark == Mark.MADE_UP:
        return f"{held.name}已补学，缺课和补学都已有记录，不在点名里改。"
    was_exempt = Mark.EXEMPT in (held.mark, said.seen)
    if said.mark in (EXEMPT_MARKS if was_exempt else ROLL_MARKS):
        return ""
    if was_exempt:
        return f"{held.name}免考核，来了照记，没来不记缺席或请假。"
    return f"点名里不能记“{said.mark}”，没有采纳。"


def _ask_because(moment: Moment) -> str:
    if moment.ended:
        return f"点名已在 {moment.ended} 结束，没有采纳。要补录或更正，请写明原因。"
    return "会议已经过去，没有采纳。请写一句为什么晚记。"


def describe_conflict(said: Said, held: Held) -> str:
    """Put both words side by side and ask (ux S3)."""
    ask = "请选原因。" if said.mark == Mark.LEAVE else "请选以哪个为准。"
    return f"{held.name}已由{describe_how(held)}，你改为{said.mark}，{ask}"


def describe_how(held: Held) -> str:
    if held.how in (How.SCAN, How.CODE):
        return f"{held.how}签到（{held.at}）"
    return f"{held.by}记为{held.mark}（{held.how} {held.at}）"


def describe_skew(skew: timedelta) -> str:
    """Say how far a device's clock stands from ours (ours less theirs); empty within the tolerance."""
    if abs(skew) <= CLOCK_TOLERANCE:
        return ""
    minutes = round(abs(skew).total_seconds() / 60)
    words = f"{minutes} 分钟" if minutes < 120 else f"{round(minutes / 60)} 小时"
    return f"设备时钟{'慢' if skew > timedelta(0) else '快'} {words}"


def describe_late_entry(on: date, recorded_on: date) -> str:
    """Say how late something was entered: never hidden (ux A2)."""
    days = (recorded_on - on).days
    return f"补录，晚 {days} 天" if days > 0 else "补录，会后当天"


def write_serial(on: date, number: int) -> str:
    """Write the number of a sign-in (QD-0612-017).

    ``number`` is the attendance row's own: a counter per meeting would be one row that a whole crowd waits for.
    """
    return f"QD-{on:%m%d}-{number:03d}"


@dataclass(frozen=True)
class Opening:
    """From when until when phones may sign in, and when roll-call ended; local and aware."""

    starts_at: datetime | None
    minutes: int | None
    ended_at: datetime | None
    state: SessionState

    @property
    def opens_at(self) -> datetime | None:
        return self.starts_at - OPENS_BEFORE if self.starts_at else None

    @property
    def ends_at(self) -> datetime | None:
        length = timedelta(minutes=self.minutes or USUAL_MINUTES)
        return self.starts_at + length if self.starts_at else None


def refuse_sign_in(opening: Opening, at: datetime) -> str:
    """The sentence why nobody can sign in by phone now; empty when they can. Ends at the end of the meeting."""
    if opening.state == SessionState.CANCELLED:
        return "这次会议已取消，不用签到。"
    if opening.state == SessionState.POSTPONED:
        return "这次会议已延期，请看新的通知。"
    if opening.starts_at is None or opening.opens_at is None or opening.ends_at is None:
        return "这次会议没有写明开始时间，请书记点名，效果相同。"
    if opening.ended_at is not None or at >= opening.ends_at:
        return "签到已结束，可以告诉书记补录。"
    if at < opening.opens_at:
        day = "" if opening.opens_at.date() == at.date() else f"{opening.opens_at.month}月{opening.opens_at.day}日 "
        return f"签到还没开始，{day}{opening.opens_at:%H:%M} 起可以签到。"
    return ""


def mark_arrival(starts_at: datetime, at: datetime) -> tuple[Mark, int | None]:
    """到, or 迟到 with whole minutes from the sixth minute on."""
    minutes = int((at - starts_at).total_seconds() // 60)
    return (Mark.LATE, minutes) if minutes > LATE_AFTER_MINUTES else (Mark.PRESENT, None)


@dataclass(frozen=True)
class Counts:
    """How many are expected (免 left out) and what is known of them."""

    expected: int
    present: int
    leave: int
    absent: int
    unrecorded: int


def count_marks(marks: Iterable[str]) -> Counts:
    found = Counter(marks)
    present = sum(found[mark] for mark in PRESENT)
    total = sum(found.values()) - found[Mark.EXEMPT]
    return Counts(total, present, found[Mark.LEAVE], found[Mark.ABSENT], found[Mark.UNRECORDED])


def read_said(item: object) -> Said | str:
    """Read one entry of a batch; a sentence when it is not whole."""
    if not isinstance(item, Mapping):
        return "这条点名的内容不完整，没有采纳。"
    try:
        minutes = item.get("minutes_late")
        said = Said(
            key=UUID(item["key"]), person_id=_read_id(item["person"]), mark=Mark(item["mark"]),
            seen=Mark(item["seen"]), said_at=read_instant(item["said_at"]),
            reason=LeaveReason(item.get("reason") or ""),
            minutes_late=None if minutes is None else _read_minutes(minutes),
            because=str(item.get("because") or "").strip()[:WORDS_MOST],
        )  # fmt: skip
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
        return "这条点名的内容不完整，没有采纳。"
    return tidy_said(said)


def tidy_said(said: Said) -> Said:
    """Drop what does not belong to the mark: a reason only with 请假, minutes only with 迟到."""
    return Said(
        said.key, said.person_id, said.mark, said.seen, said.said_at,
        said.reason if said.mark == Mark.LEAVE else LeaveReason.NONE,
        said.minutes_late if said.mark == Mark.LATE else None,
        said.because,
    )  # fmt: skip


def _read_id(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63:
        return value
    raise ValueError(value)


def _read_minutes(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_MINUTES_LATE:
        return value
    raise ValueError(value)


def read_instant(text: object) -> datetime:
    """Read an instant with its offset (2026-06-12T06:31:00.000Z); ValueError for anything else."""
    if not isinstance(text, str):
        raise ValueError(text)
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or not 2000 < found.year < 2200:
        raise ValueError(text)
    return found


def digest_marks(rows: Iterable[tuple[str, str, str, int | None]]) -> str:
    """Give the SHA-256 of a list as it stood when roll-call ended: (staff number, mark, reason, minutes late)."""
    lines = (" ".join([staff_no, mark, reason or "-", str(late or 0)]) for staff_no, mark, reason, late in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
