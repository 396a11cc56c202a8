"""Value parsers (ux D cases 10–18, 23, 26, 28)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from shanxue.intake.rules import Context
from shanxue.intake.values import (
    Doubt,
    Marked,
    Month,
    Punches,
    Quantity,
    Score,
    parse_code,
    parse_count,
    parse_date,
    parse_day,
    parse_mark,
    parse_month,
    parse_name,
    parse_number,
    parse_past_date,
    parse_punches,
    parse_quantity,
    parse_score,
    parse_share,
    parse_text,
    parse_time,
    parse_yes,
    read_legend,
    restore_zeros,
    split_name,
)

CONTEXT = Context(2025, date(2025, 12, 1))


def answer(**answers: str) -> Context:
    return Context(2025, date(2025, 12, 1), answers={key.replace("_", ":"): value for key, value in answers.items()})


def refuse(parse: Any, cell: Any, context: Context = CONTEXT) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is what is compared
        parse(cell, context)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cell", "value", "before"),
    [
        ("2019/2/3  14:30", date(2019, 2, 3), "2019/2/3  14:30"),
        ("2021.07.01", date(2021, 7, 1), "2021.07.01"),
        ("20210701", date(2021, 7, 1), "20210701"),
        (20210701, date(2021, 7, 1), "20210701"),
        ("2021年7月", Month(2021, 7), "2021年7月"),
        (202107, Month(2021, 7), "202107"),
        (2021.07, Month(2021, 7), "2021.07"),
        ("二〇二一年七月一日", date(2021, 7, 1), "二〇二一年七月一日"),
        ("二○二五年十二月三十一日", date(2025, 12, 31), "二○二五年十二月三十一日"),
        ("2025年3月5日（星期三）下午2:30", date(2025, 3, 5), "2025年3月5日（星期三）下午2:30"),
        ("２０２５．３．５", date(2025, 3, 5), "２０２５．３．５"),
        ("3月5日", date(2025, 3, 5), "3月5日"),
        ("2021-07-01", date(2021, 7, 1), None),
        (date(2021, 7, 1), date(2021, 7, 1), None),
        (datetime(2021, 7, 1, 14, 30), date(2021, 7, 1), None),  # noqa: DTZ001 - a cell has no time zone
        ("2024-02-29", date(2024, 2, 29), None),
    ],
)
def test_parse_date_reads_what_offices_write(cell: Any, value: Any, before: str | None) -> None:
    """ux D case 14: to ISO, listed; year and month only stay a month."""
    assert parse_date(cell, CONTEXT) == (value, before)


@pytest.mark.parametrize("cell", ["2019.2.30", "2023-02-29", "2025-13-01", "待定", "0001-01-01", True, 0.5, 20251301])
def test_parse_date_refuses_what_is_no_day(cell: Any) -> None:
    """ux D case 15."""
    shown = "是" if cell is True else str(cell)
    assert refuse(parse_date, cell) == f"“{shown}”不是有效日期。"


def test_parse_date_asks_about_a_two_digit_year_once() -> None:
    """ux D case 14: 问 once."""
    with pytest.raises(Doubt) as caught:
        parse_date("25-10-01 星期三", CONTEXT)
    assert (caught.value.message, caught.value.key) == ("25-10-01 是 2025 年吗？", "两位年份:20")
    assert parse_date("25-10-02 星期四", answer(两位年份_20="是")).value == date(2025, 10, 2)
    assert refuse(parse_date, "25-10-01", answer(两位年份_20="不是")) == "“25-10-01”的年份只有两位。请写成四位年份。"


def test_parse_date_asks_about_a_bare_serial() -> None:
    """ux D case 15: 44378 is 2021-07-01, or 2025-07-02 in a workbook that counts from 1904."""
    with pytest.raises(Doubt) as caught:
        parse_date(44378, CONTEXT)
    assert caught.value.message == "44378 是日期的序号，是 2021-07-01 吗？"
    with pytest.raises(Doubt) as caught:
        parse_date(44378, Context(2025, date(2025, 12, 1), epoch_1904=True))
    assert caught.value.message == "44378 是日期的序号，是 2025-07-02 吗？"
    assert parse_date(44378, answer(日期序号="是")) == (date(2021, 7, 1), "44378")


def test_parse_date_needs_a_year() -> None:
    with pytest.raises(Doubt) as caught:
        parse_date("3月5日", Context(None, date(2025, 12, 1)))
    assert (caught.value.message, caught.value.choices) == ("“3月5日”没有写年份，是哪一年？", ("2025年", "2024年"))


def test_parse_date_refuses_what_can_be_read_two_ways() -> None:
    assert refuse(parse_date, "5/3/2025") == "“5/3/2025”看不出月和日哪个在前。请写成 2025-03-05 的样子。"
    assert refuse(parse_date, 2021.1) == "“2021.1”看不出是 1 月还是 10 月。请写成 2021-01 或 2021-10。"


def test_parse_past_date_refuses_the_future() -> None:
    """ux D case 15: joining date in the future."""
    assert refuse(parse_past_date, "2027-01-01") == "“2027-01-01”在今天之后。请改成实际日期。"
    assert parse_past_date("2025-12-01", CONTEXT).value == date(2025, 12, 1)
    assert parse_past_date("2025年12月", CONTEXT).value == Month(2025, 12)


def test_parse_day_needs_the_day() -> None:
    assert refuse(parse_day, "2025年3月") == "“2025年3月”只有年月。请写到日，如 2025-03-15。"


def test_parse_month_reads_months() -> None:
    assert parse_month("6月", CONTEXT) == (Month(2025, 6), "6月")
    assert parse_month("2024年6月", CONTEXT).value == Month(2024, 6)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("14：30", time(14, 30)),
        ("下午2:30", time(14, 30)),
        ("14.30", time(14, 30)),
        (14.3, time(14, 30)),
        (time(14, 30), time(14, 30)),
        (0.6041666667, time(14, 30)),
        ("9点半", time(9, 30)),
        ("9时", time(9, 0)),
    ],
)
def test_parse_time_reads_what_offices_write(cell: Any, value: time) -> None:
    """ux D case 16."""
    assert parse_time(cell, CONTEXT).value == value


def test_parse_punches_takes_first_and_last() -> None:
    """ux D case 16: first = 到, last = 离; unclear is stopped with the cell quoted."""
    assert parse_punches("08:25\n12:01\n17:31", CONTEXT).value == Punches(time(8, 25), time(17, 31))
    assert parse_punches("08:25", CONTEXT).value == Punches(time(8, 25), None)
    assert refuse(parse_punches, "08:25\n缺卡") == "“08:25 缺卡”认不出时间。请写成 14:30 的样子。"
    assert refuse(parse_punches, "17:31\n08:25") == "“17:31 08:25”里的时间前后不顺。请改成先到后离。"


@pytest.mark.parametrize(
    ("cell", "name", "remark"),
    [
        ("张　三", "张三", ""),
        ("李 四 ", "李四", ""),
        ("王五(女)", "王五", "女"),
        ("赵六★", "赵六", "★"),
        ("买买提·艾力", "买买提·艾力", ""),
        ("买买提•艾力", "买买提·艾力", ""),
        ("买买提．艾力", "买买提·艾力", ""),
        ("买买提・艾力", "买买提·艾力", ""),
        ("买买提 · 艾力", "买买提·艾力", ""),
        ("\u200b王\ufeff伟\u00a0", "王伟", ""),
        ("孙丽（第一支部）", "孙丽", "第一支部"),
        ("①号", "①号", ""),
        ("䶮㛃𠮷𬭎", "䶮㛃𠮷𬭎", ""),
        ("John Smith", "John Smith", ""),
    ],
)
def test_parse_name_tidies_and_never_folds(cell: str, name: str, remark: str) -> None:
    """ux D cases 10, 17: never NFKC a whole name; rare characters stay."""
    assert parse_name(cell, CONTEXT) == (name, cell if cell != name else None)
    assert split_name(cell).remark == remark


@pytest.mark.parametrize("cell", ["张?", "张？", "张□", "张\ue000", "\ufffd伟"])
def test_parse_name_refuses_lost_characters(cell: str) -> None:
    """ux D case 10."""
    assert refuse(parse_name, cell) == f"“{cell}”里有丢失的字，导出时可能用了 GBK。请改正这个字。"


def test_parse_name_asks_about_two_people() -> None:
    """ux D case 26: 甲&乙 on one device."""
    with pytest.raises(Doubt) as caught:
        parse_name("赵建国＆钱秀英", CONTEXT)
    assert caught.value.message == "“赵建国＆钱秀英”是两个人吗？"


def test_split_name_takes_a_glued_number_off() -> None:
    """ux D case 26: student number glued to name."""
    assert (split_name("李建国20210113").name, split_name("李建国20210113").code) == ("李建国", "20210113")
    assert split_name("20210113-李建国").code == "20210113"


@pytest.mark.parametrize(
    ("cell", "value", "before"),
    [
        (11312018275.0, "11312018275", None),
        ("11312018275.0", "11312018275", "11312018275.0"),
        (1, "1", None),
        ("001", "001", None),
        ("020100", "020100", None),
        ("０１２", "012", "０１２"),
        ("Ａ01", "A01", "Ａ01"),
        (" 001 ", "001", " 001 "),
        ("'001", "001", "'001"),
        ("20E5", "20E5", None),
    ],
)
def test_parse_code_keeps_codes_as_text(cell: Any, value: str, before: str | None) -> None:
    """ux D cases 11, 12, 18."""
    assert parse_code(cell, CONTEXT) == (value, before)


def test_parse_code_refuses_rounded_numbers() -> None:
    """ux D cases 12, 13."""
    assert refuse(parse_code, "1.13E+10") == ("“1.13E+10”已丢失后几位。请在原系统重新导出，或手工改成完整工号。")
    assert refuse(parse_code, 110101199003071232) == (
        "是按数字存的，末几位已不可靠，不能导入。请在原系统按文本重新导出。"
    )


def test_parse_code_asks_about_letter_o() -> None:
    """ux D case 18."""
    with pytest.raises(Doubt) as caught:
        parse_code("O12", CONTEXT)
    assert caught.value.choices == ("是数字 0（012）", "就是 O12")
    assert parse_code("O12", answer(字母O_O12="是数字 0（012）")) == ("012", "O12")
    assert parse_code("O12", answer(字母O_O12="就是 O12")).value == "O12"


def test_restore_zeros_fills_digits_only() -> None:
    """ux D case 11."""
    assert [restore_zeros(code, 3) for code in ("1", "17", "001", "A1")] == ["001", "017", None, None]


@pytest.mark.parametrize(
    ("cell", "marked"),
    [
        *((sign, Marked("到")) for sign in ("✓", "✔", "√", "到", "1", 1, 1.0, "是", "Y", True, "08:31", "出勤")),
        *((sign, Marked("缺席")) for sign in ("✗", "×", "缺", "旷", 0)),
        ("请", Marked("请假")),
        ("病", Marked("请假", "病假")),
        ("事", Marked("请假", "事假")),
        ("出差", Marked("请假", "出差")),
        ("请假（病假）", Marked("请假", "病假")),
        ("迟", Marked("迟到")),
        ("迟到10分钟", Marked("迟到", "", 10)),
        ("早退", Marked("早退")),
        ("补", Marked("已补学")),
        ("免", Marked("免")),
    ],
)
def test_parse_mark_reads_plain_marks(cell: Any, marked: Marked) -> None:
    """ux D case 23."""
    assert parse_mark(cell, CONTEXT).value == marked


@pytest.mark.parametrize("sign", ["○", "△", "☆", "/", "-", "休", "A"])
def test_parse_mark_asks_about_signs_that_mean_different_things(sign: str) -> None:
    """ux D case 23: the legend is the user's; nothing is guessed."""
    with pytest.raises(Doubt) as caught:
        parse_mark(sign, CONTEXT)
    assert (caught.value.message, caught.value.key) == (f"标记“{sign}”表示什么？", f"标记:{sign}")
    assert parse_mark(sign, Context(2025, date(2025, 12, 1), answers={f"标记:{sign}": "请假"})).value == Marked("请假")


