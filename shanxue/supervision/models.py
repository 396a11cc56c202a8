"""What the organisation asks beyond records: reminders, explanations, agenda points, a leader's instructions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices

from .rules.agenda import PointState
from .rules.instructions import InstructionState


class Reminder(models.Model):
    """One reminder about one duty, to a unit or a person, shown on their first page until it is settled.

    With ``answer_until_on`` it asks for an explanation (要求说明), to be written by that day.
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="reminders")
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="reminders")
    duty = models.CharField(max_length=120)
    text = models.CharField(max_length=300)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    answer_until_on = models.DateField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit__isnull=True) | Q(person__isnull=True, unit__isnull=False),
                name="reminder_to_a_person_or_to_a_unit",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "duty"]),
            models.Index(
                fields=["bureau"], condition=Q(settled_at__isnull=True, answer_until_on__isnull=False),
                name="explanations_not_given",
            ),
        ]  # fmt: skip


class AgendaPoint(models.Model):
    """Something a unit has not done, put on the agenda of the next bulletin (列入通报).

    ``sentence`` and ``evidence`` are as they stood when it was put there and stay so. ``bulletin`` is the key of the
    document that took it, in the words of the room of documents.
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="agenda_points")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="agenda_points")
    duty = models.CharField(max_length=120)
    title = models.CharField(max_length=120)
    sentence = models.CharField(max_length=300)
    evidence = models.JSONField(default=list)  # [[label, text], …]: why it was due and what there was
    state = models.CharField(max_length=4, choices=list_choices(PointState), default=PointState.WAITING)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    bulletin = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "duty"], condition=Q(state="待列入"), name="one_point_waiting_per_duty"
            ),
            models.CheckConstraint(
                condition=Q(state="待列入", settled_at__isnull=True) | ~Q(state="待列入") & Q(settled_at__isnull=False),
                name="settled_point_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="已列入") & ~Q(bulletin="") | ~Q(state="已列入") & Q(bulletin=""),
                name="point_taken_names_the_bulletin",
            ),
        ]


class Instruction(models.Model):
    """One sentence of a leader about one unit (批示): to its secretary and the office, who say 已阅 or 已办."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="instructions")
    text = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=4, choices=list_choices(InstructionState), default=InstructionState.GIVEN)
    answer = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="instruction_says_something"),
            models.CheckConstraint(
                condition=Q(state="待阅") | Q(answered_at__isnull=False), name="answered_instruction_says_when"
            ),
            models.CheckConstraint(condition=~Q(state="已办") | ~Q(answer=""), name="done_instruction_says_what"),
        ]
        indexes = [models.Index(fields=["unit", "at"], name="instructions_of_a_unit")]
