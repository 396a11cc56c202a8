"""The ``shanxue`` command. Each subcommand parses, makes one call into the house, and says the outcome in Chinese."""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from shanxue.base.errors import Refusal

if TYPE_CHECKING:
    from shanxue.assessment.rules.report import YearReport

OK, OPEN, REFUSED, INTERRUPTED = 0, 1, 2, 130
COMMAND_LINE = "命令行"
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand and return its exit code: 0 done, 1 open questions, 2 refused, 130 interrupted."""
    arguments = build_parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except Refusal as refusal:
        err.print(f"[bold]没有完成。[/]{escape(refusal.sentence)}")
        for problem in getattr(refusal, "problems", ()):
            err.print(f"  · {escape(problem)}")
        return REFUSED
    except KeyboardInterrupt:
        err.print("已中断，没有写下任何结果。")
        return INTERRUPTED


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shanxue", description="善学：机关学习的计划、考勤、考核、通报与归档。")
    commands = parser.add_subparsers(required=True, metavar="命令")
    _add_assess(commands)
    _add_import(commands)
    _add_check_scheme(commands)
    _add_site(commands)
    return parser


def _add_assess(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("assess", help="由一个文件夹的细则和表格算出全年考核结果")
    command.add_argument("folder", type=Path, metavar="DIR", help="放着 scheme.toml 和各种 Excel、CSV 的文件夹")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="结果写到哪个文件夹")
    command.add_argument("--engine", choices=["polars", "spark"], default="polars", help="计算引擎")
    command.set_defaults(run=run_assess)


def _add_import(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from shanxue.intake.commands import add_import_arguments, run_import  # light: no Django before set-up

    command = commands.add_parser("import", help="导入名册、考勤等表格，先看后写")
    add_import_arguments(command)

    def run(arguments: argparse.Namespace) -> int:
        set_up(migrate=True)
        return int(run_import(arguments))

    command.set_defaults(run=run)


def _add_check_scheme(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("check-scheme", help="检查一份考核细则")
    command.add_argument("file", type=Path, metavar="FILE")
    command.set_defaults(run=run_check_scheme)


def _add_site(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("serve", help="启动网站")
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=int, default=8000)
    command.set_defaults(run=run_serve)
    command = commands.add_parser("demo", help="装入示例单位，算出全年结果，启动网站")
    command.add_argument("--no-serve", action="store_true", help="算完就停，不启动网站")
    command.add_argument("--port", type=int, default=8000)
    command.set_defaults(run=run_demo)
    _add_verify(commands)
    command = commands.add_parser("open-admins", help="开通第一批管理账号：系统、安全、审计管理员各一个")
    command.add_argument("--bureau", default="default", metavar="CODE", help="单位代码，默认 default")
    command.add_argument("--name", default="", help="单位名称；还没有这个单位时，用它新建")
    command.set_defaults(run=run_open_admins)
    command = commands.add_parser("retention", help="按期限清理到期的个人信息，封好的归档包不动")
    command.add_argument("--dry-run", action="store_true", help="只列出到期的，不清理")
    command.set_defaults(run=run_retention)
    command = commands.add_parser("backup", help="把数据库和文件备份成一个文件，网站不用停")
    command.add_argument("file", type=Path, metavar="FILE")
    command.set_defaults(run=run_backup)
    command = commands.add_parser("restore", help="用备份代替现在的数据，先停下网站")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--replace", action="store_true", help="现在的数据库已有记录时也代替")
    command.set_defaults(run=run_restore)


def _add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("verify", help="验证留痕链没有被改动；给出路径时验证一个归档包")
    command.add_argument("path", type=Path, nargs="?", metavar="PATH", help="归档包，压缩的或者解开的")
    command.add_argument(
        "--head",
        type=Path,
        metavar="FILE",
        help="链头文件：没有这个文件时写出来，有时和现在的链比，查出被截断或改写的链",
    )
    command.set_defaults(run=run_verify)
    command = commands.add_parser("verify-bag", help="验证一个归档包：每个文件和封卷时一样")
    command.add_argument("path", type=Path, metavar="PATH")
    command.set_defaults(run=run_verify, head=None)
    command = commands.add_parser("audit-algorithm", help="看留痕用的算法；给出 sm3 或 sha256 时换成它")
    command.add_argument("algorithm", nargs="?", metavar="ALGORITHM", help="sm3 或 sha256")
    command.set_defaults(run=run_audit_algorithm)


def set_up(*, database: str | None = None, data: str | None = None, migrate: bool = False) -> None:
    """Make Django ready; ``database`` and ``data`` override the environment for this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanxue.settings")
    if data:
        os.environ["SHANXUE_DATA"] = data
    if database:
        os.environ["SHANXUE_DATABASE"] = database
    import django
    from django.core.management import call_command

    django.setup()
    if migrate:
        call_command("migrate", verbosity=0, skip_checks=True, interactive=False)


