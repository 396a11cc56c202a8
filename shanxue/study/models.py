"""Notes, self-study, materials, outcomes, and hours recognised by the organisation. Never screen time."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices
from shanxue.plans.models import PlanItem
from shanxue.resources.models import Title

from .rules import Audience, MaterialKind, Measure, NoteState, OutcomeState


class Note(models.Model):
    """A 笔记 or 心得. ``kind`` is the office's word (笔记, 心得, 调研报告 …). Imported ones have no ``body``.

    ``revision`` counts every change of the text, so that a reviewer never answers a text they have not seen.
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=16, default="笔记")
    title = models.CharField(max_length=200, blank=True)
    on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=list_choices(NoteState), default=NoteState.WAITING)
    grade = models.CharField(max_length=8, blank=True)  # 优秀/良好/… where a unit grades notes
    characters = models.IntegerField(null=True, blank=True)
    pages = models.IntegerField(null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    body = models.TextField(blank=True)
    audience = models.CharField(max_length=4, choices=list_choices(Audience), default=Audience.SECRETARY)
    plan_item = models.ForeignKey(PlanItem, models.SET_NULL, null=True, blank=True, related_name="notes")
    key = models.UUIDField(null=True, blank=True, unique=True)  # made by the device: one draft, however often sent
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    review = models.CharField(max_length=300, blank=True)  # why it went back, or a word of thanks
    recommended = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["person", "on"], name="notes_of_a_person"),
            models.Index(fields=["bureau", "on"], condition=Q(state="待审"), name="notes_waiting_for_review"),
            models.Index(fields=["bureau", "reviewed_at"], condition=Q(recommended=True), name="notes_recommended"),
            models.Index(fields=["bureau", "on", "state"], condition=Q(state="通过"), name="notes_passed_by_day"),
        ]
        constraints = [  # imported notes have no key: their office reviewed them on paper
            models.CheckConstraint(
                condition=Q(key__isnull=True) | ~Q(state="退回修改") | ~Q(review=""), name="returned_note_says_why"
            ),
            models.CheckConstraint(
                condition=Q(key__isnull=True) | Q(state__in=["草稿", "待审"]) | Q(reviewed_at__isnull=False),
                name="reviewed_note_says_when",
            ),
            models.CheckConstraint(
                condition=Q(key__isnull=True) | Q(state="草稿") | Q(submitted_at__isnull=False),
                name="note_handed_in_says_when",
            ),
            models.CheckConstraint(condition=Q(recommended=False) | Q(state="通过"), name="recommended_note_passed"),
        ]


class NoteVersion(models.Model):
    """A note as it was handed in, each time. Never changed."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "number"], name="note_version_once")]


class NotePrint(models.Model):
    """A fingerprint of a note as handed in (``rules.likeness``): what finds notes with a passage in common quickly."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="prints")
    print = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["print", "note"], name="print_once_per_note")]


class NoteLikeness(models.Model):
    """That so much of a note stood in an earlier one when it was handed in. A hint for its reviewer, nothing else."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="likenesses")
    other = models.ForeignKey(Note, models.CASCADE, related_name="+")
    share_milli = models.SmallIntegerField()  # of the note's own characters

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "other"], name="likeness_once"),
            models.CheckConstraint(condition=Q(share_milli__range=(0, 1000)), name="share_alike_between_0_and_1"),
        ]


class NoteDraw(models.Model):
    """A recorded draw of a month's notes to be read, where a unit reviews by sampling. Anyone can draw it again."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="note_draws")
    month = models.DateField()  # its first day
    seed = models.CharField(max_length=32)
    population = models.JSONField(default=list)  # ids of the notes that stood for the draw
    drawn = models.JSONField(default=list)  # ids of those to be read
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "month"], name="one_draw_per_unit_and_month")]


