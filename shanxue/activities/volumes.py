"""What sessions leave for the archive of a year: one 件 each with its files; a ledger for each branch; records."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from shanxue.base.paper import add_long_table, clean_text, pack_document, start_document, write_lines
from shanxue.base.periods import Period
from shanxue.base.points import MILLI, format_scaled
from shanxue.base.volumes import Cell, Document, Piece, Retention, Series, Table, make_columns
from shanxue.orgs.models import Bureau

from .meeting_files import Folder, was_announced
from .models import Attendance, Guest, MakeUp, Resolution, Session
from .rules import Mark, RecordState, SessionKind, SessionState
from .rules.presence import PRESENT

TRAINING = frozenset({SessionKind.LECTURE, SessionKind.TRAINING, SessionKind.TALK})
MARKS = (Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY, Mark.LEAVE, Mark.ABSENT, Mark.MADE_UP, Mark.EXEMPT, Mark.UNRECORDED)
PEOPLE_WIDTHS = (1400, 1445, *(750,) * 8)
SESSION_WIDTHS = (1300, 1345, 2600, *(720,) * 5)


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    return [*_list_meetings(bureau, period), *_list_ledgers(bureau, period)]


def _filter_year(bureau: Bureau, period: Period) -> Q:
    return Q(bureau=bureau, on__gte=period.from_on, on__lt=period.until_on)


# Meetings


def _list_meetings(bureau: Bureau, period: Period) -> list[Piece]:
    """One 件 for each session held here, and for each that is still only planned. Imported ledgers have no minutes."""
    here = Q(record__isnull=False) | Q(roll_ended_at__isnull=False) | Q(state=SessionState.PLANNED)
    found = Session.objects.filter(_filter_year(bureau, period), here)
    left_out = (SessionState.CANCELLED, SessionState.POSTPONED)
    rows = found.exclude(state__in=left_out).annotate(listed=Exists(Attendance.objects.filter(session=OuterRef("pk"))))
    sessions = list(rows.select_related("unit", "record").order_by("on", "unit__code", "pk"))
    passed: dict[tuple[Series, Retention], list[int]] = defaultdict(list)
    for session in sessions:
        if not _say_missing(session):
            passed[_class(session)].append(session.pk)
    folders = {place: Folder(ids) for place, ids in passed.items()}
    return [_describe_meeting(session, folders.get(_class(session))) for session in sessions]


def _class(session: Session) -> tuple[Series, Retention]:
    series = Series.TRAINING if session.kind in TRAINING else Series.STUDY
    return series, Retention.PERMANENT if session.kind == SessionKind.CORE_GROUP else Retention.THIRTY_YEARS


def _describe_meeting(session: Session, folder: Folder | None) -> Piece:
    missing = _say_missing(session)
    planned = session.state == SessionState.PLANNED
    series, retention = _class(session)
    listed: bool = session.listed  # type: ignore[attr-defined]
    lacking = [] if was_announced(session) else ["补录，没有发通知" if session.noticed_at else "没有发通知"]
    return Piece(
        key=f"session-{session.pk}",
        series=series,
        title=f"{session.unit.name}{session.kind}记录（{session.topic}）",
        responsible=session.unit.name,
        on=session.on,
        retention=retention,
        missing=missing,
        lacking="，".join([*lacking, *([] if listed else ["没有应到名单"])]),
        href=reverse("activities:session" if planned else "activities:record", args=[session.pk]),
        documents=() if missing or folder is None else _list_documents(session, folder, listed=listed),
    )


def _list_documents(session: Session, folder: Folder, *, listed: bool) -> tuple[Document, ...]:
    """The minutes, and as attachments the notice that was sent and the sign-in sheet."""
    found = [Document("会议记录.docx", partial(folder.write_minutes, session.pk))]
    if was_announced(session):
        found.append(Document("会议通知.docx", partial(folder.write_notice, session.pk)))
    if listed:
        found.append(Document("签到表.docx", partial(folder.write_sheet, session.pk)))
    return tuple(found)


def _say_missing(session: Session) -> str:
    """Why the minutes of a session cannot be sealed; empty when they can."""
    place = f"{session.unit.name} {session.on.month} 月"
    if session.state == SessionState.PLANNED:
        return f"{place}“{session.topic}”仍是“计划”，开了请补登，没开请改期或取消，不能封卷。"
    record = getattr(session, "record", None)
    if record is None or record.state == RecordState.DRAFT:
        return f"{place}会议还没有交记录，不能封卷。"
    return "" if record.state == RecordState.PASSED else f"{place}会议记录仍是“{record.state}”，不能封卷。"


# Attendance ledgers


class _Row(NamedTuple):
    """One mark, as a ledger needs it."""

    staff_no: str
    name: str
    session: int
    mark: str


def _list_ledgers(bureau: Bureau, period: Period) -> list[Piece]:
    """One ledger for each branch whose people were expected anywhere: read when it is written."""
    year = period.from_on.year
    units = (
        _filter_marks(bureau, period)
        .filter(unit__isnull=False)
        .order_by("unit__code")
        .values_list("unit_id", "unit__name", "unit__code")
        .distinct()
    )
    return [
        Piece(
            key=f"attendance-{unit_id}-{year}",
            series=Series.ATTENDANCE,
            title=f"{name}{year}年学习考勤台账",
            responsible=name,
            on=None,
            retention=Retention.TEN_YEARS,
            documents=(Document("考勤台账.docx", partial(_write_ledger, bureau, period, unit_id, name)),),
        )
        for unit_id, name, _ in units
    ]


def _filter_marks(bureau: Bureau, period: Period) -> QuerySet[Attendance]:
    return Attendance.objects.filter(
        session__bureau=bureau, session__on__gte=period.from_on, session__on__lt=period.until_on,
        session__state=SessionState.HELD,
    )  # fmt: skip


def _write_ledger(bureau: Bureau, period: Period, unit_id: int, name: str) -> bytes:
    found = _filter_marks(bureau, period).filter(unit=unit_id)
    names = ("person__staff_no", "person__name", "session_id", "mark")
    rows = [_Row(*row) for row in found.order_by("person__staff_no").values_list(*names)]
    sessions = Session.objects.filter(pk__in={row.session for row in rows}).order_by("on", "pk")
    title = f"{name}{period.from_on.year}年学习考勤台账"
    document = start_document(title)
    write_lines(document, ("公文标题", clean_text(title)), ("公文一级", "一、每个人的到会情况"))
    head = ("工号", "姓名", *("到", "迟到", "早退", "请假", "缺席", "已补学", "免", "未记录"))
    add_long_table(document, PEOPLE_WIDTHS, head, _count_people(rows))
    write_lines(document, ("公文一级", "二、每次学习的到会情况"))
    columns = ("日期", "类型", "内容", "应到", "实到", "请假", "缺席", "已补学")
    add_long_table(document, SESSION_WIDTHS, columns, _count_sessions(rows, list(sessions)))
    unknown = sum(row.mark == Mark.UNRECORDED for row in rows)
    note = f"应到不含“免”和“未记录”。其中未记录 {unknown} 人次，不算缺席。" if unknown else "应到不含“免”。"
    write_lines(document, ("公文表注", note))
    return pack_document(document)


def _count_people(rows: Sequence[_Row]) -> Iterator[tuple[str, ...]]:
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts[row.staff_no, row.name][row.mark] += 1
    for (staff_no, name), marks in counts.items():
        yield (staff_no, name, *(str(marks[mark]) for mark in MARKS))


def _count_sessions(rows: Sequence[_Row], sessions: Sequence[Session]) -> Iterator[tuple[str, ...]]:
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts[row.session][row.mark] += 1
    for session in sessions:
        marks = counts[session.pk]
        expected = sum(marks.values()) - marks[Mark.EXEMPT] - marks[Mark.UNRECORDED]
        present = sum(marks[mark] for mark in PRESENT)
        others = (marks[mark] for mark in (Mark.LEAVE, Mark.ABSENT, Mark.MADE_UP))
        yield (session.on.isoformat(), session.kind, session.topic, *map(str, (expected, present, *others)))


# Records as tables

SESSIONS = make_columns(
    "id:编号:number unit:单位 kind:类型 tier:层级 topic:内容 on:日期:date start_time:开始 place:地点 "
    "minutes:分钟:number credit:认定学时 state:状态 reason:延期或取消的原因 host:主持人 recorder:记录人 "
    "plan_item:对应计划 notice:通知的补充 noticed_at:通知时间:time roll_ended_at:点名结束:time"
)
ATTENDANCE = make_columns(
    "session:会议编号:number on:日期:date staff_no:工号 name:姓名 unit:当时所在单位 mark:到会情况 "
    "reason:请假类别 minutes_late:迟到分钟:number asked_after:事后补请:flag how:怎么记的 recorded_by:谁记的 "
    "recorded_at:何时记的:time"
)
MAKE_UPS = make_columns(
    "session:会议编号:number staff_no:工号 name:姓名 of_mark:原来记为 form:形式 material:内容 "
    "until_on:期限:date state:状态 done_on:完成日:date confirmed_by:谁确认 confirmed_at:何时确认:time"
)
RESOLUTIONS = make_columns(
    "session:会议编号:number on:会议日期:date unit:单位 text:决议 responsible:负责人 due_on:期限:date "
    "done_on:完成日:date done_note:完成情况"
)
GUESTS = make_columns("session:会议编号:number on:会议日期:date name:姓名")


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    inside = Q(session__bureau=bureau, session__on__gte=period.from_on, session__on__lt=period.until_on)
    return [
        Table("sessions", "会议和学习活动", SESSIONS, _list_sessions(bureau, period)),
        Table("attendance", "考勤", ATTENDANCE, _list_marks(inside)),
        Table("make_ups", "补学", MAKE_UPS, _list_make_ups(inside)),
        Table("resolutions", "决议", RESOLUTIONS, _list_resolutions(inside)),
        Table("guests", "列席", GUESTS, _list_guests(inside)),
    ]


Row = tuple[Cell, ...]


def _list_sessions(bureau: Bureau, period: Period) -> Iterator[Row]:
    found = Session.objects.filter(_filter_year(bureau, period)).select_related("unit", "host", "recorder", "plan_item")
    for row in found.order_by("on", "pk").iterator(chunk_size=2000):
        yield (
            row.pk, row.unit.name, row.kind, row.tier, row.topic, row.on,
            f"{row.start_time:%H:%M}" if row.start_time else "", row.place, row.minutes,
            format_scaled(row.credit_milli, MILLI, trim=True), row.state, row.reason,
            row.host.name if row.host else "", row.recorder.name if row.recorder else "",
            row.plan_item.title if row.plan_item else "", row.notice, row.noticed_at, row.roll_ended_at,
        )  # fmt: skip


def _list_marks(inside: Q) -> Iterator[Row]:
    columns = (
        "session_id", "session__on", "person__staff_no", "person__name", "unit__name", "mark", "reason",
        "minutes_late", "asked_after", "how", "recorded_by", "recorded_at",
    )  # fmt: skip
    found = Attendance.objects.filter(inside).order_by("session__on", "session_id", "person__staff_no")
    yield from found.values_list(*columns).iterator(chunk_size=5000)


def _list_make_ups(inside: Q) -> Iterator[Row]:
    columns = (
        "session_id", "person__staff_no", "person__name", "of_mark", "form", "material", "until_on", "state",
        "done_on", "confirmed_by", "confirmed_at",
    )  # fmt: skip
    found = MakeUp.objects.filter(inside).order_by("session__on", "session_id", "person__staff_no")
    yield from found.values_list(*columns).iterator()


def _list_resolutions(inside: Q) -> Iterator[Row]:
    columns = (
        "session_id", "session__on", "session__unit__name", "text", "responsible__name", "due_on", "done_on",
        "done_note",
    )  # fmt: skip
    found = Resolution.objects.filter(inside).order_by("session__on", "session_id", "position", "pk")
    yield from found.values_list(*columns).iterator()


def _list_guests(inside: Q) -> Iterator[Row]:
    found = Guest.objects.filter(inside, confirmed=True).order_by("session__on", "session_id", "pk")
    yield from found.values_list("session_id", "session__on", "name").iterator()
