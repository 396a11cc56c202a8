"""Closing a year: once it is sealed in the archive, its records are only read."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from shanxue.base.errors import Refusal

from ..models import Bureau, ClosedYear


@transaction.atomic
def close_year(bureau: Bureau, year: int, *, actor: str, at: datetime) -> ClosedYear:
    """Close a year for every room; the archive's own entry says so in the trail. Doing it again changes nothing."""
    return ClosedYear.objects.get_or_create(bureau=bureau, year=year, defaults={"at": at, "actor": actor})[0]


NOW = "需要说明的，请写在今年的记录里。"


def demand_open_year(bureau_id: int, *days: date | None, advice: str = NOW) -> None:
    """Refuse to write a record of a day in a closed year: ``year_closed``. ``advice`` says what may be done instead.

    One query; days that are not known are open.
    """
    years = {day.year for day in days if day is not None}
    if not years:
        return
    closed = ClosedYear.objects.filter(bureau_id=bureau_id, year__in=years).order_by("year").first()
    if closed is not None:
        raise Refusal(
            "year_closed",
            f"{closed.year} 年已经封卷，那一年的记录不能再改。{advice}",
            status=409,
        )
