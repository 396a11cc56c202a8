"""A scheme before it is in force, and the versions that were published with their days."""

from __future__ import annotations

from django.db import models

from shanxue.orgs.models import Bureau

from .results import SchemeVersion


class SchemeDraft(models.Model):
    """A scheme being written. Its text need not hold yet; ``revision`` counts every change of it."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="scheme_drafts")
    title = models.CharField(max_length=100)
    text = models.TextField()
    based_on = models.CharField(max_length=100)  # the shipped scheme or version it began from, in words
    revision = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)


class SchemePublication(models.Model):
    """That a version of a scheme was published (第几版), in force from a day on. Never changed."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="scheme_publications")
    version = models.ForeignKey(SchemeVersion, models.PROTECT, related_name="publications")
    code = models.CharField(max_length=64)
    number = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "code", "number"], name="published_version_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="publication_says_why"),
        ]
