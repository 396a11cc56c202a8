"""The archive of a year: what the office decided before sealing, and what was sealed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shanxue.base.volumes import Retention, Series
from shanxue.orgs.models import Bureau, Unit, list_choices

from .rules import YearState


class ArchiveYear(models.Model):
    """One bureau's archive of one year. Sealed, it names its package and the head of the trail inside it."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="archive_years")
    year = models.SmallIntegerField()
    fonds = models.CharField(max_length=16, blank=True)  # 全宗号
    state = models.CharField(max_length=4, choices=list_choices(YearState), default=YearState.OPEN)
    sealed_at = models.DateTimeField(null=True, blank=True)
    sealed_by = models.CharField(max_length=64, blank=True)
    gaps = models.JSONField(default=list)  # sentences of what was missing when it was sealed
    decision = models.CharField(max_length=300, blank=True)  # on what ground it was sealed with gaps
    package = models.CharField(max_length=120, blank=True)  # the file's name in the archive folder
    package_sha256 = models.CharField(max_length=64, blank=True)
    package_bytes = models.BigIntegerField(null=True, blank=True)
    head_seq = models.BigIntegerField(null=True, blank=True)  # of the trail: the last entry in the package
    head_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "year"], name="one_archive_per_bureau_and_year"),
            models.CheckConstraint(
                condition=~Q(state="已封") | (Q(sealed_at__isnull=False) & ~Q(package_sha256="") & ~Q(fonds="")),
                name="sealed_year_names_its_package",
            ),
            models.CheckConstraint(
                condition=~Q(state="已封") | Q(gaps=[]) | ~Q(decision=""), name="gaps_are_sealed_by_decision"
            ),
        ]


class PieceChoice(models.Model):
    """What the office decided of one 件: its retention, its place in its class, or that it stays out, with why."""

    year = models.ForeignKey(ArchiveYear, models.CASCADE, related_name="choices")
    key = models.CharField(max_length=120)
    retention = models.CharField(max_length=4, choices=list_choices(Retention), blank=True)
    position = models.PositiveIntegerField(null=True, blank=True)
    left_out = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "key"], name="one_choice_per_piece")]


class SealedPiece(models.Model):
    """One line of a sealed catalogue. Never changed."""

    year = models.ForeignKey(ArchiveYear, models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()  # 序号
    key = models.CharField(max_length=120)
    series = models.CharField(max_length=8, choices=list_choices(Series))
    retention = models.CharField(max_length=4, choices=list_choices(Retention))
    code = models.CharField(max_length=64)  # 档号
    number = models.CharField(max_length=64, blank=True)  # 文号
    responsible = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    on = models.DateField(null=True, blank=True)
    secrecy = models.CharField(max_length=16, blank=True)
    pages = models.PositiveIntegerField(null=True, blank=True)
    remark = models.CharField(max_length=200, blank=True)
    files = models.JSONField(default=list)  # their names in the package

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "position"], name="one_piece_per_place_in_catalogue"),
            models.UniqueConstraint(fields=["year", "code"], name="code_once_per_catalogue"),
        ]


class EvidenceExport(models.Model):
    """That somebody took records away as a 取证包: which, for what, how many people they speak of. Never changed."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="evidence_exports")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    reader = models.CharField(max_length=64)  # the name on every page
    purpose = models.CharField(max_length=200)
    records = models.JSONField(default=list)  # keys: session-12
    people_count = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    units = models.ManyToManyField(Unit, related_name="evidence_exports")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(purpose=""), name="evidence_export_says_for_what")]


class Doubt(models.Model):
    """A note of doubt about one record (A2): the unit sees it, explains, and both sentences stay."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="doubts")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="doubts")  # who explains
    record = models.CharField(max_length=40)  # session-12
    title = models.CharField(max_length=300)
    text = models.CharField(max_length=300)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    answer = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer=""), name="answered_doubt_says_what"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "record"], name="doubts_of_a_record")]
