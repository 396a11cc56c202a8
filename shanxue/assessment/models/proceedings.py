"""The year's proceeding: its steps, what came in after the cut-off, what branches say, decisions and amendments."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices

from ..rules.proceedings import Cause, Change, LateState, Step
from .results import Result, Run, SchemeVersion, check_one_subject


class Proceeding(models.Model):
    """One bureau's assessment of one window, from the roster to 定档. ``stage`` is the step that waits to be done.

    ``turn`` counts the steps done: whoever does one names the turn they saw, so that two clerks never do it twice.
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="proceedings")
    title = models.CharField(max_length=100)
    from_on = models.DateField()
    until_on = models.DateField()
    stage = models.CharField(max_length=4, choices=list_choices(Step), default=Step.ROSTER)
    turn = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)
    cutoff_at = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    check_until_on = models.DateField(null=True, blank=True)
    publicity_from_on = models.DateField(null=True, blank=True)
    publicity_until_on = models.DateField(null=True, blank=True)  # last day, included
    appeal_until_on = models.DateField(null=True, blank=True)  # last day, included
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "from_on", "until_on"], name="one_proceeding_per_window"),
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="proceeding_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(stage=Step.ARCHIVE.value), name="settled_is_past_settling"
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | Q(cutoff_at__isnull=False), name="frozen_has_a_cut_off"
            ),
        ]

    @property
    def year(self) -> int:
        """The year the results are of: that of the window's last day."""
        return self.last_on.year

    @property
    def last_on(self) -> date:
        return self.until_on - timedelta(days=1)


class ProceedingScheme(models.Model):
    """A scheme that the proceeding runs. ``frozen_run`` is what pages show from the freeze on."""

    proceeding = models.ForeignKey(Proceeding, models.CASCADE, related_name="parts")
    code = models.CharField(max_length=64)
    version = models.ForeignKey(SchemeVersion, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()  # people first: units rest on their results
    run = models.ForeignKey(Run, models.PROTECT, null=True, blank=True, related_name="tried_for")
    former_run = models.ForeignKey(Run, models.PROTECT, null=True, blank=True, related_name="+")
    frozen_run = models.ForeignKey(Run, models.PROTECT, null=True, blank=True, related_name="frozen_for")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proceeding", "code"], name="one_row_per_scheme_of_a_proceeding")
        ]


class StepEntry(models.Model):
    """A step that was done, by whom and when. Kept for good; the last of a kind is the one that counts."""

    proceeding = models.ForeignKey(Proceeding, models.CASCADE, related_name="entries")
    turn = models.PositiveIntegerField()
    step = models.CharField(max_length=4, choices=list_choices(Step))
    at = models.DateTimeField()
    by = models.CharField(max_length=64)  # username
    by_name = models.CharField(max_length=64)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proceeding", "turn"], name="one_step_per_turn")]


class KeptFacts(models.Model):
    """Records as they were: at the cut-off (no run), or as a run counted them. Parquet, one row per slice and source.

    ``low`` and ``high`` bound the subjects' ids, so that the same slice can be read again.
    """

    part = models.ForeignKey(ProceedingScheme, models.CASCADE, related_name="kept")
    run = models.ForeignKey(Run, models.CASCADE, null=True, blank=True, related_name="kept")
    source = models.CharField(max_length=12)
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    row_count = models.IntegerField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "run", "source", "low"], name="one_row_per_slice_of_a_run"),
            models.UniqueConstraint(
                fields=["part", "source", "low"], condition=Q(run__isnull=True), name="one_row_per_slice_at_the_cut_off"
            ),
        ]


