"""Official documents: their text with figures, the units they name, their numbers, and the files as issued."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices
from shanxue.plans.models import Plan

from .rules import DocumentKind, DocumentState, FigureKind, FileKind, NumberState, NumberStyle, Section
from .rules.numbering import write_number


class Letterhead(models.Model):
    """What every document of a bureau bears, said once (发文设置)."""

    bureau = models.OneToOneField(Bureau, models.CASCADE, related_name="letterhead")
    mark = models.CharField(max_length=60, blank=True)  # 发文机关标志; without it the bureau's name and 文件
    issuer = models.CharField(max_length=60, blank=True)  # 署名; without it the bureau's name
    code = models.CharField(max_length=20, blank=True)  # 机关代字
    briefing = models.CharField(max_length=60, default="学习简报")  # what a 简报 is called and numbered under
    printed_by = models.CharField(max_length=60, blank=True)  # 印发机关
    copies = models.CharField(max_length=200, blank=True)  # 抄送
    office = models.CharField(max_length=60, default="学习型党组织办公室")  # whom the units answer
    answer_days = models.PositiveSmallIntegerField(default=5)


class OfficialDocument(models.Model):
    """One 公文 from draft to archive. Nothing of it changes once it is 已签发; 作废 only adds who, when and why.

    ``unit`` empty: it speaks of the whole bureau. ``from_on``–``until_on`` (open) is the period it speaks of, if any.
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=8, choices=list_choices(DocumentKind))
    state = models.CharField(max_length=4, choices=list_choices(DocumentState), default=DocumentState.DRAFT)
    title = models.CharField(max_length=120)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    period = models.CharField(max_length=8, blank=True)  # 2026q3, see rules/periods.py
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, blank=True, related_name="+")
    mark = models.CharField(max_length=60)
    issuer = models.CharField(max_length=60)
    code = models.CharField(max_length=20, blank=True)
    to = models.CharField(max_length=200)  # 主送
    copies = models.CharField(max_length=200, blank=True)
    printed_by = models.CharField(max_length=60)
    office = models.CharField(max_length=60)
    due_on = models.DateField(null=True, blank=True)  # by when things are to be mended
    answer_days = models.PositiveSmallIntegerField(default=5)
    line_percent = models.PositiveSmallIntegerField(null=True, blank=True)  # 到会率 below which a branch is named
    line_clause = models.CharField(max_length=80, blank=True)  # where that line is written
    named = models.JSONField(default=list, blank=True)  # which persons are named (NamedChoice)
    practices = models.JSONField(null=True, blank=True)  # of a 简报: the outcomes that the office chose to tell of
    tables = models.JSONField(default=list, blank=True)  # the attachments, cell by cell
    tables_seen = models.CharField(max_length=64, blank=True)  # sha256 of newer tables that the office did not take
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    returned = models.CharField(max_length=300, blank=True)  # why it last went back
    issued_on = models.DateField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    void_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["已签发", "作废"])
                | Q(issued_on__isnull=False, signed_at__isnull=False, signed_by__isnull=False),
                name="issued_document_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True)
                | (~Q(signed_by=F("drafted_by")) & Q(submitted_by__isnull=False) & ~Q(signed_by=F("submitted_by"))),
                name="document_is_signed_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="送签") | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="submitted_document_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state="作废") | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")),
                name="void_document_says_why",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__isnull=False, until_on__gt=F("from_on")),
                name="document_period_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(answer_days__gte=1), name="units_have_a_day_to_answer"),
            models.UniqueConstraint(
                fields=["bureau", "title"], condition=Q(state__in=["草稿", "送签"]), name="one_open_document_per_title"
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=~Q(state="作废"), name="one_document_per_plan_unless_void"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "state"], name="documents_by_state")]

    def __str__(self) -> str:
        return self.title


class DocumentPart(models.Model):
    """One section of the text. ``spans`` say which characters are figures (rules/marking.py)."""

    document = models.ForeignKey(OfficialDocument, models.CASCADE, related_name="parts")
    section = models.CharField(max_length=4, choices=list_choices(Section))
    text = models.TextField(blank=True)
    spans = models.JSONField(default=list)
    drafted = models.TextField(blank=True)  # as the draft wrote it: equal to ``text`` where nobody edited

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "section"], name="section_once_per_document")]


