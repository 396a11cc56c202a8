"""Classes, order, numbers and the nine columns of a catalogue (DA/T 22-2015, rules 2.9)."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shanxue.archive.rules import COLUMNS, Choice, Listed, arrange_volume, check_numbers, write_code
from shanxue.base.volumes import Piece, Retention, Series

BULLETIN = Piece("b-1", Series.BULLETINS, "情况通报", "学习办公室", date(2025, 7, 1), Retention.THIRTY_YEARS)


def make_piece(key: str, day: int = 1, **values: object) -> Piece:
    fields = {
        "series": Series.STUDY, "title": f"会议记录{key}", "responsible": "第一支部", "on": date(2025, 3, day),
        "retention": Retention.THIRTY_YEARS,
    }  # fmt: skip
    return Piece(key, **{**fields, **values})  # type: ignore[arg-type]


def test_code_is_written_as_the_standard_asks() -> None:
    """DA/T 22-2015: 全宗号-档案门类代码·年度-保管期限-机构(问题)代码-件号."""
    assert write_code("0194", 2026, Retention.THIRTY_YEARS, Series.STUDY, 1) == "0194-WS·2026-D30-XXQK-0001"
    assert write_code("0194", 2026, Retention.PERMANENT, Series.BULLETINS, 12) == "0194-WS·2026-Y-QKTB-0012"


def test_numbers_run_in_each_class_by_day() -> None:
    later, first = make_piece("a", 9), make_piece("b", 2)
    volume = arrange_volume([later, BULLETIN, first], {}, fonds="0194", year=2025)
    assert [(one.code, one.piece.key) for one in volume.placed] == [
        ("0194-WS·2025-D30-XXQK-0001", "b"),
        ("0194-WS·2025-D30-XXQK-0002", "a"),
        ("0194-WS·2025-D30-QKTB-0001", "b-1"),
    ]


def test_the_office_changes_retention_and_order_and_leaves_out_with_a_reason() -> None:
    pieces = [make_piece("a", 1), make_piece("b", 2), make_piece("c", 3), make_piece("d", 4)]
    choices = {"c": Choice(position=1), "a": Choice(retention="永久"), "d": Choice(left_out="重份")}
    volume = arrange_volume(pieces, choices, fonds="0194", year=2025)
    assert [one.code for one in volume.placed] == [
        "0194-WS·2025-Y-XXQK-0001", "0194-WS·2025-D30-XXQK-0001", "0194-WS·2025-D30-XXQK-0002",
    ]  # fmt: skip
    assert [one.piece.key for one in volume.placed] == ["a", "c", "b"]
    assert [(piece.key, why) for piece, why in volume.left_out] == [("d", "重份")]


def test_what_is_missing_gets_no_number_and_is_counted_in_its_series() -> None:
    gap = make_piece("a", missing="第二党支部 5 月会议记录仍是“退回修改”，不能封卷。")
    volume = arrange_volume([gap, make_piece("b")], {}, fonds="0194", year=2025)
    assert [piece.missing for piece in volume.missing] == ["第二党支部 5 月会议记录仍是“退回修改”，不能封卷。"]
    assert volume.count_series()[0] == (Series.STUDY, 1, 1)


def test_the_nine_columns_with_a_supplied_title_and_an_uncounted_page() -> None:
    """2015 edition: 题名 supplied in [ ], 日期 in eight digits, what is not known said in 备注."""
    placed = arrange_volume([make_piece("a", supplied_title=True)], {}, fonds="0194", year=2025).placed[0]
    assert placed.title == "[会议记录a]"
    listed = Listed(placed.code, "", "第一支部", placed.title, date(2025, 3, 1), "", None, "")
    assert dict(zip(COLUMNS, listed.write(1), strict=True)) == {
        "序号": "1", "档号": "0194-WS·2025-D30-XXQK-0001", "文号": "", "责任者": "第一支部", "题名": "[会议记录a]",
        "日期": "20250301", "密级": "", "页数": "", "备注": "页数待补充",
    }  # fmt: skip


@given(
    days=st.lists(
        st.tuples(st.integers(1, 28), st.sampled_from(list(Series)), st.sampled_from(list(Retention))), max_size=30
    ),
    moved=st.dictionaries(st.integers(0, 29), st.integers(1, 40), max_size=6),
)
def test_no_gap_in_any_class_whatever_the_office_moves(
    days: list[tuple[int, Series, Retention]], moved: dict[int, int]
) -> None:
    """件号 run from 0001 without a gap inside every class, each 件 once."""
    pieces = [
        make_piece(str(number), day, series=series, retention=retention)
        for number, (day, series, retention) in enumerate(days)
    ]
    choices = {str(number): Choice(position=place) for number, place in moved.items()}
    volume = arrange_volume(pieces, choices, fonds="0194", year=2025)
    assert check_numbers(one.code for one in volume.placed) == []
    assert sorted(one.piece.key for one in volume.placed) == sorted(piece.key for piece in pieces)
    assert volume == arrange_volume(pieces, choices, fonds="0194", year=2025)


def test_a_gap_in_the_numbers_is_named() -> None:
    assert check_numbers(["0194-WS·2025-Y-XXQK-0001", "0194-WS·2025-Y-XXQK-0003"]) == [
        "0194-WS·2025-Y-XXQK 的件号不连续。"
    ]
