"""What the year's proceeding leaves for the archive: final results, steps, late records, objections, decisions."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

import xlsxwriter
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from shanxue.base.periods import Period
from shanxue.base.points import format_scaled
from shanxue.base.volumes import Cell, Document, Piece, Retention, Series, Table, make_columns
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import map_closed_years

from .models import Amendment, Confirmation, LateRecord, Objection, Proceeding, QuotaDecision, Result, StepEntry
from .queries.proceedings import list_shown_of
from .queries.results import read_version, settle_results

Row = tuple[Cell, ...]
MADE = datetime(2000, 1, 1)  # noqa: DTZ001  equal contents, equal bytes

FINAL = make_columns("proceeding:考核 scheme:细则 code:工号或代号 name:名称 home:列在 total:得分 grade:等次 note:说明")
STEPS = make_columns("proceeding:考核 step:步骤 at:时间:time by:办理人 words:说明")
LATE = make_columns(
    "proceeding:考核 source:种类 ref:记录编号:number name:谁的 change:变化 state:决定 reason:理由 "
    "by:谁决定 at:时间:time"
)
CONFIRMATIONS = make_columns(
    "proceeding:考核 scheme:细则 unit:单位 name:名称 by:确认人 at:时间:time in_place:代为确认:flag "
    "reason:代为确认的依据"
)
OBJECTIONS = make_columns(
    "proceeding:考核 name:姓名 item:项目 sentence:异议 by:提出人 at:时间:time agreed:同意:flag "
    "answer:答复 answered_by:答复人"
)
DECISIONS = make_columns(
    "proceeding:考核 scheme:细则 grade:等次 group:分组 kept:保留人数:number meeting:会议 held_on:日期:date "
    "reason:理由 by:登记人"
)
AMENDMENTS = make_columns(
    "proceeding:考核 name:名称 old_total:原得分 old_grade:原等次 total:现得分 grade:现等次 cause:因为 reason:理由 "
    "decided_by:谁决定 meeting:会议 held_on:日期:date at:登记时间:time"
)


def list_held(bureau: Bureau, period: Period) -> list[Proceeding]:
    """The proceedings whose window ends in the period, settled or not."""
    rows = Proceeding.objects.filter(bureau=bureau, until_on__gt=period.from_on, until_on__lte=period.until_on)
    return list(rows.select_related("bureau").order_by("until_on", "pk"))


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    """One 件 for each proceeding: how its results came to stand, as a workbook."""
    pieces = [
        Piece(
            key=f"proceeding-{one.pk}", series=Series.STUDY, title=f"{one.title}办理材料", responsible=bureau.name,
            on=timezone.localdate(one.settled_at) if one.settled_at else None, retention=Retention.PERMANENT,
            missing="" if one.settled_at else f"{one.title}还没有定档，不能封卷。",
            href=reverse("assessment:proceeding", args=[one.pk]),
            documents=(Document("办理材料.xlsx", partial(_write_proceeding, one)),) if one.settled_at else (),
        )
        for one in list_held(bureau, period)
    ]  # fmt: skip
    supplements = _list_supplements(bureau, period)
    return pieces + [_describe_supplement(one, rows) for one, rows in _group_by_proceeding(supplements).items()]


def _describe_supplement(proceeding: Proceeding, rows: list[Amendment]) -> Piece:
    """What was amended after the year was sealed: its package stays, this year's volume takes the 件."""
    return Piece(
        key=f"amendments-{proceeding.pk}", series=Series.STUDY, title=f"{proceeding.title}结果更正（封卷以后）",
        responsible=proceeding.bureau.name, on=timezone.localdate(rows[-1].at), retention=Retention.PERMANENT,
        missing="", href=reverse("assessment:proceeding", args=[proceeding.pk]),
        documents=(Document("结果更正.xlsx", partial(_write_supplement, rows)),),
    )  # fmt: skip


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    return _list_tables(list_held(bureau, period), _list_supplements(bureau, period))


def _list_tables(held: list[Proceeding], supplements: Sequence[Amendment] = ()) -> list[Table]:
    return [
        Table("final_results", "最终结果", FINAL, _list_final(held)),
        Table("proceeding_steps", "办理步骤", STEPS, _list_steps(held)),
        Table("late_records", "截止后的记录", LATE, _list_late(held)),
        Table("branch_confirmations", "支部确认", CONFIRMATIONS, _list_confirmations(held)),
        Table("branch_objections", "支部异议", OBJECTIONS, _list_objections(held)),
        Table("quota_decisions", "名额决定", DECISIONS, _list_decisions(held)),
        _table_amendments([*_list_amendments(held), *supplements]),
    ]


def _list_final(held: list[Proceeding]) -> Iterator[Row]:
    """Every result as it stands, amendments applied."""
    for one in held:
        for shown in list_shown_of(one):
            rows = Result.objects.filter(run=shown.run).select_related("person", "unit", "home").order_by("pk")
            for row in settle_results(shown.run, rows):
                code = row.person.staff_no if row.person else row.unit.code if row.unit else ""
                home = row.home.name if row.home else ""
                total = _write(row.total_points, shown.scheme.scale)
                yield one.title, shown.scheme.code, code, row.subject_name, home, total, row.grade, row.rank_note


