"""What 民主评议 and the binding of results leave for a year's archive: one 件 per branch; counts, never ballots."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.urls import reverse

from shanxue.base.paper import write_list
from shanxue.base.periods import Period
from shanxue.base.volumes import Cell, Document, Piece, Retention, Series, Table, make_columns
from shanxue.orgs.models import Bureau

from .models import Evaluation, EvaluationMember, Event, GateNotice
from .queries.ballots import Rated, list_standings, name_source
from .rules.ballots import GRADES, Stage

Row = tuple[Cell, ...]
HEAD = ("工号", "姓名", *GRADES, "评定意见", "日常表现和理由")
WIDTHS = (1000, 1200, 850, 850, 1050, 950, 1150, 1795)


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    """One 件 per evaluation of the year; one that is not settled is missing."""
    return [_build_piece(one) for one in _list_evaluations(bureau, period)]


def _list_evaluations(bureau: Bureau, period: Period) -> list[Evaluation]:
    found = Evaluation.objects.filter(bureau=bureau, year=period.from_on.year).select_related("unit")
    return list(found.order_by("unit__code"))


def _build_piece(one: Evaluation) -> Piece:
    settled = one.stage == Stage.DECIDED
    title = f"{one.unit.name}{one.year}年民主评议党员情况"
    return Piece(
        key=f"evaluation-{one.pk}", series=Series.STUDY, title=title, responsible=one.unit.name, on=one.meets_on,
        retention=Retention.THIRTY_YEARS,
        missing="" if settled else f"{title}到“{one.stage}”，评定意见定下来才能封卷。",
        href=reverse("assessment:evaluation", args=[one.pk]),
        documents=(Document(f"{title}.docx", partial(_write_evaluation, one, title)),) if settled else (),
    )  # fmt: skip


def _write_evaluation(one: Evaluation, title: str) -> bytes:
    notes = [
        f"应发 {one.due_count}，实发 {one.given_count}，收回 {one.returned_count}，有效 {one.valid_count}；"
        f"监票、计票：{one.tellers}；{one.means}。",
        f"票箱校验值 {one.slips_sha256}。" if one.slips_sha256 else "纸质票由支部封存。",
    ]
    return write_list(title, WIDTHS, HEAD, (_write_row(rated) for rated in list_standings(one)), notes=notes)


def _write_row(rated: Rated) -> tuple[str, ...]:
    member, votes = rated.member, (str(count) for count in rated.votes)
    words = "；".join(text for text in (member.conduct, member.reason) if text)
    return member.person.staff_no, member.person.name, *votes, member.grade, words


OPINIONS = make_columns(
    "evaluation:评议编号:number unit:支部 year:年度:number staff_no:工号 name:姓名 status:身份 rated:评定:flag "
    "took_ballot:领票:flag grade:评定意见 conduct:日常表现 reason:理由 decided_by:谁登记 decided_at:何时登记:time"
)
VOTES = make_columns("evaluation:评议编号:number staff_no:工号 name:姓名 group:票种 grade:等次 votes:票数:number")
NOTICES = make_columns(
    "staff_no:工号 name:姓名 scheme:细则 clause:条款 assessment:考核 proposed:拟定等次 at_most:最高可评 kind:办理 "
    "approved_by:批准人 meeting:会议 reason:理由 at:时间:time by:谁登记"
)


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    return [
        Table("evaluation_opinions", "民主评议", OPINIONS, _list_opinions(bureau, period)),
        Table("evaluation_votes", "测评票数", VOTES, _list_votes(bureau, period)),
        Table("gate_notices", "拟定等次受条款限制的办理", NOTICES, _list_notices(bureau, period)),
    ]


def _list_opinions(bureau: Bureau, period: Period) -> Iterator[Row]:
    found = EvaluationMember.objects.filter(evaluation__in=_list_evaluations(bureau, period))
    yield from found.order_by("evaluation_id", "person__staff_no").values_list(
        "evaluation_id", "evaluation__unit__name", "evaluation__year", "person__staff_no", "person__name", "status",
        "rated", "has_ballot", "grade", "conduct", "reason", "decided_by", "decided_at",
    ).iterator()  # fmt: skip


def _list_votes(bureau: Bureau, period: Period) -> Iterator[Row]:
    for one in _list_evaluations(bureau, period):
        found = Event.objects.filter(source=name_source(one)).order_by("person__staff_no", "-level", "pk")
        columns = ("person__staff_no", "person__name", "level", "mark", "quantity_milli")
        for staff_no, name, level, mark, quantity in found.values_list(*columns):
            yield one.pk, staff_no, name, level, mark, (quantity or 0) // 1000


def _list_notices(bureau: Bureau, period: Period) -> Iterator[Row]:
    found = GateNotice.objects.filter(bureau=bureau, at__date__gte=period.from_on, at__date__lt=period.until_on)
    yield from found.order_by("pk").values_list(
        "person__staff_no", "person__name", "scheme_code", "clause", "assessment", "proposed", "at_most", "kind",
        "approved_by", "meeting", "reason", "at", "actor",
    ).iterator()  # fmt: skip
