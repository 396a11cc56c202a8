"""Official documents as somebody may see them; who may write, sign and answer; a document's text and figures."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau, Grant, Unit
from shanxue.orgs.queries import Actor, Power, filter_in_force, is_leading

from ..models import DocumentPart, Figure, Letterhead, NamedUnit, OfficialDocument
from ..rules import FINAL, AnswerState, DocumentState, FileKind, Section
from ..rules.checking import Kept
from ..rules.drafts import Evidence, read_spans
from ..rules.marking import Marked

RELATED = ("bureau", "unit", "plan", "drafted_by", "submitted_by", "signed_by", "voided_by", "number__series")
SIGNING = (Power.LEADER, Power.OFFICE)


def scope_documents(actor: Actor) -> QuerySet[OfficialDocument]:
    """Documents the actor may read: issued ones whose scope touches what they read, open ones of office and signers."""
    found = OfficialDocument.objects.filter(bureau=actor.bureau).select_related(*RELATED)
    if not actor.reads_others:
        return found.none()
    issued = Q(state__in=FINAL) & _touch(actor)
    return found.filter(issued | _keep(actor))


def _touch(actor: Actor) -> Q:
    """The scope lies under a grant, or the other way round: what is said of the whole concerns every part."""
    if any(grant.unit is None for grant in actor.reading_grants):
        return Q(pk__isnull=False)
    match = Q(unit__isnull=True)
    for grant in actor.reading_grants:
        assert grant.unit is not None
        above = [int(step) for step in grant.unit.path.split("/") if step]
        match |= Q(unit__path__startswith=grant.unit.path) | Q(unit__in=above)
    return match


def _keep(actor: Actor) -> Q:
    """The whole scope lies under a grant of the office, or of a leader who may sign."""
    match = Q(pk__in=[])
    for grant in actor.reading_grants:
        if grant.power in SIGNING:
            if grant.unit is None:
                return Q(pk__isnull=False)
            match |= Q(unit__path__startswith=grant.unit.path)
    return match


def find_document(actor: Actor, document_id: int) -> OfficialDocument:
    document = scope_documents(actor).filter(pk=document_id).first()
    if document is None:
        raise refuse_missing("这份文件")
    return document


def find_kept_document(actor: Actor, document_id: int) -> OfficialDocument:
    """Find a document that the actor writes as the office."""
    document = find_document(actor, document_id)
    if not may_write(actor, document):
        raise refuse_missing("这份文件")
    return document


def find_signable(actor: Actor, document_id: int) -> OfficialDocument:
    """Find a document that the actor's power would let them sign."""
    document = find_document(actor, document_id)
    if not may_sign(actor, document):
        raise refuse_missing("这份文件")
    return document


def _covers(grant: Grant, unit: Unit | None) -> bool:
    return grant.unit is None or (unit is not None and unit.path.startswith(grant.unit.path))


def may_write(actor: Actor, document: OfficialDocument) -> bool:
    """Whether the actor keeps the office over the whole scope of the document. No query."""
    return writes_scope(actor, document.unit)


def writes_scope(actor: Actor, unit: Unit | None) -> bool:
    return any(grant.power == Power.OFFICE and _covers(grant, unit) for grant in actor.leading_grants)


def may_sign(actor: Actor, document: OfficialDocument) -> bool:
    """Whether the actor's power reaches to signing, whoever drafted it (see ``is_own_draft``). No query."""
    if actor.is_admin:
        return False
    return any(grant.power in SIGNING and _covers(grant, document.unit) for grant in actor.grants)


def is_own_draft(actor: Actor, document: OfficialDocument) -> bool:
    """Whether the actor drafted it or handed it in: then a second person signs."""
    return actor.user.pk in (document.drafted_by_id, document.submitted_by_id)


def list_scopes(actor: Actor) -> list[Unit | None]:
    """What a document of this actor may speak of: the whole bureau (``None``) or what their office covers."""
    grants = [grant for grant in actor.leading_grants if grant.power == Power.OFFICE]
    if any(grant.unit is None for grant in grants):
        tops = Unit.objects.filter(filter_in_force(actor.on), bureau=actor.bureau, children__isnull=False).distinct()
        return [None, *tops.order_by("path")]
    return list(dict.fromkeys(grant.unit for grant in grants))


def list_open_documents(actor: Actor) -> list[OfficialDocument]:
    """Drafts and what waits for a signature, the latest first."""
    return list(scope_documents(actor).exclude(state__in=FINAL).order_by("-pk"))


def list_issued(actor: Actor) -> QuerySet[OfficialDocument]:
    return scope_documents(actor).filter(state__in=FINAL).order_by("-issued_on", "-pk")


