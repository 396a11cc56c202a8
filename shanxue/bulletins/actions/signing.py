"""From handing in to the archive: submit, withdraw, return, sign, void; and the answers of the units named."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.queries import Actor, is_leading
from shanxue.plans.actions.planning import note_issue
from shanxue.supervision.actions.agenda import release_agenda_points, settle_agenda_points
from shanxue.supervision.queries.agenda import list_agenda_points

from ..files import check_size, keep_file, name_file
from ..models import DocumentNumber, KeptFile, NamedUnit, OfficialDocument
from ..official import write_document
from ..queries.checks import check_document
from ..queries.documents import is_late, is_own_draft, may_sign, may_write, read_letterhead
from ..rules import DocumentKind, DocumentState, FileKind, NumberState
from ..rules.checking import say_changes
from .drafting import lock_document, lock_draft, record_document
from .registry import take_number


@transaction.atomic
def submit_document(actor: Actor, document: OfficialDocument, *, at: datetime) -> OfficialDocument:
    """Hand a draft in (送签). Units that the text no longer names are no longer named."""
    row = lock_document(document.pk)
    if row.state == DocumentState.SUBMITTED and row.submitted_by_id == actor.user.pk:
        return row  # a repeated click
    row = lock_draft(actor, document)
    check = check_document(row, actor.on)
    if check.changes:
        raise Refusal("figures_changed", say_changes(check.changes))
    if check.obstacles:
        raise Refusal("not_ready", check.obstacles[0])
    write_document(row)  # a template that cannot be filled is said now, not to the signer
    NamedUnit.objects.filter(document=row).exclude(unit__in={one.unit_id for one in check.evidence}).delete()
    row.state, row.submitted_at, row.submitted_by, row.returned = DocumentState.SUBMITTED, at, actor.user, ""
    row.save(update_fields=["state", "submitted_at", "submitted_by", "returned"])
    record_document(row, actor, at, "submit_document", {"units": sorted({one.unit for one in check.evidence})})
    return row


@transaction.atomic
def withdraw_document(actor: Actor, document: OfficialDocument, *, at: datetime) -> None:
    """Take back what waits for a signature, to go on writing."""
    row = lock_document(document.pk)
    if not may_write(actor, row) or row.state != DocumentState.SUBMITTED:
        raise Refusal("not_submitted", "只有送签中的文件可以取回。", status=409)
    _reopen(row, "")
    record_document(row, actor, at, "withdraw_document")


@transaction.atomic
def return_document(actor: Actor, document: OfficialDocument, reason: str, *, at: datetime) -> None:
    """Send it back to the office with a sentence (退回修改)."""
    row = lock_document(document.pk)
    if not may_sign(actor, row) or row.state != DocumentState.SUBMITTED:
        raise Refusal("not_submitted", "只有送签中的文件可以退回修改。", status=409)
    if not reason.strip():
        raise Refusal("no_reason", "请写明退回的原因，起草人好照着改。")
    _reopen(row, reason.strip())
    record_document(row, actor, at, "return_document", {"reason": reason})


def _reopen(row: OfficialDocument, reason: str) -> None:
    row.state, row.returned, row.submitted_at, row.submitted_by = DocumentState.DRAFT, reason, None, None
    row.revision += 1
    row.save(update_fields=["state", "returned", "submitted_at", "submitted_by", "revision"])


@transaction.atomic
def sign_document(actor: Actor, document: OfficialDocument, *, at: datetime) -> OfficialDocument:
    """Issue a document: a second person signs, the next number is taken, and the file is kept as it goes out.

    A repeated click of the same signer does nothing. Raises ``Refusal`` when somebody else was first, when the signer
    drafted it, and when figures changed that nobody has looked at.
    """
    row = lock_document(document.pk)
    if row.state == DocumentState.ISSUED:
        if row.signed_by_id == actor.user.pk:
            return row
        raise Refusal("already_issued", f"《{row.title}》已由{row.signed_by}签发，不用再签。", status=409)
    if row.state != DocumentState.SUBMITTED:
        raise Refusal("not_submitted", f"《{row.title}》现在是{row.state}，还不能签发。", status=409)
    if not may_sign(actor, row):
        raise Refusal("may_not_sign", "当前账号没有签发这份文件的权限。", status=403)
    if is_own_draft(actor, row):
        raise Refusal("signer_is_drafter", "起草或送签的人不能自己签发，请另一位同志签发。", status=403)
    check = check_document(row, actor.on)
    if check.changes:
        count = len(check.changes)
        raise Refusal("figures_changed", f"送签后有 {count} 个数字发生变化。请退回办公室，由办公室定用新数还是旧数。")
    if check.obstacles:
        raise Refusal("not_ready", check.obstacles[0])
    return _issue(actor, row, at)


def _issue(actor: Actor, row: OfficialDocument, at: datetime) -> OfficialDocument:
    row.code = row.code or read_letterhead(row.bureau).code
    row.issued_on = actor.on
    number = take_number(row.bureau, row.code, actor.on, row.title, document=row, actor=str(actor.user), at=at)
    row.number = number
    data = write_document(row)
    digest = keep_file(row.bureau_id, data)
    KeptFile.objects.create(
        document=row, kind=FileKind.BODY, name=f"{number} {row.title}.docx"[-120:], sha256=digest, size=len(data),
        at=at, actor=str(actor.user),
    )  # fmt: skip
    _settle_points(row, str(actor.user), at)
    until = actor.on + timedelta(days=row.answer_days)
    NamedUnit.objects.filter(document=row).update(answer_until_on=until)
    row.state, row.signed_at, row.signed_by = DocumentState.ISSUED, at, actor.user
    row.save(update_fields=["code", "issued_on", "state", "signed_at", "signed_by"])
    if row.plan is not None:
        note_issue(row.plan, actor.on, actor, at=at)
    record_document(row, actor, at, "sign_document", {"number": str(number), "sha256": digest})
    return row


def _settle_points(row: OfficialDocument, actor: str, at: datetime) -> None:
    """What the office had put on the agenda, and this 情况通报 speaks of, waits no longer."""
    if row.kind != DocumentKind.BULLETIN:
        return
    told = {one["where"] for named in NamedUnit.objects.filter(document=row) for one in named.evidence}
    points = [point for point in list_agenda_points(row.bureau) if point.where in told]
    settle_agenda_points(points, _name_key(row), actor=actor, at=at)


def _name_key(row: OfficialDocument) -> str:
    return f"bulletin-{row.pk}"


@transaction.atomic
def void_document(actor: Actor, document: OfficialDocument, reason: str, *, at: datetime) -> None:
    """Void an issued document with its reason. Its number, text and file stay as they are."""
    row = lock_document(document.pk)
    if not (may_write(actor, row) or may_sign(actor, row)):
        raise Refusal("may_not_void", "当前账号没有作废这份文件的权限。", status=403)
    if not reason.strip():
        raise Refusal("no_reason", "请写明为什么作废。发文字号保留，不再使用。")
    if row.state == DocumentState.VOID:
        return
    if row.state != DocumentState.ISSUED:
        raise Refusal("not_issued", "没有签发的文件不用作废，删去草稿就行。", status=409)
    demand_open_year(row.bureau_id, row.issued_on, advice="要更正的，另发一份文件。")
    row.state, row.void_reason, row.voided_at, row.voided_by = DocumentState.VOID, reason.strip(), at, actor.user
    row.save(update_fields=["state", "void_reason", "voided_at", "voided_by"])
    release_agenda_points(row.bureau, _name_key(row), actor=str(actor.user), at=at)
    DocumentNumber.objects.filter(document=row).update(state=NumberState.VOID, reason=reason.strip())
    record_document(row, actor, at, "void_document", {"reason": reason})


@transaction.atomic
def answer_document(actor: Actor, named: NamedUnit, text: str, *, at: datetime) -> None:
    """Write down what a named unit says to the document. One answer, kept as it is; after its days it stays late."""
    row = NamedUnit.objects.select_for_update(of=("self",)).select_related("document__bureau", "unit").get(pk=named.pk)
    if not is_leading(actor, row.unit):
        raise Refusal("not_leading", f"说明由“{row.unit.name}”的书记写。", status=403)
    if row.document.state != DocumentState.ISSUED:
        raise Refusal("not_issued", "这份通报没有签发，或者已经作废，不用说明。", status=409)
    advice = f"仍要说明的，请直接联系{row.document.office}。"
    demand_open_year(row.document.bureau_id, row.document.issued_on, advice=advice)
    if not text.strip():
        raise Refusal("no_answer", "请写明情况。没有不同意见的，可以写“无异议”。")
    if row.answered_at is not None:
        if row.answer == text.strip():
            return
        raise Refusal("answered", f"“{row.unit.name}”已经说明过。要补充，请联系{row.document.office}。", status=409)
    row.answer, row.answered_at, row.answered_by = text.strip(), at, str(actor.user)
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    late = is_late(row, actor.on)
    record_document(row.document, actor, at, "answer_document", {"unit": row.unit_id, "late": late})


@transaction.atomic
def attach_file(actor: Actor, document: OfficialDocument, name: str, data: bytes, *, at: datetime) -> KeptFile:
    """Keep a file with a draft (附件). The same name again takes the place of the former."""
    row = lock_draft(actor, document)
    clean = name_file(name)
    check_size(clean, data)
    digest = keep_file(row.bureau_id, data)
    values = {"sha256": digest, "size": len(data), "at": at, "actor": str(actor.user), "kind": FileKind.ATTACHMENT}
    kept, _ = KeptFile.objects.update_or_create(document=row, name=clean, defaults=values)
    record_document(row, actor, at, "attach_file", {"name": clean, "sha256": digest})
    return kept


@transaction.atomic
def detach_file(actor: Actor, document: OfficialDocument, file_id: int, *, at: datetime) -> None:
    row = lock_draft(actor, document)
    for kept in KeptFile.objects.filter(document=row, pk=file_id, kind=FileKind.ATTACHMENT):
        record_document(row, actor, at, "detach_file", {"name": kept.name})
        kept.delete()
