"""What inspections leave for the archive of a year (D10), and what this room holds about one person."""

from __future__ import annotations

import io
from datetime import date

import pytest
from docx import Document

from shanxue.base.periods import Period
from shanxue.study.models import Note
from shanxue.supervision import holdings, volumes
from shanxue.supervision.actions.inspecting import close_inspection
from shanxue.supervision.actions.rectifying import Task, close_finding, write_finding
from tests.house import House

from .checks import NOW, begin, check_all, get_actor, hold_six
from .test_rectifying import pass_action

pytestmark = pytest.mark.django_db

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


def test_an_inspection_is_one_piece_of_the_years_archive_once_it_is_closed(house: House) -> None:
    hold_six(house)
    inspector, inspection = get_actor(house, "inspector"), begin(house, "第一支部")
    task = Task("补写落实情况", date(2026, 6, 10))
    finding = write_finding(inspector, inspection, house.units["第一支部"], "决议没有落实情况", task, at=NOW)
    (piece,) = volumes.list_pieces(house.bureau, YEAR)
    assert (piece.key, piece.series, piece.missing) == (
        f"inspection-{inspection.pk}", "学习情况", "“二季度督查”还没有结束，不能封卷。",
    )  # fmt: skip
    check_all(house, inspection)
    pass_action(house, finding, "secretary", "inspector")
    close_finding(inspector, finding, "看过原件", at=NOW)
    close_inspection(inspector, inspection, "较好", at=NOW)
    (closed,) = volumes.list_pieces(house.bureau, YEAR)
    assert (closed.missing, closed.on) == ("", date(2026, 5, 20))
    (paper,) = closed.documents
    content = paper.write()
    assert content == paper.write()
    cells = [cell.text for table in Document(io.BytesIO(content)).tables for row in table.rows for cell in row.cells]
    assert "补写落实情况（2026-06-10前，已完成）\n已补写；复核：通过\n已销号：看过原件" in cells
    assert "符合3，不符合0" in cells
    assert volumes.list_pieces(house.bureau, Period(date(2025, 1, 1), date(2026, 1, 1))) == []
    rows = {table.name: list(table.rows) for table in volumes.list_tables(house.bureau, YEAR)}
    assert [row[:5] for row in rows["findings"]] == [("二季度督查", 1, "第一支部", "决议没有落实情况", "已销号")]


def test_a_person_sees_that_a_note_was_drawn(house: House) -> None:
    note = Note(bureau=house.bureau, person=house.people["张三"], title="体会", on=date(2026, 3, 1), state="通过")
    note.save()
    begin(house, "第一支部", records=("笔记",))
    (_reminders, drawn) = holdings.export_person(house.people["张三"])
    assert drawn.rows == (("2026-03-01", "张三：体会", "二季度督查", ""),)