@pytest.mark.parametrize(
    ("line", "legend"),
    [
        ("备注：√出勤，×缺勤，○请假 △迟到", {"√": "出勤", "×": "缺勤", "○": "请假", "△": "迟到"}),
        ("“○”表示请假；“△”表示公出", {"○": "请假", "△": "公出"}),
        ("图例：到=√ 假=○", {"√": "到", "○": "假"}),
        ("请于6月前报送", {}),
        ("填表日期：2025年1月", {}),
    ],
)
def test_read_legend_reads_lines_that_explain_signs(line: str, legend: dict[str, str]) -> None:
    assert read_legend(line) == legend


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        (95, Score(95000)),
        ("95分", Score(95000)),
        ("９５", Score(95000)),
        (89.5, Score(89500)),
        (0, Score(0)),
        ("85/100", Score(85000, 100000)),
        ("缺考", Score(None, None, "缺考")),
        ("免考", Score(None, None, "免考")),
        ("作弊", Score(None, None, "作弊")),
    ],
)
def test_parse_score_reads_numbers_and_words(cell: Any, score: Score) -> None:
    """ux D case 28."""
    assert parse_score(cell, CONTEXT).value == score


def test_parse_score_refuses_what_is_out_of_range() -> None:
    """ux D case 28."""
    assert refuse(parse_score, 105) == "105 超过满分 100。"
    assert refuse(parse_score, "−1") == "-1 小于 0。"
    assert refuse(parse_score, "＞90") == "“＞90”不是一个确定的分数。请改成数字，或写缺考、免考。"
    assert parse_score(105, Context(2025, date(2025, 12, 1), full_milli=120_000)).value == Score(105000)