def set_up_for_once(folder: str) -> None:
    """Make Django ready with an embedded database for one run: its tables are made straight from the models.

    Replaying every migration takes seconds, and nothing of this database is ever brought up to date.
    """
    set_up(database=f"sqlite:{folder}/once.sqlite3", data=folder)
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0, skip_checks=True, interactive=False)


def run_assess(arguments: argparse.Namespace) -> int:
    """Assess a folder in an embedded database of its own, which is gone afterwards whatever happens."""
    work = tempfile.mkdtemp(prefix="shanxue-assess-")
    try:
        set_up_for_once(work)
        from shanxue.assess_folder import assess_folder

        with show_progress() as progress:
            report, imported = assess_folder(
                arguments.folder,
                arguments.out,
                bureau_code="default",
                actor=COMMAND_LINE,
                at=_now(),
                engine=arguments.engine,
                progress=progress,
            )
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _print_outcome(report, arguments.out, len(imported.notices))
    return OK


def _print_outcome(report: YearReport, folder: Path, import_notices: int) -> None:
    out.print(f"\n[bold]{escape(report.bureau_name)} {report.year} 年度考核结果[/]  写在 {escape(str(folder))}/")
    for word, part in report.parts:
        counts: dict[str, int] = {}
        for row in part.rows:
            counts[row.grade or "不定等次"] = counts.get(row.grade or "不定等次", 0) + 1
        order = [grade for grade in (*part.scheme.grades, *counts) if grade in counts]
        shown = "，".join(f"{grade} {counts[grade]}" for grade in dict.fromkeys(order))
        left_out = f"，免考核 {len(part.excluded)}" if part.excluded else ""
        out.print(f"  {word} {len(part.rows)}：{shown}{left_out}")
    for notice in report.notices:
        out.print(f"  注意：{escape(notice)}")
    if import_notices:
        out.print(f"  读表时自动整理和理解的地方有 {import_notices} 条说明，写在 run.json 里，请核对一遍。")
    out.print("  results.csv · lines.csv · 考核结果.xlsx · 情况通报.docx · run.json")


@contextmanager
def show_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show one line that says what is being done and how far it is; plain lines where there is no terminal."""
    if not err.is_terminal:
        yield _print_steps()
        return
    text = TextColumn("{task.description}")
    columns = (SpinnerColumn(), text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("准备", total=1)
        yield lambda text, done, total: bar.update(task, description=escape(text), completed=done, total=max(total, 1))


def _print_steps() -> Callable[[str, int, int], None]:
    said: list[str] = []

    def say(text: str, done: int, total: int) -> None:  # noqa: ARG001
        if text not in said[-1:]:
            said.append(text)
            err.print(escape(text))

    return say


def run_check_scheme(arguments: argparse.Namespace) -> int:
    from shanxue.assessment.rules.check import describe_check

    code, text = describe_check(arguments.file)
    (out if code == OK else err).print(escape(text))
    return code


def run_serve(arguments: argparse.Namespace) -> int:
    """Bring the database up to date and become the web server.

    The server forks its workers. It is a fresh process because a fork of one that has computed with Polars waits for
    ever on threads that were not copied.
    """
    demand_free_port(arguments.host, arguments.port)
    set_up(migrate=True)
    from shanxue.intake.uploads import sweep_uploads

    sweep_uploads(_now())  # what somebody uploaded and left for more than a day
    out.print(f"善学已启动：http://{arguments.host}:{arguments.port}/  按 Ctrl-C 停止。")
    out.file.flush()
    os.execv(sys.executable, list_server_arguments(arguments.host, arguments.port))


def demand_free_port(host: str, port: int) -> None:
    """Refuse a port somebody listens on: the server would share it, and visitors would meet either of two programs."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise Refusal(
                "port_taken", f"端口 {port} 已被别的程序占用。请先停下它，或用 --port 换一个端口。"
            ) from error


