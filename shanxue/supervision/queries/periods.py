"""Duties of many units over a period, for documents that speak of all of them."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from shanxue.base.periods import Period
from shanxue.orgs.models import Bureau, Unit
from shanxue.plans.queries.duties import list_remarks
from shanxue.plans.queries.subjects import read_units
from shanxue.plans.rules.expansion import expand
from shanxue.plans.rules.settling import Settled, settle

from ..evidence import gather_records
from .duties import read_book


def list_duties_of_units(bureau: Bureau, units: QuerySet[Unit], period: Period, today: date) -> list[Settled]:
    """List the duties of these units whose last day lies in a period, as they stand today.

    A constant number of queries.
    """
    book = read_book(bureau)
    obligations = book.list_obligations(of_units=True)
    subjects = read_units(units, obligations, today) if obligations else []
    duties = expand(book.issues, subjects, period, book.calendar)
    if not duties:
        return []
    settled = settle(duties, gather_records(bureau.pk, duties, today), list_remarks(bureau, subjects), today)
    return [one for one in settled if one.last_on in period]
