"""What the organisation asks of units and people beyond their own records: reminders."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shanxue.orgs.models import Bureau, Person, Unit


class Reminder(models.Model):
    """One reminder about one duty, to a unit or a person, shown on their first page until it is settled."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="reminders")
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="reminders")
    duty = models.CharField(max_length=120)
    text = models.CharField(max_length=300)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    settled_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit__isnull=True) | Q(person__isnull=True, unit__isnull=False),
                name="reminder_to_a_person_or_to_a_unit",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "duty"])]
