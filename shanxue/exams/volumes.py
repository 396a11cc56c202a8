"""What tests leave for the archive of a year: each paper with its score table, score tables of tests held elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from django.db.models import Max, QuerySet
from django.urls import reverse

from shanxue.base.paper import write_list
from shanxue.base.periods import Period
from shanxue.base.points import MILLI, format_scaled
from shanxue.base.volumes import Cell, Document, Piece, Retention, Series, Table, make_columns
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import map_branches

from .actions.sittings import put_questions
from .documents import write_key, write_paper
from .models import Paper, Score
from .rules import PaperState
from .rules.papers import read_rule

Row = tuple[Cell, ...]
SCORE_WIDTHS = (1200, 1500, 2845, 1200, 1100, 1000)
RULE_WIDTHS = (4045, 1800, 1500, 1500)


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    papers = Paper.objects.filter(
        bureau=bureau, opens_at__date__gte=period.from_on, opens_at__date__lt=period.until_on
    ).exclude(state=PaperState.DRAFT)  # fmt: skip
    known = {(paper.kind, paper.title): paper for paper in papers.order_by("opens_at", "pk").select_related("unit")}
    scores = _filter_scores(bureau, period).values_list("kind", "title").annotate(last=Max("on"))
    held = {(kind, title): last for kind, title, last in scores.order_by("last", "kind", "title")}
    return [
        *(_describe_paper(bureau, period, paper) for paper in known.values()),
        *(
            _describe_scores(bureau, period, kind, title, last)
            for (kind, title), last in held.items()
            if (kind, title) not in known
        ),
    ]


def _filter_scores(bureau: Bureau, period: Period) -> QuerySet[Score]:
    return Score.objects.filter(bureau=bureau, on__gte=period.from_on, on__lt=period.until_on)


def _describe_paper(bureau: Bureau, period: Period, paper: Paper) -> Piece:
    written = (
        (Document("抽题规则.docx", partial(_write_rule, paper)),)
        if paper.rule
        else (
            Document("试卷.docx", lambda: write_paper(paper, put_questions(paper, 1), 1)),
            Document("答案.docx", lambda: write_key(paper, put_questions(paper, 1), 1)),
        )
    )
    scores = Document("成绩表.docx", partial(_write_scores, bureau, period, paper.kind, paper.title))
    return Piece(
        key=f"paper-{paper.pk}", series=Series.TRAINING, title=f"{paper.title}试卷和成绩", responsible=paper.unit.name,
        on=paper.opens_at.date(), retention=Retention.TEN_YEARS, href=reverse("exams:paper", args=[paper.pk]),
        documents=(*written, scores),
    )  # fmt: skip


def _describe_scores(bureau: Bureau, period: Period, kind: str, title: str, last: date | None) -> Piece:
    return Piece(
        key=f"scores-{kind}-{title}"[:120], series=Series.TRAINING, title=f"{title}成绩表", responsible=bureau.name,
        on=last, retention=Retention.TEN_YEARS,
        documents=(Document("成绩表.docx", partial(_write_scores, bureau, period, kind, title)),),
    )  # fmt: skip


def _write_rule(paper: Paper) -> bytes:
    """Of a paper drawn anew for everybody only the rule is one document; what was put stands in the records."""
    draws = read_rule(paper.rule)
    rows = (
        (draw.bank, draw.kind, str(draw.count), format_scaled(draw.points_milli, MILLI, trim=True)) for draw in draws
    )
    note = "每次答题按这张表随机抽题，各人题目不同；抽题的种子记在答题记录里。"
    title = f"{paper.title}抽题规则"
    return write_list(title, RULE_WIDTHS, ("题库", "题型", "题数", "每题分值"), rows, notes=[note])


def _write_scores(bureau: Bureau, period: Period, kind: str, title: str) -> bytes:
    branches = map_branches(bureau, period)
    found = _filter_scores(bureau, period).filter(kind=kind, title=title).select_related("person")
    rows = (
        (
            row.person.staff_no, row.person.name, branches[row.person_id].name if row.person_id in branches else "",
            str(row.attempt), "" if row.score_milli is None else format_scaled(row.score_milli, MILLI, trim=True),
            row.mark,
        )
        for row in found.order_by("person__staff_no", "attempt")
    )  # fmt: skip
    head = ("工号", "姓名", "所在支部", "第几次", "成绩", "情况")
    return write_list(f"{title}成绩表", SCORE_WIDTHS, head, rows, notes=["没有成绩的一格空着，不是零分。"])


SCORES = make_columns(
    "staff_no:工号 name:姓名 unit:所在支部 kind:类别 title:名称 on:日期:date attempt:第几次:number score:成绩 "
    "full:满分 mark:情况"
)


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    return [Table("scores", "测试成绩", SCORES, _list_scores(bureau, period))]


def _list_scores(bureau: Bureau, period: Period) -> Iterator[Row]:
    branches = map_branches(bureau, period)
    found = _filter_scores(bureau, period).select_related("person").order_by("on", "kind", "title", "pk")
    for row in found.iterator(chunk_size=2000):
        branch = branches.get(row.person_id)
        yield (
            row.person.staff_no, row.person.name, branch.name if branch else "", row.kind, row.title, row.on,
            row.attempt, "" if row.score_milli is None else format_scaled(row.score_milli, MILLI, trim=True),
            format_scaled(row.full_milli, MILLI, trim=True), row.mark,
        )  # fmt: skip