def list_server_arguments(host: str, port: int, application: str = "shanxue.wsgi:application") -> list[str]:
    """List the command that is the web server: two processes, so that a long page does not keep a meeting waiting."""
    server = ["granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    size = ["--workers", "2", "--blocking-threads", "2", "--no-log"]
    return [sys.executable, "-m", *server, *size, application]


def run_demo(arguments: argparse.Namespace) -> int:
    """Load the example bureau afresh, assess its year, say who can sign in, and serve."""
    if not arguments.no_serve:
        demand_free_port("127.0.0.1", arguments.port)
    data = Path(os.environ.get("SHANXUE_DATA", "var/demo"))
    data.mkdir(parents=True, exist_ok=True)
    for file in data.glob("shanxue.sqlite3*"):
        file.unlink()
    set_up(data=str(data), migrate=True)
    from shanxue.demo import EXAMPLE, load_demo

    results = data / "结果"
    with show_progress() as progress:
        report, import_notices, accounts = load_demo(EXAMPLE, results, at=_now(), progress=progress)
    _print_outcome(report, results, import_notices)
    out.print("\n可以用这些账号登录（仅供示例）：")
    for account in accounts:
        out.print(f"  {account.role:<6}\t{account.username}\t{account.password}\t{escape(account.name)}")
    if arguments.no_serve:
        return OK
    arguments.host = "127.0.0.1"
    return run_serve(arguments)


def run_verify(arguments: argparse.Namespace) -> int:
    """Prove the trail, the roll-calls and the sealed packages; or one package, for which no database is needed."""
    from shanxue.archive.proving import describe_package

    path = getattr(arguments, "path", None)
    if path is not None:
        sentences, fine = describe_package(path)
    else:
        set_up(migrate=True)
        from shanxue.archive.checks import verify_house

        sentences, fine = verify_house(head_file=getattr(arguments, "head", None))
    for sentence, good in sentences:
        (out if good else err).print(escape(sentence))
    return OK if fine else REFUSED


def run_audit_algorithm(arguments: argparse.Namespace) -> int:
    """Say what each chain is hashed with; with an algorithm named, go over to it and prove the chains across it."""
    set_up(migrate=True)
    from shanxue.archive.actions.algorithms import switch_every_chain
    from shanxue.audit.queries import list_chains, read_algorithm

    if arguments.algorithm is None:
        for chain in list_chains():
            out.print(f"{escape(chain)}：{read_algorithm(chain).upper()}")
        return OK
    switched = switch_every_chain(arguments.algorithm.lower(), actor=COMMAND_LINE, at=_now())
    out.print(f"从下一条起用 {escape(arguments.algorithm.upper())}：{escape('、'.join(switched))}。")
    return run_verify(argparse.Namespace())


def run_open_admins(arguments: argparse.Namespace) -> int:
    set_up(migrate=True)
    from shanxue.orgs.commands import open_admins

    for line in open_admins(arguments.bureau, arguments.name, at=_now()):
        out.print(escape(line))
    return OK


def run_retention(arguments: argparse.Namespace) -> int:
    """Clear what is over, bureau by bureau; ``--dry-run`` only says what it would be."""
    set_up(migrate=True)
    from shanxue.archive.actions.keeping import carry_out_retention
    from shanxue.archive.keeping import list_falling
    from shanxue.orgs.models import Bureau

    for bureau in Bureau.objects.order_by("code"):
        at = _now()
        rows = list_falling(bureau, at) if arguments.dry_run else carry_out_retention(bureau, actor=COMMAND_LINE, at=at)
        out.print(f"[bold]{escape(bureau.name)}[/]")
        for row in rows:
            spared = f"，另有 {row.spared} 条因考核或申诉未办完先不动" if row.spared else ""
            word = "到期" if arguments.dry_run else f"已{row.keeping.act}"
            out.print(f"  {row.keeping.what}（{row.keeping.until}）：{word} {row.due} 条{spared}")
    return OK


def run_backup(arguments: argparse.Namespace) -> int:
    set_up(migrate=True)
    from shanxue.backup import write_backup

    manifest = write_backup(arguments.file, at=_now())
    size = arguments.file.stat().st_size / 1_000_000
    out.print(f"已备份到 {escape(str(arguments.file))}（{size:.1f} MB，{len(manifest['sha256'])} 个部分）。")
    return OK


def run_restore(arguments: argparse.Namespace) -> int:
    """Restore, bring the database up to this version, and prove the trail."""
    set_up()
    from django.core.management import call_command

    from shanxue.backup import restore_backup

    manifest = restore_backup(arguments.file, replace=arguments.replace)
    call_command("migrate", verbosity=0, skip_checks=True, interactive=False)
    out.print(f"已恢复 {manifest['made_at'][:16].replace('T', ' ')} 的备份。")
    return run_verify(arguments)


def _now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def read_today() -> date:
    """Read today's date in the bureau's time zone (the edge of the house)."""
    from django.utils import timezone

    return timezone.localdate()


if __name__ == "__main__":
    sys.exit(main())
