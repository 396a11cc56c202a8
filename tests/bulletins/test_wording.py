"""What a 情况通报 says: every sentence from the figures, units named, persons not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from shanxue.assessment.rules.report import AttendanceCount
from shanxue.base.errors import Refusal
from shanxue.base.lettering import break_title, measure_width, tidy_number, write_numeral
from shanxue.bulletins.rules.composing import compose_bulletin
from shanxue.bulletins.rules.lettering import join_named
from shanxue.bulletins.rules.shapes import Block, Bulletin, Choices
from tests.assessment.year_report import FIRST, make_quiet_report, make_report


def list_texts(bulletin: Bulletin) -> list[str]:
    blocks = (*bulletin.overall, *bulletin.problems, *bulletin.requirements)
    return [bulletin.opening] + [text for block in blocks for text in (block.heading, *block.paragraphs)]


def compose(**choices: object) -> Bulletin:
    return compose_bulletin(make_report(), Choices(**choices))  # type: ignore[arg-type]


def test_opening_names_schemes_and_window() -> None:
    assert compose().opening == (
        "根据《机关学习考核办法》《党支部学习考核细则》，对2025年度（2025年1月1日至2025年12月31日）学习情况进行了考核。现将有关情况通报如下："
    )


def test_overall_states_grades_attendance_units_and_use() -> None:
    """offices §4: 一、总体情况. ux B8: 截至…，全局…."""
    assert compose().overall == (
        Block(
            "（一）考核结果",
            (
                "截至2025年12月31日，全局3个支部应考核7人，已评定5人，其中优秀1人、占14.3%，良好2人、占28.6%，"
                "合格1人、占14.3%，不合格1人、占14.3%；不定等次1人；资料不全、待补充1人。",
                "已评定人员平均73.10分。免考核1人，不计入应考核人数：年老体弱（第十条）1人。",
            ),
        ),
        Block("（二）学习考勤", ("集体学习应到190人次，实到157人次，到会率82.6%；另有已补学9人次，不计入实到。",)),
        Block("（三）支部和部门考核", ("支部应考核3个，已评定3个，其中先进2个、占66.7%，达标1个、占33.3%。",)),
        Block("（四）结果运用", ("按第九条，拟定年度考核等次需要调整的1人。", "按第十一条，列入“选拔任用参考”的1人。")),
    )


def test_problems_name_units_with_numbers() -> None:
    """offices §5 (7): named missing items; ux B8: neutral words."""
    assert compose().problems == (
        Block(
            "（一）部分资料待补充",
            (
                "截至2025年12月31日，以下资料待补充。“测试”缺1人资料，涉及第二党支部1人。"
                "考勤未记录7人次，未计入应到，涉及第二党支部7人次。",
            ),
        ),
        Block(
            "（二）部分支部到会率偏低",
            ("到会率低于全局到会率82.6%的支部有1个：第二党支部67.8%（应到90、实到61、已补学9人次）。",),
        ),
        Block(
            "（三）部分要求没有全部落实",
            ("“支部党员大会”（第三条）一项，1个支部未得满分：第二党支部计入3、应计4，得45.0分、满分60.0分。",),
        ),
        Block("（四）部分人员需要帮助", ("考核等次为不合格的1人，涉及第二党支部1人。",)),
    )


def test_each_problem_asks_for_something_and_the_gate_for_a_new_proposal() -> None:
    """三、整改要求 follows from 二、存在问题; D8."""
    assert [block.heading for block in compose().requirements] == [
        "（一）补齐资料",
        "（二）安排补学",
        "（三）落实制度",
        "（四）做好帮助",
        "（五）用好结果",
    ]


def test_a_due_date_is_named_only_when_the_office_gives_one() -> None:
    """No deadline is invented."""
    assert not any("月" in text for block in compose().requirements for text in block.paragraphs)
    first = compose(due_on=date(2026, 3, 1)).requirements[0].paragraphs[0]
    assert first == "有待补充资料的支部对照附件逐项核对，于3月1日前补报学习型党组织办公室；补齐前相关等次不作评定。"


def test_a_stated_attendance_line_replaces_the_bureaus_own_rate() -> None:
    bulletin = compose(attendance_line=970, attendance_clause="第五条规定的")
    assert bulletin.problems[1].paragraphs[0].startswith("到会率低于第五条规定的97.0%的支部有2个：第二党支部67.8%")
    assert "（二）部分支部到会率偏低" not in [block.heading for block in compose(attendance_line=600).problems]


def test_a_year_without_problems_says_so() -> None:
    bulletin = compose_bulletin(make_quiet_report(), Choices())
    assert bulletin.problems == (Block("", ("截至2025年12月31日，按现有资料，没有需要通报的问题。",)),)
    assert bulletin.requirements == (Block("", ("请继续按照《机关学习考核办法》落实学习计划，如实记录学习情况。",)),)


def test_no_person_is_named_unless_the_office_chooses() -> None:
    """offices §5 (7), ux 0.1: names and ranking off by default."""
    report = make_report()
    said = "".join(list_texts(compose())) + str(compose().attachments)
    assert [row.name for row in report.main.rows if row.name in said] == []
    named = compose(named=frozenset({"优秀", "等次限制"})).attachments[2]
    assert named.rows == (
        ("王建国", (FIRST, "优秀", "")),
        ("李梅", (FIRST, "良好", "第九条，拟定年度考核优秀")),
    )


def test_no_word_of_blame_or_ranking() -> None:
    """ux B8, last row: words never used."""
    said = "".join(list_texts(compose()))
    assert [word for word in ("落后", "倒数", "最差", "严重", "打卡", "排名", "！") if word in said] == []


def test_every_number_in_the_text_is_a_figure_of_the_report() -> None:
    """Nothing is made up: an independent list of what may be said."""
    dates = {"2025", "1", "12", "31"}
    people = {"3", "7", "5", "2", "14.3", "28.6", "73.10"}
    presence = {"190", "157", "82.6", "9", "90", "61", "67.8"}
    units = {"66.7", "33.3", "4", "45.0", "60.0"}
    said = {number for text in list_texts(compose()) for number in re.findall(r"\d+(?:\.\d+)?", text)}
    assert said - dates - people - presence - units == set()


def test_branch_table_shows_every_branch_and_no_data_as_a_dash() -> None:
    """K4: attachment table; no data is not zero."""
    table = compose().attachments[0]
    assert table.title == "2025年度各支部学习考核情况表"
    assert table.columns == (
        *("应考核人数", "优秀", "良好", "合格", "不合格", "不定等次", "待补充", "平均分", "到会率"),
    )
    assert table.rows[1:] == (
        ("第二党支部", ("4", "0", "1", "1", "1", "0", "1", "61.83", "67.8%")),
        ("离退休党支部", ("1", "0", "0", "0", "0", "1", "0", "—", "—")),
        ("合计", ("7", "1", "2", "1", "1", "1", "1", "73.10", "82.6%")),
    )


def test_what_the_office_has_not_decided_stays_blank() -> None:
    """The number and the date are the office's; the draft says that it is one."""
    bulletin = compose()
    assert (bulletin.number, bulletin.dated, bulletin.printed) == (
        "××〔2026〕　号",
        "2026年　月　日",
        "2026年　月　日印发",
    )
    assert bulletin.draft == "（送审稿）"
    assert compose(number="江城管〔2026〕8号", issued_on=date(2026, 1, 9)).draft == ""
    assert compose(issued_on=date(2026, 1, 9)).dated == "2026年1月9日"


