"""What tests leave for the archive of a year: papers and score tables; what everybody was asked, as records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.urls import reverse

from shanxue.base.paper import write_list
from shanxue.base.periods import Period
from shanxue.base.points import MILLI, format_scaled
from shanxue.base.volumes import Cell, Document, Piece, Retention, Series, Table, make_columns
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import map_branches

from .actions.sittings import put_questions
from .documents import write_key, write_paper
from .models import Paper, Score, Sitting, SittingAnswer
from .rules import PaperState
from .rules.answers import LETTERS
from .rules.papers import read_rule
from .rules.scoring import write_answer

Row = tuple[Cell, ...]
SCORE_WIDTHS = (1200, 1500, 2845, 1200, 1100, 1000)
RULE_WIDTHS = (4045, 1800, 1500, 1500)


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    papers = _filter_papers(bureau, period)
    known = {(paper.kind, paper.title): paper for paper in papers.order_by("opens_at", "pk").select_related("unit")}
    cleared = _count_cleared(papers)
    scores = _filter_scores(bureau, period).values_list("kind", "title").annotate(last=Max("on"))
    held = {(kind, title): last for kind, title, last in scores.order_by("last", "kind", "title")}
    return [
        *(_describe_paper(bureau, period, paper, cleared.get(paper.pk, 0)) for paper in known.values()),
        *(
            _describe_scores(bureau, period, kind, title, last)
            for (kind, title), last in held.items()
            if (kind, title) not in known
        ),
    ]


def _filter_papers(bureau: Bureau, period: Period) -> QuerySet[Paper]:
    opened = Paper.objects.filter(
        bureau=bureau, opens_at__date__gte=period.from_on, opens_at__date__lt=period.until_on
    )  # fmt: skip
    return opened.exclude(state=PaperState.DRAFT)


def _filter_scores(bureau: Bureau, period: Period) -> QuerySet[Score]:
    return Score.objects.filter(bureau=bureau, on__gte=period.from_on, on__lt=period.until_on)


def _describe_paper(bureau: Bureau, period: Period, paper: Paper, cleared: int) -> Piece:
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
        documents=(*written, scores), lacking=f"{cleared} 次答题的题目已到期清理" if cleared and paper.rule else "",
    )  # fmt: skip


def _count_cleared(papers: QuerySet[Paper]) -> dict[int, int]:
    """Sittings whose questions went when their time was over (docs/privacy.md), by paper. One query."""
    gone = Sitting.objects.filter(paper__in=papers, handed_in_at__isnull=False, answers=None)
    return dict(gone.order_by().values_list("paper").annotate(Count("pk")))


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
    note = "每次答题按这张表随机抽题，各人题目不同；各人的题目和顺序在“记录”的 put_questions、questions 两张表里。"
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


PUT = make_columns(
    "paper:试卷 sitting:答题编号:number staff_no:工号 name:姓名 attempt:第几次:number handed_in_at:交卷时间:time "
    "position:题号:number question:题目版本 points:分值"
)
QUESTIONS = make_columns("question:题目版本 kind:题型 stem:题目 options:选项 answer:答案 source:出处")


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    """Scores, and what everybody was asked: the question as it was put and its place, never what was answered."""
    return [
        Table("scores", "测试成绩", SCORES, _list_scores(bureau, period)),
        Table("put_questions", "每次答题的题目和顺序", PUT, _list_put(bureau, period)),
        Table("questions", "题目当时的样子", QUESTIONS, _list_versions(bureau, period)),
    ]


def _filter_put(bureau: Bureau, period: Period) -> QuerySet[SittingAnswer]:
    papers = _filter_papers(bureau, period)
    return SittingAnswer.objects.filter(sitting__paper__in=papers, sitting__handed_in_at__isnull=False)


def _list_put(bureau: Bureau, period: Period) -> Iterator[Row]:
    columns = (
        "sitting__paper__title", "sitting_id", "sitting__person__staff_no", "sitting__person__name",
        "sitting__attempt", "sitting__handed_in_at", "position", "put", "points_milli",
    )  # fmt: skip
    order = ("sitting__paper__opens_at", "sitting__paper_id", "sitting__person__staff_no", "sitting_id", "position")
    for *told, put, points in _filter_put(bureau, period).order_by(*order).values_list(*columns).iterator():
        yield (*told, name_version(put), format_scaled(points, MILLI, trim=True))


def _list_versions(bureau: Bureau, period: Period) -> Iterator[Row]:
    """Each question once, as it was put; one that was changed between two sittings stands twice."""
    seen: set[str] = set()
    for put in _filter_put(bureau, period).order_by("question_id", "pk").values_list("put", flat=True).iterator():
        version = name_version(put)
        if version not in seen:
            seen.add(version)
            options = "　".join(f"{letter}. {text}" for letter, text in zip(LETTERS, put["options"], strict=False))
            answer = write_answer(put, put["answer"])
            yield (version, put["kind"], put["stem"], options, answer, put["source"])


def name_version(put: dict[str, Any]) -> str:
    """The name of a question as it was put: the same words have the same name."""
    text = json.dumps(put, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


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
