"""The roll-call page without JavaScript, its end, guests and late entries (ux S3)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanxue.activities.models import AgendaItem, Guest, MarkEntry
from shanxue.audit.models import Entry
from shanxue.plans.models import Plan, PlanItem
from tests.house import House, add_person

from .conftest import Clock
from .meeting import Meeting, hold_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Visit = Callable[[str | None], Client]


@pytest.fixture
def meeting(house: House) -> Meeting:
    return hold_meeting(house, "张三", "李四")


def post(client: Client, meeting: Meeting, act: str, follow: bool = True, **values: str) -> tuple[int, str]:
    """Post the whole list as the page shows it: what was seen, and ``张三="到"`` for what was chosen."""
    form = {"act": act, "form_key": values.pop("form_key", str(uuid4())), "because": values.pop("because", "")}
    for name in meeting.rows:
        person = meeting.person(name)
        form[f"seen-{person}"] = values.pop(f"seen_{name}", meeting.rows[name].mark)
        if name in values:
            form[f"mark-{person}"] = values.pop(name)
    answer = client.post(meeting.address("roll_call"), form | values, follow=follow)
    return answer.status_code, answer.content.decode()


def test_everybody_is_here_except(meeting: Meeting, visit: Visit) -> None:
    """全部到齐: whoever is still 未记录 is here; an exception chosen before stays."""
    status, text = post(visit("secretary"), meeting, "all_present", 张三="缺席")
    assert (status, meeting.read("张三").mark, meeting.read("李四").mark) == (200, "缺席", "到")
    assert "已保存 2 条点名。" in text


def test_a_form_posted_twice_says_everything_once(meeting: Meeting, visit: Visit) -> None:
    key = str(uuid4())
    for _ in range(2):
        assert post(visit("secretary"), meeting, "save", form_key=key, 张三="缺席")[0] == 200
    assert MarkEntry.objects.count() == 1


def test_what_another_secretary_said_meanwhile_is_shown_not_overwritten(meeting: Meeting, visit: Visit) -> None:
    """Bad input: two secretaries on one roll-call, both without JavaScript."""
    post(visit("secretary"), meeting, "save", 张三="到")
    status, text = post(visit("office"), meeting, "save", 张三="缺席")
    assert (status, meeting.read("张三").mark) == (409, "到")
    assert "张三已由李四记为到（点名 14:30），你改为缺席，请选以哪个为准。" in text


def test_reason_and_minutes_go_with_their_marks(meeting: Meeting, visit: Visit) -> None:
    first, second = meeting.person("张三"), meeting.person("李四")
    more = {f"reason-{first}": "出差", f"late-{first}": "9", f"late-{second}": "12", f"reason-{second}": "病假"}
    post(visit("secretary"), meeting, "save", 张三="请假", 李四="迟到", **more)
    rows = [meeting.read("张三"), meeting.read("李四")]
    assert [(row.mark, row.reason, row.minutes_late) for row in rows] == [("请假", "出差", None), ("迟到", "", 12)]


def test_ending_asks_while_something_is_unknown(meeting: Meeting, visit: Visit) -> None:
    client = visit("secretary")
    text = post(client, meeting, "end", 张三="到")[1]
    assert "还有 1 人未记录。" in text
    meeting.session.refresh_from_db()
    assert (meeting.session.state, meeting.session.roll_ended_at) == ("计划", None)
    ended = client.post(meeting.address("roll_call"), {"act": "end", "sure": "1"}, follow=True).content.decode()
    assert "点名已结束：应到 2 人，到会 1 人。" in ended
    meeting.session.refresh_from_db()
    assert meeting.session.state == "已召开"
    assert meeting.read("李四").mark == "未记录"


def test_the_end_is_audited_with_the_digest_of_the_list(meeting: Meeting, visit: Visit) -> None:
    """One link of the chain for a whole roll-call: it proves the list, the log says how it came about."""
    post(visit("secretary"), meeting, "end", 张三="请假", 李四="到", **{f"reason-{meeting.person('张三')}": "出差"})
    entry = Entry.objects.get(verb="activities.end_roll_call")
    digest = hashlib.sha256("1001 请假 出差 0\n1002 到 - 0".encode()).hexdigest()
    assert entry.detail == {"people": 2, "unrecorded": 0, "sha256": digest}
    assert Entry.objects.filter(verb__startswith="activities.").count() == 1


def test_it_ends_once(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    client = visit("secretary")
    post(client, meeting, "end", 张三="到", 李四="到")
    clock.go(15, 0)
    answer = client.post(meeting.address("roll_call"), {"act": "end", "sure": "1"})
    assert "点名已在 14:30 结束，不用再结束。" in answer.content.decode()


def test_a_late_entry_is_shown_as_late_everywhere(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    """Shown as “补录，晚 6 天”, with its reason in the log of the record."""
    client = visit("secretary")
    post(client, meeting, "end", 张三="缺席", 李四="到")
    clock.go(9, 0, days=6)
    address = meeting.address("late_mark", meeting.person("张三"))
    assert client.post(address, {"mark": "到", "seen": "缺席"}).status_code == 400
    done = client.post(address, {"mark": "到", "seen": "缺席", "because": "签到表漏看一行"}, follow=True)
    assert "已补录：张三记为“到”。原因和时间一并留存。" in done.content.decode()
    assert "到，补录，晚 6 天" in done.content.decode()
    log = client.get(address).content.decode()
    assert "采纳：签到表漏看一行" in log
    assert Entry.objects.filter(verb="activities.correct_mark").count() == 1


def test_a_roll_call_on_paper_entered_the_next_day_asks_why_once(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    """Paper first: the whole sheet at once, one reason for all of it, honestly late."""
    clock.go(9, 0, days=1)
    client = visit("secretary")
    status, text = post(client, meeting, "all_present")
    assert status == 409
    assert "会议已经过去，没有采纳。请写一句为什么晚记。" in text
    assert post(client, meeting, "all_present", because="会上用纸质签到表")[0] == 200
    assert [meeting.read(name).how for name in ("张三", "李四")] == ["补录", "补录"]
    assert list(MarkEntry.objects.filter(outcome="采纳").values_list("because", flat=True)) == ["会上用纸质签到表"] * 2


def test_nobody_is_marked_before_the_day(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    clock.go(9, 0, days=-1)
    status, text = post(visit("secretary"), meeting, "save", 张三="到")
    assert (status, meeting.read("张三").mark) == (409, "未记录")
    assert "会议在6月12日，当天才能点名。" in text


def test_an_empty_list_says_where_to_go(house: House, visit: Visit) -> None:
    meeting = hold_meeting(house)
    page = visit("secretary").get(meeting.address("roll_call")).content.decode()
    assert "应到名单是空的。到“安排会议”选择参加人。" in page


def test_guests_by_number_by_name_and_from_outside(meeting: Meeting, house: House, visit: Visit) -> None:
    """列席: somebody of the bureau, or a name; never somebody who is expected, never a guess between two."""
    client, address = visit("secretary"), meeting.address("guests")

    def add(who: str) -> str:
        return client.post(address, {"act": "add", "who": who}, follow=True).content.decode()

    add_person(house, "王伟", "第二支部")
    add_person(house, "王伟", "第二支部")
    assert "已加列席：王五。" in add(house.people["王五"].staff_no)
    assert "已加列席：机关纪委 吴九。" in add("机关纪委 吴九")
    assert "机关纪委 吴九已经在列席里。" in add("机关纪委 吴九")
    assert "张三在应到名单里，直接点名即可。" in add("张三")
    assert "本单位有几位“王伟”，请改填工号。" in add("王伟")
    assert "请写列席人员的姓名或工号。" in add("")
    assert sorted(Guest.objects.values_list("name", flat=True)) == ["机关纪委 吴九", "王五"]


def test_the_secretary_confirms_and_removes_guests(meeting: Meeting, house: House, visit: Visit) -> None:
    guest = Guest.objects.create(session=meeting.session, person=house.people["王五"], name="王五", confirmed=False)
    client, address = visit("secretary"), meeting.address("guests")

    def do(act: str) -> str:
        return client.post(address, {"act": act, "guest": guest.pk}, follow=True).content.decode()

    assert "自己登记，待确认" in client.get(meeting.address("roll_call")).content.decode()
    assert "已确认王五列席。" in do("confirm")
    assert "已把王五从列席里去掉。" in do("remove")
    assert "这位列席人员已经不在名单里。" in do("remove")


def test_the_agenda_is_ticked_with_the_list(meeting: Meeting, visit: Visit) -> None:
    first = AgendaItem.objects.create(session=meeting.session, position=1, title="领学文件")
    second = AgendaItem.objects.create(session=meeting.session, position=2, title="交流发言", done=True)
    shown = {"agenda_shown": [str(first.pk), str(second.pk)], "agenda": [str(first.pk)]}
    post(visit("secretary"), meeting, "save", **shown)  # type: ignore[arg-type]
    assert list(AgendaItem.objects.order_by("position").values_list("done", flat=True)) == [True, False]


def test_the_quorum_is_said_with_its_clause(house: House, visit: Visit) -> None:
    """K04: 支部党员大会 needs more than half of those with a vote; a sentence, never a barrier."""
    house.people["李四"].party_status = "预备党员"
    house.people["李四"].save()
    meeting = hold_meeting(house, "张三", "李四", "王五", kind="支部党员大会")
    post(visit("secretary"), meeting, "save", 张三="到", 李四="到")
    page = visit("secretary").get(meeting.address("roll_call")).content.decode()
    clause = "《支部工作条例（试行）》第十一条：到会超过半数方可表决"
    assert f"有表决权的党员应到 2 人，到会 1 人，还差 1 人超过半数（{clause}）。" in page


def test_the_page_makes_the_same_number_of_queries_for_one_and_for_three(house: House, visit: Visit) -> None:
    client, counts = visit("secretary"), []
    for topic, names in (("一", ["张三"]), ("二", ["张三", "李四", "王五"])):
        meeting = hold_meeting(house, *names, topic=topic)
        with CaptureQueriesContext(connection) as found:
            client.get(meeting.address("roll_call"))
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_a_posted_list_makes_the_same_number_of_queries_for_one_and_for_three(house: House, visit: Visit) -> None:
    client, counts = visit("secretary"), []
    for topic, names in (("一", ["张三"]), ("二", ["张三", "李四", "王五"])):
        meeting = hold_meeting(house, *names, topic=topic)
        with CaptureQueriesContext(connection) as found:
            post(client, meeting, "all_present", follow=False)
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_the_end_finishes_the_plan_item_it_was_held_for(house: House, visit: Visit) -> None:
    """D2: from plan item to held session without a second entry."""
    plan = Plan.objects.create(bureau=house.bureau, unit=house.units["第一支部"], year=2026, title="2026年学习计划")
    item = PlanItem.objects.create(
        bureau=house.bureau, plan=plan, unit=house.units["第一支部"], kind="主题党日", title="6月主题党日",
        due_on=date(2026, 6, 30), state="未完成",
    )  # fmt: skip
    meeting = hold_meeting(house, "张三", plan_item=item)
    post(visit("secretary"), meeting, "end", 张三="到")
    item.refresh_from_db()
    assert (item.state, item.done_on) == ("完成", date(2026, 6, 12))
