"""Ux D on the database side: each case against a bureau that exists, with the exact sentence and nothing written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shanxue.base.errors import Refusal
from shanxue.intake.accounting import count_file
from shanxue.intake.reading import read_workbook
from shanxue.orgs.models import Person, Unit, UnitAlias
from tests.intake.office import (
    PEOPLE,
    ROSTER,
    bring,
    bring_people,
    check,
    dump,
    find,
    get_table,
    list_messages,
    list_stints,
    write,
)

pytestmark = pytest.mark.django_db
MARKS = ["日期", "会议类型", "姓名", "所在支部", "考勤"]


@pytest.fixture(autouse=True)
def _people(tmp_path: Path) -> None:
    bring_people(tmp_path)


def assert_stopped(path: Path, *sentences: str, lines: int, blocked: int) -> None:
    """The file is stopped with these sentences, its lines add up, and the database is as it was."""
    before = dump()
    plan = check(path)
    account = count_file(plan.files[0])
    assert list_messages(plan) == list(sentences)
    assert plan.is_open
    assert (account.rows_in_file, account.blocked) == (lines, blocked)
    assert dump() == before


def test_lost_character_stops_its_row(tmp_path: Path) -> None:
    """Ux D case 10: rare characters are stored whole, a lost one is refused with its cell."""
    rows = [ROSTER, *PEOPLE, ["0301", "䶮𠮷", "第二支部", "正式党员"], ["0302", "张?", "第二支部", "正式党员"]]
    sentence = "「在职党员」第 8 行 B 列（姓名）：“张?”里有丢失的字，导出时可能用了 GBK。请改正这个字。"
    assert_stopped(write(tmp_path / "a.xlsx", rows, "在职党员"), sentence, lines=7, blocked=1)
    bring(write(tmp_path / "b.xlsx", rows[:-1], "在职党员"))
    assert find("0301").name == "䶮𠮷"


def test_lost_zeros_are_asked_once_and_padded(tmp_path: Path) -> None:
    """Ux D case 11: codes are text; stored numbers have four digits, the file has three."""
    rows = [["日期", "会议类型", "工号", "姓名", "考勤"]]
    rows += [["2025-06-12", "主题党日", 101, "王伟", "到"], ["2025-06-12", "主题党日", 201, "张敏", "到"]]
    path = write(tmp_path / "a.xlsx", rows)
    plan = check(path)
    assert [question.code for question in get_table(plan).questions] == ["leading_zeros"]
    assert "少了前导零，按 4 位补齐吗？（101 → 0101，共 2 处）" in list_messages(plan)[0]
    key = get_table(plan).questions[0].answer_key
    bring(path, {key: "补齐"})
    assert sorted(find(number).attendances.count() for number in ("0101", "0201")) == [1, 1]


def test_rounded_number_is_refused(tmp_path: Path) -> None:
    """Ux D case 12: 1.13E+10 as text has lost its last digits."""
    rows = [ROSTER, *PEOPLE, ["1.13E+10", "陈静", "第二支部", "正式党员"]]
    sentence = "「在职党员」第 7 行 A 列（工号）：“1.13E+10”已丢失后几位。请在原系统重新导出，或手工改成完整工号。"
    assert_stopped(write(tmp_path / "a.xlsx", rows, "在职党员"), sentence, lines=6, blocked=1)


def test_id_number_is_neither_read_nor_stored(tmp_path: Path) -> None:
    """Ux D case 13, D0.8: the column is listed as unread and its content is nowhere in the database."""
    rows = [[*ROSTER, "身份证号", "联系电话"], *([*line, "330000199001011234", "13800000000"] for line in PEOPLE)]
    bring(write(tmp_path / "a.xlsx", rows, "在职党员"))
    assert sorted(get_table(check(write(tmp_path / "b.xlsx", [*rows, []], "在职党员"))).table.unread) == [
        "联系电话",
        "身份证号",
    ]
    assert "330000199001011234" not in str(dump())


def test_names_are_tidied_before_they_are_matched(tmp_path: Path) -> None:
    """Ux D case 17: spaces, zero-width marks, brackets and stars go; 原值 → 新值 is listed."""
    rows = [
        MARKS,
        ["2025-06-12", "主题党日", "张　敏", "第二支部", "到"],
        ["2025-06-12", "主题党日", "刘\u200b洋★", "第二支部", "到"],
    ]
    path = write(tmp_path / "a.xlsx", rows)
    changed = [(c.before, c.after) for c in get_table(check(path)).changed if c.place.title == "姓名"]
    assert ("张　敏", "张敏") in changed
    bring(path)
    assert [find(number).attendances.get().mark for number in ("0201", "0202")] == ["到", "到"]


def test_wide_digits_in_codes_match(tmp_path: Path) -> None:
    """Ux D case 18."""
    rows = [["日期", "会议类型", "工号", "考勤"], ["2025-06-12", "主题党日", "０２０１", "到"]]
    bring(write(tmp_path / "a.xlsx", rows))
    assert find("0201").attendances.get().mark == "到"


def test_two_people_of_one_name_are_never_guessed(tmp_path: Path) -> None:
    """Ux D case 19, the exact sentence."""
    rows = [
        MARKS,
        ["2025-06-12", "主题党日", "李芳", "第一支部", "到"],
        ["2025-06-12", "主题党日", "王伟", "第一支部", "到"],
    ]
    path = write(tmp_path / "a.xlsx", rows, "考勤")
    sentence = "「考勤」第 3 行 C 列（姓名）：“王伟”在第一支部有 2 人，分不清。请选一位，或补工号。"
    assert_stopped(path, sentence, lines=2, blocked=1)
    question = get_table(check(path)).questions[0]
    assert question.choices == ("0101 王伟", "0103 王伟")
    bring(path, {question.answer_key: "0103 王伟"})
    assert (find("0103").attendances.count(), find("0101").attendances.count()) == (1, 0)


def test_same_name_is_told_apart_by_branch(tmp_path: Path) -> None:
    """People without a number are matched by name within the branch, then in the bureau."""
    more = [["0301", "李芳", "第二支部", "正式党员"]]
    bring(write(tmp_path / "more.xlsx", [ROSTER, *PEOPLE, *more], "在职党员"))
    rows = [
        MARKS,
        ["2025-06-12", "主题党日", "李芳", "二支部", "到"],
        ["2025-06-12", "主题党日", "张敏", "第一支部", "到"],
    ]
    bring(write(tmp_path / "a.xlsx", rows))
    assert [find(number).attendances.count() for number in ("0301", "0102", "0201")] == [1, 0, 1]


def test_person_twice_alike_is_one(tmp_path: Path) -> None:
    """Ux D case 20: same data → one, and said so."""
    rows = [ROSTER, *PEOPLE, PEOPLE[1]]
    plan = check(write(tmp_path / "a.xlsx", rows, "在职党员"))
    account = count_file(plan.files[0])
    assert list_messages(plan) == []
    assert [(skip.row, skip.reason) for skip in account.skipped] == [(7, "与第 3 行相同，合为一条")]
    assert (account.rows_in_file, account.unchanged) == (6, 5)


def test_person_twice_with_other_data_is_asked(tmp_path: Path) -> None:
    """Ux D case 20, the exact sentence."""
    rows = [ROSTER, *PEOPLE, ["0173", "陈静", "第一支部", "正式党员"], ["0173", "陈静", "第二支部", "正式党员"]]
    path = write(tmp_path / "a.xlsx", rows, "在职党员")
    sentence = "「在职党员」：第 7 行和第 8 行都是工号 0173，支部不同（第一／第二），以哪行为准？"
    assert_stopped(path, sentence, lines=7, blocked=2)
    key = get_table(check(path)).questions[0].answer_key
    bring(path, {key: "第 8 行"})
    assert list_stints("0173") == [("第二支部", None, None)]


def test_person_of_another_branch_is_never_moved_silently(tmp_path: Path) -> None:
    """Ux D case 20: 转入，还是兼参加? with a date."""
    rows = [ROSTER, *PEOPLE[:3], ["0201", "张敏", "第一支部", "正式党员"], PEOPLE[4]]
    path = write(tmp_path / "a.xlsx", rows, "在职党员")
    sentence = (
        "「在职党员」第 5 行 C 列（所在支部）：“张敏”（工号 0201）现在在第二支部，名册写第一支部。"
        "转入，还是兼参加？从哪天起？"
    )
    assert_stopped(path, sentence, lines=5, blocked=1)
    key = get_table(check(path)).questions[0].answer_key
    bring(path, {key: "转入 2025-07-01"})
    day = date(2025, 7, 1)
    assert list_stints("0201") == [("第二支部", None, day), ("第一支部", day, None)]


def test_person_may_stand_in_two_branches(tmp_path: Path) -> None:
    """Ux D case 20: 兼参加 keeps the first branch."""
    path = write(
        tmp_path / "a.xlsx", [ROSTER, *PEOPLE[:3], ["0201", "张敏", "第一支部", "正式党员"], PEOPLE[4]], "在职党员"
    )
    key = get_table(check(path)).questions[0].answer_key
    bring(path, {key: "兼参加 2025-07-01"})
    assert list_stints("0201") == [("第二支部", None, None), ("第一支部", date(2025, 7, 1), None)]


def test_people_absent_from_the_roster_are_asked_about_not_deleted(tmp_path: Path) -> None:
    """Ux D case 20: 名册里没有、系统里有."""
    path = write(tmp_path / "a.xlsx", [ROSTER, *PEOPLE[:4]], "在职党员")
    sentence = "「在职党员」：名册里没有、系统里有 1 人（刘洋）。保留，还是标为离开？"
    assert_stopped(path, sentence, lines=4, blocked=0)
    key = get_table(check(path)).questions[0].answer_key
    bring(path, {key: "标为离开"})
    assert (Person.objects.count(), find("0202").staff_state) == (5, "离开")


def test_branch_written_three_ways_is_one(tmp_path: Path) -> None:
    """Ux D case 21: exact → alias → shortenings; each is listed as 原值 → 新值."""
    ways = ["第一支部 ", "一支部", "中共××局第一支部委员会", "第一党支部"]
    rows = [MARKS, *(["2025-06-12", "主题党日", "李芳", way, "到"] for way in ways)]
    plan = check(write(tmp_path / "a.xlsx", rows))
    assert list_messages(plan) == []
    listed = [
        (c.before, c.after) for c in get_table(plan).changed if c.place.title == "所在支部" and c.before != "第一支部 "
    ]
    assert listed == [(way, "第一支部") for way in ways[1:]]
    assert count_file(plan.files[0]).rows_in_file == 4


def test_unknown_branch_is_asked_once_and_remembered(tmp_path: Path) -> None:
    """Ux D case 21: 问 once per distinct text, with the nearest; the answer becomes an alias."""
    rows = [MARKS, *(["2025-06-12", "主题党日", name, "机关二支", "到"] for name in ("张敏", "刘洋"))]
    path = write(tmp_path / "a.xlsx", rows, "考勤")
    sentence = "「考勤」第 2 行 D 列（所在支部）：“机关二支”没有找到，最接近：第二支部。（共 2 处）"
    assert_stopped(path, sentence, lines=2, blocked=2)
    bring(path, {"单位:机关二支": "第二支部"})
    assert UnitAlias.objects.get(text="机关二支").unit.name == "第二支部"
    again = [MARKS, ["2025-06-19", "主题党日", "张敏", "机关二支", "到"]]
    assert list_messages(check(write(tmp_path / "b.xlsx", again))) == []


def test_new_branch_is_made_only_by_a_tick(tmp_path: Path) -> None:
    """Ux D case 21: a branch the bureau does not have is a question; 新建 is one of its answers."""
    path = write(tmp_path / "a.xlsx", [ROSTER, *PEOPLE, ["0301", "陈静", "第三支部", "正式党员"]], "在职党员")
    assert get_table(check(path)).questions[0].code == "unknown_unit"
    assert not Unit.objects.filter(name="第三支部").exists()
    bring(path, {"单位:第三支部": "新建"})
    assert list_stints("0301") == [("第三支部", None, None)]


def test_closed_branch_takes_no_more_records(tmp_path: Path) -> None:
    """Ux D case 21: closed branch."""
    Unit.objects.filter(name="第二支部").update(until_on=date(2025, 7, 1))
    june, july = (
        ["2025-06-12", "主题党日", "张敏", "第二支部", "到"],
        ["2025-07-10", "主题党日", "张敏", "第二支部", "到"],
    )
    sentence = "「考勤」第 3 行 D 列（所在支部）：“第二支部”已于 2025年7月1日 撤销。请改成现在的单位。"
    assert_stopped(write(tmp_path / "a.xlsx", [MARKS, june, july], "考勤"), sentence, lines=2, blocked=1)


def test_marks_empty_is_unrecorded_never_absent(tmp_path: Path) -> None:
    """Ux D case 23: an empty mark makes no row; 病/事/出差 keep their category; an unknown sign is asked about once."""
    rows = [
        ["日期", "会议类型", "工号", "考勤"],
        *(
            ["2025-06-12", "主题党日", number, mark]
            for number, mark in zip(
                ("0101", "0102", "0103", "0201", "0202"), ("√", "病", None, "出差", "◎"), strict=True
            )
        ),
    ]
    path = write(tmp_path / "a.xlsx", rows)
    question = get_table(check(path)).questions[0]
    assert question.answer_key == "标记:◎"
    skipped = count_file(check(path, {"标记:◎": "迟到"}).files[0]).skipped
    assert [(skip.row, skip.reason) for skip in skipped] == [(4, "没有写考勤，按未记录（不算缺席）")]
    bring(path, {"标记:◎": "迟到"})
    stored = {
        n: [(a.mark, a.reason) for a in find(n).attendances.all()] for n in ("0101", "0102", "0103", "0201", "0202")
    }
    assert stored == {
        "0101": [("到", "")],
        "0102": [("请假", "病假")],
        "0103": [],
        "0201": [("请假", "出差")],
        "0202": [("迟到", "")],
    }


def test_two_block_sign_in_sheet_is_stacked(tmp_path: Path) -> None:
    """Ux D case 25: A–D beside E–H, key–value lines above."""
    rows = [
        ["学习签到表"],
        ["支部名称：", "第一支部", None, None, "会议类型：", "主题党日"],
        ["时间：", "2025年6月12日 14：30", None, None, "主题：", "党章学习"],
        ["序号", "姓名", "工号", "签名", "序号", "姓名", "工号", "签名"],
        [1, "王伟", "0101", "√", 3, "王伟", "0103", "√"],
        [2, "李芳", "0102", "√"],
    ]
    path = write(tmp_path / "a.xlsx", rows)
    account = count_file(check(path).files[0])
    assert (account.added, len(account.skipped)) == (3, 3)
    bring(path)
    session = find("0103").attendances.get().session
    assert (session.unit.name, session.kind, session.topic, session.on) == (
        "第一支部",
        "主题党日",
        "党章学习",
        date(2025, 6, 12),
    )


def test_two_people_on_one_device_are_asked_about(tmp_path: Path) -> None:
    """Ux D case 26: 甲&乙 is split only when the clerk says so."""
    rows = [MARKS, ["2025-06-12", "主题党日", "张敏&刘洋", "第二支部", "到"]]
    path = write(tmp_path / "a.xlsx", rows, "签到")
    assert_stopped(path, "「签到」第 2 行 C 列（姓名）：“张敏&刘洋”是两个人吗？", lines=1, blocked=1)
    bring(path, {"两人:张敏&刘洋": "是两个人"})
    assert [find(number).attendances.count() for number in ("0201", "0202")] == [1, 1]


def test_totals_are_skipped_and_compared(tmp_path: Path) -> None:
    """Ux D case 27: 合计 is no person."""
    rows = [ROSTER, *PEOPLE, ["合  计", "5 人"], ["制表人：赵敏"]]
    account = count_file(check(write(tmp_path / "a.xlsx", rows, "在职党员")).files[0])
    assert (account.rows_in_file, account.unchanged, [skip.row for skip in account.skipped]) == (7, 5, [7, 8])


def test_score_above_full_marks_is_refused(tmp_path: Path) -> None:
    """Ux D case 28, the exact sentence; blank is no score and not zero."""
    rows = [["工号", "姓名", "考试名称", "成绩"], ["0101", "王伟", "党章测试", 105], ["0102", "李芳", "党章测试", None]]
    sentence = "「Sheet1」第 2 行 D 列（成绩）：105 超过满分 100。"
    assert_stopped(write(tmp_path / "a.xlsx", rows), sentence, lines=2, blocked=1)


def test_locked_file_among_good_ones_stops_all(tmp_path: Path) -> None:
    """Ux D case 29: a file that cannot be read is named; nothing of the import is written."""
    wrong = tmp_path / "网页.xls"
    wrong.write_text("<html><table><tr><td>姓名</td></tr></table></html>", encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        read_workbook(wrong)
    assert refused.value.sentence == "这是网页另存的表，请在 WPS 里另存为 .xlsx。"


def test_name_that_contradicts_its_number_is_stopped(tmp_path: Path) -> None:
    """Never guess: the number says 张敏, the name says 刘洋."""
    rows = [["日期", "会议类型", "工号", "姓名", "考勤"], ["2025-06-12", "主题党日", "0201", "刘洋", "到"]]
    sentence = "「Sheet1」第 2 行 D 列（姓名）：工号 0201 在名册里是“张敏”，这里是“刘洋”。请改正工号或姓名。"
    assert_stopped(write(tmp_path / "a.xlsx", rows), sentence, lines=1, blocked=1)


def test_unknown_number_is_stopped(tmp_path: Path) -> None:
    rows = [["日期", "会议类型", "工号", "考勤"], ["2025-06-12", "主题党日", "0999", "到"]]
    sentence = "「Sheet1」第 2 行 C 列（工号）：工号 0999 没有找到。请先在名册里加入，或改正工号。"
    assert_stopped(write(tmp_path / "a.xlsx", rows), sentence, lines=1, blocked=1)


def test_clerk_may_leave_a_line_out(tmp_path: Path) -> None:
    """D0.5: the user may exclude rows; it is counted as 排除."""
    rows = [
        MARKS,
        ["2025-06-12", "主题党日", "李芳", "第一支部", "到"],
        ["2025-06-12", "主题党日", "赵某某", "第一支部", "到"],
    ]
    path = write(tmp_path / "a.xlsx", rows, "考勤")
    plan = check(path, {"排除:考勤:3": "是"})
    account = count_file(plan.files[0])
    assert list_messages(plan) == []
    assert (account.rows_in_file, account.added, [skip.row for skip in account.excluded]) == (2, 1, [3])
