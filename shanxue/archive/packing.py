"""Packing a year: documents, their PDF/A copies, records, the trail, the catalogue, in one pass into one file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shanxue.audit.queries import Head, find_head, stream_entries
from shanxue.audit.rules import Algorithm, encode_content, next_algorithm
from shanxue.base.volumes import Table

from .bag import BagWriter
from .converting import Converter, count_pages
from .documents import TRAIL_METHOD, Cover, Entry, write_catalogue, write_index, write_read_me
from .models import ArchiveYear
from .queries import find_former_head, get_period, list_tables
from .records import write_table
from .rules import Listed, Placed, Volume

Progress = Callable[[str, int, int], None]  # what is being done, how much of it, out of how much
PDF_MADE = "另有 PDF/A 副本（.pdf）"
PDF_ABSENT = "没有 PDF 副本：封卷的机器上没有 LibreOffice"
PDF_PARTLY = "另有 PDF/A 副本（.pdf），其中 {count} 个没有转成"


@dataclass(frozen=True)
class Packed:
    """A package as written, not yet in its place."""

    entries: tuple[Entry, ...]
    tag_sha256: str
    head_seq: int
    head_hash: str
    unconverted: int


@dataclass(frozen=True)
class _Written:
    """A document written to the disk: of which 件, what it is called in the package, where it lies."""

    placed: Placed
    name: str
    path: Path
    digest: str  # by which the converter knows it; "": it is not converted


def pack_year(
    archive: ArchiveYear, volume: Volume, path: Path, *, work: Path, converter: Converter, decision: str, actor: str,
    on: date, progress: Progress,
) -> Packed:  # fmt: skip
    """Write the package of a year to ``path``. What breaks off leaves nothing but an unfinished file there."""
    with closing(BagWriter(path, name_package(archive))) as bag:
        written = _write_documents(volume, work, converter, progress)
        tables = _write_tables(archive, bag, work, progress)
        head = _add_trail(archive, bag)
        converter.finish(tell_converting(converter, progress))
        entries, unconverted = _add_documents(volume, written, converter, bag, progress)
        cover = Cover(
            archive.bureau.name, archive.fonds, archive.year, on, actor, [one.missing for one in volume.missing],
            decision, [(piece.title, why) for piece, why in volume.left_out],
            _say_pdf(converter.program, unconverted), head.hash,
        )  # fmt: skip
        bag.add("归档文件目录.xlsx", write_catalogue(cover, entries))
        bag.add("index.html", write_index(cover, entries, tables))
        bag.add("说明.txt", write_read_me(cover))
        sealed = bag.seal(_describe_bag(archive, cover, len(entries)))
        return Packed(tuple(entries), sealed, head.seq, head.hash, unconverted if converter.program else 0)


def tell_converting(converter: Converter, progress: Progress) -> Callable[[int], None]:
    return lambda left: progress("转成 PDF/A", converter.asked - left, converter.asked)


def name_package(archive: ArchiveYear) -> str:
    return f"shanxue-{archive.bureau.code}-{archive.year}"


def _say_pdf(program: str, unconverted: int) -> str:
    if not program:
        return PDF_ABSENT
    return PDF_PARTLY.format(count=unconverted) if unconverted else PDF_MADE


def _describe_bag(archive: ArchiveYear, cover: Cover, count: int) -> dict[str, str]:
    return {
        "Source-Organization": cover.bureau,
        "External-Description": f"{cover.title}，{count} 件。{'有缺件，经决定封卷。' if cover.gaps else ''}",
        "External-Identifier": f"{cover.fonds}-WS·{archive.year}",
        "Bagging-Date": cover.sealed_on.isoformat(),
        "Bag-Software-Agent": "Shanxue",
        "Audit-Head": cover.head,
    }


def _write_documents(volume: Volume, work: Path, converter: Converter, progress: Progress) -> list[_Written]:
    """Write every document of every 件 to the disk; the converter begins while later ones are still written."""
    total = sum(len(one.piece.documents) for one in volume.placed)
    written: list[_Written] = []
    for placed in volume.placed:
        for document in placed.piece.documents:
            path = work / f"{len(written):05d}{Path(document.name).suffix}"
            body = document.write()
            path.write_bytes(body)
            digest = converter.put(body) if path.suffix == ".docx" else ""
            written.append(_Written(placed, f"文件/{placed.code}/{document.name}", path, digest))
            progress("写出文件", len(written), total)
    return written


def _write_tables(archive: ArchiveYear, bag: BagWriter, work: Path, progress: Progress) -> list[Table]:
    tables = list(list_tables(archive.bureau, get_period(archive.year)))
    for number, table in enumerate(tables, 1):
        for path in write_table(table, work):
            bag.add(f"记录/{path.name}", path)
            path.unlink()
        progress("写出记录", number, len(tables))
    return tables


def _add_trail(archive: ArchiveYear, bag: BagWriter) -> Head:
    """Add the trail since the last package sealed, each entry as it was hashed; gives its head."""
    chain = archive.bureau.code
    after, previous = find_former_head(archive.bureau, archive.year)
    now = find_head(chain)
    former = next(stream_entries(chain, after - 1, after), None) if after else None
    first = next_algorithm(former.algorithm, former.verb, former.detail) if former else Algorithm.SHA256
    now = now or Head(chain, 0, "", Algorithm.SHA256)
    body = {
        "chain": chain, "after_seq": after, "previous_hash": previous, "first_algorithm": str(first),
        "seq": now.seq, "hash": now.hash, "algorithm": now.algorithm,
    }  # fmt: skip
    bag.add("留痕/留痕.jsonl", _list_trail(chain, after, now.seq))
    bag.add("留痕/链头.json", json.dumps(body, ensure_ascii=False, indent=1).encode())
    bag.add("留痕/验证方法.txt", TRAIL_METHOD.replace("\n", "\r\n").encode("utf-8-sig"))
    return now


def _list_trail(chain: str, after: int, until: int) -> Iterator[bytes]:
    lines: list[bytes] = []
    for seq, at, actor, verb, subject, detail, previous, *_ in stream_entries(chain, after, until):
        lines.append(encode_content([chain, seq, at, actor, verb, subject, detail, previous]) + b"\n")
        if len(lines) == 1000:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)


def _add_documents(
    volume: Volume, written: Sequence[_Written], converter: Converter, bag: BagWriter, progress: Progress
) -> tuple[list[Entry], int]:
    """Add the documents and their PDF/A copies; gives the catalogue and how many could not be converted."""
    files: dict[str, list[str]] = {}
    pages: dict[str, list[int | None]] = {}
    unconverted = 0
    for number, one in enumerate(written, 1):
        code = one.placed.code
        bag.add(one.name, one.path)
        files.setdefault(code, []).append(one.name)
        if one.digest:
            found = converter.find(one.digest)
            if found:
                name = one.name.removesuffix(".docx") + ".pdf"
                bag.add(name, found)
                files[code].append(name)
            unconverted += not found
            pages.setdefault(code, []).append(count_pages(found) if found else None)
        progress("装入归档包", number, len(written))
    entries = [_list_entry(placed, files.get(placed.code, []), pages.get(placed.code, [])) for placed in volume.placed]
    return entries, unconverted


def _list_entry(placed: Placed, files: Sequence[str], pages: Sequence[int | None]) -> Entry:
    known = [count for count in pages if count is not None]
    piece = placed.piece
    listed = Listed(
        placed.code, piece.number, piece.responsible, placed.title, piece.on, piece.secrecy,
        sum(known) if known and len(known) == len(pages) else None, placed.remark,
    )  # fmt: skip
    return Entry(piece.series, listed, tuple(files))
