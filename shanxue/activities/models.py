"""Sessions of study, who was expected and who was there, leave, make-up and minutes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices
from shanxue.plans.models import Campaign, PlanItem
from shanxue.resources.models import Booking, Venue

from .rules import (
    How,
    LeaveReason,
    LeaveState,
    MakeUpForm,
    MakeUpState,
    Mark,
    Outcome,
    RecordState,
    SessionKind,
    SessionState,
    Tier,
)


class Session(models.Model):
    """One study event. Its expected list (应到) is its attendance rows, drawn up when the notice goes out and kept."""

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
    start_time = models.TimeField(null=True, blank=True)  # on the day ``on``, Beijing time
    place = models.CharField(max_length=80, blank=True)
    venue = models.ForeignKey(Venue, models.SET_NULL, null=True, blank=True, related_name="sessions")  # 阵地
    booking = models.OneToOneField(Booking, models.SET_NULL, null=True, blank=True, related_name="session")
    host = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")  # 主持人
    recorder = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")  # 记录人
    plan_item = models.ForeignKey(PlanItem, models.SET_NULL, null=True, blank=True, related_name="sessions")
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, blank=True, related_name="sessions")
    replaces = models.OneToOneField(  # the postponed session that this one is held for
        "self", models.SET_NULL, null=True, blank=True, related_name="replaced_by"
    )
    notice = models.CharField(max_length=300, blank=True)  # what else the notice says
    noticed_at = models.DateTimeField(null=True, blank=True)
    roll_ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "on", "kind", "topic"], name="session_once"),
            models.CheckConstraint(condition=models.Q(credit_milli__gte=0), name="session_credit_not_negative"),
        ]
        indexes = [models.Index(fields=["bureau", "on"], name="sessions_of_a_day")]

    def __str__(self) -> str:
        return self.topic


class AgendaItem(models.Model):
    """One point of the agenda, in order; ``done`` is ticked in the meeting."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    speaker = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    material = models.CharField(max_length=200, blank=True)
    done = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "position"], name="one_agenda_item_per_place",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]  # fmt: skip


class SessionNote(models.Model):
    """One sentence kept with a session, never changed.

    With a person: why somebody is on the expected list, apart from it or taken off it, where the rule of the kind does
    not say so. Without: what was changed after the notice went out, as people are told.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="notes")
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=200)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)


class Attendance(models.Model):
    """One expected person at one session. ``unit`` is the branch the person stood in on that day and stays so.

    The current state; how it came about is in MarkEntry. People who came without being expected are Guests.
    """

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
            models.Index(fields=["session", "unit", "mark"], condition=Q(mark="已补学"), name="absences_made_up"),
        ]


class Guest(models.Model):
    """Somebody present without being expected (列席). ``person`` is empty for somebody from outside."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="guests")
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=64)
    confirmed = models.BooleanField(default=True)  # a guest who signed in is confirmed by the secretary

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="guest_once_per_session"),
        ]


class MarkEntry(models.Model):
    """One thing said of one person's presence, kept for good: also the repeated, conflicting and refused ones.

    ``key`` is made by the device, so that a message sent twice counts once. ``said_at`` is the device's clock and may
    be wrong; ``received_at`` is ours. ``seen`` is the mark the device had before: where the row no longer holds
    it, the entry is a conflict for a person to settle.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="entries")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    key = models.UUIDField(unique=True)
    mark = models.CharField(max_length=4, choices=list_choices(Mark))
    seen = models.CharField(max_length=4, choices=list_choices(Mark))
    reason = models.CharField(max_length=8, choices=list_choices(LeaveReason), default="", blank=True)
    minutes_late = models.IntegerField(null=True, blank=True)
    how = models.CharField(max_length=4, choices=list_choices(How))
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=4, choices=list_choices(Outcome))
    because = models.CharField(max_length=100, blank=True)  # why refused, or why entered late

    class Meta:
        indexes = [models.Index(fields=["session", "person"])]


class ScanPermit(models.Model):
    """Leave for a unit to offer the QR code at its meetings, with the written reason (ux §0.1). Off without one."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="scan_permits")
    reason = models.CharField(max_length=200)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)


