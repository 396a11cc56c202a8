"""What was said of duties, as plain values."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from shanxue.orgs.models import Bureau

from ..models import DutyRemark
from ..rules import RemarkKind
from ..rules.settling import Remark
from ..rules.subjects import Subject

MOST_NAMED = 300


def list_remarks(bureau: Bureau, subjects: Sequence[Subject]) -> list[Remark]:
    """List what was said of these subjects' duties, the oldest first. One query."""
    rows = DutyRemark.objects.filter(bureau=bureau).order_by("at", "pk")
    if len(subjects) <= MOST_NAMED:
        units = [subject.id for subject in subjects if subject.is_unit]
        people = [subject.id for subject in subjects if not subject.is_unit]
        rows = rows.filter(Q(unit_id__in=units) | Q(person_id__in=people))
    return [
        Remark(row.duty, RemarkKind(row.kind), row.text, timezone.localdate(row.at), row.actor, row.until_on)
        for row in rows
    ]
