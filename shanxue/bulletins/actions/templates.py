"""Putting an office's own template into use, and going back to the shipped one."""

from __future__ import annotations

import hashlib
from datetime import datetime

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor
from shanxue.web.office_templates import drop_template, keep_template, locate_uploaded

from ..files import check_size, keep_file, read_file
from ..office import TemplateKind, try_template
from .drafting import demand_scope


def try_upload(actor: Actor, kind: TemplateKind, name: str, data: bytes) -> str:
    """Try an uploaded template on the sample and keep it for the next step; gives its digest. Nothing is used yet."""
    assert actor.bureau is not None
    demand_scope(actor, None)
    check_size(name, data)
    try_template(kind, data, name)
    return keep_file(actor.bureau.pk, data)


def use_template(actor: Actor, kind: TemplateKind, digest: str, *, at: datetime) -> None:
    """Put a template that was tried into use. The same again does nothing new."""
    assert actor.bureau is not None
    demand_scope(actor, None)
    data = read_file(actor.bureau.pk, digest)
    try_template(kind, data, f"{kind.name}模板.docx")
    keep_template(actor.bureau.pk, kind.name, data)
    _record(actor.bureau, actor, at, "use_template", kind.name, {"sha256": hashlib.sha256(data).hexdigest()})


def leave_template(actor: Actor, kind: TemplateKind, *, at: datetime) -> None:
    """Go back to the template that came with the house. What was written by the former stays as it is."""
    assert actor.bureau is not None
    demand_scope(actor, None)
    if not locate_uploaded(actor.bureau.pk, kind.name).is_file():
        raise Refusal("no_own_template", f"{kind.name}用的不是自己上传的模板，不用换回。")
    drop_template(actor.bureau.pk, kind.name)
    _record(actor.bureau, actor, at, "leave_template", kind.name, {})


def _record(bureau: Bureau, actor: Actor, at: datetime, verb: str, kind: str, detail: dict[str, str]) -> None:
    record_entry(
        chain=bureau.code, actor=str(actor.user), at=at, verb=f"bulletins.{verb}", subject=f"template:{kind}",
        detail=detail,
    )  # fmt: skip
