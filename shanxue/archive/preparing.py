"""Making a year ready before it is sealed: PDF/A copies take most of the time, and most documents no longer change.

Nothing here is a record: the copies lie outside the files that a backup holds, go when the year is sealed, and can be
made again at any time.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from django.utils import timezone

from shanxue.base.errors import Refusal
from shanxue.orgs.models import Bureau

from .converting import Converter, find_program
from .models import ArchiveYear
from .packing import Progress, tell_converting
from .paths import hold_year, locate_prepared
from .queries import find_archive, read_volume
from .rules import Volume, YearState

NOTE = "prepared"  # written last: for how many documents there are copies


@contextmanager
def open_workshop(bureau: Bureau, year: int) -> Iterator[tuple[Path, Converter]]:
    """A folder to work in and what converts there; whoever opens it holds the year. What was converted stays."""
    kept = locate_prepared(bureau.code, year)
    kept.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".work-{kept.name}-"
    for leftover in kept.parent.glob(f"{prefix}*"):  # of a process that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=kept.parent) as folder:
        converter = Converter(find_program(), kept, Path(folder))
        try:
            yield Path(folder), converter
        finally:
            converter.stop()


def prepare_year(bureau: Bureau, year: int, *, progress: Progress) -> int:
    """Make the PDF/A copies of all documents that are ready, as they are now; gives how many were new.

    Writes no record. Copies of documents that have changed since are removed.
    """
    with hold_year(bureau.code, year):
        archive = find_archive(bureau, year)
        if archive.state == YearState.SEALED or not find_program():
            raise Refusal(
                "nothing_to_prepare", f"{year} 年的卷不用预备：没有装 LibreOffice，或者已经封好。", status=409
            )
        documents = [one for placed in read_volume(archive).placed for one in placed.piece.documents]
        wanted = [one for one in documents if one.name.endswith(".docx")]
        with open_workshop(bureau, year) as (_, converter):
            for number, document in enumerate(wanted, 1):
                converter.put(document.write())
                progress("写出文件", number, len(wanted))
            converter.finish(tell_converting(converter, progress))
            converter.forget_others()
            (converter.kept / NOTE).write_text(str(len(wanted)))
            return converter.asked


@dataclass(frozen=True)
class Readiness:
    """How many documents of a year become PDF/A, and for how many a copy was made last time, on which day.

    A document may have changed since: its copy is then made anew when the year is sealed.
    """

    documents: int
    prepared: int
    on: date | None


def read_readiness(archive: ArchiveYear, volume: Volume) -> Readiness | None:
    """How far a year is made ready; None where there is nothing to make, or no program that makes it."""
    names = [one.name for placed in volume.placed for one in placed.piece.documents]
    documents = sum(name.endswith(".docx") for name in names)
    if not documents or not find_program():
        return None
    note = locate_prepared(archive.bureau.code, archive.year) / NOTE
    if not note.exists():
        return Readiness(documents, 0, None)
    at = datetime.fromtimestamp(note.stat().st_mtime, UTC)
    return Readiness(documents, int(note.read_text()), timezone.localdate(at))


def drop_prepared(bureau: Bureau, year: int) -> None:
    shutil.rmtree(locate_prepared(bureau.code, year), ignore_errors=True)
