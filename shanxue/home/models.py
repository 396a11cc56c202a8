"""What an account asked for: the private address of a calendar, the month's brief."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class CalendarFeed(models.Model):
    """One address per account. Only the token's hash is kept; revoking it ends the address for good."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feeds")
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(revoked_at__isnull=True), name="one_calendar_address_per_account"
            ),
        ]


class BriefWish(models.Model):
    """That somebody asked for the month's brief (简报): it is put before them at the month's start, never sent."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="brief_wish")
    at = models.DateTimeField()