def list_waiting_signature(actor: Actor) -> list[OfficialDocument]:
    """What this actor could sign now: handed in by somebody else. One query."""
    if not any(grant.power in SIGNING for grant in actor.grants):
        return []
    waiting = scope_documents(actor).filter(state=DocumentState.SUBMITTED).order_by("submitted_at", "pk")
    return [one for one in waiting if may_sign(actor, one) and not is_own_draft(actor, one)]


def find_last_bulletin(bureau: Bureau, kind: str) -> OfficialDocument | None:
    """The latest issued document of a kind."""
    found = OfficialDocument.objects.filter(bureau=bureau, kind=kind, state=DocumentState.ISSUED)
    return found.order_by("-issued_on", "-pk").first()


def read_letterhead(bureau: Bureau) -> Letterhead:
    """The bureau's letterhead; where nothing was said yet, one that says nothing (not stored)."""
    return Letterhead.objects.filter(bureau=bureau).first() or Letterhead(bureau=bureau)


# Text and figures


def read_sections(document: OfficialDocument) -> dict[Section, Marked]:
    """The text by section, in order, with its figures. One query."""
    parts = {part.section: part for part in DocumentPart.objects.filter(document=document)}
    return {section: read_spans(parts[section].text, parts[section].spans) for section in Section if section in parts}


def read_kept(document: OfficialDocument) -> dict[str, Kept]:
    """The stored figures by key, without their rows. One query."""
    rows = Figure.objects.filter(document=document).order_by("pk").values_list("key", "label", "value", "seen")
    return {row[0]: Kept(*row) for row in rows}


def find_figure(document: OfficialDocument, key: str) -> Figure:
    figure = Figure.objects.filter(document=document, key=key).first()
    if figure is None:
        raise refuse_missing("这个数字")
    return figure


def list_named(document: OfficialDocument) -> list[NamedUnit]:
    """The units a document names, in tree order. One query."""
    return list(
        NamedUnit.objects.filter(document=document).select_related("unit").order_by("-unit__line", "unit__code", "pk")
    )


def read_evidence(rows: list[NamedUnit]) -> list[Evidence]:
    """The stored reasons, one by one."""
    return [
        Evidence(row.unit_id, row.unit.name, one["figure"], one["matter"], one["fact"], one["where"])
        for row in rows
        for one in row.evidence
    ]


def list_attachments(document: OfficialDocument) -> list[str]:
    """The names of the files attached to a document, as 附件说明 writes them: without the ending."""
    names = document.files.filter(kind=FileKind.ATTACHMENT).order_by("pk").values_list("name", flat=True)
    return [name.rpartition(".")[0] or name for name in names]


# Answers


def scope_named(actor: Actor) -> QuerySet[NamedUnit]:
    """Named units of issued documents that the actor answers for as secretary, or looks after as the office."""
    found = NamedUnit.objects.filter(document__state=DocumentState.ISSUED, document__bureau=actor.bureau)
    return found.select_related("document__bureau", "document__unit", "unit")


def find_named(actor: Actor, named_id: int) -> NamedUnit:
    named = scope_named(actor).filter(pk=named_id).first()
    if named is None or not is_leading(actor, named.unit):
        raise refuse_missing("这份通报")
    return named


def list_to_answer(unit: Unit) -> list[NamedUnit]:
    """What a unit has not answered yet, whether or not its days are over. One query."""
    found = NamedUnit.objects.filter(unit=unit, document__state=DocumentState.ISSUED, answered_at__isnull=True)
    return list(found.select_related("document").order_by("answer_until_on", "pk"))


def is_late(named: NamedUnit, today: date) -> bool:
    return named.answer_until_on is not None and today > named.answer_until_on


def tell_answer(named: NamedUnit, today: date) -> AnswerState:
    """Say how a unit's word stands: what came after its days stays late."""
    if named.answered_at is None:
        return AnswerState.NONE if is_late(named, today) else AnswerState.WAITING
    return AnswerState.LATE if is_late(named, timezone.localdate(named.answered_at)) else AnswerState.IN_TIME


def list_own_to_answer(actor: Actor) -> list[NamedUnit]:
    """What the units that the actor writes for as secretary may still answer in time. One query."""
    units = [grant.unit_id for grant in actor.leading_grants if grant.power == Power.SECRETARY]
    if not units:
        return []
    found = scope_named(actor).filter(unit__in=units, answered_at__isnull=True, answer_until_on__gte=actor.on)
    return list(found.order_by("answer_until_on", "pk"))
