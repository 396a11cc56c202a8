"""A whole folder of spreadsheets into one bureau, all together or not at all."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from shanxue.base.errors import Refusal

from .accounting import count_file
from .actions import commit_plan
from .checking import Plan, plan_import
from .models import Batch
from .reading import read_workbook
from .rules import Finding, Workbook

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class FolderFinding:
    """Something to settle before the folder can be imported. ``finding`` is None when a file could not be read."""

    file: str
    sentence: str
    finding: Finding | None = None

    def __str__(self) -> str:
        choices = self.finding.choices if self.finding else ()
        if not choices or self.finding is None:
            return f"{self.file}：{self.sentence}"
        shown = "／".join(choices[:6]) + ("／…" if len(choices) > 6 else "")
        return f'{self.file}：{self.sentence}可选：{shown}。在 答复.toml 里写 "{self.finding.answer_key}" = "…"。'


@dataclass(frozen=True)
class FolderReport:
    """What became of a folder: with findings nothing was written and ``batches`` is empty."""

    findings: tuple[FolderFinding, ...]
    notices: tuple[str, ...]
    batches: tuple[Batch, ...] = ()
    plan: Plan | None = None


def import_folder(
    paths: Sequence[Path],
    *,
    bureau_code: str,
    bureau_name: str | None,
    actor: str,
    at: datetime,
    today: date,
    answers_path: Path | None = None,
    progress: Progress,
) -> FolderReport:
    """Read, check and commit every file in one transaction, rosters first whatever the files are called.

    On an empty bureau the units a roster names are made and reported; true doubts stay findings. ``answers_path`` may
    not exist.
    """
    answers = read_answers(answers_path) if answers_path is not None and answers_path.is_file() else {}
    workbooks, refused = read_files(paths, progress)
    progress("核对人员、单位和已有的记录", len(paths), len(paths))
    plan = plan_import(bureau_code, workbooks, answers, today, bureau_name=bureau_name or "", refused=refused)
    findings = list_findings(plan)
    notices = list_notices(plan)
    if findings:
        return FolderReport(tuple(findings), tuple(notices), plan=plan)
    batches = commit_plan(plan, actor=actor, at=at, progress=progress)
    return FolderReport((), tuple(notices), tuple(batches), plan)


def read_files(paths: Sequence[Path], progress: Progress) -> tuple[list[Workbook], list[tuple[str, str]]]:
    """Read files in order; return too those that cannot be read, with their sentences. Skips lock files (~$)."""
    workbooks: list[Workbook] = []
    refused: list[tuple[str, str]] = []
    for number, path in enumerate(paths):
        if path.name.startswith("~$"):
            continue
        progress(f"读取 {path.name}", number, len(paths))
        try:
            workbooks.append(read_workbook(path))
        except Refusal as refusal:
            refused.append((path.name, refusal.sentence))
    return workbooks, refused


def read_answers(path: Path) -> dict[str, str]:
    """Read a file of answers (TOML): ``"单位:老干部支部" = "离退休支部"``, or the same under a ``[单位]`` heading.

    Raises ``Refusal`` (``bad_answers``) with the line when the file is not TOML.
    """
    try:
        content = tomllib.loads(_quote_keys(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal("bad_answers", f'“{path.name}”不是有效的答复文件（{error}）。每行写 "问题" = "答复"。') from error
    return dict(_flatten(content, ""))


def _quote_keys(text: str) -> str:
    """Put quotes round Chinese headings and keys, which TOML asks for and nobody thinks of."""
    text = re.sub(r"^\s*\[([^\"'\[\]\n]+)\]", r'["\1"]', text, flags=re.MULTILINE)
    return re.sub(r"^[ \t]*([^\"'\[#=\s][^\"'=\n]*?)[ \t]*=", r'"\1" =', text, flags=re.MULTILINE)


def _flatten(content: dict[str, Any], head: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in content.items():
        if isinstance(value, dict):
            found += _flatten(value, f"{head}{key}:")
        else:
            found.append((f"{head}{key}", str(value)))
    return found


def list_findings(plan: Plan) -> list[FolderFinding]:
    """List everything to settle: files that could not be read, then questions (once for each answer) and problems."""
    found = [FolderFinding(file.name, file.refused) for file in plan.files if file.refused]
    asked: set[str] = set()
    for file in plan.files:
        for planned in file.tables:
            for question in planned.questions:
                if question.answer_key not in asked:
                    asked.add(question.answer_key)
                    found.append(FolderFinding(file.name, question.message, question))
            found += [FolderFinding(file.name, problem.message, problem) for problem in planned.problems]
    return found


def list_notices(plan: Plan) -> list[str]:
    """List what was done without asking and should be known: files in already, units made, marks understood …"""
    notices: dict[str, None] = {}
    for file in plan.files:
        for sentence in [*file.notes, *(note for planned in file.tables for note in planned.notes)]:
            notices.setdefault(f"{file.name}：{sentence}")
        account = count_file(file)
        if account.excluded:
            notices.setdefault(f"{file.name}：按答复排除 {len(account.excluded)} 行。")
    return list(notices)
