"""The tree of units, the people in it, and what is true of them from when until when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .rules import (
    CorrectionState,
    Line,
    MilestoneKind,
    PartyStatus,
    RankClass,
    RequestState,
    Role,
    StaffState,
    TransferState,
    UnitKind,
)


def list_choices(words: type) -> list[tuple[str, str]]:
    """List an enumeration of Chinese words as model choices: the word is both value and label."""
    return [(word.value, word.value or "未填") for word in words]  # type: ignore[attr-defined]


class Bureau(models.Model):
    """One agency. Bureaus share a database and nothing else; ``code`` also names the audit chain."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A unit of either line. ``path`` is the chain of ids from the root, each followed by ``/``: ``3/17/``."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="units")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=255, db_index=True, default="")
    line = models.CharField(max_length=8, choices=list_choices(Line))
    kind = models.CharField(max_length=8, choices=list_choices(UnitKind))
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=80)
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "code"], name="unit_code_once_per_bureau"),
            models.UniqueConstraint(fields=["bureau", "line", "name"], name="unit_name_once_per_line"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__isnull=True) | Q(until_on__gt=F("from_on")),
                name="unit_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UnitAlias(models.Model):
    """Another way of writing a unit's name, learnt once (一支部, 中共××局第一支部委员会)."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="aliases")
    bureau = models.ForeignKey(Bureau, models.CASCADE)
    text = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "text", "unit"], name="alias_once_per_unit")]


class Person(models.Model):
    """Someone whose study is assessed. No ID number, phone or address: no rule here needs one."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="people")
    staff_no = models.CharField(max_length=32)
    name = models.CharField(max_length=64)
    party_status = models.CharField(max_length=8, choices=list_choices(PartyStatus), default=PartyStatus.UNKNOWN)
    staff_state = models.CharField(max_length=8, choices=list_choices(StaffState), default=StaffState.SERVING)
    rank_class = models.CharField(max_length=8, choices=list_choices(RankClass), default="", blank=True)
    birth_year = models.SmallIntegerField(null=True, blank=True)  # only for rules with an age (R20, R34)
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="person"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "staff_no"], name="staff_no_once_per_bureau"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(joined_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                name="person_leaves_after_joining",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "name"])]

    def __str__(self) -> str:
        return self.name


class Stint(models.Model):
    """A person in a unit with a role. Upper bound open; ``received_on`` is when the next unit took over (条例 25)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="stints")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="stints")
    role = models.CharField(max_length=8, choices=list_choices(Role), default=Role.MEMBER)
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__isnull=True) | Q(until_on__gt=F("from_on")),
                name="stint_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["unit", "person"])]


class Exemption(models.Model):
    """Not asked of this person in these days. A category and who approved, never a diagnosis."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="exemptions")
    category = models.CharField(max_length=32)
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)
    approved_by = models.CharField(max_length=64, blank=True)


class Transfer(models.Model):
    """A move to another party unit that was said but not yet received: until then ``stint`` stays open (条例 25)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="transfers")
    stint = models.ForeignKey(Stint, models.CASCADE, related_name="transfers")  # where the person stands until received
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="transfers_in")
    on = models.DateField()
    state = models.CharField(max_length=4, choices=list_choices(TransferState), default=TransferState.WAITING)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    received_on = models.DateField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stint"], condition=Q(state="待接收"), name="one_transfer_waiting_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="已接收") | Q(received_on__gte=F("on")), name="received_transfer_says_when"
            ),
        ]


class ExemptionRequest(models.Model):
    """A secretary's request to exempt somebody; it exempts nobody until the office grants it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="exemption_requests")
    category = models.CharField(max_length=32)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=4, choices=list_choices(RequestState), default=RequestState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decision = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="request_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(state="待审批") | Q(decided_at__isnull=False), name="decided_request_says_when"
            ),
        ]


class Milestone(models.Model):
    """A dated event of somebody's record that starts a deadline (K08): promoted, became a full member."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="milestones")
    kind = models.CharField(max_length=8, choices=list_choices(MilestoneKind))
    on = models.DateField()
    rank_class = models.CharField(max_length=8, choices=list_choices(RankClass), default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind", "on"], name="milestone_once")]


class Correction(models.Model):
    """A person's request to correct what is held about them (个人信息保护法 46), and the answer with its reason."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="corrections")
    what = models.CharField(max_length=40)  # which entry: 姓名, 党籍状态, 2025年3月主题党日到会情况 …
    held = models.CharField(max_length=200)  # what stood there when the request was made
    wanted = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=4, choices=list_choices(CorrectionState), default=CorrectionState.ASKED)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decision = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="待处理") | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="decided_correction_says_why",
            ),
        ]


class PersonReading(models.Model):
    """That somebody opened a person's record on a day; the person sees these rows. Once per reader and day."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    on = models.DateField()
    what = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "user", "on", "what"], name="reading_once_per_day"),
        ]


class Grant(models.Model):
    """A power over a unit and all below it, in these days. The only source of what anyone may see or do."""

    class Power(models.TextChoices):
        MEMBER = "member", "党员本人"
        SECRETARY = "secretary", "支部书记"
        OFFICE = "office", "学习办公室"
        LEADER = "leader", "领导"
        INSPECTOR = "inspector", "检查人员"
        SYSTEM_ADMIN = "system", "系统管理员"
        SECURITY_ADMIN = "security", "安全管理员"
        AUDIT_ADMIN = "auditor", "审计管理员"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="grants")
    bureau = models.ForeignKey(Bureau, models.CASCADE)
    power = models.CharField(max_length=10, choices=Power)
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True)  # null: the whole bureau
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "bureau", "power", "unit", "from_on"], name="grant_once_per_unit"),
            models.UniqueConstraint(
                fields=["user", "bureau", "power", "from_on"],
                condition=Q(unit__isnull=True),
                name="grant_once_for_the_whole_bureau",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="grant_ends_after_it_begins"
            ),
        ]


class ClosedYear(models.Model):
    """A year sealed in the archive: rooms refuse to write records of its days (``actions.closing``)."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="closed_years")
    year = models.SmallIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "year"], name="year_closed_once")]
