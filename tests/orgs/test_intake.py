"""Rosters, transfers and exemptions from the office's own tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from shanxue.orgs.intake.roster import read_bureau_name
from shanxue.orgs.models import Exemption, Person, Unit
from shanxue.orgs.rules import RankClass, Role
from shanxue.orgs.words import read_party_status, read_rank, read_role, read_staff_state
from tests.intake.office import PEOPLE, bring, bring_people, check, find, get_table, list_messages, list_stints, write

JULY, AUGUST = date(2025, 7, 1), date(2025, 8, 1)
MOVES = ["工号", "姓名", "转出支部", "转入支部", "转出日期", "接收日期"]


@pytest.mark.django_db
def test_roster_of_a_party_system_is_recognised(tmp_path: Path) -> None:
    """offices.md §3, 党员名册 import (LB): 登录名, 所属组织; private columns are not read."""
    header = (
        "登录名,姓名,性别,手机号码,身份证号,民族,学历,学位,籍贯,出生年月(yyyy-MM),入党时间(yyyy-MM-dd),"
        "所属组织,党务工作者,志愿者,党代表,困难党员,家庭住址,备注说明,是否管理员"
    )
    line = [
        "0101",
        "王伟",
        "男",
        "13800000000",
        "33010219900101123X",
        "汉族",
        "本科",
        "学士",
        "某地",
        "1990-01",
        "2015-07-01",
        "第一支部",
        "否",
        "否",
        "否",
        "否",
        "某路1号",
        "",
        "否",
    ]
    bring(write(tmp_path / "a.xlsx", [header.split(","), line]))
    assert (find("0101").name, find("0101").birth_year, list_stints("0101")) == (
        "王伟",
        1990,
        [("第一支部", None, None)],
    )


@pytest.mark.django_db
def test_roster_with_title_and_mixed_number_header(tmp_path: Path) -> None:
    """offices.md §3, 党员信息表: 姓名,电话号码,职务,组织,类别,性别,学号/工号,入党时间 below a title."""
    header = ["姓名", "电话号码", "职务", "组织", "类别", "性别", "学号/工号", "入党时间"]
    lines = [
        ["王伟", "", "支部书记", "第一支部", "正式党员", "男", "0101", "2015.7.1"],
        ["李芳", "", "科员", "第一支部", "预备党员", "女", "0102", "20250701"],
    ]
    bring(write(tmp_path / "a.xlsx", [["党员信息表"], header, *lines]))
    assert [(p.staff_no, p.party_status, p.stints.get().role) for p in Person.objects.order_by("staff_no")] == [
        ("0101", "正式党员", "书记"),
        ("0102", "预备党员", "成员"),
    ]


@pytest.mark.django_db
def test_second_roster_adds_the_department(tmp_path: Path) -> None:
    """A staff list by department beside the party roster: one person, two lines of the tree."""
    bring_people(tmp_path)
    lines = [["工号", "姓名", "部门", "职级"], *([*line[:2], "办公室", "一级主任科员"] for line in PEOPLE)]
    path = write(tmp_path / "b.xlsx", lines, "人员名单")
    assert list_messages(check(path)) == [
        "「人员名单」第 2 行 C 列（部门）：“办公室”没有找到，请选对应的单位。（共 5 处）"
    ]
    bring(path, {"单位:办公室": "新建"})
    assert (Person.objects.count(), find("0101").rank_class) == (5, "乡科级")
    assert sorted(name for name, _, _ in list_stints("0101")) == ["办公室", "第一支部"]


@pytest.mark.django_db
def test_branch_code_and_parent_are_kept(tmp_path: Path) -> None:
    """K2: 支部及编码; 上级组织 makes the tree."""
    header = ["工号", "姓名", "上级组织", "所在支部", "支部编码", "党籍状态"]
    bring(write(tmp_path / "a.xlsx", [header, ["1", "王伟", "执法支队党总支", "执法一中队支部", "020101", "正式党员"]]))
    unit = Unit.objects.get(name="执法一中队支部")
    assert (unit.code, unit.kind, unit.parent.name, unit.parent.kind) == (
        "020101",
        "党支部",
        "执法支队党总支",
        "党总支",
    )


@pytest.mark.django_db
def test_transfer_keeps_the_former_branch_until_received(tmp_path: Path) -> None:
    """条例 25: sent on 20 June, received on 1 July: the first branch answers for June."""
    bring_people(tmp_path)
    bring(write(tmp_path / "t.xlsx", [MOVES, ["0101", "王伟", "第一支部", "第二支部", "2025-06-20", "2025-07-01"]]))
    assert list_stints("0101") == [("第一支部", None, JULY), ("第二支部", JULY, None)]


@pytest.mark.django_db
def test_transfer_not_received_changes_nothing(tmp_path: Path) -> None:
    """条例 25: while transferred out and not yet received, the former organisation remains responsible."""
    bring_people(tmp_path)
    path = write(tmp_path / "t.xlsx", [MOVES, ["0101", "王伟", "第一支部", "第二支部", "2025-06-20", ""]])
    plan = check(path)
    assert (list_messages(plan), plan.ledger.is_empty) == ([], True)


@pytest.mark.django_db
def test_roster_of_december_and_transfers_of_the_year_agree(tmp_path: Path) -> None:
    """The roster shows where people ended; the table of transfers puts the former branches before, by date."""
    roster = [
        ["工号", "姓名", "所在支部", "党籍状态"],
        ["0101", "王伟", "第三支部", "正式党员"],
        ["0102", "李芳", "第一支部", "正式党员"],
        ["0103", "陈静", "第二支部", "正式党员"],
    ]
    moves = [
        MOVES,
        ["0101", "王伟", "第二支部", "第三支部", "2025-08-01", "2025-08-01"],
        ["0101", "王伟", "第一支部", "第二支部", "2025-07-01", "2025-07-01"],
    ]
    bring(write(tmp_path / "r.xlsx", roster), {}, write(tmp_path / "t.xlsx", moves))
    assert list_stints("0101") == [("第一支部", None, JULY), ("第二支部", JULY, AUGUST), ("第三支部", AUGUST, None)]
    again = check(write(tmp_path / "u.xlsx", [["调动表"], *moves]))
    assert again.ledger.is_empty


@pytest.mark.django_db
def test_transfer_that_contradicts_the_books_is_a_problem(tmp_path: Path) -> None:
    bring_people(tmp_path, [*PEOPLE, ["0301", "何静", "第三支部", "正式党员"]])
    path = write(
        tmp_path / "t.xlsx", [MOVES, ["0201", "张敏", "第一支部", "第二支部", "2025-06-20", "2025-07-01"]], "转接"
    )
    bring(path)  # she stands in 第二支部 since ever: the table says since when
    wrong = write(
        tmp_path / "u.xlsx", [MOVES, ["0101", "王伟", "第二支部", "第三支部", "2025-06-20", "2025-07-01"]], "转接"
    )
    assert list_messages(check(wrong)) == [
        "「转接」第 2 行 C 列（原支部）：“王伟”在系统里是第一支部，"
        "这里写 2025年7月1日 从第二支部转出，对不上。请核对原支部和时间。"
    ]
    assert list_stints("0201") == [("第一支部", None, JULY), ("第二支部", JULY, None)]


@pytest.mark.django_db
def test_transfer_out_of_the_bureau_ends_the_stint(tmp_path: Path) -> None:
    bring_people(tmp_path)
    bring(write(tmp_path / "t.xlsx", [MOVES, ["0202", "刘洋", "第二支部", "外单位", "2025-06-20", "2025-07-01"]]))
    assert (list_stints("0202"), find("0202").left_on, find("0202").staff_state) == (
        [("第二支部", None, JULY)],
        JULY,
        "离开",
    )


@pytest.mark.django_db
def test_roster_that_shows_a_move_is_settled_by_the_transfers(tmp_path: Path) -> None:
    """Ux D 20: never a silent move; the transfers table of the same import gives the day."""
    bring_people(tmp_path)
    roster = [
        ["工号", "姓名", "所在支部", "党籍状态"],
        *PEOPLE[:3],
        ["0201", "张敏", "第一支部", "正式党员"],
        PEOPLE[4],
    ]
    moves = [MOVES, ["0201", "张敏", "第二支部", "第一支部", "2025-06-20", "2025-07-01"]]
    bring(write(tmp_path / "r.xlsx", roster), {}, write(tmp_path / "t.xlsx", moves))
    assert list_stints("0201") == [("第二支部", None, JULY), ("第一支部", JULY, None)]


@pytest.mark.django_db
def test_exemption_ends_after_its_last_day(tmp_path: Path) -> None:
    """条例 23; the table names the last day, bounds here are open. No diagnosis is read."""
    bring_people(tmp_path)
    header = ["工号", "姓名", "免考核类别", "开始日期", "结束日期", "批准单位", "病情"]
    path = write(
        tmp_path / "e.xlsx", [header, ["0202", "刘洋", "长期病休", "2025-03-01", "2025-06-30", "第二支部", "某病"]]
    )
    assert get_table(check(path)).table.unread == ["病情"]
    bring(path)
    exemption = Exemption.objects.get()
    assert (exemption.category, exemption.from_on, exemption.until_on, exemption.approved_by) == (
        "长期病休",
        date(2025, 3, 1),
        JULY,
        "第二支部",
    )


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("四级调研员", RankClass.COUNTY_UP),
        ("副处级", RankClass.COUNTY_UP),
        ("二级主任科员", RankClass.TOWNSHIP),
        ("正科级", RankClass.TOWNSHIP),
        ("一级科员", RankClass.STAFF),
        ("科级以下", RankClass.STAFF),
        ("技师", RankClass.WORKER),
        ("不明", None),
    ],
)
def test_read_rank(text: str, rank: RankClass | None) -> None:
    """《干部教育培训工作条例》14–16: 四级调研员 and up; 乡科级 and 一级主任科员 down."""
    assert read_rank(text) is rank


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("党支部书记、处长", Role.SECRETARY),
        ("副书记", Role.DEPUTY),
        ("组织委员", Role.COMMITTEE),
        ("学习委员", Role.STUDY_COMMITTEE),
        ("科员", None),
    ],
)
def test_read_role(text: str, role: Role | None) -> None:
    assert read_role(text) is role


def test_words_of_status_and_state() -> None:
    assert (read_party_status("中共党员"), read_party_status("预备"), read_staff_state("退休")) == (
        "正式党员",
        None,
        "离退休",
    )


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("滨江市城市管理局2025年党员名册", "滨江市城市管理局"),
        ("2025年滨江市城市管理局党员名册", "滨江市城市管理局"),
        ("中共滨江市城市管理局委员会党员名册", "滨江市城市管理局"),
        ("离退休党员名册（2025年）", ""),
        ("党员名册", ""),
    ],
)
def test_bureau_name_comes_from_the_title(title: str, name: str) -> None:
    assert read_bureau_name(SimpleNamespace(table=SimpleNamespace(facts={"title": title}))) == name  # type: ignore[arg-type]
