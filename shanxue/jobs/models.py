"""Work that takes longer than a page should: who asked for it, how it ended, and where to see the outcome."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from .rules import OPEN, JobState


class Job(models.Model):
    """One piece of long work. How far it is stands in a file: its own transaction would hide it until the end."""

    bureau_code = models.CharField(max_length=32)
    subject = models.CharField(max_length=120)  # what is worked on, once at a time: archive/seal/2026
    title = models.CharField(max_length=120)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="jobs")
    href = models.CharField(max_length=200)  # where the outcome stands
    state = models.CharField(max_length=4, choices=[(one.value, one.value) for one in JobState])
    sentence = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    pid = models.IntegerField(null=True, blank=True)  # the process that works on it, on this machine

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bureau_code", "subject"],
                condition=Q(state__in=[state.value for state in OPEN]),
                name="one_job_at_a_time_for_a_subject",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in OPEN]) | Q(ended_at__isnull=False),
                name="ended_job_says_when",
            ),
        ]