class Leave(models.Model):
    """A request not to come, or after the event an explanation: a category and a sentence, never a diagnosis."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="leaves")
    person = models.ForeignKey(Person, models.CASCADE, related_name="leaves")
    reason = models.CharField(max_length=8, choices=list_choices(LeaveReason))
    text = models.CharField(max_length=100, blank=True)
    make_up = models.CharField(max_length=8, choices=list_choices(MakeUpForm), blank=True)  # offered by the person
    asked_at = models.DateTimeField()
    after_event = models.BooleanField()
    state = models.CharField(max_length=4, choices=list_choices(LeaveState), default=LeaveState.ASKED)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decision = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="one_leave_per_person_and_session"),
            models.CheckConstraint(
                condition=Q(state__in=["待批", "撤回"]) | Q(decided_at__isnull=False), name="decided_leave_says_when"
            ),
        ]


class MakeUp(models.Model):
    """What is to be studied for one absence, and that it was. The absence stays: both numbers are shown (K54)."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="make_ups")
    person = models.ForeignKey(Person, models.CASCADE, related_name="make_ups")
    of_mark = models.CharField(max_length=4, choices=list_choices(Mark))  # what the mark was: 请假, 缺席
    form = models.CharField(max_length=8, choices=list_choices(MakeUpForm))
    material = models.CharField(max_length=200, blank=True)
    until_on = models.DateField()
    state = models.CharField(max_length=4, choices=list_choices(MakeUpState), default=MakeUpState.OPEN)
    arranged_at = models.DateTimeField()
    arranged_by = models.CharField(max_length=64)
    done_on = models.DateField(null=True, blank=True)
    account = models.CharField(max_length=300, blank=True)  # one sentence by the member
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="one_make_up_per_absence"),
            models.CheckConstraint(
                condition=~Q(state="已完成") | Q(confirmed_at__isnull=False, done_on__isnull=False),
                name="finished_make_up_is_confirmed",
            ),
        ]


class MeetingRecord(models.Model):
    """The minutes of one session. Who was there is never typed here: it is read from the attendance."""

    session = models.OneToOneField(Session, models.CASCADE, related_name="record")
    content = models.TextField(blank=True)  # 主要内容
    other = models.TextField(blank=True)
    state = models.CharField(max_length=4, choices=list_choices(RecordState), default=RecordState.DRAFT)
    revision = models.PositiveIntegerField(default=0)
    written_by = models.CharField(max_length=64, blank=True)
    writer = models.ForeignKey(  # who wrote last, and so does not review while somebody else can
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    review = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="已通过") | Q(reviewed_at__isnull=False, submitted_at__isnull=False),
                name="passed_record_was_reviewed",
            ),
        ]
        indexes = [models.Index(fields=["state", "session"], name="records_by_state")]


class RecordVersion(models.Model):
    """The minutes as they were handed in, each time. Never changed."""

    record = models.ForeignKey(MeetingRecord, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    text = models.JSONField()  # content, other, resolutions, attendance figures
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "number"], name="record_version_once")]


class RecordReview(models.Model):
    """What a reviewer decided on one version of the minutes. Never changed, so that a later review hides no former."""

    record = models.ForeignKey(MeetingRecord, models.CASCADE, related_name="reviews")
    number = models.PositiveSmallIntegerField()  # of the version that was read
    state = models.CharField(max_length=4, choices=list_choices(RecordState))
    text = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)


class Resolution(models.Model):
    """A 决议 of a session: with somebody responsible and a day it is their task until done."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="resolutions")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    responsible = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="resolutions")
    due_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    done_note = models.CharField(max_length=200, blank=True)