@pytest.mark.parametrize(
    "typed", ["江城管〔2026〕8号", "江城管[2026]8号", "江城管（2026）第008号", "江城管 【2026】 08 号", "江城管(2026)8"]
)
def test_document_number_is_written_as_the_standard_asks(typed: str) -> None:
    """GB/T 9704-2012 7.2.5: 〔 〕, four digits, no 第, no leading zero."""
    assert tidy_number(typed) == "江城管〔2026〕8号"


@pytest.mark.parametrize("typed", ["8号", "江城管〔26〕8号", "江城管〔2026〕号", "江城管2026-8"])
def test_a_document_number_that_cannot_be_read_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        tidy_number(typed)
    assert refused.value.code == "bad_document_number"
    assert refused.value.sentence.startswith(f"发文字号“{typed}”不完整。请写成")


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        (("某局", "关于2025年度", "学习考核", "情况的", "通报"), ("某局关于2025年度学习考核情况的通报",)),
        (
            ("江州市城市管理局", "关于2025年度", "学习考核", "情况的", "通报"),
            ("江州市城市管理局关于2025年度", "学习考核情况的通报"),
        ),
        (
            ("中共江州市城市管理局委员会", "关于2025年度", "学习考核", "情况的", "通报"),
            ("中共江州市城市管理局委员会", "关于2025年度学习考核情况的通报"),
        ),
    ],
)
def test_title_breaks_as_a_trapezium(pieces: tuple[str, ...], lines: tuple[str, ...]) -> None:
    """GB/T 9704-2012 7.3.1: trapezium or diamond, no word torn."""
    assert break_title(pieces) == lines


def test_three_title_lines_never_make_an_hourglass() -> None:
    rows = break_title(
        ("中共江州市城市管理和综合行政执法局直属机关委员会", "关于2025年度", "学习考核", "情况的", "通报")
    )
    widths = [measure_width(row) for row in rows]
    assert len(set(widths)) == len(widths)
    assert not (len(widths) == 3 and widths[1] < widths[0] and widths[1] < widths[2])


def test_at_most_five_units_are_named_in_a_sentence() -> None:
    assert join_named([(f"支部{number}", "1人") for number in range(1, 8)]) == (
        "支部11人、支部21人、支部31人、支部41人、支部51人等7个支部"
    )


def test_numerals_go_beyond_ten() -> None:
    assert [write_numeral(number) for number in (1, 10, 12, 20, 21)] == ["一", "十", "十二", "二十", "二十一"]


def test_low_branches_come_by_need_and_equal_losses_are_told_together() -> None:
    report = make_report()
    assert report.branches is not None
    lines = tuple(replace(line, counted=3000, awarded=450) for line in report.branches.lines)
    report = replace(
        report,
        branches=replace(report.branches, lines=lines, rows=report.branches.rows * 3),
        attendance=(*report.attendance, AttendanceCount("第三党支部", {"到": 1, "缺席": 3})),
    )
    problems = compose_bulletin(report, Choices()).problems
    assert problems[1].paragraphs[0].index("第三党支部25.0%") < problems[1].paragraphs[0].index("第二党支部67.8%")
    assert problems[2].paragraphs == (
        "“支部党员大会”（第三条）一项，3个支部未得满分：第一党支部、第二党支部、离退休党支部计入3、应计4，得45.0分、满分60.0分。",
    )


def test_an_item_on_which_half_of_the_branches_fall_short_names_nobody() -> None:
    """What most units share is the year's figure; the attachment shows it."""
    report = make_report()
    assert report.branches is not None
    lines = tuple(replace(line, counted=3000, awarded=450) for line in report.branches.lines)
    report = replace(report, branches=replace(report.branches, lines=lines))
    assert "部分要求没有全部落实" not in [block.heading for block in compose_bulletin(report, Choices()).problems]
