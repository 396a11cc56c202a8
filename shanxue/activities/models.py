"""Sessions of study and who was there."""

from __future__ import annotations

from django.db import models

from shanxue.orgs.models import Bureau, Person, Unit, list_choices

from .rules import How, LeaveReason, Mark, SessionKind, SessionState, Tier


class Session(models.Model):
    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="sessions")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sessions")  # the unit that holds it
    kind = models.CharField(max_length=16, choices=list_choices(SessionKind))
    tier = models.CharField(max_length=8, choices=list_choices(Tier))
    topic = models.CharField(max_length=200)
    on = models.DateField()
    credit_milli = models.IntegerField(default=0)  # 认定学时 × 1000
    minutes = models.IntegerField(null=True, blank=True)  # how long it lasted, when known (K03)
    state = models.CharField(max_length=8, choices=list_choices(SessionState), default=SessionState.HELD)
    reason = models.CharField(max_length=100, blank=True)  # why postponed or cancelled
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "on", "kind", "topic"], name="session_once"),
            models.CheckConstraint(condition=models.Q(credit_milli__gte=0), name="session_credit_not_negative"),
        ]


class Attendance(models.Model):
    """One person at one session. ``unit`` is the branch the person stood in on that day and stays so."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="attendances", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="attendances", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    mark = models.CharField(max_length=4, choices=list_choices(Mark))
    reason = models.CharField(max_length=8, choices=list_choices(LeaveReason), default="", blank=True)
    minutes_late = models.IntegerField(null=True, blank=True)
    asked_after = models.BooleanField(default=False)  # leave asked for after the event (R59)
    how = models.CharField(max_length=4, choices=list_choices(How))
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="one_mark_per_person_and_session"),
        ]
        indexes = [
            # Holds every column that an assessment reads, so that a slice of people never touches the table itself.
            models.Index(
                fields=["person", "session", "mark", "reason", "minutes_late", "asked_after"],
                name="attendance_for_assessment",
            ),
        ]
