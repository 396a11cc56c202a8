"""Writing a document until it is handed in: letterhead, drafts, texts, evidence, figures that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Bureau, Unit
from shanxue.orgs.queries import Actor
from shanxue.plans.models import Plan
from shanxue.plans.queries.planning import tell_tier
from shanxue.plans.rules import PlanState
from shanxue.plans.rules.planning import PlanTier

from ..models import DocumentPart, Figure, Letterhead, NamedPerson, NamedUnit, OfficialDocument
from ..queries.checks import TABLES, check_document, hash_tables, write_tables
from ..queries.documents import find_last_bulletin, read_letterhead, writes_scope
from ..queries.gathering import draft_document, has_something
from ..rules import FROM_RECORDS, SECTIONS, DocumentKind, DocumentState, Section
from ..rules.checking import Change
from ..rules.drafts import Draft, Evidence, read_spans, write_spans
from ..rules.marking import Marked, carry_spans, replace_figures
from ..rules.periods import NamedPeriod, read_period

HEADER = ("title", "mark", "issuer", "code", "to", "copies", "printed_by")
CHOICES = ("due_on", "answer_days", "line_percent", "line_clause", "named", "practices")
MANUAL = "manual"  # the figure of evidence that somebody wrote by hand: none


def record_document(
    document: OfficialDocument, actor: Actor, at: datetime, verb: str, detail: Mapping[str, Any] | None = None
) -> None:
    record_entry(
        chain=document.bureau.code, actor=str(actor.user), at=at, verb=f"bulletins.{verb}",
        subject=f"document:{document.pk}", detail={"title": document.title, **(detail or {})},
    )  # fmt: skip


def lock_document(document_id: int) -> OfficialDocument:
    """Hold a document against everybody else until the transaction ends."""
    rows = OfficialDocument.objects.select_for_update(of=("self",)).select_related("bureau", "unit", "plan__unit")
    return rows.get(pk=document_id)


def lock_draft(actor: Actor, document: OfficialDocument) -> OfficialDocument:
    """Hold a draft that the actor writes. Raises ``Refusal`` for one that is no draft any more."""
    row = lock_document(document.pk)
    demand_scope(actor, row.unit)
    if row.state != DocumentState.DRAFT:
        raise Refusal("not_a_draft", f"这份文件已经{row.state}，不能再改。要改请先退回草稿。", status=409)
    return row


def demand_scope(actor: Actor, unit: Unit | None) -> None:
    if not writes_scope(actor, unit):
        raise Refusal("office_only", "文件由学习办公室起草，范围不能超过本办公室管的单位。", status=403)


@transaction.atomic
def save_letterhead(actor: Actor, values: Mapping[str, Any], *, at: datetime) -> Letterhead:
    """Say once what every document bears."""
    assert actor.bureau is not None
    demand_scope(actor, None)
    row, _ = Letterhead.objects.select_for_update().get_or_create(bureau=actor.bureau)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    record_entry(
        chain=actor.bureau.code, actor=str(actor.user), at=at, verb="bulletins.set_letterhead", subject="letterhead",
        detail=dict(values),
    )  # fmt: skip
    return row


def _start(actor: Actor, kind: DocumentKind, title: str, to: str, at: datetime, **values: Any) -> OfficialDocument:
    """Make a draft with the bureau's letterhead. A second open one of the same title is refused."""
    bureau = actor.bureau
    assert bureau is not None
    head = read_letterhead(bureau)
    document = OfficialDocument(
        bureau=bureau, kind=kind, title=title, to=to, mark=head.mark or f"{bureau.name}文件",
        issuer=head.issuer or bureau.name, code=head.code, copies=head.copies, office=head.office,
        printed_by=head.printed_by or head.issuer or bureau.name, answer_days=head.answer_days,
        drafted_at=at, drafted_by=actor.user, **values,
    )  # fmt: skip
    if kind == DocumentKind.BRIEFING:  # bears its own name, is numbered under it, and is made by the office
        document.mark = document.code = head.briefing
        document.issuer = document.printed_by = head.office
    try:
        with transaction.atomic():
            document.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal(
            "draft_twice", f"《{title}》已有一份没有签发的，请接着写那一份，或者先删去它。", status=409
        ) from error
    return document