class Figure(models.Model):
    """One figure of a document, frozen with the rows behind it. ``seen``: a newer value the office did not take."""

    document = models.ForeignKey(OfficialDocument, models.CASCADE, related_name="figures")
    key = models.CharField(max_length=120)
    label = models.CharField(max_length=120)
    kind = models.CharField(max_length=2, choices=list_choices(FigureKind), default=FigureKind.NUMBER)
    value = models.TextField(blank=True)
    rows = models.JSONField(default=list)  # [title, value, where]
    seen = models.TextField(null=True, blank=True)
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "key"], name="figure_once_per_document")]


class NamedUnit(models.Model):
    """A unit that a document names, why, and what its secretary answered. One row per unit."""

    document = models.ForeignKey(OfficialDocument, models.CASCADE, related_name="named_units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    evidence = models.JSONField(default=list)  # {figure, matter, fact, where}
    answer_until_on = models.DateField(null=True, blank=True)  # the last day; known once the document is issued
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "unit"], name="unit_named_once_per_document"),
            models.CheckConstraint(condition=~Q(evidence=[]), name="unit_is_named_with_evidence"),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answered_at__isnull=False), name="answer_of_a_named_unit_says_when"
            ),
        ]
        indexes = [models.Index(fields=["unit", "answered_at"], name="named_units_to_answer")]


class NamedPerson(models.Model):
    """Somebody whom the office chose to name in a table of the document."""

    document = models.ForeignKey(OfficialDocument, models.CASCADE, related_name="named_persons")
    person = models.ForeignKey(Person, models.CASCADE, related_name="named_in")
    text = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "person", "text"], name="person_named_once_for_a_matter")
        ]


class NumberSeries(models.Model):
    """The running numbers of a 机关代字, or a 简报, in a year. ``first``: before it stands the register on paper."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="number_series")
    code = models.CharField(max_length=20)
    year = models.SmallIntegerField()
    style = models.CharField(max_length=2, choices=list_choices(NumberStyle), default=NumberStyle.DOCUMENT)
    first = models.PositiveIntegerField(default=1)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "code", "year"], name="one_series_per_code_and_year"),
            models.CheckConstraint(condition=Q(last__gte=F("first") - 1), name="series_goes_on_from_its_first"),
        ]

    def write(self, number: int | str) -> str:
        """Write one number of the series as documents bear it."""
        return write_number(self.style, self.code, self.year, number)


class DocumentNumber(models.Model):
    """One 发文字号 or 期号, taken when a document is issued. Never given twice, never taken back."""

    series = models.ForeignKey(NumberSeries, models.PROTECT, related_name="numbers")
    number = models.PositiveIntegerField()
    document = models.OneToOneField(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="number"
    )  # empty: issued on paper and entered here
    title = models.CharField(max_length=120)
    on = models.DateField()
    state = models.CharField(max_length=2, choices=list_choices(NumberState), default=NumberState.USED)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="document_number_once"),
            models.CheckConstraint(condition=~Q(state="作废") | ~Q(reason=""), name="void_number_says_why"),
            models.CheckConstraint(condition=Q(number__gte=1), name="document_number_counts_from_one"),
        ]

    def __str__(self) -> str:
        return self.series.write(self.number)


class KeptFile(models.Model):
    """A file of a document, kept by its content: the document as signed, and what is attached to it."""

    document = models.ForeignKey(OfficialDocument, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=2, choices=list_choices(FileKind))
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document"], condition=Q(kind="正文"), name="one_signed_file_per_document"),
            models.UniqueConstraint(fields=["document", "name"], name="file_name_once_per_document"),
        ]


class KeptBrief(models.Model):
    """A leader's brief of one month as it was made; a later version is a row of its own. Never changed.

    ``scope`` names what its readers read: "" for the whole bureau, else the ids of the units granted to them.
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="briefs")
    scope = models.CharField(max_length=200, blank=True)
    month = models.DateField()  # its first day
    version = models.PositiveSmallIntegerField()
    figures = models.JSONField()  # rules/brief.py: Brief
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "scope", "month", "version"], name="brief_version_once"),
        ]
