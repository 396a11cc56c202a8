"""Institutions and the duties they create; plans at three tiers with their items; measures; campaigns."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices

from .rules import CampaignState, ItemState, Level, PlanState, RemarkKind


class Institution(models.Model):
    """One set of rules of the 制度汇编 (D4). What it says is in its versions; ``code`` names it in files."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="institutions")
    code = models.CharField(max_length=32)
    title = models.CharField(max_length=100)
    ended_on = models.DateField(null=True, blank=True)  # repealed from this day on

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "code"], name="institution_code_once_per_bureau")]

    def __str__(self) -> str:
        return self.title


class InstitutionVersion(models.Model):
    """The text in force from a day on, until the next version begins (K65). ``text`` is TOML, never edited in place."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="versions")
    from_on = models.DateField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True)  # what changed, and which document says so
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "from_on"], name="one_version_of_an_institution_per_day"),
        ]


class DayOverride(models.Model):
    """A working day or a day off that the shipped calendar does not know, as the State Council's notice says."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    on = models.DateField()
    is_workday = models.BooleanField()
    source = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "on"], name="one_override_per_day")]


class DutyRemark(models.Model):
    """What was said of one duty: an explanation, a pause or a new day, with its reason. Never changes the rule."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    duty = models.CharField(max_length=120)  # the duty's key: institution/obligation/subject/period
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=4, choices=list_choices(RemarkKind))
    text = models.CharField(max_length=300)
    until_on = models.DateField(null=True, blank=True)  # end of the pause, or the new last day
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit__isnull=True) | Q(person__isnull=True, unit__isnull=False),
                name="remark_on_a_duty_of_a_person_or_of_a_unit",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "duty"])]


class Plan(models.Model):
    """A year's plan of the bureau (年度学习培训工作意见, D2), of a branch, or of one person."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="plans")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="plans")
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="plans")
    year = models.SmallIntegerField()
    title = models.CharField(max_length=120)
    guiding_idea = models.TextField(blank=True)  # 指导思想
    assessment = models.TextField(blank=True)  # 考核办法和措施
    state = models.CharField(max_length=8, choices=list_choices(PlanState), default=PlanState.DRAFT)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decision = models.CharField(max_length=300, blank=True)  # why it went back
    issued_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit__isnull=True) | Q(person__isnull=True, unit__isnull=False),
                name="plan_of_a_person_or_of_a_unit",
            ),
            models.UniqueConstraint(fields=["unit", "year"], name="one_plan_per_unit_and_year"),
            models.UniqueConstraint(fields=["person", "year"], name="one_plan_per_person_and_year"),
            models.CheckConstraint(
                condition=~Q(state="已批准") | Q(decided_at__isnull=False), name="approved_plan_says_when"
            ),
        ]


class PlanPart(models.Model):
    """Goals or content of a plan at one of the three levels (学习型党组织 / 学习型党支部 / 学习型党员干部)."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="parts")
    level = models.CharField(max_length=8, choices=list_choices(Level))
    goals = models.TextField(blank=True)
    content = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "level"], name="one_part_per_level")]


class Measure(models.Model):
    """A named measure in a tree that the bureau names itself (三个保障 › 经费保障, D12)."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="measures")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    text = models.TextField(blank=True)


class Campaign(models.Model):
    """A themed study campaign with its own content, period and result (D13)."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="campaigns")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="campaigns")  # who runs it; those below take part
    name = models.CharField(max_length=60)
    content = models.TextField(blank=True)
    from_on = models.DateField()
    until_on = models.DateField()
    state = models.CharField(max_length=4, choices=list_choices(CampaignState), default=CampaignState.RUNNING)
    result = models.TextField(blank=True)  # what came of it, written when it is closed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "name"], name="campaign_name_once_per_bureau"),
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="campaign_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def last_on(self) -> date:
        """The last day of the campaign, as people name it; ``until_on`` is the open bound."""
        return self.until_on - timedelta(days=1)


class PlanItem(models.Model):
    """One thing to be done by a day. Items of branches and members point to the item above that they carry out."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="plan_items")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="plan_items")
    plan = models.ForeignKey(Plan, models.SET_NULL, null=True, blank=True, related_name="items")
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="children")
    measure = models.ForeignKey(Measure, models.SET_NULL, null=True, blank=True, related_name="items")
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, blank=True, related_name="items")
    kind = models.CharField(max_length=16, blank=True)
    title = models.CharField(max_length=200)
    content = models.CharField(max_length=500, blank=True)
    due_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=list_choices(ItemState), default=ItemState.OPEN)
    reason = models.CharField(max_length=200, blank=True)  # why postponed or cancelled
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit__isnull=True) | Q(person__isnull=True, unit__isnull=False),
                name="plan_item_of_a_person_or_of_a_unit",
            ),
        ]


class PlanChange(models.Model):
    """What was changed in a plan after its approval: before, after, by whom and why. Rows are never changed."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="changes")
    item = models.ForeignKey(PlanItem, models.SET_NULL, null=True, blank=True, related_name="changes")
    what = models.CharField(max_length=200)  # the item's title, or the part of the plan
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
