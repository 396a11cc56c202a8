"""自评分 (K63): what a person or a unit gives itself for an item that a named scorer then gives marks for."""

from __future__ import annotations

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
