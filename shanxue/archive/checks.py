"""Proving the house: every chain, every roll-call, every sealed package. In sentences, for a terminal and a page."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from shanxue.activities.queries.rolls import check_rolls
from shanxue.audit.queries import Head, find_head, list_chains, verify_chain
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Bureau

from .bag import hash_file
from .models import ArchiveYear
from .paths import get_package
from .rules import YearState

FORMAT = "shanxue-audit-heads-1"
Sentence = tuple[str, bool]  # and whether it is good news


def verify_house(*, head_file: Path | None = None) -> tuple[list[Sentence], bool]:
    """Prove everything; ``head_file`` is compared with where it exists and written where it does not."""
    kept = read_heads(head_file) if head_file is not None and head_file.exists() else {}
    chains = list_chains()
    sentences = [sentence for chain in sorted({*chains, *kept}) for sentence in verify_trail(chain, kept.get(chain))]
    for bureau in Bureau.objects.order_by("code"):
        sentences += list(_verify_rolls(bureau)) + list(_verify_packages(bureau))
    if not sentences:
        sentences = [("还没有留痕。", True)]
    fine = all(good for _, good in sentences)
    if head_file is not None and not kept and fine:
        head_file.write_text(write_heads(chains), encoding="utf-8")
        sentences.append((f"链头已写到 {head_file}，请存到这台机器以外的地方。", True))
    return sentences, fine


def verify_trail(chain: str, head: Head | None = None) -> list[Sentence]:
    """Prove one chain; names the first entry that does not fit."""
    report = verify_chain(chain, head)
    if report.broken_at is not None:
        return [(f"{chain}：{report.sentence}", False)]
    compared = f"，和导出的链头（第 {head.seq} 条）一致" if head else ""
    return [(f"{chain}：{report.entries} 条留痕完整{compared}，链头 {report.head[:16]}…", True)]


def _verify_rolls(bureau: Bureau) -> list[Sentence]:
    checked = list(check_rolls(bureau))
    broken = [
        (
            f"{bureau.code}：{session.on.year}年{session.on.month}月{session.on.day}日“{session.topic}”"
            "的考勤和点名结束时登记的校验值不同，被改动过。",
            False,
        )
        for session, fits in checked
        if not fits
    ]
    return broken or ([(f"{bureau.code}：{len(checked)} 次点名和结束时一样。", True)] if checked else [])


def _verify_packages(bureau: Bureau) -> list[Sentence]:
    found = []
    for archive in ArchiveYear.objects.filter(bureau=bureau, state=YearState.SEALED).order_by("year"):
        path = get_package(archive.package)
        if not path.exists():
            found.append((f"{bureau.code}：{archive.year} 年的归档包不在了，请从备份里恢复。", False))
        elif hash_file(path) != archive.package_sha256:
            found.append((f"{bureau.code}：{archive.year} 年的归档包和封卷时不同，被改动过。", False))
        else:
            found.append((f"{bureau.code}：{archive.year} 年的归档包和封卷时一样。", True))
    return found


def write_heads(chains: list[str]) -> str:
    """Write the heads of chains as JSON, to be kept elsewhere."""
    heads = [asdict(head) for chain in chains if (head := find_head(chain)) is not None]
    return json.dumps({"format": FORMAT, "heads": heads}, ensure_ascii=False, indent=1)


def read_heads(path: Path) -> dict[str, Head]:
    """Read exported heads. Raises Refusal ``not_heads`` for any other file."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["format"] != FORMAT:
            raise ValueError(body["format"])
        return {one["chain"]: Head(**one) for one in body["heads"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal("not_heads", f"“{path.name}”不是导出的链头文件，没有比较。") from error