class Material(models.Model):
    """Something to study: a book, a document, a course. ``place`` says where it is to be had (书柜, 内网地址).

    ``book`` is the title of the shelf it rests on: who studies it uses what the fund bought (D11).
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="materials")
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, blank=True, related_name="materials")  # who keeps it
    kind = models.CharField(max_length=4, choices=list_choices(MaterialKind))
    title = models.CharField(max_length=120)
    author = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=200, blank=True)
    book = models.ForeignKey(Title, models.SET_NULL, null=True, blank=True, related_name="materials")
    ended_on = models.DateField(null=True, blank=True)  # no longer offered from this day on

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "kind", "title"], name="material_once")]

    def __str__(self) -> str:
        return self.title


class ReadingList(models.Model):
    """A 书目: what a unit and everybody below it is asked to read in these days."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="reading_lists")
    title = models.CharField(max_length=100)
    from_on = models.DateField()
    until_on = models.DateField()
    materials = models.ManyToManyField(Material, related_name="lists")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="reading_list_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.title


class SelfStudy(models.Model):
    """One line somebody wrote of their own study: what, when, one sentence. No timer, no upload."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, related_name="self_studies")
    material = models.ForeignKey(Material, models.SET_NULL, null=True, blank=True, related_name="studies")
    title = models.CharField(max_length=120)
    on = models.DateField()
    gain = models.CharField(max_length=200, blank=True)
    plan_item = models.ForeignKey(PlanItem, models.SET_NULL, null=True, blank=True, related_name="self_studies")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "on"], name="self_studies_of_a_person")]


class Outcome(models.Model):
    """What study led to (D14): a research text, the measure adopted from it, and the evidence that it works."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, related_name="outcomes")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="outcomes")
    kind = models.CharField(max_length=16, default="调研报告")
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    on = models.DateField()
    state = models.CharField(max_length=4, choices=list_choices(OutcomeState), default=OutcomeState.RESEARCH)
    adopted_as = models.CharField(max_length=300, blank=True)  # the measure
    adopted_by = models.CharField(max_length=100, blank=True)  # who adopted it, with which document
    adopted_on = models.DateField(null=True, blank=True)
    evidence = models.CharField(max_length=500, blank=True)
    recognised_on = models.DateField(null=True, blank=True)
    recognised_by = models.CharField(max_length=64, blank=True)
    declined = models.CharField(max_length=300, blank=True)  # why the office did not recognise it yet

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="研究") | (Q(adopted_on__isnull=False) & ~Q(adopted_as="")),
                name="adopted_outcome_names_the_measure",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["研究", "已采纳"]) | ~Q(evidence=""), name="working_outcome_has_evidence"
            ),
            models.CheckConstraint(
                condition=~Q(state="已认定") | Q(recognised_on__isnull=False), name="recognised_outcome_says_when"
            ),
            models.CheckConstraint(
                condition=~Q(state="已认定") | Q(declined=""), name="recognised_outcome_is_not_declined"
            ),
        ]


class LearningHours(models.Model):
    """认定学时 or credits: how much, of what kind, as recognised. ``amount_milli`` is thousandths of ``measure``."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, related_name="hours")
    kind = models.CharField(max_length=16)  # 集中培训, 网络培训, 脱产培训, 必修, 选修 …
    title = models.CharField(max_length=200, blank=True)
    on = models.DateField(null=True, blank=True)  # the day it ended
    from_on = models.DateField(null=True, blank=True)
    measure = models.CharField(max_length=4, choices=list_choices(Measure), default=Measure.CREDIT_HOUR)
    amount_milli = models.BigIntegerField()
    done_milli = models.IntegerField(null=True, blank=True)  # share of the course completed, 0–1000 (K12)
    passed = models.BooleanField(null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_milli__gte=0), name="hours_not_negative"),
            models.CheckConstraint(
                condition=models.Q(done_milli__isnull=True) | models.Q(done_milli__range=(0, 1000)),
                name="share_done_between_0_and_1",
            ),
        ]
