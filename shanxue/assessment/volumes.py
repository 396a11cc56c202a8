"""What the assessment leaves for the archive of a year: the results with the workbook, every line, the schemes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from django.urls import reverse

from shanxue.base.paper import write_list
from shanxue.base.periods import Period
from shanxue.base.points import MILLI, format_scaled
from shanxue.base.volumes import Cell, Document, Piece, Retention, Series, Table, make_columns
from shanxue.orgs.models import Bureau

from .documents import write_workbook
from .models import Appeal, Result, ResultLine
from .queries.results import Shown, list_shown
from .reports import build_report

Row = tuple[Cell, ...]
WIDTHS = (1300, 1600, 2545, 1100, 1100, 1200)
SUBJECTS = {"person": "人员", "branch": "支部", "department": "部门"}


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    """One 件: the year's results of people, branches and departments with the workbook as its attachment."""
    year = period.from_on.year
    shown = list_shown_in(bureau, period)
    title = f"{year}年度学习考核结果"
    missing = "" if shown else f"还没有{title}，不能封卷。"
    lists = [
        Document(f"考核结果（{SUBJECTS[one.scheme.subject]}）.docx", partial(_write_results, one, title))
        for one in shown
    ]
    workbook = [Document("考核结果.xlsx", partial(_write_workbook, bureau, shown))] if shown else []
    return [
        Piece(
            key=f"results-{year}", series=Series.STUDY, title=title, responsible=bureau.name,
            on=shown[0].run.at.date() if shown else None, retention=Retention.PERMANENT, missing=missing,
            href=reverse("assessment:board"), documents=(*lists, *workbook),
        )
    ]  # fmt: skip


def list_shown_in(bureau: Bureau, period: Period) -> list[Shown]:
    """The newest run of each scheme whose window ends in the period, at most one per subject, people first."""
    found: dict[str, Shown] = {}
    for shown in list_shown(bureau):
        if shown.last_on in period:
            found.setdefault(shown.scheme.subject, shown)
    return [found[subject] for subject in SUBJECTS if subject in found]


def _write_results(shown: Shown, title: str) -> bytes:
    owner = "person" if shown.scheme.subject == "person" else "unit"
    results = shown.run.results.select_related(owner, "home").order_by("home__code", f"{owner}_id")
    subject = SUBJECTS[shown.scheme.subject]
    head = (
        "工号" if owner == "person" else "代码",
        "姓名" if owner == "person" else "名称",
        "列在",
        "得分",
        "等次",
        "说明",
    )
    notes = [
        f"考核细则：{shown.scheme.title}（{shown.run.scheme.code}），细则校验值 {shown.run.scheme.sha256}。",
        f"结果校验值 {shown.run.results_sha256}，明细校验值 {shown.run.lines_sha256}。",
    ]
    return write_list(f"{title}（{subject}）", WIDTHS, head, (_write_row(shown, row) for row in results), notes=notes)


def _write_row(shown: Shown, row: Result) -> tuple[str, ...]:
    code, name = (row.person.staff_no, row.person.name) if row.person else ("", "")
    if row.unit is not None:
        code, name = row.unit.code, row.unit.name
    points = "" if row.total_points is None else format_scaled(row.total_points, shown.scheme.scale)
    return code, name, row.home.name if row.home else "", points, row.grade, row.rank_note


def _write_workbook(bureau: Bureau, shown: list[Shown]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="shanxue-") as folder:
        path = Path(folder) / "考核结果.xlsx"
        write_workbook(build_report(bureau, [one.run for one in shown]), path)
        return path.read_bytes()


RESULTS = make_columns(
    "scheme:细则 result:结果编号:number staff_no:工号 name:姓名 unit:单位 home:列在 total:得分 grade:等次 "
    "rank:名次:number rank_note:名次说明"
)
LINES = make_columns("result:结果编号:number item:项目 counted:计入 out_of:应计 awarded:得分 full:满分 note:说明")
SCHEMES = make_columns(
    "code:代码 title:细则 subject:考核对象 sha256:校验值 run_at:计算时间:time inputs:输入校验值 text:全文（TOML）"
)
APPEALS = make_columns(
    "result:结果编号:number item:项目 sentence:申诉 state:状态 asked_at:何时提出:time decision:答复 "
    "decided_at:何时答复:time decided_by:谁答复"
)


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    shown = list_shown_in(bureau, period)
    return [
        Table("schemes", "考核细则", SCHEMES, _list_schemes(shown)),
        Table("results", "考核结果", RESULTS, _list_results(shown)),
        Table("result_lines", "考核明细", LINES, _list_lines(shown)),
        Table("appeals", "申诉", APPEALS, _list_appeals(shown)),
    ]


def _list_schemes(shown: list[Shown]) -> Iterator[Row]:
    for one in shown:
        version = one.run.scheme
        subject = SUBJECTS[version.subject]
        yield version.code, version.title, subject, version.sha256, one.run.at, one.run.inputs_sha256, version.text


def _list_results(shown: list[Shown]) -> Iterator[Row]:
    columns = ("pk", "person__staff_no", "person__name", "unit__name", "home__name", "total_points", "grade", "rank")
    for one in shown:
        for row in one.run.results.order_by("pk").values_list(*columns, "rank_note").iterator():
            total = None if row[5] is None else format_scaled(row[5], one.scheme.scale)
            yield one.scheme.code, *row[:5], total, *row[6:]


def _list_lines(shown: list[Shown]) -> Iterator[Row]:
    columns = ("result_id", "item", "counted_milli", "out_of_milli", "awarded_points", "full_points", "note")
    for one in shown:
        found = ResultLine.objects.filter(result__run=one.run).order_by("result_id", "pk")
        for result, item, counted, out_of, awarded, full, note in found.values_list(*columns).iterator(chunk_size=5000):
            quantities = (_write(counted, MILLI), _write(out_of, MILLI))
            yield result, item, *quantities, _write(awarded, one.scheme.scale), _write(full, one.scheme.scale), note


def _write(value: int | None, scale: int) -> str | None:
    return None if value is None else format_scaled(value, scale, trim=True)


def _list_appeals(shown: list[Shown]) -> Iterator[Row]:
    columns = ("result_id", "item", "sentence", "state", "asked_at", "decision", "decided_at", "decided_by")
    for one in shown:
        yield from Appeal.objects.filter(result__run=one.run).order_by("pk").values_list(*columns).iterator()