def test_parse_score_asks_for_one_scale() -> None:
    """ux D case 28: the scale must be chosen once, never mixed."""
    with pytest.raises(Doubt) as caught:
        parse_score("优秀", CONTEXT)
    assert caught.value.choices == ("优秀·良好·一般·较差", "优秀·合格·基本合格·不合格")
    chosen = answer(成绩等级="优秀·良好·一般·较差")
    assert parse_score("良好", chosen).value == Score(None, None, "参加", "良好")
    assert refuse(parse_score, "基本合格", chosen) == (
        "“基本合格”不在所选的等级（优秀·良好·一般·较差）里，两套等级不能混用。请改正。"
    )


@pytest.mark.parametrize(
    ("cell", "quantity"),
    [
        (1.5, Quantity(1500)),
        ("4学时", Quantity(4000, "学时")),
        ("４ 学时", Quantity(4000, "学时")),
        ("半天", Quantity(1000, "半天")),
        ("2小时", Quantity(2000, "小时")),
        ("45分钟", Quantity(45000, "分钟")),
        ("1小时30分", Quantity(90000, "分钟")),
        ("两天", Quantity(2000, "天")),
        ("1,200字", Quantity(1200000, "字")),
    ],
)
def test_parse_quantity_reads_units(cell: Any, quantity: Quantity) -> None:
    assert parse_quantity(cell, CONTEXT).value == quantity


def test_parse_quantity_refuses_what_is_none() -> None:
    assert refuse(parse_quantity, "若干") == ("“若干”认不出数量。请写成 4、4学时、半天、2小时 或 45分钟 的样子。")


def test_small_parsers_read_numbers_shares_and_words() -> None:
    assert parse_number("1,234.5", CONTEXT).value == 1234500
    assert parse_number("３次", CONTEXT) == (3000, "３次")
    assert parse_count("1200字", CONTEXT).value == 1200
    assert refuse(parse_count, "1.5") == "“1.5”不是整数个数。请改正。"
    assert [parse_share(cell, CONTEXT).value for cell in ("85%", 0.85, 85)] == [850, 850, 850]
    assert [parse_yes(cell, CONTEXT).value for cell in ("是", "√", "否", "未通过", True)] == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert refuse(parse_yes, "大概") == "“大概”看不出是还是否。请写“是”或“否”。"
    assert parse_text("　学习（一）\n 心得 ", CONTEXT) == ("学习（一）\n心得", "　学习（一）\n 心得 ")
