"""自评分 (K63): what a person or a unit gives itself for an item that a named scorer then gives marks for; and who
scores whom (K26).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from shanxue.orgs.models import Bureau, Person, Unit

from .results import check_one_subject


class SelfScore(models.Model):
    """One self-score. It counts for nothing by itself; it stands beside the scorer's mark."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="self_scores")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="self_scores")
    source = models.CharField(max_length=120)  # scheme, item and stretch: rules.scoring.name_source
    points_milli = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            check_one_subject("self_score_of_a_person_or_of_a_unit"),
            models.UniqueConstraint(fields=["source", "person"], name="one_self_score_per_person"),
            models.UniqueConstraint(fields=["source", "unit"], name="one_self_score_per_unit"),
        ]


class ScorerShare(models.Model):
    """That one scorer gives the marks of an item to those listed in a unit, or to the unit itself. Where there is no
    row, everybody scores who may.
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    scheme = models.CharField(max_length=64)  # its code: a new version or run keeps the shares
    item = models.CharField(max_length=32)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    scorer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "scheme", "item"], name="one_scorer_per_unit_and_item"),
        ]
