"""A package of evidence (A3): some records with their chains, marked everywhere with who took them, when, for what."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from shanxue.activities.documents import write_minutes
from shanxue.activities.meeting_files import READER
from shanxue.activities.models import Session
from shanxue.activities.queries.records import read_minutes
from shanxue.audit.queries import Head
from shanxue.base.paper import pack_document

from .bag import MOMENT
from .chains import Chain
from .converting import Converter, find_program
from .rules.chains import Step

STEPS = ("环节", "时间", "内容", "谁", "补录", "水印")
MARKS = ("工号", "姓名", "到会情况", "请假类别", "怎么记的", "谁记的", "何时记的", "水印")
LIST = ("记录", "题名", "单位", "文件", "SHA-256", "水印")


@dataclass(frozen=True)
class Watermark:
    """Who took the records away, when, for what."""

    reader: str
    at: datetime
    purpose: str

    def __str__(self) -> str:
        local = timezone.localtime(self.at)
        return f"{self.reader}　{local:%Y-%m-%d %H:%M}　用途：{self.purpose}"


def write_evidence(chains: Sequence[Chain], mark: Watermark, head: Head | None) -> bytes:
    """Write the zip: for each record its chain, of a session its attendance and minutes; the list with all hashes."""
    files: dict[str, tuple[Chain | None, bytes]] = {}
    with tempfile.TemporaryDirectory(prefix="shanxue-evidence-") as folder:
        for chain in chains:
            files[f"{chain.key}/证据链.csv"] = (chain, _write_csv(STEPS, _list_steps(chain, mark)))
        minutes = _write_all_minutes(chains, mark, Path(folder))
        for chain in chains:
            for name, body in minutes.get(chain.key, {}).items():
                files[f"{chain.key}/{name}"] = (chain, body)
            if chain.key.startswith("session-"):
                files[f"{chain.key}/考勤.csv"] = (chain, _write_csv(MARKS, _list_marks(chain, mark)))
    files["说明.txt"] = (None, _write_read_me(chains, mark, head))
    files["清单.csv"] = (None, _write_csv(LIST, _list_files(files, mark)))
    return _pack(files)


def _pack(files: dict[str, tuple[Chain | None, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, (_, body) in files.items():
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, body)
        sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, (_, body) in files.items())
        package.writestr(zipfile.ZipInfo("sha256sums.txt", MOMENT), sums)
    return buffer.getvalue()


def _write_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _list_steps(chain: Chain, mark: Watermark) -> Iterable[tuple[str, ...]]:
    steps = [*chain.steps, *chain.changes]
    if chain.problem:
        steps.append(Step("核对", None, chain.problem))
    if chain.origin:
        steps.append(Step("导入", None, f"导入自 {chain.origin.name}，SHA-256 {chain.origin.sha256}"))
    for step in steps:
        yield step.stage, _write_at(step.at), step.text, step.who, "是" if step.late else "", str(mark)


def _write_at(at: date | datetime | None) -> str:
    if isinstance(at, datetime):
        return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    return at.isoformat() if at else ""


def _list_marks(chain: Chain, mark: Watermark) -> Iterable[tuple[str, ...]]:
    session = Session.objects.get(pk=int(chain.key.removeprefix("session-")))
    for row in session.attendances.select_related("person").order_by("person__staff_no"):
        yield (
            row.person.staff_no, row.person.name, row.mark, row.reason, row.how, row.recorded_by,
            _write_at(row.recorded_at), str(mark),
        )  # fmt: skip


def _write_all_minutes(chains: Sequence[Chain], mark: Watermark, folder: Path) -> dict[str, dict[str, bytes]]:
    """The minutes of the sessions among the records: as PDF where LibreOffice is there, else as .docx."""
    converter = Converter(find_program(), folder / "pdf", folder)
    asked: dict[str, tuple[bytes, str]] = {}
    for chain in chains:
        session = _find_session(chain)
        if session is not None:
            body = mark_document(write_minutes(read_minutes(session, session.record, READER)), str(mark))
            asked[chain.key] = body, converter.put(body)
    try:
        converter.finish(lambda _: None)
    finally:
        converter.stop()
    found = {}
    for key, (body, digest) in asked.items():
        pdf = converter.find(digest)
        found[key] = {"会议记录.pdf": pdf} if pdf else {"会议记录.docx": body}
    return found


def _find_session(chain: Chain) -> Session | None:
    if not chain.key.startswith("session-"):
        return None
    related = ("bureau", "unit", "host", "recorder", "record")
    pk = int(chain.key.removeprefix("session-"))
    return Session.objects.select_related(*related).filter(pk=pk, record__isnull=False).first()


def mark_document(body: bytes, text: str) -> bytes:
    """Put a line on top of every page of a document, odd and even."""
    document = Document(io.BytesIO(body))
    for section in document.sections:
        for header in (section.header, section.even_page_header):
            header.is_linked_to_previous = False
            paragraph = header.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = paragraph.add_run(text)
            run.font.size = Pt(9)
    return pack_document(document)


def _list_files(files: dict[str, tuple[Chain | None, bytes]], mark: Watermark) -> Iterable[tuple[str, ...]]:
    for name, (chain, body) in files.items():
        unit = chain.unit.name if chain and chain.unit else ""
        key, title = (chain.key, chain.title) if chain else ("", "")
        yield key, title, unit, name, hashlib.sha256(body).hexdigest(), str(mark)


def _write_read_me(chains: Sequence[Chain], mark: Watermark, head: Head | None) -> bytes:
    trail = f"生成时留痕的链头：第 {head.seq} 条，{head.hash}" if head else "还没有留痕。"
    lines = [
        "取证包",
        "",
        f"取证人、时间、用途：{mark}",
        f"共 {len(chains)} 条记录：",
        *(f"  {one.key}　{one.title}" for one in chains),
        "",
        trail,
        "清单.csv 列出每个文件和它的 SHA-256；sha256sums.txt 可以用 sha256sum -c 核对。",
        "每个文件都带水印。生成取证包已记入留痕，有关单位和本人看得到。只用于上面写的用途。",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8-sig")