def find_open_draft(bureau: Bureau, title: str) -> OfficialDocument | None:
    """The open document of a title: where a repeated click leads."""
    open_states = (DocumentState.DRAFT, DocumentState.SUBMITTED)
    return OfficialDocument.objects.filter(bureau=bureau, title=title, state__in=open_states).first()


def name_bulletin(
    bureau: Bureau, unit: Unit | None, period: NamedPeriod, issuer: str, kind: DocumentKind = DocumentKind.BULLETIN
) -> str:
    if kind == DocumentKind.BRIEFING:
        return f"{period.label}{unit.name if unit else ''}学习情况"
    return f"{issuer or bureau.name}关于{period.label}{unit.name if unit else ''}学习情况的通报"


@transaction.atomic
def draft_bulletin(
    actor: Actor, unit: Unit | None, code: str, *, at: datetime, kind: DocumentKind = DocumentKind.BULLETIN
) -> OfficialDocument:
    """Draft the 情况通报 or 简报 of a period from the records. Raises ``Refusal`` when there is nothing to speak of."""
    demand_scope(actor, unit)
    assert actor.bureau is not None
    period = read_period(code)
    if period is None or period.period.from_on > actor.on:
        raise Refusal("bad_period", "请选一个已经开始的期间。")
    title = name_bulletin(actor.bureau, unit, period, read_letterhead(actor.bureau).issuer, kind)
    document = _start(
        actor, kind, title, "各党支部、各部门", at, unit=unit, period=code,
        from_on=period.period.from_on, until_on=period.period.until_on,
    )  # fmt: skip
    if not has_something(document, period, actor.on):
        raise Refusal("nothing_to_report", _say_nothing(actor.bureau, period, kind))
    _store_draft(document, draft_document(document, actor.on), at)
    detail = {"kind": kind, "period": code, "unit": unit.pk if unit else None}
    record_document(document, actor, at, "draft_bulletin", detail)
    return document


def _say_nothing(bureau: Bureau, period: NamedPeriod, kind: DocumentKind) -> str:
    last = find_last_bulletin(bureau, kind)
    found = read_period(last.period) if last is not None else None
    word, verb = ("简报", "可写的") if kind == DocumentKind.BRIEFING else ("通报", "可通报的")
    told = f"最近一次{word}：{found.label}。" if found else f"还没有发过{word}。"
    return f"{period.label}没有{verb}数据，{told}"


def _store_draft(document: OfficialDocument, draft: Draft, at: datetime) -> None:
    for section in SECTIONS[DocumentKind(document.kind)]:
        marked = draft.sections[section]
        DocumentPart.objects.create(
            document=document, section=section, text=marked.text, spans=write_spans(marked), drafted=marked.text
        )
    _store_figures(document, draft, at)
    _store_names(document, draft.evidence)
    _store_persons(document, draft)
    document.tables = write_tables(draft.tables)
    document.save(update_fields=["tables"])


def _store_figures(document: OfficialDocument, draft: Draft, at: datetime) -> None:
    Figure.objects.bulk_create(
        Figure(
            document=document, key=one.key, label=one.label[:120], kind=one.kind, value=one.value, frozen_at=at,
            rows=[[row.title, row.value, row.href] for row in one.rows],
        )
        for one in draft.figures
    )  # fmt: skip


