"""What the minutes of a session say, what an inspector will look for in them, and how they move. Plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from shanxue.base.errors import Refusal
from shanxue.base.lettering import write_numeral

from . import How, Mark, RecordState, SessionState

PRESENT_MARKS = frozenset({Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY})
ABSENT_MARKS = frozenset({Mark.LEAVE, Mark.ABSENT, Mark.MADE_UP})  # who made up was not there (K54)
MOST_CHARACTERS = 20_000
MOST_NAMED = 5


@dataclass(frozen=True)
class Presence:
    """One person of the expected list. ``was`` is the mark before it was made up; ``make_up`` its words, or empty."""

    person_id: int
    name: str
    mark: str
    reason: str = ""
    how: str = ""
    was: str = ""
    make_up: str = ""


@dataclass(frozen=True)
class Head:
    """Everything of the minutes that nobody types: read from the session and its roll-call."""

    unit: str
    kind: str
    topic: str
    on: date
    start_time: time | None = None
    minutes: int | None = None
    place: str = ""
    host: str = ""
    recorder: str = ""
    credit_milli: int = 0
    people: tuple[Presence, ...] = ()
    guests: tuple[str, ...] = ()

    @property
    def expected(self) -> list[Presence]:
        return [one for one in self.people if one.mark != Mark.EXEMPT]

    @property
    def present(self) -> list[Presence]:
        return [one for one in self.people if one.mark in PRESENT_MARKS]

    @property
    def absent(self) -> list[Presence]:
        return [one for one in self.people if one.mark in ABSENT_MARKS]

    @property
    def unrecorded(self) -> list[Presence]:
        return [one for one in self.people if one.mark == Mark.UNRECORDED]

    @property
    def exempt(self) -> list[Presence]:
        return [one for one in self.people if one.mark == Mark.EXEMPT]


@dataclass(frozen=True)
class Agenda:
    title: str
    speaker: str = ""


@dataclass(frozen=True)
class Decision:
    """One 决议 as written; ``pk`` is that of its row when it has one."""

    text: str
    responsible_id: int | None = None
    due_on: date | None = None
    pk: int | None = None


@dataclass(frozen=True)
class Element:
    """One thing an inspector looks for. ``missing`` is the sentence of what is not there, or empty.

    ``place`` says where it is put right: session, roll_call, make_up, content.
    """

    title: str
    missing: str
    place: str


@dataclass(frozen=True)
class Change:
    """One person whose mark differs from what the minutes said when they were handed in."""

    name: str
    before: str
    after: str
    how: str


# Words


def write_when(head: Head) -> str:
    """Write 时间（起止）: 2026年6月12日 14:30—16:00; the end only when the length is known."""
    day = f"{head.on.year}年{head.on.month}月{head.on.day}日"
    if head.start_time is None:
        return day
    start = f"{day} {head.start_time:%H:%M}"
    if not head.minutes:
        return start
    end = timedelta(hours=head.start_time.hour, minutes=head.start_time.minute + head.minutes)
    whole = int(end.total_seconds()) // 60 % (24 * 60)
    return f"{start}—{whole // 60:02d}:{whole % 60:02d}"


def write_absence(one: Presence, *, with_reason: bool = True) -> str:
    """Write one absent person: 王五（请假，出差）; without a known reason 王五（缺席，原因待补充）."""
    mark = one.was or one.mark
    if not with_reason:
        return one.name
    if one.reason:
        return f"{one.name}（{mark}，{one.reason}）"
    return f"{one.name}（{mark}，原因待补充）"


def join_names(names: Sequence[str], most: int = MOST_NAMED) -> str:
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown}等"


def prefill_content(agenda: Sequence[Agenda]) -> str:
    """Write one heading per point of the agenda, to be written under; done once, when the minutes are begun."""
    return "\n\n".join(list_headings(agenda))


def list_headings(agenda: Sequence[Agenda]) -> list[str]:
    """Write each point of the agenda as a heading: 一、领学文件（李四）."""
    return [
        f"{write_numeral(number)}、{point.title}{f'（{point.speaker}）' if point.speaker else ''}"
        for number, point in enumerate(agenda, 1)
    ]


def list_bare_headings(content: str, agenda: Sequence[Agenda]) -> list[str]:
    """List the prefilled headings that stand in the text with nothing written under them."""
    headings = set(list_headings(agenda))
    lines = [line.strip() for line in content.splitlines() if line.strip()]
    return [
        line
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
        if line in headings and (not below or below in headings)
    ]


def describe_waiting(held_on: date, today: date) -> str:
    """Say since when minutes are waited for (ux S4)."""
    days = (today - held_on).days
    if days <= 0:
        return "会议今天结束，记录还没有写。参会情况已填好。"
    return f"会议已结束 {days} 天，记录还没有写。参会情况已填好。"


# What the inspector will check


def check_elements(head: Head, content: str, agenda: Sequence[Agenda], *, ended: bool) -> list[Element]:
    """Check the eight elements of real records (offices 4, R63), in the order they are written."""
    return [
        Element("时间", "" if head.start_time else "没有写开始时间。", "session"),
        Element("地点", "" if head.place else "没有写地点。", "session"),
        Element("主持人", "" if head.host else "没有写主持人。", "session"),
        Element("记录人", "" if head.recorder else "没有写记录人。", "session"),
        Element("应到、实到", _miss_roll(head, ended), "roll_call"),
        Element("缺席人员及原因", _miss_reasons(head), "roll_call"),
        Element("补学措施", _miss_make_ups(head), "make_up"),
        Element("主要内容", _miss_content(content, agenda), "content"),
    ]


def _miss_roll(head: Head, ended: bool) -> str:
    if not ended:
        return "点名还没有结束。"
    if not head.people:
        return "应到名单是空的。"
    names = [one.name for one in head.unrecorded]
    return f"还有 {len(names)} 人未记录：{join_names(names)}。" if names else ""


def _miss_reasons(head: Head) -> str:
    names = [one.name for one in head.absent if not one.reason]
    return f"缺席 {len(head.absent)} 人，其中{join_names(names)}没有原因。" if names else ""


def _miss_make_ups(head: Head) -> str:
    names = [one.name for one in head.absent if not one.make_up]
    return f"缺席 {len(head.absent)} 人，其中{join_names(names)}还没有补学安排。" if names else ""


def _miss_content(content: str, agenda: Sequence[Agenda]) -> str:
    if is_blank(content, agenda):
        return "主要内容还没有写。"
    bare = list_bare_headings(content, agenda)
    return f"“{bare[0]}”下面没有内容。写上内容，或者删去这个标题。" if bare else ""


def is_blank(content: str, agenda: Sequence[Agenda]) -> bool:
    """Whether nothing stands in the text but headings that were prefilled."""
    headings = set(list_headings(agenda))
    return all(not line.strip() or line.strip() in headings for line in content.splitlines())


def list_loose_decisions(decisions: Sequence[Decision]) -> list[str]:
    """Name the decisions that nobody will be reminded of."""
    found = []
    for number, one in enumerate(decisions, 1):
        lacks = "、".join(
            word for word, there in (("负责人", one.responsible_id), ("期限", one.due_on)) if there is None
        )
        if lacks:
            found.append(f"第 {number} 条决议没有写{lacks}。")
    return found


def check_decision(number: int, one: Decision, held_on: date) -> str:
    """Say what is wrong with one decision, or nothing."""
    if not one.text and (one.responsible_id or one.due_on):
        written = "负责人" if one.responsible_id else "期限"
        return f"第 {number} 条决议写了{written}，没有写内容。请写上内容，或者删去这一条。"
    if one.due_on and one.due_on < held_on:
        return (
            f"第 {number} 条决议的期限 {one.due_on.month}月{one.due_on.day}日 "
            f"在会议（{held_on.month}月{held_on.day}日）之前。请改期限。"
        )
    return ""


# How the minutes move


def demand_session(state: str) -> None:
    """Refuse minutes of a session that is not held."""
    if state == SessionState.CANCELLED:
        raise Refusal("session_cancelled", "这次会议已取消，不用写记录。", status=409)
    if state == SessionState.POSTPONED:
        raise Refusal("session_postponed", "这次会议已延期，记录写在改期后的那次会议里。", status=409)


def demand_writable(state: str) -> None:
    """Refuse a change of minutes that are being reviewed or have passed."""
    if state == RecordState.WAITING:
        raise Refusal("record_waiting", "记录已提交，正在审核。要改的话，请先撤回。", status=409)
    if state == RecordState.PASSED:
        raise Refusal("record_passed", "记录已通过，不能再改。需要更正时，请学习办公室退回修改。", status=409)


def demand_complete(content: str, agenda: Sequence[Agenda], *, ended: bool) -> None:
    """Refuse to hand in minutes without roll-call or without text; what else is missing goes along, named."""
    if not ended:
        raise Refusal("roll_open", "点名还没有结束，不能提交记录。先结束点名，参会情况会自动填好。", status=409)
    if is_blank(content, agenda):
        raise Refusal("record_empty", "主要内容还没有写，写好再提交。")


def demand_waiting(state: str) -> None:
    """Refuse to pass or take back what is not waiting for a review."""
    if state != RecordState.WAITING:
        raise Refusal("record_not_waiting", f"这份记录现在是“{state}”，不在待审核里。", status=409)


def demand_returnable(state: str, *, keeps_office: bool) -> None:
    """Waiting minutes may be returned by whoever reviews, passed ones only by the office."""
    if state == RecordState.PASSED and keeps_office:
        return
    demand_waiting(state)


def demand_length(content: str, what: str) -> None:
    if len(content) > MOST_CHARACTERS:
        raise Refusal(
            "record_long",
            f"{what}有 {len(content):,} 字，最多 {MOST_CHARACTERS:,} 字。请把发言稿另存为会议材料，这里写要点。",
        )


def may_review(
    *, keeps_office: bool, is_secretary: bool, is_writer: bool, writer_is_secretary: bool, others: bool
) -> bool:
    """Who reviews: the office; the unit's secretary too when somebody else, the recorder, wrote.

    Nobody passes their own minutes while another reviewer (``others``) exists.
    """
    if is_writer:
        return keeps_office and not others
    return keeps_office or (is_secretary and not writer_is_secretary)


# What was handed in, and what changed since


def pack_head(head: Head) -> dict[str, Any]:
    """Turn a head into JSON for a version that is kept."""
    return {
        **{name: getattr(head, name) for name in ("unit", "kind", "topic", "minutes", "place", "host", "recorder")},
        "on": head.on.isoformat(),
        "start_time": head.start_time.isoformat() if head.start_time else None,
        "credit_milli": head.credit_milli,
        "guests": list(head.guests),
        "people": [
            [one.person_id, one.name, one.mark, one.reason, one.how, one.was, one.make_up] for one in head.people
        ],
    }


def unpack_head(packed: dict[str, Any]) -> Head:
    return Head(
        **{name: packed[name] for name in ("unit", "kind", "topic", "minutes", "place", "host", "recorder")},
        on=date.fromisoformat(packed["on"]),
        start_time=time.fromisoformat(packed["start_time"]) if packed["start_time"] else None,
        credit_milli=packed["credit_milli"],
        guests=tuple(packed["guests"]),
        people=tuple(Presence(*row) for row in packed["people"]),
    )


def list_changes(before: Head, now: Head) -> list[Change]:
    """List whose mark or reason is no longer what the kept version says."""
    old = {one.person_id: one for one in before.people}
    new = {one.person_id: one for one in now.people}
    found = []
    for person_id in [*new, *(key for key in old if key not in new)]:
        was, became = old.get(person_id), new.get(person_id)
        if was and became and (was.mark, was.reason) == (became.mark, became.reason):
            continue
        one = became or was
        assert one is not None
        found.append(Change(one.name, _name_mark(was), _name_mark(became), became.how if became else ""))
    return found


def _name_mark(one: Presence | None) -> str:
    if one is None:
        return "不在名单"
    return f"{one.mark}（{one.reason}）" if one.reason and one.mark == Mark.LEAVE else one.mark


def describe_changes(changes: Sequence[Change], state: str) -> list[str]:
    """Say what became of the attendance after the minutes passed or were handed in: 通过后补录 1 人：…."""
    since = "通过后" if state == RecordState.PASSED else "提交后"
    words = {How.LATE_ENTRY: "补录", How.MAKE_UP: "补学"}
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(words.get(How(change.how), "改动") if change.how else "改动", []).append(change)
    return [
        f"{since}{word} {len(rows)} 人：" + "；".join(f"{one.name} {one.before} → {one.after}" for one in rows) + "。"
        for word, rows in groups.items()
    ]
