"""会议记录.docx, 会议通知.docx and 签到表.docx, on official paper. Equal contents are equal bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.utils import timezone
from docx.document import Document as DocxDocument

from shanxue.base.paper import (
    FANGSONG,
    HEI,
    SIZE_4,
    TEXT_WIDTH,
    add_style,
    clean_text,
    split_lines,
)
from shanxue.base.points import MILLI, format_scaled
from shanxue.base.quick_paper import KEEP, QuickPaper

from .models import Resolution, Session, SessionNote
from .queries.records import Minutes
from .rules import RecordState
from .rules.records import Agenda, Head, Presence, list_headings, write_absence, write_when

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNKNOWN = "待补充"
LABEL, VALUE, FACT = "记录栏目", "记录内容", "签到事项"
SIGNATURES = "主持人签字：　　　　　　　　记录人签字："
LABEL_WIDTH = 1900
SHEET_WIDTHS = (700, 1480, 2242, 701, 1480, 2242)  # 序号 姓名 签名, twice
SHEET_ROW = 500  # twips; 8.8 mm, room for a signature
FIRST_ROWS, NEXT_ROWS = 18, 23  # of names on the first page and on those that follow
GUEST_LINES = 3


def write_minutes(minutes: Minutes) -> bytes:
    """Write 会议记录.docx in the order of real records (offices 4); marked 未审核 until it has passed."""
    head = minutes.head
    paper = QuickPaper(f"{head.topic}会议记录", add_record_styles)
    paper.add_lines(("公文标题", head.unit), ("公文标题", f"{head.kind}记录"))
    if minutes.state != RecordState.PASSED:
        paper.add_lines(("公文稿别", "（未审核）"))
    paper.add_lines(("", ""))
    _add_facts(paper, list_facts(head))
    paper.add_lines(("", ""))
    _add_text(paper, minutes)
    paper.add_lines(("公文正文", "散会。"), ("", ""), mark=KEEP)  # no page of signatures alone
    paper.add_lines(("公文正文", SIGNATURES))
    paper.add_lines(*(("公文表注", f"注：{line}") for line in minutes.told_changes))
    return paper.pack()


def add_record_styles(document: DocxDocument) -> None:
    """Add the styles that only minutes and sheets use."""
    add_style(document, LABEL, HEI, SIZE_4, "center", line=440)
    add_style(document, VALUE, FANGSONG, SIZE_4, "left", line=440, left=80)
    add_style(document, FACT, FANGSONG, SIZE_4, "left", line=460)


def list_facts(head: Head) -> Iterator[tuple[str, str]]:
    """The table on top of the minutes: label and value."""
    yield "会议名称", head.topic
    yield "时　　间", write_when(head) + ("" if head.start_time else f"（开始时间{UNKNOWN}）")
    yield "地　　点", head.place or UNKNOWN
    yield "主 持 人", head.host or UNKNOWN
    yield "记 录 人", head.recorder or UNKNOWN
    yield "应到、实到", _count_people(head)
    yield "出　　席", "、".join(one.name for one in head.present) or "无"
    yield "列　　席", "、".join(head.guests) or "无"
    yield "缺席及原因", "；".join(write_absence(one) for one in head.absent) or "无"
    yield "补学措施", "；".join(_describe_make_up(one) for one in head.absent) or "无"
    if head.exempt:
        yield "不要求到会", "、".join(one.name for one in head.exempt)
    if head.credit_milli:
        yield "认定学时", format_scaled(head.credit_milli, MILLI, trim=True)


def _count_people(head: Head) -> str:
    counts = f"应到 {len(head.expected)} 人，实到 {len(head.present)} 人，缺席 {len(head.absent)} 人"
    return counts + (f"，未记录 {len(head.unrecorded)} 人" if head.unrecorded else "")


def _describe_make_up(one: Presence) -> str:
    return f"{one.name}：{one.make_up or UNKNOWN}"


def _add_facts(paper: QuickPaper, facts: Iterable[tuple[str, str]]) -> None:
    paper.add_table((LABEL_WIDTH, TEXT_WIDTH - LABEL_WIDTH), (), facts, styles=(LABEL, VALUE))


def _add_text(paper: QuickPaper, minutes: Minutes) -> None:
    _add_agenda(paper, minutes.agenda)
    headings = {clean_text(line) for line in list_headings(minutes.agenda)}
    paper.add_lines(("公文一级", "主要内容"))
    for line in split_lines(minutes.content) or [UNKNOWN]:
        paper.add_lines(("公文二级" if line in headings else "公文正文", line))
    paper.add_lines(("公文一级", "决议"))
    if minutes.resolutions:
        widths = (700, TEXT_WIDTH - 700 - 1500 - 1900, 1500, 1900)
        rows = list_resolution_rows(minutes.resolutions)
        paper.add_table(widths, ("序号", "决议事项", "负责人", "期限"), rows, height=440)
        paper.add_lines(("公文末行", ""))
    else:
        paper.add_lines(("公文正文", "无。"))
    other = split_lines(minutes.other)
    if other:
        paper.add_lines(("公文一级", "其他"), *(("公文正文", line) for line in other))


def _add_agenda(paper: QuickPaper, agenda: Sequence[Agenda]) -> None:
    if agenda:
        paper.add_lines(("公文一级", "议程"))
        paper.add_lines(*(("公文正文", line) for line in list_agenda_lines(agenda)))


def list_agenda_lines(agenda: Sequence[Agenda]) -> list[str]:
    """The points of an agenda, numbered, each with who speaks."""
    return [
        f"{number}. {point.title}{f'（{point.speaker}）' if point.speaker else ''}"
        for number, point in enumerate(agenda, 1)
    ]


def list_resolution_rows(resolutions: Sequence[Resolution]) -> list[tuple[str, str, str, str]]:
    """Number, what was decided, who answers for it, until when."""
    return [
        (str(number), row.text, row.responsible.name if row.responsible else UNKNOWN, _write_day(row.due_on))
        for number, row in enumerate(resolutions, 1)
    ]


def _write_day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else UNKNOWN


# The notice


def write_notice(minutes: Minutes, changes: Sequence[SessionNote]) -> bytes:
    """Write 会议通知.docx: who was called to what, when it was sent, and each change that people were told after it."""
    session, head = minutes.session, minutes.head
    paper = QuickPaper(f"{head.topic}会议通知", add_record_styles)
    paper.add_lines(("公文标题", head.unit), ("公文标题", f"{head.kind}通知"), ("", ""))
    _add_facts(paper, _list_notice_facts(session, head))
    if minutes.agenda:
        paper.add_lines(("", ""))
        _add_agenda(paper, minutes.agenda)
    if changes:
        paper.add_lines(("公文一级", "发出以后的改动"))
        told = (f"{_write_moment(one.at)}　{one.actor}：{one.text}。" for one in changes)
        paper.add_lines(*(("公文正文", line) for line in told))
        paper.add_lines(("公文表注", "注：上面的表是改动以后的；发出时的样子，看每条改动里“由”后面的。"))
    return paper.pack()


def _list_notice_facts(session: Session, head: Head) -> Iterator[tuple[str, str]]:
    yield "会议名称", head.topic
    yield "时　　间", write_when(head) + ("" if head.start_time else f"（开始时间{UNKNOWN}）")
    yield "地　　点", head.place or UNKNOWN
    yield "主 持 人", head.host or UNKNOWN
    yield f"应到 {len(head.expected)} 人", "、".join(one.name for one in head.expected) or "无"
    if head.exempt:
        yield "不要求到会", "、".join(one.name for one in head.exempt)
    if session.notice:
        yield "通知的补充", session.notice
    if session.noticed_at is not None:
        yield "发出时间", _write_moment(session.noticed_at)


def _write_moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{_write_day(local.date())} {local:%H:%M}"


# The sign-in sheet


def write_sign_in_sheet(head: Head) -> bytes:
    """Write 签到表.docx: names in two blocks side by side, filled page by page, and empty lines for guests."""
    paper = QuickPaper(f"{head.topic}签到表", add_record_styles)
    paper.add_lines(("公文标题", "签到表"), *((FACT, line) for line in list_sheet_facts(head)))
    rows = (
        (str(left[0]), left[1], "", *((str(right[0]), right[1]) if right else ("", "")), "")
        for left, right in pair_names([one.name for one in head.expected])
    )
    paper.add_table(SHEET_WIDTHS, ("序号", "姓名", "签名") * 2, rows, height=SHEET_ROW, exact=True)
    if head.exempt:
        names = "、".join(one.name for one in head.exempt)
        paper.add_lines(("公文表注", f"不要求到会（来了可以签）：{names}"))
    _add_guests(paper, head.guests)
    return paper.pack()


def list_sheet_facts(head: Head) -> list[str]:
    """The lines above the names; what is only known in the meeting stays blank for a pen."""
    return [
        f"会议名称：{head.unit}{head.kind}　{head.topic}",
        f"时　　间：{write_when(head)}",
        f"地　　点：{head.place or UNKNOWN}",
        f"应　　到：{len(head.expected)} 人　　实到：　　　人　　缺席：　　　人",
    ]


def pair_names(names: Sequence[str]) -> list[tuple[tuple[int, str], tuple[int, str] | None]]:
    """Put numbered names side by side: on each page down the left block, then down the right one."""
    numbered = list(enumerate(names, 1))
    pairs: list[tuple[tuple[int, str], tuple[int, str] | None]] = []
    room = FIRST_ROWS
    while numbered:
        page, numbered = numbered[: 2 * room], numbered[2 * room :]
        half = (len(page) + 1) // 2
        left, right = page[:half], [*page[half:], None]
        pairs.extend(zip(left, right, strict=False))
        room = NEXT_ROWS
    return pairs


def _add_guests(paper: QuickPaper, guests: Sequence[str]) -> None:
    """列席 in lines of their own: those known, and empty ones to sign on."""
    widths = (1400, TEXT_WIDTH // 2 - 1400, 1400, TEXT_WIDTH - TEXT_WIDTH // 2 - 1400)
    paper.add_lines(("公文表注", "列席"))
    names = [*guests, *[""] * (2 * GUEST_LINES)]
    names = names[: max(2 * GUEST_LINES, len(guests) + len(guests) % 2)]
    rows = ((left, "", right, "") for left, right in zip(names[::2], names[1::2], strict=True))
    paper.add_table(widths, ("姓名", "签名") * 2, rows, height=SHEET_ROW)
