"""What the briefs leave for the archive of a year (D10): of each month the last version, of whoever it was made for."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from shanxue.base.periods import Period
from shanxue.base.volumes import Document, Piece, Retention, Series
from shanxue.orgs.models import Bureau

from .brief_document import write_brief_document
from .models import KeptBrief
from .rules.brief import unpack


def list_briefs(bureau: Bureau, period: Period) -> list[Piece]:
    """One 件 per month and scope; earlier versions stay in the system."""
    found = KeptBrief.objects.filter(bureau=bureau, month__gte=period.from_on, month__lt=period.until_on)
    newest = {(row.scope, row.month): row for row in found.order_by("month", "scope", "version")}
    return [_describe(row) for row in newest.values()]


def _describe(kept: KeptBrief) -> Piece:
    brief = unpack(kept.figures)
    return Piece(
        key=f"brief-{kept.pk}", series=Series.BULLETINS,
        title=f"{brief.title}（{brief.month.year}年{brief.month.month}月）", responsible=brief.bureau,
        on=timezone.localdate(kept.at), retention=Retention.TEN_YEARS,
        documents=(Document(brief.file_name, partial(write_brief_document, brief)),),
    )  # fmt: skip
