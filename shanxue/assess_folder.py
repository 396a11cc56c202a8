"""From a folder of the office's spreadsheets and schemes to the year's results, without a server.

The folder is imported into an embedded database of its own, every scheme is run there, and the documents are written
beside each other into a hidden folder that becomes visible file by file only when all of them are complete.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from shanxue.assessment.documents import write_lines, write_results, write_workbook
from shanxue.assessment.models import Run
from shanxue.assessment.reports import build_report
from shanxue.assessment.rules.loading import Loaded, SchemeRefused, load_scheme
from shanxue.assessment.rules.report import YearReport
from shanxue.assessment.runs import run_scheme, stay_here
from shanxue.assessment.spark import open_spark
from shanxue.base.errors import Refusal
from shanxue.bulletins.documents import write_bulletin
from shanxue.intake.folders import FolderReport, import_folder
from shanxue.orgs.models import Bureau

SPREADSHEETS = {".xls", ".xlsx", ".xlsm", ".csv", ".txt", ".et"}
SUBJECT_ORDER = {"person": 0, "branch": 1, "department": 2}
SUBJECT_WORDS = {"person": "人员", "branch": "支部", "department": "部门"}
MAIN_SCHEME = "scheme.toml"
BULLETIN_TEMPLATE = "情况通报模板.docx"
Progress = Callable[[str, int, int], None]  # what is being done, done so far, of how many


class FolderRefused(Refusal):
    """The folder cannot be assessed as it is; ``problems`` are whole sentences, each with its place."""

    def __init__(self, sentence: str, problems: Sequence[str]) -> None:
        super().__init__("folder_refused", sentence)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class FolderScheme:
    path: Path
    loaded: Loaded


def load_schemes(folder: Path) -> list[FolderScheme]:
    """Load every TOML scheme of a folder, the main one first, then persons, branches, departments.

    Raises ``FolderRefused`` with every problem of every file.
    """
    if not folder.is_dir():
        raise FolderRefused(f"没有找到文件夹“{folder}”。", [])
    if not (folder / MAIN_SCHEME).is_file():
        raise FolderRefused(
            f"文件夹“{folder}”里没有 {MAIN_SCHEME}。请放入考核细则，可从 schemes 文件夹复制一份再改。", []
        )
    schemes: list[FolderScheme] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        if path.name == "答复.toml":
            continue
        try:
            schemes.append(FolderScheme(path, load_scheme(path.read_text(encoding="utf-8-sig"), path.name)))
        except SchemeRefused as refused:
            problems += refused.problems
        except UnicodeDecodeError:
            problems.append(f"{path.name}：文件编码认不出。请另存为 UTF-8 再试。")
    if problems:
        raise FolderRefused("考核细则有问题，什么都没有写。", problems)
    return sorted(
        schemes, key=lambda one: (SUBJECT_ORDER[one.loaded.scheme.subject], one.path.name != MAIN_SCHEME, one.path.name)
    )


def assess_folder(
    folder: Path, out: Path, *, bureau_code: str, actor: str, at: datetime, progress: Progress, engine: str = "polars"
) -> tuple[YearReport, FolderReport]:
    """Import a folder, run its schemes and write the documents into ``out``; all of them or none.

    Runs against the current database, which must hold no bureau of that code. Raises ``FolderRefused`` (nothing
    written) when a scheme or a spreadsheet needs a person's decision.
    """
    move = open_spark() if engine == "spark" else stay_here
    schemes = load_schemes(folder)
    if out.resolve() == folder.resolve():
        raise FolderRefused("结果不能写进放表格的文件夹本身，否则下次会把结果当成表格来读。请另给一个文件夹。", [])
    paths = list_spreadsheets(folder, leave_out=out)
    if not paths:
        raise FolderRefused(f"文件夹“{folder}”里没有 .xls、.xlsx 或 .csv 文件。", [])
    imported = import_folder(
        paths,
        bureau_code=bureau_code,
        bureau_name=None,
        actor=actor,
        at=at,
        today=at.date(),
        answers_path=folder / "答复.toml",
        progress=progress,
    )
    if imported.findings:
        raise FolderRefused("表格里有要处理的地方，什么都没有写。", [str(finding) for finding in imported.findings])
    bureau = Bureau.objects.get(code=bureau_code)
    runs = []
    for number, one in enumerate(schemes):
        progress(f"计算 {one.loaded.scheme.title}", number, len(schemes))
        runs.append(run_scheme(bureau, one.loaded, actor=actor, at=at, move=move))
    progress("计算完成", len(schemes), len(schemes))
    report = build_report(bureau, runs, notices=[text for one in schemes for text in one.loaded.warnings])
    write_documents(report, folder, out, schemes, runs, paths, imported.notices, at, progress)
    return report, imported


def list_spreadsheets(folder: Path, *, leave_out: Path) -> list[Path]:
    """List the folder's spreadsheets by name; lock files (~$…), hidden files and former results are not among them."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix.lower() in SPREADSHEETS
        and not path.name.startswith(("~$", "."))
        and leave_out.resolve() not in path.resolve().parents
    )