class LateRecord(models.Model):
    """A record that is not as it was at the cut-off, and whether it counts all the same.

    ``digest`` is of what the record says now: whoever changes it again asks for another decision. ``stands`` is false
    once the record is back as it was, or says something else.
    """

    proceeding = models.ForeignKey(Proceeding, models.CASCADE, related_name="late_records")
    source = models.CharField(max_length=12)
    ref = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    change = models.CharField(max_length=2, choices=list_choices(Change))
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="+")
    before = models.JSONField(null=True)  # a row of Record, as evidence shows it
    after = models.JSONField(null=True)
    found_at = models.DateTimeField()
    stands = models.BooleanField(default=True)
    state = models.CharField(max_length=3, choices=list_choices(LateState), default=LateState.OPEN)
    reason = models.CharField(max_length=200, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            check_one_subject("late_record_of_a_person_or_of_a_unit"),
            models.UniqueConstraint(
                fields=["proceeding", "source", "ref", "digest"], name="one_decision_per_late_record"
            ),
            models.CheckConstraint(
                condition=Q(state=LateState.OPEN.value) | (~Q(reason="") & Q(decided_at__isnull=False)),
                name="decided_late_record_says_why",
            ),
        ]

    @property
    def subject_name(self) -> str:
        return self.person.name if self.person else self.unit.name if self.unit else ""


class Confirmation(models.Model):
    """A unit has checked one result, of its people or its own, and found it right.

    ``words``: why the office confirmed in its place; "" where its own secretary did.
    """

    proceeding = models.ForeignKey(Proceeding, models.CASCADE, related_name="confirmations")
    result = models.OneToOneField(Result, models.CASCADE, related_name="confirmation")
    at = models.DateTimeField()
    by_name = models.CharField(max_length=64)
    words = models.CharField(max_length=200, blank=True)


class Objection(models.Model):
    """A branch objects to one line of a result; the office answers. What is right is corrected in the records."""

    proceeding = models.ForeignKey(Proceeding, models.CASCADE, related_name="objections")
    result = models.ForeignKey(Result, models.CASCADE, related_name="objections")
    item = models.CharField(max_length=32)
    sentence = models.CharField(max_length=300)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=64)
    answer = models.CharField(max_length=300, blank=True)
    agreed = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["result", "item"], condition=Q(answered_at__isnull=True), name="one_open_objection_per_line"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | (~Q(answer="") & Q(agreed__isnull=False)),
                name="answered_objection_says_why",
            ),
        ]


class QuotaCase(models.Model):
    """More reached a grade than its quota holds (K45): who they are, and whom the scheme's own order moved down.

    ``holders``: [subject id, moved down, tied at the line] for everybody who reached the grade. ``digest`` is of the
    seats and of who reached it: a decision stands only for these.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="quota_cases")
    quota = models.PositiveSmallIntegerField()  # place among the scheme's quotas
    grade = models.CharField(max_length=16)
    group = models.CharField(max_length=32, blank=True)
    seats = models.IntegerField()
    holders = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "quota", "group"], name="one_case_per_quota_and_group")]


class QuotaDecision(models.Model):
    """What a meeting decided on a quota that was exceeded. An input of the final results."""

    part = models.ForeignKey(ProceedingScheme, models.CASCADE, related_name="quota_decisions")
    quota = models.PositiveSmallIntegerField()
    grade = models.CharField(max_length=16)
    group = models.CharField(max_length=32, blank=True)
    digest = models.CharField(max_length=64)
    kept = models.JSONField()  # subject ids who keep the grade
    meeting = models.CharField(max_length=64)
    held_on = models.DateField()
    reason = models.CharField(max_length=200)
    by_name = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "digest"], name="one_decision_per_quota_case")]


class Amendment(models.Model):
    """A settled result was changed by a decision. Nothing is computed again: the row stands beside the result.

    The last one of a result is what holds.
    """

    result = models.ForeignKey(Result, models.PROTECT, related_name="amendments")
    cause = models.CharField(max_length=4, choices=list_choices(Cause))
    old_points = models.BigIntegerField(null=True)
    old_grade = models.CharField(max_length=16, blank=True)
    old_gates = models.JSONField(default=list)
    new_points = models.BigIntegerField(null=True)
    new_grade = models.CharField(max_length=16, blank=True)
    new_gates = models.JSONField(default=list)
    reason = models.CharField(max_length=300)
    decided_by = models.CharField(max_length=64)  # the body that decided
    meeting = models.CharField(max_length=64)
    held_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["result", "at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(decided_by="") & ~Q(meeting=""), name="amendment_says_who_and_why"
            ),
        ]
