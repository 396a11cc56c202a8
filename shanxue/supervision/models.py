"""What the organisation asks beyond records: reminders, explanations, agenda points, a leader's instructions;
inspections with what they found and how it is put right.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices

from .rules.agenda import PointState
from .rules.inspecting import ActionState, Carried, FindingState, InspectionKind, InspectionState, Recheck, Verdict
from .rules.instructions import InstructionState
from .rules.sampling import RecordKind


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
    """What a unit has not done, or a finding about it, put on the agenda of the next bulletin (列入通报).

    It is of a duty, by its key, or of a finding. ``sentence`` and ``evidence`` are as they stood when it was put there
    and stay so. ``bulletin`` is the key of the document that took it, in the words of the room of documents.
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="agenda_points")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="agenda_points")
    duty = models.CharField(max_length=120, blank=True)
    finding = models.ForeignKey("Finding", models.PROTECT, null=True, blank=True, related_name="agenda_points")
    title = models.CharField(max_length=120)
    sentence = models.CharField(max_length=600)
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
                fields=["bureau", "duty"],
                condition=Q(state="待列入", finding__isnull=True),
                name="one_point_waiting_per_duty",
            ),
            models.UniqueConstraint(
                fields=["finding"], condition=Q(state="待列入"), name="one_point_waiting_per_finding"
            ),
            models.CheckConstraint(
                condition=Q(finding__isnull=True) & ~Q(duty="") | Q(finding__isnull=False, duty=""),
                name="point_is_of_a_duty_or_of_a_finding",
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

    @property
    def where(self) -> str:
        """What it speaks of, as documents name it: ``finding:3`` or ``duty:KEY``."""
        return f"finding:{self.finding_id}" if self.finding_id else f"duty:{self.duty}"


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


class Checklist(models.Model):
    """An office's own checklist, as text (``rules.checklists``). An inspection keeps its own copy of the lines."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="checklists")
    title = models.CharField(max_length=80)
    text = models.TextField()
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "title"], name="checklist_title_once")]

    def __str__(self) -> str:
        return self.title


class Inspection(models.Model):
    """One 督查 or 自查 of a unit and all below it: which records of which days, by which checklist, drawn how."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="inspections")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="inspections")
    kind = models.CharField(max_length=4, choices=list_choices(InspectionKind), default=InspectionKind.FROM_ABOVE)
    title = models.CharField(max_length=100)
    from_on = models.DateField()  # of the records; the upper bound is open
    until_on = models.DateField()
    visit_on = models.DateField()  # the day it is planned for
    records = models.JSONField(default=list)  # RecordKinds
    count = models.PositiveSmallIntegerField()
    checklist = models.CharField(max_length=80)
    lines = models.JSONField(default=list)  # of the checklist, as it was when planned
    state = models.CharField(max_length=4, choices=list_choices(InspectionState), default=InspectionState.PLANNED)
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=64)
    seed = models.BigIntegerField(null=True, blank=True)
    population_count = models.PositiveIntegerField(null=True, blank=True)
    population_mark = models.CharField(max_length=16, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    drawn_by = models.CharField(max_length=64, blank=True)
    conclusion = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="inspection_covers_a_day"),
            models.CheckConstraint(
                condition=Q(state__in=["计划", "取消"]) | Q(seed__isnull=False, drawn_at__isnull=False),
                name="running_inspection_was_drawn",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["已结束", "取消"]) | Q(closed_at__isnull=False),
                name="ended_inspection_says_when",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "state"], name="inspections_by_state")]

    def __str__(self) -> str:
        return self.title


