"""民主评议党员. Who took a ballot is known; what a ballot said stands nowhere beside a name of whoever cast it.

Read docs/ballots.md before adding a column here: no time, no counter and no key may tie a slip to a voter.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices

from ..rules.ballots import Means, Stage


class Evaluation(models.Model):
    """One year's 民主评议 of one branch, from 自评 to 评定意见."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="evaluations")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="evaluations")
    year = models.SmallIntegerField()
    stage = models.CharField(max_length=4, choices=list_choices(Stage), default=Stage.WRITING)
    written_until_on = models.DateField()  # last day of 自评 and 互评
    meets_on = models.DateField()
    means = models.CharField(max_length=6, choices=list_choices(Means), blank=True)
    vote_kind = models.CharField(max_length=32)  # the kind of events that schemes count (K33)
    tellers = models.CharField(max_length=64, blank=True)
    due_count = models.SmallIntegerField(null=True, blank=True)  # 应发
    given_count = models.SmallIntegerField(null=True, blank=True)  # 实发
    returned_count = models.SmallIntegerField(null=True, blank=True)  # 收回
    valid_count = models.SmallIntegerField(null=True, blank=True)  # 有效
    slips_sha256 = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)
    counted_at = models.DateTimeField(null=True, blank=True)
    counted_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="one_evaluation_per_unit_and_year"),
            models.CheckConstraint(
                condition=Q(stage__in=[Stage.WRITING.value, Stage.VOTING.value])
                | Q(
                    valid_count__gte=0, valid_count__lte=F("returned_count"), returned_count__lte=F("given_count"),
                    given_count__lte=F("due_count"), counted_at__isnull=False,
                ),
                name="counted_evaluation_has_its_ballots_in_order",
            ),
        ]  # fmt: skip


class EvaluationMember(models.Model):
    """One person of an evaluation: what they wrote, that they took a ballot, and the opinion that was given.

    ``rated`` is false for 预备党员 and delegates: they vote and hold no grade. ``has_ballot`` bears no time.
    """

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.CASCADE, related_name="evaluation_members")
    level = models.CharField(max_length=16)  # the rater group (K34)
    status = models.CharField(max_length=8)
    rated = models.BooleanField()
    apart = models.BooleanField(default=False)  # exempt: not in the quorum's denominator
    has_ballot = models.BooleanField(default=False)
    self_text = models.TextField(max_length=3000, blank=True)
    self_on = models.DateField(null=True, blank=True)
    conduct = models.CharField(max_length=500, blank=True)
    grade = models.CharField(max_length=8, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    seen_on = models.DateField(null=True, blank=True)  # the person read the feedback

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "person"], name="one_row_per_person_and_evaluation"),
            models.CheckConstraint(condition=Q(grade="") | Q(rated=True), name="only_who_is_rated_holds_a_grade"),
            models.CheckConstraint(
                condition=Q(grade="") | (Q(decided_at__isnull=False) & ~Q(decided_by="") & ~Q(conduct="")),
                name="opinion_says_who_gave_it_and_on_what_conduct",
            ),
        ]


class EvaluationRemark(models.Model):
    """互评: what one member says to another, by name, as it would be said in the meeting."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="remarks")
    author = models.ForeignKey(Person, models.CASCADE, related_name="remarks_given")
    about = models.ForeignKey(Person, models.CASCADE, related_name="remarks_received")
    text = models.CharField(max_length=500)
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "author", "about"], name="one_remark_per_pair"),
            models.CheckConstraint(condition=~Q(author=F("about")), name="remark_is_about_somebody_else"),
        ]


class BallotCode(models.Model):
    """A code printed on a slip of paper, kept as its digest. Who drew which slip is known to nobody here."""

    digest = models.CharField(max_length=64, primary_key=True)  # no number in order of making
    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="codes")
    level = models.CharField(max_length=16)
    used = models.BooleanField(default=False)


class Urn(models.Model):
    """All slips of an evaluation, in one row that is written anew, sorted, at each ballot."""

    evaluation = models.OneToOneField(Evaluation, models.CASCADE, primary_key=True, related_name="urn")
    slips = models.JSONField(default=list)  # [rater group, person rated, grade]


class EvaluationReading(models.Model):
    """Somebody from outside the branch opened its votes and opinions on a day; the members see this."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="readings")
    reader = models.CharField(max_length=64)
    reader_name = models.CharField(max_length=64)
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "reader", "on"], name="evaluation_reading_once_per_day")
        ]
