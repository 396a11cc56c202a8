"""Where a result binds: what was done about a proposal that a clause stops (D8), and who read the lists of names."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shanxue.orgs.models import Bureau, Person, list_choices

from ..rules.binding import NoticeKind
from .results import Run


class GateNotice(models.Model):
    """One thing done about one proposed grade above what a clause allows. It never changes a grade."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, related_name="gate_notices")
    scheme_code = models.CharField(max_length=64)
    clause = models.CharField(max_length=32)
    assessment = models.CharField(max_length=32)  # the one the grade is proposed in: 年度考核
    proposed = models.CharField(max_length=16)
    at_most = models.CharField(max_length=16)
    kind = models.CharField(max_length=8, choices=list_choices(NoticeKind))
    approved_by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    meeting = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "scheme_code", "clause", "assessment", "kind"], name="one_notice_of_a_kind"
            ),
            models.CheckConstraint(
                condition=~Q(kind=NoticeKind.DECIDED.value) | (~Q(approved_by="") & ~Q(reason="") & ~Q(meeting="")),
                name="decision_apart_says_who_why_and_where",
            ),
        ]


class ListReading(models.Model):
    """Somebody opened or took away lists of names, and whom they saw there. Shown to those people."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="list_readings")
    reader = models.CharField(max_length=64)
    reader_name = models.CharField(max_length=64)
    on = models.DateField()
    people = models.JSONField(default=list)  # ids of the people who were listed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "reader", "on"], name="list_reading_once_per_day")]
