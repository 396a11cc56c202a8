"""Two sessions at the same time: a hint while arranging, never a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

ASSUMED_MINUTES = 120  # where a session does not say how long it lasts; the sentence says so


@dataclass(frozen=True)
class Span:
    """When a session takes place. ``minutes`` None: not said."""

    topic: str
    on: date
    start: time
    minutes: int | None

    @property
    def from_minute(self) -> int:
        return self.start.hour * 60 + self.start.minute

    @property
    def until_minute(self) -> int:
        return self.from_minute + (self.minutes or ASSUMED_MINUTES)


def is_overlapping(one: Span, other: Span) -> bool:
    """Whether two half-open spans of one day share a minute: 14:00–15:00 and 15:00–16:00 do not."""
    return (
        one.on == other.on and one.from_minute < other.until_minute and other.from_minute < one.until_minute
    )  # fmt: skip


def describe_clash(one: Span, other: Span, shared_count: int) -> str:
    """Say when, with what and for how many people; ``shared_count`` is who is expected at both."""
    assumed = "“" + other.topic + "”没有写时长，按2小时算。" if other.minutes is None else ""
    people = f"（{shared_count} 人两边都应到）" if shared_count else "（同一单位的会议，通知还没有发出）"
    return f"{one.on.month}月{one.on.day}日 {one.start:%H:%M} 与“{other.topic}”时间重叠{people}。{assumed}"
