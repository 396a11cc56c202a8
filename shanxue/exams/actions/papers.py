"""Writing papers: draft, rule or questions by hand, publish, withdraw. A published paper is never edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Bureau, Unit

from ..models import Paper, PaperQuestion, Question
from ..queries.papers import describe_paper
from ..rules import PaperState
from ..rules.papers import Draw, find_obstacles


@dataclass(frozen=True)
class PaperValues:
    """What a person fills in for a paper; ``statuses`` empty means everybody of the unit."""

    unit: Unit
    statuses: list[str]
    title: str
    opens_at: datetime
    closes_at: datetime
    minutes: int | None
    attempts: int
    counts: str
    pass_milli: int | None


@transaction.atomic
def save_paper(bureau: Bureau, paper: Paper | None, values: PaperValues, *, actor: str, at: datetime) -> Paper:
    """Write a draft anew or change one. Raises ``paper_published`` and ``paper_twice``."""
    demand_open_year(bureau.pk, timezone.localdate(values.opens_at), timezone.localdate(values.closes_at))
    if paper is not None:
        refuse_published(paper)
    row = paper or Paper(bureau=bureau)
    for name in ("unit", "statuses", "title", "opens_at", "closes_at", "minutes", "attempts", "counts", "pass_milli"):
        setattr(row, name, getattr(values, name))
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refusal(
            "paper_twice", f"已有一份叫“{values.title}”的测试。成绩按名称记，请换一个名称。", status=409
        ) from error
    _record(row, "exams.change_paper" if paper else "exams.add_paper", actor, at)
    return row


def refuse_published(paper: Paper) -> None:
    _demand_open(paper)
    if paper.state != PaperState.DRAFT:
        raise Refusal("paper_published", "这份测试已经发布，不能再改。要改动请新建一份。", status=409)


def _demand_open(paper: Paper) -> None:
    demand_open_year(paper.bureau_id, timezone.localdate(paper.opens_at), timezone.localdate(paper.closes_at))


def _record(paper: Paper, verb: str, actor: str, at: datetime, **detail: object) -> None:
    record_entry(
        chain=paper.bureau.code, actor=actor, at=at, verb=verb, subject=f"测试 {paper.pk}",
        detail={"title": paper.title, **detail},
    )  # fmt: skip


@transaction.atomic
def set_rule(paper: Paper, draws: Sequence[Draw], *, actor: str, at: datetime) -> None:
    """Let questions be drawn anew for each sitting; questions chosen by hand before are dropped."""
    refuse_published(paper)
    paper.rule = [draw.write() for draw in draws]
    paper.save(update_fields=["rule"])
    if draws:
        paper.chosen.all().delete()
    _record(paper, "exams.set_rule", actor, at, rule=paper.rule)


@transaction.atomic
def add_questions(paper: Paper, questions: Sequence[Question], points_milli: int, *, actor: str, at: datetime) -> int:
    """Choose questions by hand, after those chosen before; return how many are new. A rule set before is dropped."""
    refuse_published(paper)
    chosen = set(paper.chosen.values_list("question_id", flat=True))
    last = paper.chosen.aggregate(last=Max("position"))["last"] or 0
    new = [question for question in questions if question.pk not in chosen]
    PaperQuestion.objects.bulk_create(
        PaperQuestion(paper=paper, question=question, position=place, points_milli=points_milli)
        for place, question in enumerate(new, last + 1)
    )
    if paper.rule:
        paper.rule = []
        paper.save(update_fields=["rule"])
    _record(paper, "exams.add_questions", actor, at, questions=[question.pk for question in new])
    return len(new)


@transaction.atomic
def set_points(paper: Paper, points_milli: dict[int, int], *, actor: str, at: datetime) -> None:
    """Set the points of chosen questions, by the row's id."""
    refuse_published(paper)
    rows = list(paper.chosen.filter(pk__in=points_milli))
    for row in rows:
        row.points_milli = points_milli[row.pk]
    PaperQuestion.objects.bulk_update(rows, ["points_milli"])
    _record(paper, "exams.set_points", actor, at)


@transaction.atomic
def remove_question(paper: Paper, row_id: int, *, actor: str, at: datetime) -> None:
    refuse_published(paper)
    paper.chosen.filter(pk=row_id).delete()
    _record(paper, "exams.remove_question", actor, at, row=row_id)


@transaction.atomic
def move_question(paper: Paper, row_id: int, step: int, *, actor: str, at: datetime) -> None:
    """Move a chosen question up (-1) or down (+1); at the end of the list nothing happens."""
    refuse_published(paper)
    rows = list(paper.chosen.order_by("position", "pk"))
    place = next((index for index, row in enumerate(rows) if row.pk == row_id), None)
    if place is None or not 0 <= place + step < len(rows):
        return
    rows[place], rows[place + step] = rows[place + step], rows[place]
    for position, row in enumerate(rows, 1):
        row.position = position
    PaperQuestion.objects.bulk_update(rows, ["position"])
    _record(paper, "exams.move_question", actor, at, row=row_id, step=step)


@transaction.atomic
def publish_paper(paper: Paper, *, actor: str, at: datetime) -> None:
    """Open a paper to its people. Raises ``paper_not_ready`` with the first thing that stands in the way."""
    refuse_published(paper)
    obstacles = find_obstacles(describe_paper(paper, timezone.localdate(at)), at)
    if obstacles:
        raise Refusal("paper_not_ready", obstacles[0], status=409)
    paper.state = PaperState.OPEN
    paper.save(update_fields=["state"])
    _record(paper, "exams.publish_paper", actor, at)


@transaction.atomic
def withdraw_paper(paper: Paper, *, actor: str, at: datetime) -> None:
    """Let nobody begin any more. Who is sitting goes on to the end; scores stay."""
    _demand_open(paper)
    if paper.state != PaperState.OPEN:
        raise Refusal("paper_not_open", "这份测试没有在进行，不用收回。", status=409)
    paper.state = PaperState.CLOSED
    paper.save(update_fields=["state"])
    _record(paper, "exams.withdraw_paper", actor, at)


@transaction.atomic
def delete_draft(paper: Paper, *, actor: str, at: datetime) -> None:
    refuse_published(paper)
    _record(paper, "exams.delete_draft", actor, at)
    paper.delete()