def _store_names(document: OfficialDocument, evidence: Iterable[Evidence]) -> None:
    """One row per unit with all its reasons; what somebody wrote by hand stays."""
    units: dict[int, list[dict[str, str]]] = {}
    for row in NamedUnit.objects.filter(document=document):
        units[row.unit_id] = [one for one in row.evidence if one["figure"] == MANUAL]
    for one in evidence:
        told = {"figure": one.figure, "matter": one.matter, "fact": one.fact, "where": one.href}
        units.setdefault(one.unit_id, []).append(told)
    NamedUnit.objects.filter(document=document).delete()
    NamedUnit.objects.bulk_create(
        NamedUnit(document=document, unit_id=unit, evidence=told) for unit, told in units.items() if told
    )


def _store_persons(document: OfficialDocument, draft: Draft) -> None:
    NamedPerson.objects.filter(document=document).delete()
    NamedPerson.objects.bulk_create(
        NamedPerson(document=document, person_id=person, text=text[:120])
        for person, text in dict.fromkeys(draft.persons)
    )


@dataclass(frozen=True)
class Edit:
    """What somebody changed on the page: header, choices, and the text of each section."""

    header: Mapping[str, Any]
    texts: Mapping[Section, str]
    revision: int


@transaction.atomic
def edit_document(actor: Actor, document: OfficialDocument, edit: Edit, *, at: datetime) -> OfficialDocument:
    """Save what was written. Figures stay at their places; a choice that the draft rests on drafts it anew."""
    row = lock_draft(actor, document)
    if row.revision != edit.revision:
        raise Refusal("stale_document", "你打开以后，别人改过这份文件。请先看新的，再写一次。", status=409)
    before = {name: getattr(row, name) for name in (*HEADER, *CHOICES)}
    for name, value in edit.header.items():
        setattr(row, name, value)
    row.revision += 1
    if row.kind == DocumentKind.BRIEFING:
        row.code = row.mark
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refusal("title_twice", f"已有一份叫《{row.title}》的草稿，请换一个标题。", status=409) from error
    _save_texts(row, edit.texts)
    if row.kind in FROM_RECORDS and any(before[name] != getattr(row, name) for name in CHOICES):
        _renew(row, draft_document(row, actor.on), at)
    changed = [name for name, value in before.items() if value != getattr(row, name)]
    record_document(row, actor, at, "edit_document", {"changed": changed, "revision": row.revision})
    return row


def _save_texts(document: OfficialDocument, texts: Mapping[Section, str]) -> None:
    for part in DocumentPart.objects.filter(document=document, section__in=texts):
        text = "\n".join(line.rstrip() for line in texts[Section(part.section)].replace("\r", "").split("\n")).strip()
        marked = carry_spans(read_spans(part.text, part.spans), text)
        part.text, part.spans = marked.text, write_spans(marked)
        part.save(update_fields=["text", "spans"])


def _renew(document: OfficialDocument, fresh: Draft, at: datetime) -> None:
    """Take today's figures: sections nobody edited are written anew, in edited ones only the figures change."""
    values = {figure.key: figure.value for figure in fresh.figures}
    used: set[str] = set()
    for part in DocumentPart.objects.filter(document=document):
        marked = read_spans(part.text, part.spans)
        if part.text == part.drafted:
            marked = fresh.sections[Section(part.section)]
            part.drafted = marked.text
        else:
            marked = _replace_untouched(document, marked, values)
        part.text, part.spans = marked.text, write_spans(marked)
        part.save(update_fields=["text", "spans", "drafted"])
        used |= marked.keys
    gone = Figure.objects.filter(document=document, key__in=used).exclude(key__in=values)
    gone.update(seen="")  # nothing counts them any more; the office has been told
    Figure.objects.filter(document=document).exclude(key__in=[row.key for row in gone]).delete()
    _store_figures(document, fresh, at)
    _store_names(document, fresh.evidence)
    _store_persons(document, fresh)
    document.tables, document.tables_seen = write_tables(fresh.tables), ""
    document.save(update_fields=["tables", "tables_seen"])


