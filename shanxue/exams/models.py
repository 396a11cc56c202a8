"""Scores of tests."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shanxue.orgs.models import Bureau, Person, list_choices

from .rules import ScoreMark


class Score(models.Model):
    """One attempt. ``score_milli`` is null when there is no mark (缺考, 免考): blank is not zero."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, related_name="scores")
    kind = models.CharField(max_length=16, default="测试")
    title = models.CharField(max_length=100)
    on = models.DateField(null=True, blank=True)
    attempt = models.SmallIntegerField(default=1)
    score_milli = models.BigIntegerField(null=True, blank=True)
    full_milli = models.BigIntegerField(default=100_000)
    mark = models.CharField(max_length=4, choices=list_choices(ScoreMark), default=ScoreMark.TAKEN)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "title", "attempt"], name="one_score_per_attempt"),
            models.CheckConstraint(
                condition=Q(score_milli__isnull=True) | Q(score_milli__gte=0, score_milli__lte=F("full_milli")),
                name="score_between_zero_and_full",
            ),
        ]
