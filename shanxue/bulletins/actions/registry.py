"""The register of 发文字号: the next number is taken in the transaction that issues; no gap, no double."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor

from ..models import DocumentNumber, NumberSeries, OfficialDocument
from ..queries.documents import read_letterhead
from ..rules import DocumentKind, NumberState, NumberStyle
from .drafting import demand_scope


def take_number(
    bureau: Bureau, code: str, on: date, title: str, *, document: OfficialDocument | None, actor: str, at: datetime
) -> DocumentNumber:
    """Take the next number of a series inside the caller's transaction.

    The UPDATE holds the row of the series until the transaction ends: whoever comes second waits and gets the number
    after; when the first fails, its number is the second's.
    """
    _open_series(bureau, code, on.year, document)
    held = NumberSeries.objects.filter(bureau=bureau, code=code, year=on.year)
    held.update(last=F("last") + 1)
    series = held.get()
    return DocumentNumber.objects.create(
        series=series, number=series.last, document=document, title=title, on=on, at=at, actor=actor
    )


def _open_series(bureau: Bureau, code: str, year: int, document: OfficialDocument | None = None) -> NumberSeries:
    """The series of a code and year; under the name of a 简报 it counts issues."""
    issue = document.kind == DocumentKind.BRIEFING if document else code == read_letterhead(bureau).briefing
    style = NumberStyle.ISSUE if issue else NumberStyle.DOCUMENT
    series, _ = NumberSeries.objects.get_or_create(bureau=bureau, code=code, year=year, defaults={"style": style})
    return series


@transaction.atomic
def begin_series(actor: Actor, code: str, year: int, used: int, *, at: datetime) -> NumberSeries:
    """Say up to which number the year's register on paper went, before the first number is taken here."""
    assert actor.bureau is not None
    demand_scope(actor, None)
    series = NumberSeries.objects.select_for_update().get(pk=_open_series(actor.bureau, code, year).pk)
    if series.numbers.exists():
        raise Refusal("series_begun", f"{code}〔{year}〕已经在这里编过号，不能再改起始号。", status=409)
    series.first, series.last = used + 1, used
    series.save(update_fields=["first", "last"])
    _record(actor, at, "begin_series", f"{code}〔{year}〕", {"used": used})
    return series


@transaction.atomic
def enter_number(actor: Actor, values: Mapping[str, Any], *, at: datetime) -> DocumentNumber:
    """Enter a document that was issued on paper: only the next number, so that none is skipped or used twice."""
    assert actor.bureau is not None
    demand_scope(actor, None)
    code, on, title, number = values["code"], values["on"], values["title"], values["number"]
    demand_open_year(actor.bureau.pk, on)
    series = NumberSeries.objects.select_for_update().get(pk=_open_series(actor.bureau, code, on.year).pk)
    if number <= series.last:
        raise Refusal("number_taken", _say_taken(series, number), status=409)
    if number > series.last + 1:
        raise Refusal("number_skipped", f"不能跳号：{code}〔{on.year}〕的下一个号是 {series.last + 1} 号。")
    row = take_number(actor.bureau, code, on, title, document=None, actor=str(actor.user), at=at)
    _record(actor, at, "enter_number", str(row), {"title": title})
    return row


def _say_taken(series: NumberSeries, number: int) -> str:
    taken = series.write(number)
    row = series.numbers.filter(number=number).first()
    told = f"已经用在《{row.title}》上" if row else "在纸质登记簿上已经用过"
    return f"{taken}{told}，下一个号是 {series.last + 1} 号。"


@transaction.atomic
def void_number(actor: Actor, number: DocumentNumber, reason: str, *, at: datetime) -> None:
    """Void a number that was entered by hand, with its reason. It stays in the register and is not given again."""
    demand_scope(actor, None)
    if not reason.strip():
        raise Refusal("no_reason", "请写明为什么作废。")
    if number.document_id is not None:
        raise Refusal("void_the_document", "这个号对应一份文件，请在文件页作废。")
    demand_open_year(number.series.bureau_id, number.on)
    rows = DocumentNumber.objects.filter(pk=number.pk, state=NumberState.USED)
    if rows.update(state=NumberState.VOID, reason=reason.strip()):
        _record(actor, at, "void_number", str(number), {"reason": reason})


def _record(actor: Actor, at: datetime, verb: str, subject: str, detail: Mapping[str, Any]) -> None:
    assert actor.bureau is not None
    record_entry(
        chain=actor.bureau.code, actor=str(actor.user), at=at, verb=f"bulletins.{verb}", subject=subject,
        detail=dict(detail),
    )  # fmt: skip
