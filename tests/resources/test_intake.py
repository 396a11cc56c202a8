"""A catalogue of books from Excel (issue 4, resources): one test per case, with the exact sentence."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from shanxue.intake.actions import undo_batch
from shanxue.intake.commands import add_import_arguments, run_import
from shanxue.orgs.queries import find_actor
from shanxue.resources.actions.lending import lend
from shanxue.resources.models import Copy, Title
from tests.house import House
from tests.intake.office import AT, bring, bring_people, check, get_table, list_messages, write

pytestmark = pytest.mark.django_db
HEADER = ["序号", "书名", "作者", "出版社", "ISBN", "定价", "册数", "分类号", "存放地点", "登记号"]
BOOK = [
    1,
    "中国共产党简史",
    "本书编写组",
    "人民出版社",
    "978-7-01-012345-5",
    "￥42.00元",
    2,
    "D23",
    "三楼书柜",
    "00012",
]


def list_books() -> list[tuple[object, ...]]:
    return list(Title.objects.order_by("pk").values_list("name", "author", "press", "isbn", "price_fen", "category"))


def list_numbers() -> list[tuple[str, str, str]]:
    return list(Copy.objects.order_by("number").values_list("number", "title__name", "place"))


def test_a_catalogue_becomes_titles_and_copies(tmp_path: Path) -> None:
    bring(write(tmp_path / "a.xlsx", [["藏书登记簿"], HEADER, BOOK]))
    assert list_books() == [("中国共产党简史", "本书编写组", "人民出版社", "9787010123455", 4200, "D23")]
    assert list_numbers() == [("00012", "中国共产党简史", "三楼书柜"), ("00013", "中国共产党简史", "三楼书柜")]


def test_the_command_says_what_kind_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """DESIGN §7: ``shanxue import FILE --dry-run --json`` gives kind "books" and writes nothing."""
    parser = argparse.ArgumentParser()
    add_import_arguments(parser)
    path = write(tmp_path / "a.xlsx", [["题名", "责任者", "出版社", "单价", "复本"], ["党史", "甲", "乙社", 45, 3]])
    assert run_import(parser.parse_args([str(path), "--dry-run", "--json"])) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["kind"], said["added"], said["problems"], Title.objects.count()) == ("books", 1, [], 0)
    assert said["rows"][0]["numbers"] == ["00001", "00002", "00003"]


@pytest.mark.parametrize(
    ("cell", "fen"), [("45.00元", 4500), ("￥45", 4500), (45, 4500), (45.5, 4550), ("1,045.50", 104550)]
)
def test_prices_are_read_as_fen(tmp_path: Path, cell: object, fen: int) -> None:
    bring(write(tmp_path / "a.xlsx", [["书名", "出版社", "单价"], ["党史", "人民社", cell]]))
    assert Title.objects.get().price_fen == fen


def test_a_tidied_price_is_shown_in_yuan(tmp_path: Path) -> None:
    """自动整理 says what is understood: 原值 → 新值, never fen."""
    plan = check(write(tmp_path / "a.xlsx", [["书名", "出版社", "单价"], ["党史", "人民社", "￥35.00元"]]))
    assert [(change.before, change.after) for change in get_table(plan).changed] == [("￥35.00元", "35.00")]


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        (4, "9.78712E+12", "E 列（ISBN）：“9.78712E+12”已丢失后几位。请在原系统重新导出，或手工改成完整的 ISBN。"),
        (4, "978-7-01-012345-6", "E 列（ISBN）：“978-7-01-012345-6”的校验位不对，可能抄错了一位。请核对封底的 ISBN。"),
        (4, "12345", "E 列（ISBN）：“12345”不是 ISBN。应为 13 位（旧书 10 位）数字，没有就留空。"),
        (5, "四十二", "F 列（定价）：“四十二”不是单价。请写成元，最多两位小数，如 45.00。"),
        (5, "-3", "F 列（定价）：单价“-3”是负数。请写成元，如 45.00；退书的，删去这一行。"),
        (4, 9787110000000, "E 列（ISBN）：“9787110000000”已丢失后几位。请在原系统重新导出，或手工改成完整的 ISBN。"),
        (5, 4.555, "F 列（定价）：“4.555”不是单价。请写成元，最多两位小数，如 45.00。"),
        (6, "一套", "G 列（册数）：“一套”不是数字。请改成数字。"),
        (6, 501, "G 列（册数）：一行最多 500 册，这里写了 501 册。请核对。"),
        (9, "00012—00014", "J 列（登记号）：“00012—00014”是 3 个编号，册数写的是 2。请改成一致。"),
        (1, None, "B 列（书名）：没有写书名。请补上，或删去这一行。"),
    ],
)
def test_a_bad_cell_is_named_with_its_place(tmp_path: Path, column: int, cell: object, sentence: str) -> None:
    line = [*BOOK]
    line[column] = cell
    plan = check(write(tmp_path / "a.xlsx", [HEADER, [*BOOK[:9], "00020"], line], "藏书"))
    assert list_messages(plan) == [f"「藏书」第 3 行 {sentence}"]
    assert Title.objects.count() == 0


def test_an_isbn_stored_as_a_number_is_read_whole(tmp_path: Path) -> None:
    bring(write(tmp_path / "a.xlsx", [["书名", "ISBN"], ["党史", 9787010123455], ["旧书", 306406152]]))
    assert [title[3] for title in list_books()] == ["9787010123455", "0306406152"]


def test_lost_zeros_of_numbers_are_asked_once(tmp_path: Path) -> None:
    """Ux D case 11 for copies: the shelf counts in five digits, the file lost them."""
    bring(write(tmp_path / "a.xlsx", [HEADER, BOOK]))
    path = write(tmp_path / "b.xlsx", [["书名", "作者", "登记号"], ["党章", "甲", 31], ["宪法", "乙", 32]])
    plan = check(path)
    assert [question.code for question in get_table(plan).questions] == ["leading_zeros"]
    assert "编号少了前导零，按 5 位补齐吗？（31 → 00031）（共 2 处）" in list_messages(plan)[0]
    bring(path, {get_table(plan).questions[0].answer_key: "补齐"})
    assert [number for number, *_ in list_numbers()] == ["00012", "00013", "00031", "00032"]


def test_a_number_twice_or_on_another_book_stops_its_row(tmp_path: Path) -> None:
    bring(write(tmp_path / "a.xlsx", [HEADER, BOOK]))
    lines = [["党章", "甲", "00040"], ["宪法", "乙", "00040"], ["民法典", "丙", "00013"]]
    plan = check(write(tmp_path / "b.xlsx", [["书名", "作者", "登记号"], *lines], "新书"))
    assert list_messages(plan) == [
        "「新书」第 3 行 C 列（登记号）：第 2 行已有编号 00040。请删去一行，或改正编号。",
        "「新书」第 4 行 C 列（登记号）：编号 00013 已用在目录里的另一本书上。请改正编号。",
    ]


def test_the_same_file_again_and_a_changed_one_add_nothing_twice(tmp_path: Path) -> None:
    lines = [["书名", "出版社", "册数", "存放地点"], ["党史", "人民社", 2, ""], ["党史", "人民社", 1, ""]]
    bring(write(tmp_path / "a.xlsx", lines))
    assert [number for number, *_ in list_numbers()] == ["00001", "00002", "00003"]
    plan = check(write(tmp_path / "b.xlsx", [*lines, ["宪法", "法律社", 1, "二楼"]]))
    assert [row["outcome"] for row in get_table(plan).shown] == ["unchanged", "unchanged", "added"]
    bring(tmp_path / "b.xlsx")
    assert [number for number, *_ in list_numbers()] == ["00001", "00002", "00003", "00004"]


def test_an_import_is_taken_back_unless_a_copy_is_lent(tmp_path: Path, house: House) -> None:
    house.bureau.code = "default"
    house.bureau.save()
    first = bring(write(tmp_path / "a.xlsx", [HEADER, BOOK]))[0]
    undo_batch(first, actor="办公室", at=AT)
    assert (Title.objects.count(), Copy.objects.count()) == (0, 0)
    second = bring(write(tmp_path / "b.xlsx", [HEADER, [*BOOK[:9], "00020"]]))[0]
    office = find_actor(house.users["office"], AT.date())
    lend(office, "00020", "1001", at=AT)
    from shanxue.base.errors import Refusal

    with pytest.raises(Refusal) as refused:
        undo_batch(second, actor="办公室", at=AT)
    assert refused.value.code == "batch_in_use"


def test_a_reading_plan_is_not_taken_for_a_catalogue(tmp_path: Path) -> None:
    """必读书目 with persons and states stays a plan."""
    bring_people(tmp_path)
    lines = [["工号", "姓名", "必读书目", "完成情况"], ["0101", "王伟", "党史", "完成"]]
    assert get_table(check(write(tmp_path / "p.xlsx", lines))).kind.code == "plan"