def _replace_untouched(document: OfficialDocument, marked: Marked, values: Mapping[str, str]) -> Marked:
    """A figure that somebody wrote over keeps what they wrote; it stays marked as different."""
    old = dict(Figure.objects.filter(document=document).values_list("key", "value"))
    same = {key: value for key, value in values.items() if value and marked.find(key) == old.get(key)}
    return replace_figures(marked, same)


@transaction.atomic
def decide_figures(actor: Actor, document: OfficialDocument, *, take_new: bool, at: datetime) -> list[Change]:
    """Answer the question of ux K4: today's numbers, or those of the draft with the newer ones noted as seen."""
    row = lock_draft(actor, document)
    check = check_document(row, actor.on)
    if not check.changes or check.fresh is None:
        return []
    if take_new:
        _renew(row, check.fresh, at)
    else:
        for change in check.changes:
            if change.key == TABLES:
                row.tables_seen = hash_tables(write_tables(check.fresh.tables))
            else:
                Figure.objects.filter(document=row, key=change.key).update(seen=change.new)
    row.revision += 1
    row.save(update_fields=["revision", "tables_seen"])
    detail = {"new": take_new, "figures": [[one.key, one.old, one.new] for one in check.changes]}
    record_document(row, actor, at, "decide_figures", detail)
    return check.changes


@transaction.atomic
def add_evidence(actor: Actor, document: OfficialDocument, unit: Unit, fact: str, *, at: datetime) -> None:
    """Write down by hand why a unit is named. A name without any reason is refused at handing in."""
    row = lock_draft(actor, document)
    if not fact.strip():
        raise Refusal("no_evidence", f"请写明点名“{unit.name}”的依据：哪一天、什么事。")
    named, _ = NamedUnit.objects.get_or_create(document=row, unit=unit, defaults={"evidence": [_write_by_hand(fact)]})
    if named.evidence[-1] != _write_by_hand(fact):
        named.evidence = [*named.evidence, _write_by_hand(fact)]
        named.save(update_fields=["evidence"])
    record_document(row, actor, at, "add_evidence", {"unit": unit.pk, "fact": fact})


def _write_by_hand(fact: str) -> dict[str, str]:
    return {"figure": MANUAL, "matter": "办公室写明", "fact": fact.strip(), "where": ""}


@transaction.atomic
def draft_notice(
    actor: Actor, unit: Unit | None, values: Mapping[str, str], text: str, *, at: datetime
) -> OfficialDocument:
    """Begin a 通知: title, addressees, text."""
    demand_scope(actor, unit)
    document = _start(actor, DocumentKind.NOTICE, values["title"], values["to"], at, unit=unit)
    DocumentPart.objects.create(document=document, section=Section.BODY, text=text.replace("\r", "").strip())
    record_document(document, actor, at, "draft_notice")
    return document


@transaction.atomic
def draft_opinion(actor: Actor, plan: Plan, *, at: datetime) -> OfficialDocument:
    """Give the bureau's approved plan of a year a cover as official document; its text stays the plan's own."""
    demand_scope(actor, None)
    if tell_tier(plan) != PlanTier.BUREAU or plan.state != PlanState.APPROVED:
        raise Refusal("plan_not_approved", "全局的年度工作意见批准以后，才能作为文件印发。")
    open_one = OfficialDocument.objects.filter(plan=plan).exclude(state=DocumentState.VOID).first()
    if open_one is not None:
        return open_one
    document = _start(actor, DocumentKind.OPINION, plan.title, "各党支部、各部门", at, plan=plan)
    record_document(document, actor, at, "draft_opinion", {"plan": plan.pk})
    return document


@transaction.atomic
def drop_draft(actor: Actor, document: OfficialDocument, *, at: datetime) -> None:
    """Throw a draft away; no number was taken for it."""
    row = lock_draft(actor, document)
    record_document(row, actor, at, "drop_draft")
    row.delete()
