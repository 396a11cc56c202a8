"""The rules of minutes: what is derived, what an inspector misses, how they move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from shanxue.activities.rules.records import (
    Agenda,
    Decision,
    Head,
    Presence,
    check_decision,
    check_elements,
    demand_complete,
    demand_length,
    demand_session,
    demand_writable,
    describe_changes,
    describe_waiting,
    list_changes,
    list_loose_decisions,
    may_review,
    pack_head,
    prefill_content,
    unpack_head,
    write_absence,
    write_when,
)
from shanxue.base.errors import Refusal

AGENDA = (Agenda("领学文件", "李四"), Agenda("交流发言"))
HEAD = Head(
    unit="第一支部", kind="主题党日", topic="6月主题党日", on=date(2026, 6, 12), start_time=time(14, 30), minutes=90,
    place="三楼会议室", host="李四", recorder="张三",
    people=(
        Presence(1, "张三", "到"),
        Presence(2, "李四", "迟到"),
        Presence(3, "王五", "请假", "出差", make_up="自学，6月30日前（待完成）"),
        Presence(4, "赵六", "免"),
    ),
)  # fmt: skip
TEXT = "一、领学文件（李四）\n学了两份文件。\n二、交流发言\n张三发言。"


def list_missing(head: Head, content: str = TEXT, *, ended: bool = True) -> dict[str, str]:
    return {one.title: one.missing for one in check_elements(head, content, AGENDA, ended=ended) if one.missing}


def test_a_whole_record_has_eight_elements_and_misses_none() -> None:
    """ux S4: 要素完整 8/8."""
    elements = check_elements(HEAD, TEXT, AGENDA, ended=True)
    assert [one.title for one in elements] == [
        *("时间", "地点", "主持人", "记录人", "应到、实到", "缺席人员及原因", "补学措施", "主要内容"),
    ]
    assert [one.missing for one in elements] == [""] * 8


def test_numbers_are_counted_from_the_marks() -> None:
    """R63: 应到、实到、缺席; exempt people (免) are apart, late ones were there."""
    assert (len(HEAD.expected), len(HEAD.present), len(HEAD.absent), len(HEAD.exempt)) == (3, 2, 1, 1)


def test_an_absence_without_a_reason_is_named() -> None:
    """ux S4; offices 2: inspectors fault 未明确记录请假人员."""
    people = (Presence(3, "王五", "请假", "出差", make_up="自学"), Presence(5, "李四", "缺席", make_up="自学"))
    missing = list_missing(replace(HEAD, people=people))
    assert missing == {"缺席人员及原因": "缺席 2 人，其中李四没有原因。"}


def test_an_absence_without_make_up_is_named() -> None:
    """R63: 补学措施."""
    missing = list_missing(replace(HEAD, people=(Presence(3, "王五", "请假", "出差"),)))
    assert missing == {"补学措施": "缺席 1 人，其中王五还没有补学安排。"}


def test_people_nobody_recorded_are_named() -> None:
    missing = list_missing(replace(HEAD, people=(Presence(3, "王五", "未记录"),)))
    assert missing == {"应到、实到": "还有 1 人未记录：王五。"}


def test_what_the_session_lacks_is_named() -> None:
    assert list_missing(replace(HEAD, start_time=None, place="", host="", recorder="")) == {
        "时间": "没有写开始时间。",
        "地点": "没有写地点。",
        "主持人": "没有写主持人。",
        "记录人": "没有写记录人。",
    }


def test_headings_alone_are_no_content() -> None:
    """Headings come from the agenda once; a text of headings is not a record."""
    prefilled = prefill_content(AGENDA)
    assert prefilled == "一、领学文件（李四）\n\n二、交流发言"
    assert list_missing(HEAD, prefilled) == {"主要内容": "主要内容还没有写。"}


def test_a_heading_without_text_is_named() -> None:
    text = "一、领学文件（李四）\n学了两份文件。\n二、交流发言\n"
    assert list_missing(HEAD, text) == {
        "主要内容": "“二、交流发言”下面没有内容。写上内容，或者删去这个标题。",
    }


def test_a_made_up_absence_is_still_an_absence() -> None:
    """K54: 已补学 never turns an absence into presence; the minutes say what it was."""
    one = Presence(3, "王五", "已补学", "出差", "补学", "请假", "自学，6月30日前（已完成）")
    assert replace(HEAD, people=(one,)).absent == [one]
    assert write_absence(one) == "王五（请假，出差）"


def test_an_unknown_reason_stays_unknown() -> None:
    """DESIGN 1: nothing is ever made up."""
    assert write_absence(Presence(3, "王五", "缺席")) == "王五（缺席，原因待补充）"


@pytest.mark.parametrize(
    ("minutes", "start", "expected"),
    [
        (90, time(14, 30), "2026年6月12日 14:30—16:00"),
        (None, time(14, 30), "2026年6月12日 14:30"),
        (None, None, "2026年6月12日"),
    ],
)
def test_time_is_written_from_beginning_to_end(minutes: int | None, start: time | None, expected: str) -> None:
    """offices 4: 时间（起止)."""
    assert write_when(replace(HEAD, minutes=minutes, start_time=start)) == expected


def test_waiting_is_said_in_days() -> None:
    """ux S4, empty."""
    assert describe_waiting(date(2026, 6, 12), date(2026, 6, 13)) == "会议已结束 1 天，记录还没有写。参会情况已填好。"


def test_submitting_before_the_roll_call_has_ended_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        demand_complete(TEXT, AGENDA, ended=False)
    assert refused.value.sentence == "点名还没有结束，不能提交记录。先结束点名，参会情况会自动填好。"


def test_submitting_without_text_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        demand_complete(prefill_content(AGENDA), AGENDA, ended=True)
    assert refused.value.sentence == "主要内容还没有写，写好再提交。"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("取消", "这次会议已取消，不用写记录。"),
        ("延期", "这次会议已延期，记录写在改期后的那次会议里。"),
    ],
)
def test_a_session_that_was_not_held_has_no_minutes(state: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        demand_session(state)
    assert refused.value.sentence == sentence


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("待审核", "记录已提交，正在审核。要改的话，请先撤回。"),
        ("已通过", "记录已通过，不能再改。需要更正时，请学习办公室退回修改。"),
    ],
)
def test_what_was_handed_in_is_not_written_any_more(state: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        demand_writable(state)
    assert refused.value.sentence == sentence


def test_very_long_text_is_refused_with_its_length() -> None:
    with pytest.raises(Refusal) as refused:
        demand_length("字" * 20_001, "主要内容")
    assert refused.value.sentence == "主要内容有 20,001 字，最多 20,000 字。请把发言稿另存为会议材料，这里写要点。"


def test_a_decision_without_text_but_with_a_name_is_told() -> None:
    wrong = check_decision(2, Decision("", 7), date(2026, 6, 12))
    assert wrong == "第 2 条决议写了负责人，没有写内容。请写上内容，或者删去这一条。"


def test_a_day_before_the_meeting_is_told() -> None:
    wrong = check_decision(1, Decision("整理台账", 7, date(2026, 5, 1)), date(2026, 6, 12))
    assert wrong == "第 1 条决议的期限 5月1日 在会议（6月12日）之前。请改期限。"
    assert check_decision(1, Decision("整理台账", 7, date(2026, 6, 12)), date(2026, 6, 12)) == ""


def test_decisions_nobody_will_be_reminded_of_are_named() -> None:
    assert list_loose_decisions([Decision("整理台账"), Decision("写小结", 7, date(2026, 7, 1))]) == [
        "第 1 条决议没有写负责人、期限。",
    ]


def test_a_kept_head_comes_back_as_it_was() -> None:
    assert unpack_head(pack_head(HEAD)) == HEAD


def test_late_entries_after_the_pass_are_shown() -> None:
    """ux A2: never hidden."""
    before = replace(HEAD, people=(Presence(1, "张三", "未记录"), Presence(3, "王五", "请假", "出差")))
    now = replace(HEAD, people=(Presence(1, "张三", "到", how="补录"), Presence(3, "王五", "已补学", "出差", "补学")))
    assert describe_changes(list_changes(before, now), "已通过") == [
        "通过后补录 1 人：张三 未记录 → 到。",
        "通过后补学 1 人：王五 请假（出差） → 已补学。",
    ]
    assert describe_changes(list_changes(before, replace(HEAD, people=before.people[:1])), "待审核") == [
        "提交后改动 1 人：王五 请假（出差） → 不在名单。",
    ]


@pytest.mark.parametrize(
    ("office", "secretary", "writer", "by_secretary", "others", "may"),
    [
        (True, False, False, True, False, True),  # the office reviews a branch
        (False, True, False, False, False, True),  # the secretary reviews what the recorder wrote
        (False, True, False, True, False, False),  # not what another secretary wrote
        (False, True, True, True, True, False),  # nor the own
        (True, False, True, False, True, False),  # the office not its own while a colleague is there
        (True, False, True, False, False, True),  # but a single clerk does
        (False, False, False, False, False, False),
    ],
)
def test_who_reviews(office: bool, secretary: bool, writer: bool, by_secretary: bool, others: bool, may: bool) -> None:
    assert (
        may_review(
            keeps_office=office, is_secretary=secretary, is_writer=writer, writer_is_secretary=by_secretary,
            others=others,
        )
        is may
    )  # fmt: skip
