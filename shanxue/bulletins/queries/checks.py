"""What the check page and the signer look at: figures that changed, names with evidence, what is missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from ..models import NamedUnit, OfficialDocument
from ..rules import FROM_RECORDS, DocumentKind, Section
from ..rules.checking import (
    NAMING,
    Change,
    HandMade,
    Kept,
    keep_evidence,
    list_changes,
    list_hand_made,
    list_new_matters,
    list_unproved,
)
from ..rules.drafts import Draft, Evidence
from ..rules.marking import Marked
from ..rules.shapes import Attachment
from .documents import list_named, read_evidence, read_kept, read_letterhead, read_sections
from .gathering import draft_document, list_scope

TABLES = "tables"


@dataclass(frozen=True)
class Check:
    """A document as it stands today. ``obstacles``: whole sentences; with any it does not go on."""

    sections: dict[Section, Marked]
    figures: dict[str, Kept]
    changes: list[Change] = field(default_factory=list)
    hand_made: list[HandMade] = field(default_factory=list)
    new_matters: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    unproved: list[str] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    fresh: Draft | None = None

    @property
    def named(self) -> list[tuple[str, list[Evidence]]]:
        """The units named, each with its evidence, in the order of the tree."""
        found: dict[str, list[Evidence]] = {}
        for one in self.evidence:
            found.setdefault(one.unit, []).append(one)
        return list(found.items())


def check_document(document: OfficialDocument, today: date) -> Check:
    """Look at a document: one from records against those of today, every kind for what is missing."""
    sections, figures = read_sections(document), read_kept(document)
    if document.kind not in FROM_RECORDS:
        return Check(sections, figures, obstacles=list_obstacles(document, sections, []))
    fresh = draft_document(document, today)
    used = frozenset(key for section in sections.values() for key in section.keys)
    changes = list_changes(figures.values(), used, fresh)
    changes += _compare_tables(document, fresh)
    named = list_named(document)
    evidence, unproved = _judge_names(document, sections, figures, named, today)
    edited = frozenset(figures)
    return Check(
        sections, figures, changes, list_hand_made(sections.values(), figures),
        list_new_matters(used, edited, fresh), evidence, unproved, list_obstacles(document, sections, unproved), fresh,
    )  # fmt: skip


def _judge_names(
    document: OfficialDocument, sections: dict[Section, Marked], figures: dict[str, Kept],
    named: Sequence[NamedUnit], today: date,
) -> tuple[list[Evidence], list[str]]:  # fmt: skip
    """The evidence of the units that the text names, and the units it names without any."""
    units = [unit.name for unit in list_scope(document, today)]
    looked_at = [sections[section] for section in NAMING if section in sections]
    known = read_evidence(list(named))
    evidence = keep_evidence(known, looked_at, figures, [*units, *(one.unit for one in known)])
    text = "\n".join(section.text for section in looked_at)
    for own in (document.office, document.issuer, document.printed_by):
        text = text.replace(own, "")
    return evidence, list_unproved(text, units, [one.unit for one in known])


def _compare_tables(document: OfficialDocument, fresh: Draft) -> list[Change]:
    new = hash_tables(write_tables(fresh.tables))
    if new in (hash_tables(document.tables), document.tables_seen):
        return []
    return [Change(TABLES, "附表", "草稿里的附表", "按今天的记录，附表有变化")]


def write_tables(tables: Sequence[Attachment]) -> list[dict[str, Any]]:
    """Attachments as they are stored."""
    found: list[dict[str, Any]] = json.loads(json.dumps([asdict(table) for table in tables]))
    return found


def read_tables(tables: Sequence[dict[str, Any]]) -> list[Attachment]:
    return [
        Attachment(
            one["title"], one["first"], tuple(one["columns"]),
            tuple((name, tuple(cells)) for name, cells in one["rows"]), one.get("remark", ""),
        )
        for one in tables
    ]  # fmt: skip


def hash_tables(tables: Sequence[dict[str, Any]]) -> str:
    text = json.dumps(list(tables), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def list_obstacles(document: OfficialDocument, sections: dict[Section, Marked], unproved: Sequence[str]) -> list[str]:
    """Say what stands in the way of handing in, one sentence each."""
    found = []
    if not (document.code or read_letterhead(document.bureau).code):
        found.append("还没有填机关代字，编不出发文字号。请到“发文设置”填写。")
    if not document.to.strip():
        found.append("还没有填发送范围。" if document.kind == DocumentKind.BRIEFING else "还没有填主送机关。")
    if document.kind == DocumentKind.NOTICE and not sections.get(Section.BODY, Marked()).text.strip():
        found.append("正文还是空的。")
    if document.kind in FROM_RECORDS:
        asked = [section for section in sections if section != Section.PRACTICES]  # nothing to praise is no gap
        found += [f"“{section}”是空的。" for section in asked if not sections[section].text.strip()]
    found += [f"“{unit}”写进了正文，但没有依据。请写明依据，或者从正文里删去。" for unit in unproved]
    return found
