"""Roll-call from a device that may be offline: D5 (人员), ux S3, pretix's nonce and failed scans (anchors 2.2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanxue.activities.models import Attendance, MarkEntry
from shanxue.audit.models import Entry
from tests.house import House, add_user

from .conftest import Clock
from .meeting import Meeting, hold_meeting, list_outcomes, say, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Visit = Callable[[str | None], Client]


@pytest.fixture
def meeting(house: House) -> Meeting:
    return hold_meeting(house, "张三", "李四")


def read_entries(name: str) -> list[tuple[str, str]]:
    return list(MarkEntry.objects.filter(person__name=name).order_by("pk").values_list("mark", "outcome"))


def test_a_mark_is_taken_and_kept_in_the_log(meeting: Meeting, visit: Visit) -> None:
    answer = send(visit("secretary"), meeting, say(meeting, "张三", "请假", reason="出差"))
    row = meeting.read("张三")
    assert list_outcomes(answer) == [("采纳", "")]
    assert (row.mark, row.reason, row.how, row.recorded_by) == ("请假", "出差", "点名", "李四")
    assert read_entries("张三") == [("请假", "采纳")]
    assert answer["counts"] == {"expected": 2, "present": 0, "leave": 1, "absent": 0, "unrecorded": 1}


def test_a_batch_sent_twice_counts_once(meeting: Meeting, visit: Visit) -> None:
    """A message whose answer was lost is sent again with the same key: nothing lost, nothing doubled."""
    client, said = visit("secretary"), say(meeting, "张三", "到")
    first, second = send(client, meeting, said), send(client, meeting, said)
    assert list_outcomes(first) == list_outcomes(second) == [("采纳", "")]
    assert read_entries("张三") == [("到", "采纳")]


def test_a_repeated_key_keeps_its_first_answer_after_others_spoke(meeting: Meeting, visit: Visit) -> None:
    client, said = visit("secretary"), say(meeting, "张三", "到")
    send(client, meeting, said)
    send(client, meeting, say(meeting, "张三", "缺席", "到"))
    assert list_outcomes(send(client, meeting, said)) == [("采纳", "")]
    assert meeting.read("张三").mark == "缺席"


def test_a_replayed_key_with_other_content_is_refused(meeting: Meeting, visit: Visit) -> None:
    """Bad input: a replayed key with different content."""
    client, said = visit("secretary"), say(meeting, "张三", "到")
    send(client, meeting, said)
    answer = send(client, meeting, {**said, "mark": "缺席"})
    assert list_outcomes(answer) == [("未采纳", "这条点名的编号已经用过，内容却不同，没有采纳。请重新点一次。")]
    assert meeting.read("张三").mark == "到"


def test_two_secretaries_on_one_roll_call_are_asked(meeting: Meeting, house: House, visit: Visit) -> None:
    """Bad input: two secretaries on one roll-call. What contradicts is a conflict with both words, never guessed."""
    add_user(house, "deputy", "secretary", "第一支部")
    send(visit("secretary"), meeting, say(meeting, "张三", "到"))
    answer = send(visit("deputy"), meeting, say(meeting, "张三", "请假"))
    sentence = "张三已由李四记为到（点名 14:30），你改为请假，请选原因。"
    assert list_outcomes(answer) == [("冲突", sentence)]
    assert meeting.read("张三").mark == "到"
    assert read_entries("张三") == [("到", "采纳"), ("请假", "冲突")]
    settled = send(visit("deputy"), meeting, say(meeting, "张三", "请假", "到", reason="病假"))
    assert list_outcomes(settled) == [("采纳", "")]
    assert (meeting.read("张三").mark, meeting.read("张三").recorded_by) == ("请假", "deputy")


def test_two_secretaries_who_agree_are_not_asked(meeting: Meeting, house: House, visit: Visit) -> None:
    add_user(house, "deputy", "secretary", "第一支部")
    send(visit("secretary"), meeting, say(meeting, "张三", "到"))
    assert list_outcomes(send(visit("deputy"), meeting, say(meeting, "张三", "到"))) == [("采纳", "")]
    assert meeting.read("张三").recorded_by == "李四"


def test_here_does_not_contradict_late(meeting: Meeting, visit: Visit) -> None:
    """全部到齐, tapped offline: whoever signed in late meanwhile stays 迟到, and nobody is asked."""
    now = timezone.now()
    Attendance.objects.filter(person__name="张三").update(mark="迟到", minutes_late=8, how="扫码", recorded_at=now)
    assert list_outcomes(send(visit("secretary"), meeting, say(meeting, "张三", "到"))) == [("采纳", "")]
    assert (meeting.read("张三").mark, meeting.read("张三").minutes_late) == ("迟到", 8)


def test_both_see_each_others_marks_with_an_empty_batch(meeting: Meeting, house: House, visit: Visit) -> None:
    """Asking writes nothing and makes as many queries for two people as for one."""
    add_user(house, "deputy", "secretary", "第一支部")
    send(visit("secretary"), meeting, say(meeting, "张三", "到"))
    rows = {row["person"]: row["mark"] for row in send(visit("deputy"), meeting)["rows"]}
    assert rows == {meeting.person("张三"): "到", meeting.person("李四"): "未记录"}
    assert MarkEntry.objects.count() == 1


def test_one_device_changes_its_mind_within_a_batch(meeting: Meeting, visit: Visit) -> None:
    answer = send(
        visit("secretary"), meeting, say(meeting, "张三", "到"), say(meeting, "张三", "迟到", "到", minutes_late=12)
    )
    row = meeting.read("张三")
    assert list_outcomes(answer) == [("采纳", ""), ("采纳", "")]
    assert (row.mark, row.minutes_late) == ("迟到", 12)


def test_a_mark_for_somebody_not_on_the_list_is_refused_and_kept(meeting: Meeting, visit: Visit) -> None:
    """Bad input: a mark for somebody not on the list; for nobody at all nothing is kept."""
    stranger = {**say(meeting, "王五", "到")}
    answer = send(
        visit("secretary"), meeting, stranger, {**stranger, "key": str(stranger["key"])[::-1], "person": 10**9}
    )
    sentence = "这个人不在本次会议的应到名单里，没有采纳。到会的可以加为列席。"
    assert list_outcomes(answer) == [("未采纳", sentence), ("未采纳", sentence)]
    assert read_entries("王五") == [("到", "未采纳")]
    assert Attendance.objects.count() == 2


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", '{"marks": []}', '{"sent_at": "gestern", "marks": []}', '{"sent_at": "2026-06-12T14:00:00"}'],
)
def test_a_broken_body_is_refused_whole(meeting: Meeting, visit: Visit, body: str) -> None:
    """Bad input: a broken JSON body."""
    answer = visit("secretary").post(
        meeting.address("sync"), body, content_type="application/json", HTTP_ACCEPT="application/json"
    )
    sentence = "这批点名没有收全，一条也没有采纳，都还在这台设备上。请刷新页面，会再传一次。"
    assert (answer.status_code, answer.json()) == (400, {"code": "broken_batch", "sentence": sentence})


@pytest.mark.parametrize(
    "wrong", [{"key": "7"}, {"mark": "早到"}, {"person": "1"}, {"person": True}, {"minutes_late": -1}, {"said_at": 5}]
)
def test_a_broken_entry_does_not_hold_up_the_others(meeting: Meeting, visit: Visit, wrong: dict[str, object]) -> None:
    answer = send(visit("secretary"), meeting, say(meeting, "李四", "到"), {**say(meeting, "张三", "到"), **wrong})
    assert list_outcomes(answer) == [("采纳", ""), ("未采纳", "这条点名的内容不完整，没有采纳。")]
    assert (meeting.read("李四").mark, meeting.read("张三").mark) == ("到", "未记录")


@pytest.mark.parametrize("minutes", [12, -12])
def test_a_wrong_clock_is_noted_and_ours_decides(meeting: Meeting, visit: Visit, minutes: int) -> None:
    """Bad input: clock skew on the phone."""
    answer = send(visit("secretary"), meeting, say(meeting, "张三", "到"), clock=timedelta(minutes=minutes))
    words = f"设备时钟{'快' if minutes > 0 else '慢'} 12 分钟"
    assert answer["clock"] == f"这台{words}，记录以服务器时间为准。"
    assert MarkEntry.objects.get().because == words
    assert meeting.read("张三").recorded_at == timezone.now()


def test_a_small_skew_is_not_worth_a_word(meeting: Meeting, visit: Visit) -> None:
    answer = send(visit("secretary"), meeting, say(meeting, "张三", "到"), clock=timedelta(minutes=4))
    assert (answer["clock"], MarkEntry.objects.get().because) == ("", "")


def test_what_was_said_offline_and_comes_a_day_late_says_so_by_itself(
    meeting: Meeting, visit: Visit, clock: Clock
) -> None:
    """Late stays late: the roll-call of a meeting without a network, uploaded the day after."""
    said = say(meeting, "张三", "到")
    clock.go(9, 0, days=1)
    send(visit("secretary"), meeting, said)
    assert meeting.read("张三").how == "补录"
    assert MarkEntry.objects.get().because == "会上点名未能联网，设备记 6月12日 14:30"


def test_after_the_end_a_mark_needs_a_reason_and_one_audit_row(meeting: Meeting, visit: Visit) -> None:
    """Late entry: how=补录, the reason kept, one audit row for each change."""
    client = visit("secretary")
    client.post(meeting.address("roll_call"), {"act": "end", "sure": "1"})
    answer = send(client, meeting, say(meeting, "张三", "到"))
    assert list_outcomes(answer) == [("未采纳", "点名已在 14:30 结束，没有采纳。要补录或更正，请写明原因。")]
    assert read_entries("张三") == [("到", "未采纳")]
    send(client, meeting, say(meeting, "张三", "到", because="签到表漏看一行"))
    row, entry = meeting.read("张三"), MarkEntry.objects.get(outcome="采纳")
    assert (row.mark, row.how, entry.because) == ("到", "补录", "签到表漏看一行")
    audited = Entry.objects.get(verb="activities.correct_mark")
    assert audited.detail == {"person": row.person_id, "from": "未记录", "to": "到", "because": "签到表漏看一行"}


def test_what_is_made_up_is_not_changed_by_a_roll_call(meeting: Meeting, visit: Visit) -> None:
    """K54: the absence and the make-up are both on record."""
    Attendance.objects.filter(person__name="张三").update(mark="已补学")
    answer = send(visit("secretary"), meeting, say(meeting, "张三", "到", "已补学"))
    assert list_outcomes(answer) == [("未采纳", "张三已补学，缺课和补学都已有记录，不在点名里改。")]


def test_somebody_exempt_who_comes_is_recorded_and_never_absent(house: House, visit: Visit) -> None:
    """条例第23条 (K51): nothing is asked of them; who comes is recorded all the same."""
    meeting = hold_meeting(house, "张三", exempt=("张三",))
    answer = send(visit("secretary"), meeting, say(meeting, "张三", "缺席", "免"))
    assert list_outcomes(answer) == [("未采纳", "张三免考核，来了照记，没来不记缺席或请假。")]
    assert list_outcomes(send(visit("secretary"), meeting, say(meeting, "张三", "到", "免"))) == [("采纳", "")]


def test_who_is_signed_out_keeps_the_marks_on_the_device(meeting: Meeting, visit: Visit) -> None:
    answer = visit(None).post(meeting.address("sync"), "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["sentence"]) == (401, "登录已过期，点名还在这台设备上。")


@pytest.mark.parametrize("key", ["member", "leader", "inspector", "system"])
def test_only_who_writes_for_the_unit_calls_the_roll(meeting: Meeting, visit: Visit, key: str) -> None:
    body = json.dumps({"sent_at": timezone.now().isoformat(), "marks": [say(meeting, "张三", "到")]})
    answer = visit(key).post(meeting.address("sync"), body, content_type="application/json")
    assert answer.status_code == 404
    assert meeting.read("张三").mark == "未记录"


def test_a_cancelled_meeting_takes_no_marks(house: House, visit: Visit) -> None:
    meeting = hold_meeting(house, "张三", state="取消")
    answer = send(visit("secretary"), meeting, say(meeting, "张三", "到"))
    assert list_outcomes(answer) == [("未采纳", "这次会议已取消，不点名。")]


def test_a_batch_makes_the_same_number_of_queries_for_one_and_for_three(house: House, visit: Visit) -> None:
    client = visit("secretary")
    counts = []
    for topic, names in (("一", ["张三"]), ("二", ["张三", "李四", "王五"])):
        meeting = hold_meeting(house, *names, topic=topic)
        with CaptureQueriesContext(connection) as found:
            send(client, meeting, *[say(meeting, name, "到") for name in names])
        counts.append(len(found))
    assert counts[0] == counts[1]