def _write(points: int | None, scale: int) -> str | None:
    return None if points is None else format_scaled(points, scale, trim=True)


def _list_steps(held: list[Proceeding]) -> Iterator[Row]:
    for row in StepEntry.objects.filter(proceeding__in=held).select_related("proceeding").order_by("pk"):
        yield row.proceeding.title, row.step, row.at, row.by_name, row.words


def _list_late(held: list[Proceeding]) -> Iterator[Row]:
    rows = LateRecord.objects.filter(proceeding__in=held).select_related("proceeding", "person", "unit").order_by("pk")
    for row in rows:
        yield (row.proceeding.title, row.source, row.ref, row.subject_name, row.change, row.state, row.reason,
               row.decided_by, row.decided_at)  # fmt: skip


def _list_confirmations(held: list[Proceeding]) -> Iterator[Row]:
    """Who confirmed each frozen result; where the office did so in a unit's place, on what ground."""
    rows = Confirmation.objects.filter(proceeding__in=held, result__run__frozen_for__isnull=False).order_by("pk")
    related = ("proceeding", "result__person", "result__unit", "result__home", "result__run__scheme")
    for row in rows.select_related(*related).distinct():
        unit = row.result.unit or row.result.home
        yield (row.proceeding.title, row.result.run.scheme.code, unit.name if unit else "", row.result.subject_name,
               row.by_name, row.at, bool(row.words), row.words)  # fmt: skip


def _list_objections(held: list[Proceeding]) -> Iterator[Row]:
    rows = Objection.objects.filter(proceeding__in=held).order_by("pk")
    for row in rows.select_related("proceeding", "result__person", "result__unit"):
        yield (row.proceeding.title, row.result.subject_name, row.item, row.sentence, row.by_name, row.at, row.agreed,
               row.answer, row.answered_by)  # fmt: skip


def _list_decisions(held: list[Proceeding]) -> Iterator[Row]:
    rows = QuotaDecision.objects.filter(part__proceeding__in=held).select_related("part__proceeding").order_by("pk")
    for row in rows:
        yield (row.part.proceeding.title, row.part.code, row.grade, row.group, len(row.kept), row.meeting, row.held_on,
               row.reason, row.by_name)  # fmt: skip


def _list_amendments(held: list[Proceeding]) -> list[Amendment]:
    """List what was amended before the year was sealed."""
    rows = _read_amendments(Q(result__run__frozen_for__proceeding__in=held))
    closed = map_closed_years(held[0].bureau_id) if rows else {}
    return [row for row in rows if not _is_supplement(row, closed)]


def _list_supplements(bureau: Bureau, period: Period) -> list[Amendment]:
    """List what was amended in a period in results of years that were sealed by then."""
    closed = map_closed_years(bureau.pk)
    bounds = Q(at__date__gte=period.from_on, at__date__lt=period.until_on)
    rows = _read_amendments(bounds, result__run__bureau=bureau) if closed else []
    return [row for row in rows if _is_supplement(row, closed)]


def _read_amendments(where: Q, **more: object) -> list[Amendment]:
    rows = Amendment.objects.filter(where, **more).order_by("pk")
    found = rows.select_related("result__person", "result__unit", "result__run__scheme")
    return list(found.prefetch_related("result__run__frozen_for__proceeding__bureau"))


def _find_proceeding(row: Amendment) -> Proceeding:
    return row.result.run.frozen_for.all()[0].proceeding


def _is_supplement(row: Amendment, closed: Mapping[int, datetime]) -> bool:
    sealed_at = closed.get(_find_proceeding(row).year)
    return sealed_at is not None and row.at > sealed_at


def _group_by_proceeding(rows: list[Amendment]) -> dict[Proceeding, list[Amendment]]:
    groups: dict[Proceeding, list[Amendment]] = {}
    for row in rows:
        groups.setdefault(_find_proceeding(row), []).append(row)
    return groups


def _write_amendments(rows: Iterable[Amendment]) -> Iterator[Row]:
    for row in rows:
        scale = read_version(row.result.run.scheme).scale
        yield (_find_proceeding(row).title, row.result.subject_name, _write(row.old_points, scale), row.old_grade,
               _write(row.new_points, scale), row.new_grade, row.cause, row.reason, row.decided_by, row.meeting,
               row.held_on, row.at)  # fmt: skip


def _write_proceeding(proceeding: Proceeding) -> bytes:
    return _write_workbook(_list_tables([proceeding]))


def _write_supplement(rows: list[Amendment]) -> bytes:
    return _write_workbook([_table_amendments(rows)])


def _table_amendments(rows: Iterable[Amendment]) -> Table:
    return Table("amendments", "更正", AMENDMENTS, _write_amendments(rows))


def _write_workbook(tables: Iterable[Table]) -> bytes:
    """One sheet per table; every cell is text, so nothing in it is taken for a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": MADE})
    bold = book.add_format({"bold": True})
    for table in tables:
        sheet = book.add_worksheet(table.title)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(table.columns), 16)
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, column.title, bold)
        for line, row in enumerate(table.rows, 1):
            for at, cell in enumerate(row):
                sheet.write_string(line, at, _tell(cell))
    book.close()
    return buffer.getvalue()


def _tell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return f"{timezone.localtime(cell):%Y-%m-%d %H:%M}"
    return str(cell)