def write_documents(
    report: YearReport, folder: Path, out: Path, schemes: Sequence[FolderScheme], runs: Sequence[Run],
    inputs: Sequence[Path], notices: Sequence[str], at: datetime, progress: Progress,
) -> None:  # fmt: skip
    """Write every document into a hidden folder beside ``out``, then move them in; ``run.json`` comes last."""
    out.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".shanxue-", dir=out))
    try:
        progress("写出 results.csv 和 lines.csv", 0, 4)
        write_results(report.main, work / "results.csv")
        write_lines(report.main, work / "lines.csv")
        for word, part in report.parts:
            if part is not report.main:
                write_results(part, work / f"results-{word}.csv")
                write_lines(part, work / f"lines-{word}.csv")
        progress("写出 考核结果.xlsx", 1, 4)
        write_workbook(report, work / "考核结果.xlsx")
        progress("写出 情况通报.docx", 2, 4)
        template = folder / BULLETIN_TEMPLATE
        write_bulletin(report, work / "情况通报.docx", template_path=template if template.is_file() else None)
        progress("写出 run.json", 3, 4)
        summary = describe_run(report, schemes, runs, inputs, work, at) | {"import_notices": list(notices)}
        (work / "run.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        names = sorted(path.name for path in work.iterdir() if path.name != "run.json")
        for name in [*names, "run.json"]:
            os.replace(work / name, out / name)
        progress("写出完成", 4, 4)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def describe_run(
    report: YearReport, schemes: Sequence[FolderScheme], runs: Sequence[Run], inputs: Sequence[Path], work: Path,
    at: datetime,
) -> dict[str, object]:  # fmt: skip
    """Describe a run so that it can be repeated and compared: what went in, what came out, what computed it."""
    return {
        "at": at.isoformat(timespec="seconds"),
        "bureau": report.bureau_name,
        "year": report.year,
        "versions": {name: version(name) for name in ("shanxue", "polars", "narwhals", "django")},
        "schemes": [
            {"file": one.path.name, "code": one.loaded.scheme.code, "sha256": _digest_file(one.path)} for one in schemes
        ],
        "inputs": [{"file": path.name, "sha256": _digest_file(path)} for path in inputs],
        "digests": {
            run.scheme.code: {"inputs": run.inputs_sha256, "results": run.results_sha256, "lines": run.lines_sha256}
            for run in runs
        },
        "files": {
            path.name: _digest_file(path) for path in sorted(work.iterdir()) if path.suffix == ".csv"
        },
        "counts": {word: {"assessed": len(part.rows), "lines": len(part.lines), "excluded": len(part.excluded)}
                   for word, part in report.parts},
    }  # fmt: skip


def _digest_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
