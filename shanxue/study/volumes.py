"""What study leaves for the archive of a year: lists of notes (titles, never their texts), hours, outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from shanxue.base.paper import write_list
from shanxue.base.periods import Period
from shanxue.base.points import MILLI, format_scaled
from shanxue.base.volumes import Cell, Document, Piece, Retention, Series, Table, make_columns
from shanxue.orgs.models import Bureau, Unit
from shanxue.orgs.queries import map_branches

from .models import LearningHours, Note, Outcome, SelfStudy
from .rules import NoteState, OutcomeState

Row = tuple[Cell, ...]
NOTE_WIDTHS = (1200, 1300, 1400, 1000, 2645, 1300)
HOUR_WIDTHS = (1200, 1300, 2345, 4000)
OUTCOME_WIDTHS = (1200, 1900, 2145, 900, 2700)


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    year = period.from_on.year
    inside = _limit(bureau, period)
    found = [_describe_notes(bureau, period, unit) for unit in _list_writing_units(bureau, period)]
    if LearningHours.objects.filter(**inside).exists():
        found.append(
            Piece(
                key=f"hours-{year}", series=Series.TRAINING, title=f"{year}年培训学时登记表", responsible=bureau.name,
                on=None, retention=Retention.THIRTY_YEARS,
                documents=(Document("学时登记表.docx", partial(_write_hours, bureau, period)),),
            )
        )  # fmt: skip
    if Outcome.objects.filter(**inside).exists():
        found.append(
            Piece(
                key=f"outcomes-{year}", series=Series.STUDY, title=f"{year}年学习成果登记表", responsible=bureau.name,
                on=None, retention=Retention.THIRTY_YEARS,
                documents=(Document("学习成果登记表.docx", partial(_write_outcomes, bureau, period)),),
            )
        )  # fmt: skip
    return found


def _limit(bureau: Bureau, period: Period) -> dict[str, Any]:
    """What every row here has in common: its bureau and its day."""
    return {"bureau": bureau, "on__gte": period.from_on, "on__lt": period.until_on}


def _list_writing_units(bureau: Bureau, period: Period) -> list[Unit]:
    """Branches whose people wrote notes in the year."""
    notes = Note.objects.filter(**_limit(bureau, period)).exclude(state=NoteState.DRAFT)
    branches = map_branches(bureau, period)
    written = {
        branches[person] for person in notes.values_list("person_id", flat=True).distinct() if person in branches
    }
    return sorted(written, key=lambda unit: (unit.code, unit.pk))


def _describe_notes(bureau: Bureau, period: Period, unit: Unit) -> Piece:
    year = period.from_on.year
    return Piece(
        key=f"notes-{unit.pk}-{year}", series=Series.STUDY, title=f"{unit.name}{year}年学习笔记目录",
        responsible=unit.name, on=None, retention=Retention.TEN_YEARS,
        documents=(Document("笔记目录.docx", partial(_write_notes, bureau, period, unit)),),
    )  # fmt: skip


def _write_notes(bureau: Bureau, period: Period, unit: Unit) -> bytes:
    people = [person for person, branch in map_branches(bureau, period).items() if branch == unit]
    found = Note.objects.filter(**_limit(bureau, period), person__in=people).exclude(state=NoteState.DRAFT)
    columns = ("person__staff_no", "person__name", "on", "kind", "title", "state")
    rows = (
        tuple(str(cell) for cell in row) for row in found.order_by("person__staff_no", "on", "pk").values_list(*columns)
    )
    title = f"{unit.name}{period.from_on.year}年学习笔记目录"
    return write_list(
        title, NOTE_WIDTHS, ("工号", "姓名", "日期", "类别", "题目", "状态"), rows,
        notes=["只列题目和审阅状态，正文由本人保存，不归档。"],
    )  # fmt: skip


def _write_hours(bureau: Bureau, period: Period) -> bytes:
    """One line a person, with a sum for each kind and measure: different measures are never added up."""
    branches = map_branches(bureau, period)
    sums: dict[tuple[str, str, str], dict[tuple[str, str], int]] = {}
    for row in LearningHours.objects.filter(**_limit(bureau, period)).select_related("person"):
        branch = branches.get(row.person_id)
        own = sums.setdefault((row.person.staff_no, row.person.name, branch.name if branch else ""), {})
        own[row.kind, row.measure] = own.get((row.kind, row.measure), 0) + row.amount_milli
    rows = ((*person, _write_sums(own)) for person, own in sorted(sums.items()))
    title = f"{period.from_on.year}年培训学时登记表"
    return write_list(title, HOUR_WIDTHS, ("工号", "姓名", "所在支部", "学时和学分"), rows)


def _write_sums(own: dict[tuple[str, str], int]) -> str:
    written = (f"{kind} {format_scaled(own[kind, unit], MILLI, trim=True)} {unit}" for kind, unit in sorted(own))
    return "；".join(written)


def _write_outcomes(bureau: Bureau, period: Period) -> bytes:
    found = Outcome.objects.filter(**_limit(bureau, period)).select_related("person").order_by("on", "pk")
    rows = (
        (
            row.person.name,
            row.title,
            row.adopted_as,
            row.state,
            row.evidence if row.state != OutcomeState.RESEARCH else "",
        )
        for row in found
    )
    title = f"{period.from_on.year}年学习成果登记表"
    return write_list(title, OUTCOME_WIDTHS, ("姓名", "题目", "采纳为", "状态", "依据"), rows)


NOTES = make_columns(
    "id:编号:number staff_no:工号 name:姓名 unit:所在支部 kind:类别 title:题目 on:日期:date state:状态 "
    "grade:等次 submitted_at:提交时间:time reviewed_at:审阅时间:time reviewed_by:谁审阅"
)
SELF_STUDIES = make_columns("staff_no:工号 name:姓名 unit:所在支部 title:学了什么 on:日期:date")
HOURS = make_columns(
    "staff_no:工号 name:姓名 unit:所在支部 kind:类别 title:内容 from_on:开始:date on:结束:date amount:数量 "
    "measure:单位 passed:通过:flag"
)
OUTCOMES = make_columns(
    "staff_no:工号 name:姓名 unit:单位 kind:类别 title:题目 on:日期:date state:状态 adopted_as:采纳为 "
    "adopted_by:谁采纳 adopted_on:采纳日期:date evidence:依据 recognised_on:认定日期:date "
    "recognised_by:谁认定"
)


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    return [
        Table("notes", "笔记（不含正文）", NOTES, _list_notes(bureau, period)),
        Table("self_studies", "自学", SELF_STUDIES, _list_self_studies(bureau, period)),
        Table("learning_hours", "认定学时", HOURS, _list_hours(bureau, period)),
        Table("outcomes", "学习成果", OUTCOMES, _list_outcomes(bureau, period)),
    ]


def _list_notes(bureau: Bureau, period: Period) -> Iterator[Row]:
    branches = map_branches(bureau, period)
    found = Note.objects.filter(**_limit(bureau, period)).exclude(state=NoteState.DRAFT).order_by("on", "pk")
    columns = (
        "pk", "person__staff_no", "person__name", "person_id", "kind", "title", "on", "state", "grade",
        "submitted_at", "reviewed_at", "reviewed_by",
    )  # fmt: skip
    for row in found.values_list(*columns).iterator():
        branch = branches.get(row[3])
        yield *row[:3], branch.name if branch else "", *row[4:]


def _list_self_studies(bureau: Bureau, period: Period) -> Iterator[Row]:
    branches = map_branches(bureau, period)
    found = SelfStudy.objects.filter(**_limit(bureau, period)).order_by("on", "pk")
    for row in found.values_list("person__staff_no", "person__name", "person_id", "title", "on").iterator():
        branch = branches.get(row[2])
        yield *row[:2], branch.name if branch else "", *row[3:]


def _list_hours(bureau: Bureau, period: Period) -> Iterator[Row]:
    branches = map_branches(bureau, period)
    found = LearningHours.objects.filter(**_limit(bureau, period)).select_related("person").order_by("on", "pk")
    for row in found.iterator(chunk_size=2000):
        branch = branches.get(row.person_id)
        yield (
            row.person.staff_no, row.person.name, branch.name if branch else "", row.kind, row.title, row.from_on,
            row.on, format_scaled(row.amount_milli, MILLI, trim=True), row.measure, row.passed,
        )  # fmt: skip


def _list_outcomes(bureau: Bureau, period: Period) -> Iterator[Row]:
    columns = (
        "person__staff_no", "person__name", "unit__name", "kind", "title", "on", "state", "adopted_as", "adopted_by",
        "adopted_on", "evidence", "recognised_on", "recognised_by",
    )  # fmt: skip
    found = Outcome.objects.filter(**_limit(bureau, period)).order_by("on", "pk")
    yield from found.values_list(*columns).iterator()
