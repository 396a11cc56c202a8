"""What this room leaves for the archive of a year (D10): its documents and briefs, and the register of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.urls import reverse
from django.utils import timezone

from shanxue.base.periods import Period
from shanxue.base.volumes import Cell, Column, Document, Piece, Retention, Series, Table
from shanxue.orgs.models import Bureau

from .brief_volumes import list_briefs
from .files import read_file
from .models import DocumentNumber, KeptFile, NamedUnit, OfficialDocument
from .queries.documents import tell_answer
from .rules import FINAL, DocumentKind, DocumentState

NUMBERS = (
    Column("number", "发文字号"), Column("title", "标题"), Column("on", "成文日期", "date"), Column("state", "状态"),
    Column("reason", "作废原因"), Column("by", "经手人"),
)  # fmt: skip
ANSWERS = (
    Column("document", "文件"), Column("number", "发文字号"), Column("unit", "单位"), Column("evidence", "依据"),
    Column("until", "说明期限", "date"), Column("answer", "说明"), Column("at", "说明时间", "time"),
    Column("by", "说明人"), Column("standing", "情况"),
)  # fmt: skip


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    """One 件 per document with its attachments; a document of these days that was never issued is missing."""
    issued = OfficialDocument.objects.filter(
        bureau=bureau, state__in=FINAL, issued_on__gte=period.from_on, issued_on__lt=period.until_on
    )
    rows = issued.select_related("number__series").prefetch_related("files").order_by("issued_on", "pk")
    return [*(_write_piece(row) for row in rows), *_list_open(bureau, period), *list_briefs(bureau, period)]


def _write_piece(row: OfficialDocument) -> Piece:
    files: list[KeptFile] = sorted(row.files.all(), key=lambda one: (one.kind != "正文", one.pk))
    return Piece(
        key=f"document-{row.pk}", series=Series.BULLETINS, title=row.title, responsible=row.issuer, on=row.issued_on,
        retention=tell_retention(row), number=str(row.number),
        remark=f"作废：{row.void_reason}" if row.state == DocumentState.VOID else "",
        documents=tuple(Document(one.name, partial(read_file, row.bureau_id, one.sha256)) for one in files),
    )  # fmt: skip


def tell_retention(row: OfficialDocument) -> Retention:
    """The year's opinion and the year's 通报 are kept for good, those of a quarter 30 years, others 10 (rules 2.9)."""
    if row.kind == DocumentKind.OPINION or (row.kind == DocumentKind.BULLETIN and row.period.endswith("y")):
        return Retention.PERMANENT
    return Retention.THIRTY_YEARS if row.kind == DocumentKind.BULLETIN else Retention.TEN_YEARS


def _list_open(bureau: Bureau, period: Period) -> Iterator[Piece]:
    """What speaks of these days, or was begun in them, and waits for a signature."""
    waiting = OfficialDocument.objects.filter(bureau=bureau, state=DocumentState.SUBMITTED)
    for row in waiting.order_by("pk"):
        begun = row.drafted_at.date()
        if (row.from_on is not None and row.from_on in period) or begun in period:
            yield Piece(
                key=f"document-{row.pk}", series=Series.BULLETINS, title=row.title, responsible=row.issuer, on=None,
                retention=tell_retention(row), missing=f"《{row.title}》送签后还没有签发。",
                href=reverse("bulletins:document", args=[row.pk]),
            )  # fmt: skip


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    return [
        Table("document-numbers", "发文登记", NUMBERS, _list_numbers(bureau, period)),
        Table("bulletin-answers", "点名单位和说明", ANSWERS, _list_answers(bureau, period)),
    ]


def _list_numbers(bureau: Bureau, period: Period) -> Iterator[tuple[Cell, ...]]:
    rows = DocumentNumber.objects.filter(series__bureau=bureau, on__gte=period.from_on, on__lt=period.until_on)
    for row in rows.select_related("series").order_by("series__code", "series__year", "number"):
        yield str(row), row.title, row.on, row.state, row.reason, row.actor


def _list_answers(bureau: Bureau, period: Period) -> Iterator[tuple[Cell, ...]]:
    rows = NamedUnit.objects.filter(
        document__bureau=bureau, document__state__in=FINAL, document__issued_on__gte=period.from_on,
        document__issued_on__lt=period.until_on,
    )  # fmt: skip
    today = timezone.localdate()
    for row in rows.select_related("document__number__series", "unit").order_by("document_id", "unit__path"):
        evidence = "；".join(f"{one['matter']}：{one['fact']}" for one in row.evidence)
        yield (
            row.document.title, str(row.document.number), row.unit.name, evidence, row.answer_until_on, row.answer,
            row.answered_at, row.answered_by, tell_answer(row, today),
        )  # fmt: skip
