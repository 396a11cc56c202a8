"""Shipped schemes, drafts and published versions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor

from ..models import SchemeDraft, SchemePublication, SchemeVersion
from ..rules.loading import load_scheme
from ..rules.scheme import Scheme
from ..rules.schemes import SHIPPED_FIRST, Difference, list_differences
from .results import read_version

SHIPPED = settings.ROOT / "schemes"


@lru_cache(maxsize=1)
def list_shipped() -> tuple[Scheme, ...]:
    """List the schemes that come with the house, 机关通用 first."""
    schemes = [load_scheme(path.read_text("utf-8"), path.name).scheme for path in sorted(SHIPPED.glob("*.toml"))]
    return tuple(sorted(schemes, key=lambda scheme: not scheme.code.startswith("jiguan")))


def find_shipped(code: str) -> Scheme:
    found = next((scheme for scheme in list_shipped() if scheme.code == code), None)
    if found is None:
        raise refuse_missing("这个样式")
    return found


def find_first_shipped() -> Scheme:
    return find_shipped(SHIPPED_FIRST)


def list_drafts(actor: Actor) -> list[SchemeDraft]:
    """Drafts of the actor's bureau, the latest first; only the office of the whole bureau writes schemes."""
    return list(SchemeDraft.objects.filter(bureau=actor.bureau).order_by("-at", "-pk")) if may_write(actor) else []


def may_write(actor: Actor) -> bool:
    """A scheme speaks of the whole bureau, so only its office writes one."""
    return any(grant.power == "office" and grant.unit_id is None for grant in actor.leading_grants)


def find_draft(actor: Actor, draft_id: int) -> SchemeDraft:
    found = SchemeDraft.objects.filter(bureau=actor.bureau, pk=draft_id).first() if may_write(actor) else None
    if found is None:
        raise refuse_missing("这份草稿")
    return found


def list_own(bureau: Bureau | None) -> list[SchemeVersion]:
    """The newest text of each scheme the bureau has computed with or published: what a new version begins from."""
    found = SchemeVersion.objects.filter(bureau=bureau).order_by("pk")
    return sorted({row.code: row for row in found}.values(), key=lambda row: row.title)


def find_own(bureau: Bureau | None, version_id: int) -> SchemeVersion:
    found = SchemeVersion.objects.filter(bureau=bureau, pk=version_id).first()
    if found is None:
        raise refuse_missing("这一版细则")
    return found


def list_published(bureau: Bureau | None, code: str = "") -> list[SchemePublication]:
    """Published versions, of one scheme or the newest of each, the latest first."""
    found = SchemePublication.objects.filter(bureau=bureau).select_related("version").order_by("number")
    if code:
        return list(reversed(found.filter(code=code)))
    return list({row.code: row for row in found}.values())


def find_published(bureau: Bureau | None, code: str) -> SchemePublication | None:
    """The version of a scheme that was published last."""
    return next(iter(list_published(bureau, code)), None)


@dataclass(frozen=True)
class VersionRow:
    """One published version with what differs from the one before; nothing for the first."""

    publication: SchemePublication
    scheme: Scheme
    differences: tuple[Difference, ...]


def list_versions(bureau: Bureau | None, code: str) -> list[VersionRow]:
    found = list_published(bureau, code)
    if not found:
        raise refuse_missing("这份细则的版本")
    schemes = [read_version(row.version) for row in found]
    return [
        VersionRow(row, scheme, tuple(list_differences(schemes[at + 1], scheme)) if at + 1 < len(found) else ())
        for at, (row, scheme) in enumerate(zip(found, schemes, strict=True))
    ]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
