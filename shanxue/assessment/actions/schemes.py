"""Writing a scheme and publishing it as a dated version (ux K3)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor

from ..models import SchemeDraft, SchemePublication, SchemeVersion
from ..queries.schemes import digest, find_own, find_published, find_shipped, may_write
from ..rules.loading import load_scheme
from ..rules.scheme import Scheme
from ..rules.schemes import write_blank, write_for_year


def demand_writer(actor: Actor) -> Bureau:
    if not may_write(actor) or actor.bureau is None:
        raise Refusal("office_writes_schemes", "考核细则由学习办公室起草和发布。", status=403)
    return actor.bureau


@transaction.atomic
def start_draft(actor: Actor, begin: str, *, at: datetime) -> SchemeDraft:
    """Begin a draft from a shipped scheme (its code), set to this year; from a version of one's own (its id); or
    from nothing, where ``begin`` is empty.
    """
    bureau = demand_writer(actor)
    if begin.isdecimal():
        own = find_own(bureau, int(begin))
        text, title, based_on = own.text, own.title, own.title
    elif begin:
        shipped = find_shipped(begin)
        text, title, based_on = write_for_year(shipped, actor.on.year), shipped.title, shipped.title
    else:
        text, title, based_on = write_blank(actor.on.year), "学习考核办法", "空白"
    draft = SchemeDraft.objects.create(
        bureau=bureau, title=title, text=text, based_on=based_on, at=at, actor=str(actor.user)
    )
    _record(actor, draft, "start_scheme", at, based_on=based_on)
    return draft


def refuse_stale() -> Refusal:
    return Refusal("draft_changed", "这份草稿在别处改过了，刚才的改动没有保存。请刷新后再改。")


@transaction.atomic
def save_draft(actor: Actor, draft: SchemeDraft, text: str, *, title: str, revision: int, at: datetime) -> SchemeDraft:
    """Keep a draft's text, whether it holds or not. Somebody else's newer text is never overwritten."""
    demand_writer(actor)
    if text == draft.text and title == draft.title:
        return draft
    changed = SchemeDraft.objects.filter(pk=draft.pk, revision=revision).update(
        text=text, title=title, revision=revision + 1, at=at, actor=str(actor.user)
    )
    if not changed:
        raise refuse_stale()
    draft.refresh_from_db()
    _record(actor, draft, "save_scheme", at, sha256=digest(text))
    return draft


@transaction.atomic
def drop_draft(actor: Actor, draft: SchemeDraft, *, at: datetime) -> None:
    demand_writer(actor)
    _record(actor, draft, "drop_scheme", at, sha256=digest(draft.text))
    SchemeDraft.objects.filter(pk=draft.pk).delete()


@transaction.atomic
def publish_draft(actor: Actor, draft: SchemeDraft, *, from_on: date, reason: str, revision: int, at: datetime) -> (
    SchemePublication
):  # fmt: skip
    """Freeze a draft as the next version of its scheme, in force from a day on; the draft is gone then.

    Raises ``SchemeRefused`` with every problem of a text that does not hold, and ``Refusal`` where the same text is
    published already, where the reason is missing, or where somebody changed the draft after it was checked.
    """
    bureau = demand_writer(actor)
    Bureau.objects.select_for_update().get(pk=bureau.pk)  # two clicks at once must not make two versions
    kept = SchemeDraft.objects.filter(pk=draft.pk).first()
    if kept is None:
        raise refuse_missing("这份草稿")
    if kept.revision != revision:
        raise Refusal("draft_changed", "这份草稿在核对之后又改过，请重新核对后再发布。")
    if not reason.strip():
        raise Refusal("no_reason", "请写明依据，例如哪次会议通过。")
    scheme = load_scheme(kept.text, "草稿").scheme
    demand_open_year(bureau.pk, scheme.window.last_on)
    publication = _publish(bureau, scheme, kept.text, from_on, reason.strip(), actor, at)
    _record(actor, kept, "publish_scheme", at, code=scheme.code, number=publication.number, reason=reason)
    kept.delete()
    return publication


def _publish(
    bureau: Bureau, scheme: Scheme, text: str, from_on: date, reason: str, actor: Actor, at: datetime
) -> SchemePublication:
    last = find_published(bureau, scheme.code)
    if last is not None and last.version.text == text:
        raise Refusal("same_scheme", f"和已发布的第{last.number}版一样，没有要发布的改动。")
    if last is not None and from_on < last.from_on:
        raise Refusal("earlier_than_last", f"生效日不能早于第{last.number}版的{last.from_on:%Y-%m-%d}。")
    version, _ = SchemeVersion.objects.get_or_create(
        bureau=bureau, code=scheme.code, sha256=digest(text),
        defaults={"title": scheme.title, "subject": scheme.subject, "text": text, "at": at},
    )  # fmt: skip
    return SchemePublication.objects.create(
        bureau=bureau, version=version, code=scheme.code, number=last.number + 1 if last else 1, from_on=from_on,
        reason=reason, at=at, actor=str(actor.user),
    )  # fmt: skip


def _record(actor: Actor, draft: SchemeDraft, verb: str, at: datetime, **detail: object) -> None:
    record_entry(
        chain=draft.bureau.code, actor=actor.user.username, at=at, verb=f"assessment.{verb}",
        subject=f"scheme_draft:{draft.pk}", detail={"title": draft.title, **detail},
    )  # fmt: skip
