"""Schemes, what scorers and last year say, runs, results and their lines."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices

from ..rules.appeals import AppealState


def check_one_subject(name: str) -> models.CheckConstraint:
    """Every row here speaks of exactly one person or exactly one unit."""
    return models.CheckConstraint(
        condition=Q(person__isnull=False, unit__isnull=True) | Q(person__isnull=True, unit__isnull=False), name=name
    )


class Event(models.Model):
    """A dated fact that a scheme names: an award, notice, fault, vote count, or a scorer's mark with its reason."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="events")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="events")
    kind = models.CharField(max_length=32)
    title = models.CharField(max_length=200, blank=True)
    on = models.DateField(null=True, blank=True)
    level = models.CharField(max_length=16, blank=True)  # 市级, 省级 …; the rater group for votes
    mark = models.CharField(max_length=16, blank=True)  # a grade or outcome: 优秀, 表扬, 批评 …
    quantity_milli = models.BigIntegerField(null=True, blank=True)
    points_milli = models.BigIntegerField(null=True, blank=True)  # marks a scorer gave
    self_points_milli = models.BigIntegerField(null=True, blank=True)  # 自评分 (K63)
    due_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    has_proof = models.BooleanField(default=False)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    source = models.CharField(
        max_length=120, blank=True
    )  # what in the house wrote it: evaluation-3, score-…; "" a file

    class Meta:
        constraints = [
            check_one_subject("event_of_a_person_or_of_a_unit"),
            models.UniqueConstraint(
                fields=["source", "person", "level", "mark"], condition=~Q(source=""), name="event_of_a_person_once"
            ),
            models.UniqueConstraint(
                fields=["source", "unit", "level", "mark"], condition=~Q(source=""), name="event_of_a_unit_once"
            ),
        ]
        indexes = [models.Index(fields=["person", "kind"]), models.Index(fields=["unit", "kind"])]


class PriorResult(models.Model):
    """A result decided elsewhere: last year's study grade, or a grade proposed in another assessment (D8)."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="prior_results")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="prior_results")
    year = models.SmallIntegerField()
    assessment = models.CharField(max_length=32, default="学习考核")  # 学习考核, 年度考核, 民主评议 …
    total_milli = models.BigIntegerField(null=True, blank=True)
    grade = models.CharField(max_length=16, blank=True)
    proposed = models.BooleanField(default=False)
    settled = models.BooleanField(default=False)  # written by 定档 here, never typed
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [check_one_subject("prior_result_of_a_person_or_of_a_unit")]


class SchemeVersion(models.Model):
    """A scheme as loaded: the TOML text itself, so that a run can always be read again."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="schemes")
    code = models.CharField(max_length=64)
    title = models.CharField(max_length=100)
    subject = models.CharField(max_length=12)  # person, branch, department
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "code", "sha256"], name="one_row_per_text_of_a_scheme"),
        ]


class Run(models.Model):
    """One computation of one scheme over one bureau; never changed after it is written."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="runs")
    scheme = models.ForeignKey(SchemeVersion, models.PROTECT, related_name="runs")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    inputs_sha256 = models.CharField(max_length=64)
    results_sha256 = models.CharField(max_length=64)
    lines_sha256 = models.CharField(max_length=64)
    subject_count = models.IntegerField()


class Result(models.Model):
    """One subject's outcome. Points are integers in units of the scheme's precision; null means no data yet."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="results", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="results")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="results")
    home = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+"
    )  # branch the row is listed under
    total_points = models.BigIntegerField(null=True)
    grade = models.CharField(max_length=16, blank=True)
    rank = models.IntegerField(null=True)
    rank_note = models.CharField(max_length=200, blank=True)
    gates = models.JSONField(default=list)  # [{clause, sentence, target, at_most}]

    class Meta:
        constraints = [
            check_one_subject("result_of_a_person_or_of_a_unit"),
            models.UniqueConstraint(fields=["run", "person"], name="one_result_per_person_and_run"),
            models.UniqueConstraint(fields=["run", "unit"], name="one_result_per_unit_and_run"),
        ]

    @property
    def subject_name(self) -> str:
        return self.person.name if self.person else self.unit.name if self.unit else ""


class ResultLine(models.Model):
    """Why a total is what it is: total = base + Σ awarded, always."""

    result = models.ForeignKey(Result, models.CASCADE, related_name="lines")
    item = models.CharField(max_length=32)
    counted_milli = models.BigIntegerField(null=True)
    out_of_milli = models.BigIntegerField(null=True)
    awarded_points = models.BigIntegerField(null=True)
    full_points = models.BigIntegerField(null=True)
    note = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["result", "item"], name="one_line_per_item")]


class ResultReading(models.Model):
    """Someone other than the person looked at a personal result. Shown to the person."""

    result = models.ForeignKey(Result, models.CASCADE, related_name="readings")
    reader = models.CharField(max_length=64)
    reader_name = models.CharField(max_length=64)
    at = models.DateTimeField()


class Appeal(models.Model):
    """A person's objection to one line of their result, with the very records the line counted (``evidence``)."""

    result = models.ForeignKey(Result, models.CASCADE, related_name="appeals")
    item = models.CharField(max_length=32)
    sentence = models.CharField(max_length=300)
    evidence = models.JSONField(default=list)  # rows of Record: on, kind, title, mark, quantity, by, how
    state = models.CharField(max_length=4, choices=list_choices(AppealState), default=AppealState.ASKED)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decision = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["result", "item"], condition=Q(state=AppealState.ASKED.value), name="one_open_appeal_per_line"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AppealState.UPHELD.value, AppealState.DECLINED.value])
                | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="decided_appeal_says_why",
            ),
        ]
