"""Writing the archive: what the office decides before sealing, and the seal itself."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.base.volumes import Retention
from shanxue.orgs.actions.closing import close_year
from shanxue.orgs.models import Bureau

from ..bag import hash_file
from ..models import ArchiveYear, PieceChoice, SealedPiece
from ..packing import Packed, Progress, name_package, pack_year
from ..paths import get_folder, hold_year
from ..preparing import drop_prepared, open_workshop
from ..queries import read_volume
from ..rules import Volume, YearState

DRAFT = ".draft-"


def open_archive(bureau: Bureau, year: int) -> ArchiveYear:
    """Give the row of a year, made when it is first needed."""
    return ArchiveYear.objects.get_or_create(bureau=bureau, year=year)[0]


@transaction.atomic
def set_fonds(bureau: Bureau, year: int, fonds: str, *, actor: str, at: datetime) -> ArchiveYear:
    """Write the 全宗号 that every 档号 of the year begins with."""
    archive = _lock_open(bureau, year)
    if archive.fonds != fonds:
        archive.fonds = fonds
        archive.save(update_fields=["fonds"])
        _record(archive, actor, at, "set_fonds", {"fonds": fonds})
    return archive


@transaction.atomic
def choose_piece(
    bureau: Bureau, year: int, key: str, *, retention: str, position: int | None, left_out: str, actor: str,
    at: datetime,
) -> PieceChoice:  # fmt: skip
    """Decide of one 件 before sealing: its retention, its place in its class, or that it stays out, with why."""
    archive = _lock_open(bureau, year)
    if retention:
        Retention(retention)
    found, _ = PieceChoice.objects.update_or_create(
        year=archive, key=key, defaults={"retention": retention, "position": position, "left_out": left_out}
    )
    detail = {"key": key, "retention": retention, "position": position, "left_out": left_out}
    _record(archive, actor, at, "choose_piece", detail)
    return found


def _lock_open(bureau: Bureau, year: int) -> ArchiveYear:
    archive = ArchiveYear.objects.select_for_update().get(pk=open_archive(bureau, year).pk)
    _demand_open(archive)
    return archive


def _demand_open(archive: ArchiveYear) -> None:
    if archive.state == YearState.SEALED:
        raise Refusal("sealed", describe_sealed(archive), status=409)


def describe_sealed(archive: ArchiveYear) -> str:
    sealed_at = archive.sealed_at or timezone.now()
    local = timezone.localtime(sealed_at)
    day = f"{local.year}年{local.month}月{local.day}日"
    return f"{archive.year} 年的卷已由{archive.sealed_by}在{day}封好，不能再改，也不用再封。"


def _record(archive: ArchiveYear, actor: str, at: datetime, verb: str, detail: Mapping[str, object]) -> None:
    record_entry(
        chain=archive.bureau.code, actor=actor, at=at, verb=f"archive.{verb}", subject=f"archive:{archive.year}",
        detail=dict(detail),
    )  # fmt: skip


def refuse_sealing(archive: ArchiveYear, volume: Volume, decision: str, today: date) -> Refusal | None:
    """Say why a year cannot be sealed now; None when it can."""
    if archive.state == YearState.SEALED:
        return Refusal("sealed", describe_sealed(archive), status=409)
    if today <= date(archive.year, 12, 31):
        return Refusal("year_running", f"{archive.year} 年还没有结束，12 月 31 日以后才能封卷。", status=409)
    if not archive.fonds:
        return Refusal("no_fonds", "还没有填全宗号，编不了档号。请先填全宗号，再封卷。", status=409)
    if volume.missing and not decision:
        first, others = volume.missing[0].missing, len(volume.missing) - 1
        more = f"另有 {others} 处缺件。" if others else ""
        return Refusal("gaps", f"{first}{more}补齐以后再封；确实补不了的，写明决定再封。", status=409)
    if not volume.placed:
        return Refusal("nothing_to_seal", f"{archive.year} 年还没有可归档的卷。", status=409)
    return None


def seal_year(
    bureau: Bureau, year: int, *, decision: str = "", actor: str, at: datetime, progress: Progress
) -> ArchiveYear:
    """Pack and seal a year. The package appears whole or not at all; one of two clerks wins, the other reads so.

    Nothing is locked in the database while the package is written. What changed meanwhile is found before the end.
    """
    with hold_year(bureau.code, year):
        archive = open_archive(bureau, year)
        progress("检查缺件", 0, 1)
        volume = _read_sealable(archive, decision, at)
        folder = get_folder()
        for leftover in folder.glob(f"{DRAFT}*"):  # of a process that was killed
            leftover.unlink(missing_ok=True)
        handle, name = tempfile.mkstemp(prefix=DRAFT, dir=folder)
        os.close(handle)
        draft = Path(name)
        try:
            with open_workshop(bureau, year) as (work, converter):
                packed = pack_year(
                    archive, volume, draft, work=work, converter=converter, decision=decision, actor=actor,
                    on=timezone.localdate(at), progress=progress,
                )  # fmt: skip
            again = _read_sealable(archive, decision, at)
            if _tell_apart(again) != _tell_apart(volume):
                raise Refusal("changed_meanwhile", "封卷的时候记录有变动，没有封。请再封一次。", status=409)
            sealed = _write_seal(archive, volume, packed, draft, decision, actor, at)
        finally:
            draft.unlink(missing_ok=True)
        drop_prepared(bureau, year)
        progress("封卷完成", 1, 1)
        return sealed


def _read_sealable(archive: ArchiveYear, decision: str, at: datetime) -> Volume:
    volume = read_volume(archive)
    refusal = refuse_sealing(archive, volume, decision, timezone.localdate(at))
    if refusal is not None:
        raise refusal
    return volume


def _tell_apart(volume: Volume) -> list[tuple[str, str, str]]:
    kept = [(one.piece.key, one.code, one.title) for one in volume.placed]
    return kept + [(piece.key, "", piece.missing) for piece in volume.missing]


@transaction.atomic
def _write_seal(
    archive: ArchiveYear, volume: Volume, packed: Packed, draft: Path, decision: str, actor: str, at: datetime
) -> ArchiveYear:  # fmt: skip
    gaps = [piece.missing for piece in volume.missing]
    name, digest = f"{name_package(archive)}.zip", hash_file(draft)
    won = ArchiveYear.objects.filter(pk=archive.pk, state=YearState.OPEN).update(
        state=YearState.SEALED, sealed_at=at, sealed_by=actor, gaps=gaps, decision=decision if gaps else "",
        package=name, package_sha256=digest, package_bytes=draft.stat().st_size, head_seq=packed.head_seq,
        head_hash=packed.head_hash,
    )  # fmt: skip
    archive.refresh_from_db()
    if not won:
        raise Refusal("sealed", describe_sealed(archive), status=409)
    SealedPiece.objects.bulk_create(_list_rows(archive, volume, packed))
    close_year(archive.bureau, archive.year, actor=actor, at=at)
    detail = {
        "package": name, "sha256": digest, "tagmanifest": packed.tag_sha256, "pieces": len(packed.entries),
        "gaps": gaps, "decision": decision if gaps else "", "head": {"seq": packed.head_seq, "hash": packed.head_hash},
    }  # fmt: skip
    _record(archive, actor, at, "seal", detail)
    os.replace(draft, get_folder() / name)  # last: without the row above it the file is nobody's
    return archive


def _list_rows(archive: ArchiveYear, volume: Volume, packed: Packed) -> list[SealedPiece]:
    return [
        SealedPiece(
            year=archive, position=position, key=placed.piece.key, series=placed.piece.series,
            retention=placed.retention, code=placed.code, number=entry.listed.number,
            responsible=entry.listed.responsible, title=entry.listed.title, on=entry.listed.on,
            secrecy=entry.listed.secrecy, pages=entry.listed.pages, remark=entry.listed.remark,
            files=list(entry.files),
        )
        for position, (placed, entry) in enumerate(zip(volume.placed, packed.entries, strict=True), 1)
    ]  # fmt: skip


@transaction.atomic
def record_download(archive: ArchiveYear, kind: str, *, actor: str, at: datetime) -> None:
    """Write down that somebody took the package away: it holds everybody's results."""
    _record(archive, actor, at, "download", {"kind": kind, "package": archive.package})
