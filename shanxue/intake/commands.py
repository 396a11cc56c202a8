"""``shanxue import``: look first, write when nothing is open, take back."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from shanxue.base.errors import Refusal

if TYPE_CHECKING:  # Django is set up by the caller, after the arguments are known
    from .actions import Progress as Report
    from .checking import Plan

CLEAN, OPEN, REFUSED = 0, 1, 2
COMMAND_LINE = "命令行"


def add_import_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``shanxue import`` to a parser."""
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="名册、考勤等表格，可以一次给多份")
    parser.add_argument("--dry-run", action="store_true", help="只看，不写入")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
    parser.add_argument("--bureau", default="default", metavar="CODE", help="单位代码，默认 default")
    parser.add_argument("--yes", action="store_true", help="没有待处理的问题时直接写入")
    parser.add_argument("--answers", type=Path, metavar="FILE", help='答复文件（TOML），每行 "问题" = "答复"')
    parser.add_argument("--undo", type=int, metavar="N", help="撤销批次 N")
    parser.add_argument("--fix-table", type=Path, metavar="OUT.xlsx", help="写出待改表：原表加“问题”列")


def run_import(arguments: argparse.Namespace) -> int:
    """Carry out ``shanxue import``; return 0 clean, 1 with something to settle, 2 refused."""
    out = Console(highlight=False, soft_wrap=True)
    now = datetime.now().astimezone()
    try:
        if arguments.undo is not None:
            return _undo(arguments, out, now)
        if not arguments.files:
            raise Refusal("no_file", "请给出要导入的文件，例如：shanxue import 党员名册.xlsx --dry-run")
        return _import(arguments, out, now)
    except Refusal as refusal:
        _refuse(arguments, refusal)
        return REFUSED


def _undo(arguments: argparse.Namespace, out: Console, now: datetime) -> int:
    from .actions import undo_batch
    from .queries import get_batch

    batch = get_batch(arguments.bureau, arguments.undo)
    told = undo_batch(batch, actor=COMMAND_LINE, at=now)
    if arguments.json:
        _print_json({"undone": batch.id, "not_restored": told, "refused": None})
    else:
        for line in (f"已撤销批次 {batch.id}（{batch.file_name}），数据恢复到导入之前。", *told):
            out.print(escape(line))
    return CLEAN


def _import(arguments: argparse.Namespace, out: Console, now: datetime) -> int:
    from .checking import plan_import
    from .documents import describe_plan, write_fix_table, write_lines
    from .folders import read_answers, read_files

    answers = read_answers(_need_file(arguments.answers)) if arguments.answers else {}
    with _show_progress(arguments) as report:
        workbooks, refused = read_files([_need_file(path) for path in arguments.files], report)
        plan = plan_import(arguments.bureau, workbooks, answers, now.date(), refused=refused)
    if arguments.fix_table:
        write_fix_table(plan, arguments.fix_table)
    described = describe_plan(plan) if arguments.json else {}
    if not arguments.json:
        for line in write_lines(plan):
            out.print(escape(line))
    code = _judge(plan)
    batches = _commit(arguments, plan, now) if code == CLEAN and _wants_commit(arguments, plan, out) else []
    if arguments.json:
        _print_json({**described, "committed": batches})
    else:
        out.print(escape(_conclude(plan, code, batches)))
    return code


def _need_file(path: Path) -> Path:
    if not path.is_file():
        raise Refusal("no_file", f"没有找到文件“{path}”。请核对路径。")
    return path


def _judge(plan: Plan) -> int:
    if plan.files and all(file.refused for file in plan.files):
        return REFUSED
    return OPEN if plan.is_open else CLEAN


def _wants_commit(arguments: argparse.Namespace, plan: Plan, out: Console) -> bool:
    if arguments.dry_run or plan.ledger.is_empty:
        return False
    if arguments.yes:
        return True
    if arguments.json or not sys.stdin.isatty():
        return False
    return out.input("确认导入？输入 y 确认：").strip().lower() in ("y", "yes", "是")


def _commit(arguments: argparse.Namespace, plan: Plan, now: datetime) -> list[int]:
    from .actions import commit_plan

    with _show_progress(arguments) as report:
        return [batch.id for batch in commit_plan(plan, actor=COMMAND_LINE, at=now, progress=report)]


def _conclude(plan: Plan, code: int, batches: list[int]) -> str:
    from .accounting import count_file

    if batches:
        accounts = [count_file(file) for file in plan.files]
        added, updated, unchanged = (
            sum(getattr(a, name) for a in accounts) for name in ("added", "updated", "unchanged")
        )
        numbers = "、".join(map(str, batches))
        return (
            f"导入完成：新增 {added} 行，更新 {updated} 行，不变 {unchanged} 行（批次 {numbers}）。"
            f"撤销：shanxue import --undo {batches[0]}"
        )
    if code == REFUSED:
        return "文件没有读完，什么都没有导入。"
    if code == OPEN:
        return f"有 {plan.open_count} 处要处理，什么都没有写入。"
    if plan.ledger.is_empty:
        return "没有变化，什么都没有写入。"
    return "没有要处理的问题，什么都没有写入。加 --yes 写入。"


def _refuse(arguments: argparse.Namespace, refusal: Refusal) -> None:
    if arguments.json:
        _print_json({"kind": "", "sheets": [], "rows_in_file": 0, "rows": [], "added": 0, "updated": 0, "unchanged": 0,
                     "skipped": [], "excluded": [], "changed_values": [], "questions": [], "problems": [],
                     "refused": refusal.sentence, "code": refusal.code})  # fmt: skip
    else:
        Console(stderr=True, highlight=False, soft_wrap=True).print(escape(refusal.sentence))


def _print_json(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + os.linesep)


@contextmanager
def _show_progress(arguments: argparse.Namespace) -> Iterator[Report]:
    """Show a bar on the error stream of a terminal; say nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=arguments.json or not console.is_terminal) as bar:
        task = bar.add_task("读取", total=None)

        def report(what: str, done: int, total: int) -> None:
            bar.update(task, description=escape(what or "完成"), completed=done, total=total)

        yield report
