"""The question bank, papers, sittings, and scores of tests held here or elsewhere."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices

from .rules import Counts, PaperState, QuestionKind, ScoreMark


class Score(models.Model):
    """One attempt. ``score_milli`` is null when there is no mark (缺考, 免考): blank is not zero."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, related_name="scores")
    kind = models.CharField(max_length=16, default="测试")
    title = models.CharField(max_length=100)
    on = models.DateField(null=True, blank=True)
    attempt = models.SmallIntegerField(default=1)
    score_milli = models.BigIntegerField(null=True, blank=True)
    full_milli = models.BigIntegerField(default=100_000)
    mark = models.CharField(max_length=4, choices=list_choices(ScoreMark), default=ScoreMark.TAKEN)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "title", "attempt"], name="one_score_per_attempt"),
            models.CheckConstraint(
                condition=Q(score_milli__isnull=True) | Q(score_milli__gte=0, score_milli__lte=F("full_milli")),
                name="score_between_zero_and_full",
            ),
        ]


class Question(models.Model):
    """One question. ``options`` is a list of texts (A first); those of a 判断题 are 正确, 错误.

    ``answer`` is a list of option letters; of a 填空题, for each blank the list of texts accepted there.
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="questions")
    bank = models.CharField(max_length=60)  # 题库 or 分类
    kind = models.CharField(max_length=4, choices=list_choices(QuestionKind))
    stem = models.TextField()
    options = models.JSONField(default=list, blank=True)
    answer = models.JSONField()
    analysis = models.TextField(blank=True)
    source = models.CharField(max_length=200, blank=True)  # the clause a wrong answer is shown with
    difficulty = models.CharField(max_length=8, blank=True)
    sha256 = models.CharField(max_length=64)  # of kind, stem and options without spaces: the same question once
    retired_on = models.DateField(null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "sha256"], name="question_once_per_bureau")]
        indexes = [models.Index(fields=["bureau", "bank", "kind"])]


class Paper(models.Model):
    """A test: who takes it, from when until when, how long, how often, and which attempt counts.

    ``rule`` draws questions anew for each sitting: [{"bank", "kind", "count", "points_milli"}]; empty for a paper
    put together by hand (PaperQuestion).
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="papers")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="papers")  # those in it and below take the test
    statuses = models.JSONField(default=list, blank=True)  # 党籍状态 of those who take it; empty: all
    title = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, default="测试")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # no limit when empty
    attempts = models.PositiveSmallIntegerField(default=1)
    counts = models.CharField(max_length=8, choices=list_choices(Counts), default=Counts.BEST)
    pass_milli = models.BigIntegerField(null=True, blank=True)
    rule = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=4, choices=list_choices(PaperState), default=PaperState.DRAFT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "kind", "title"], name="paper_once_per_bureau"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="paper_closes_after_it_opens"),
            models.CheckConstraint(condition=Q(attempts__gte=1), name="paper_allows_an_attempt"),
        ]

    def __str__(self) -> str:
        return self.title


class PaperQuestion(models.Model):
    """A question chosen by hand for a paper."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="chosen")
    question = models.ForeignKey(Question, models.PROTECT, related_name="chosen_for")
    position = models.PositiveSmallIntegerField()
    points_milli = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "question"], name="question_once_per_paper")]


class Sitting(models.Model):
    """One attempt at a paper. ``ends_at`` is the last moment an answer counts; handing in writes the Score."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="sittings")
    person = models.ForeignKey(Person, models.CASCADE, related_name="sittings")
    attempt = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)  # drew its questions; null for a paper put together by hand
    score = models.OneToOneField(Score, models.SET_NULL, null=True, blank=True, related_name="sitting")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "person", "attempt"], name="sitting_once_per_attempt"),
            models.UniqueConstraint(
                fields=["paper", "person"], condition=Q(handed_in_at__isnull=True), name="one_open_sitting_at_a_time"
            ),
        ]


class SittingAnswer(models.Model):
    """One question of one sitting as it was put (frozen), and what was answered. ``awarded_milli`` after handing in."""

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="put_as")
    position = models.PositiveSmallIntegerField()
    points_milli = models.BigIntegerField()
    put = models.JSONField()  # kind, stem, options, answer, analysis, source as they were then
    given = models.JSONField(null=True, blank=True)  # letters, or one text for each blank; null: not answered
    answered_at = models.DateTimeField(null=True, blank=True)
    awarded_milli = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sitting", "position"], name="one_answer_per_place")]