class Sample(models.Model):
    """One record that was drawn, as it was called then. ``ref`` is the session or the note, by ``kind``."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="samples")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=4, choices=list_choices(RecordKind))
    ref = models.BigIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="samples")  # of a note
    on = models.DateField()
    title = models.CharField(max_length=220)
    revision = models.PositiveIntegerField(default=0)  # 0: not looked at yet
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "position"], name="one_sample_per_place"),
            models.UniqueConstraint(fields=["inspection", "kind", "ref"], name="record_drawn_once"),
            models.CheckConstraint(
                condition=Q(revision=0, checked_at__isnull=True) | Q(revision__gt=0, checked_at__isnull=False),
                name="checked_sample_says_when",
            ),
        ]


class LineResult(models.Model):
    """What one line of the checklist found on one record. What is not met says in what."""

    sample = models.ForeignKey(Sample, models.CASCADE, related_name="results")
    line = models.PositiveSmallIntegerField()  # place in Inspection.lines
    verdict = models.CharField(max_length=4, choices=list_choices(Verdict))
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "line"], name="one_result_per_line"),
            models.CheckConstraint(condition=~Q(verdict="不符合") | ~Q(note=""), name="unmet_line_says_in_what"),
        ]


class Finding(models.Model):
    """Something to be put right by a unit (问题), tied to a record that was drawn or to the unit as a whole.

    With ``parent`` it is a part of a finding of a unit above, passed down (一级抓一级): the upper one closes only
    when all of its parts are closed.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings")
    number = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="findings")
    sample = models.ForeignKey(Sample, models.PROTECT, null=True, blank=True, related_name="findings")
    line = models.PositiveSmallIntegerField(null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    sentence = models.CharField(max_length=300)
    state = models.CharField(max_length=4, choices=list_choices(FindingState), default=FindingState.OPEN)
    found_at = models.DateTimeField()
    found_by = models.CharField(max_length=64)
    closing = models.CharField(max_length=300, blank=True)  # how it was confirmed, or why withdrawn
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "number"], name="finding_number_once"),
            models.UniqueConstraint(
                fields=["parent", "unit"], condition=~Q(state="撤回"), name="one_part_per_unit_of_a_finding"
            ),
            models.CheckConstraint(
                condition=Q(state="整改中") | Q(closed_at__isnull=False), name="closed_finding_says_when"
            ),
            models.CheckConstraint(condition=~Q(state="撤回") | ~Q(closing=""), name="withdrawn_finding_says_why"),
        ]
        indexes = [models.Index(fields=["unit", "state"], name="findings_of_a_unit")]


class Rectification(models.Model):
    """One thing to be done about a finding (整改措施): by which unit, by which day."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="actions")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="rectifications")
    text = models.CharField(max_length=300)
    due_on = models.DateField()
    state = models.CharField(max_length=4, choices=list_choices(ActionState), default=ActionState.OPEN)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=64)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="已完成", done_at__isnull=False) | ~Q(state="已完成") & Q(done_at__isnull=True),
                name="finished_rectification_says_when",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state"], name="rectifications_of_a_unit")]


class RectificationReport(models.Model):
    """What a unit says it has done, each time, and what somebody else found on looking again (复核). Never changed."""

    action = models.ForeignKey(Rectification, models.CASCADE, related_name="reports")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=4, choices=list_choices(Recheck), blank=True)
    answer = models.CharField(max_length=300, blank=True)
    rechecked_at = models.DateTimeField(null=True, blank=True)
    rechecker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "number"], name="rectification_report_once"),
            models.CheckConstraint(
                condition=Q(verdict="", rechecker__isnull=True, rechecked_at__isnull=True)
                | ~Q(verdict="") & Q(rechecker__isnull=False, rechecked_at__isnull=False),
                name="recheck_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(rechecker__isnull=True) | ~Q(rechecker=F("user")), name="rechecked_by_somebody_else"
            ),
            models.CheckConstraint(condition=~Q(verdict="退回重改") | ~Q(answer=""), name="returned_report_says_why"),
        ]


class CarriedFinding(models.Model):
    """A finding from above that a unit looks at again in its own next self-check (自查)."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="carried")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="carried")
    verdict = models.CharField(max_length=4, choices=list_choices(Carried), blank=True)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    actor = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "finding"], name="finding_carried_once")]
