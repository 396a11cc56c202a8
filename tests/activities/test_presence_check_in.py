"""Signing in at a meeting by phone (ux M2): every answer is one sentence, and only the button records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shanxue.activities.models import Attendance, Guest, MarkEntry
from shanxue.activities.rules.codes import find_window, write_printed_code, write_wall_code, write_word
from shanxue.audit.models import Entry
from shanxue.orgs.models import Stint
from tests.house import House

from .conftest import Clock
from .meeting import Meeting, hold_meeting, permit, say, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Visit = Callable[[str | None], Client]


@pytest.fixture
def meeting(house: House) -> Meeting:
    permit(house)
    return hold_meeting(house, "张三", "李四")


def read_window() -> int:
    return find_window(timezone.now().timestamp())


def write_code(meeting: Meeting) -> str:
    return write_wall_code(settings.SECRET_KEY, meeting.session.pk, read_window())


def press(client: Client, meeting: Meeting, code: str, *, fragment: bool = True) -> tuple[int, str]:
    """Press the button as the page does; returns the status and the words of the answer."""
    headers = {"HX-Request": "true"} if fragment else {}
    answer = client.post(meeting.address("check_in"), {"code": code}, headers=headers)
    return answer.status_code, answer.content.decode()


def test_scanning_records_nothing_and_the_button_does(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    """M2: link previews must not sign anybody in; after the button: time and number."""
    clock.go(14, 26)
    client = visit("member")
    page = client.get(reverse("activities:scan", args=[write_code(meeting)]))
    assert "确认签到" in page.content.decode()
    assert MarkEntry.objects.count() == 0
    status, text = press(client, meeting, write_code(meeting))
    row = meeting.read("张三")
    assert status == 200
    assert "已签到，14:26。" in text
    assert f"编号 QD-0612-{row.pk:03d}" in text
    assert (row.mark, row.how, row.recorded_by, row.minutes_late) == ("到", "扫码", "张三", None)
    assert MarkEntry.objects.get().outcome == "采纳"


def test_a_second_press_says_when_the_first_was(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    """Bad input: a check-in twice."""
    clock.go(14, 26)
    press(visit("member"), meeting, write_code(meeting))
    clock.go(14, 29)
    status, text = press(visit("member"), meeting, write_code(meeting))
    assert status == 200
    assert "你在 14:26 已签到，不用再签。" in text
    assert list(MarkEntry.objects.order_by("pk").values_list("outcome", "because")) == [
        ("采纳", ""),
        ("未采纳", "已签到，不用再签"),
    ]
    assert meeting.read("张三").recorded_at < timezone.now()


@pytest.mark.parametrize(
    ("hour", "minute", "sentence"),
    [
        (14, 19, "签到还没开始，14:20 起可以签到。"),
        (16, 0, "签到已结束，可以告诉书记补录。"),
        (18, 0, "签到已结束，可以告诉书记补录。"),
    ],
)
def test_outside_its_hours_nobody_signs_in(
    meeting: Meeting, visit: Visit, clock: Clock, hour: int, minute: int, sentence: str
) -> None:
    """Bad input: a check-in for a session that has ended. Opens ten minutes before, ends with the meeting."""
    clock.go(hour, minute)
    status, text = press(visit("member"), meeting, write_code(meeting))
    assert status == 400
    assert sentence in text
    assert meeting.read("张三").mark == "未记录"


def test_the_end_of_roll_call_ends_it(meeting: Meeting, visit: Visit) -> None:
    visit("secretary").post(meeting.address("roll_call"), {"act": "end", "sure": "1"})
    status, text = press(visit("member"), meeting, write_code(meeting))
    assert (status, meeting.read("张三").mark) == (400, "未记录")
    assert "签到已结束，可以告诉书记补录。" in text


@pytest.mark.parametrize(
    ("minute", "mark", "late"), [(30, "到", None), (35, "到", None), (36, "迟到", 6), (50, "迟到", 20)]
)
def test_from_the_sixth_minute_it_is_late_with_the_minutes(
    meeting: Meeting, visit: Visit, clock: Clock, minute: int, mark: str, late: int | None
) -> None:
    clock.go(14, minute)
    press(visit("member"), meeting, write_code(meeting))
    row = meeting.read("张三")
    assert (row.mark, row.minutes_late) == (mark, late)


def test_a_code_of_a_minute_ago_is_stale(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    """Bad input: a check-in from a stale code. The window before is taken, the one before that is not."""
    clock.go(14, 30)
    code = write_code(meeting)
    clock.go(14, 31)
    status, text = press(visit("member"), meeting, code)
    assert status == 400
    assert "这个码已更换，请重新扫会场屏幕上的码。" in text
    clock.go(14, 30, second=59)
    assert press(visit("member"), meeting, code)[0] == 200


def test_an_opened_page_holds_its_place_for_five_minutes(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    """Reading the page, or signing in first, does not outlast the code."""
    client = visit("member")
    ticket = client.get(reverse("activities:scan", args=[write_code(meeting)])).context["code"]
    clock.go(14, 34)
    assert press(client, meeting, ticket)[0] == 200


def test_a_page_open_for_longer_must_scan_again(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    client = visit("member")
    ticket = client.get(reverse("activities:scan", args=[write_code(meeting)])).context["code"]
    clock.go(14, 36)
    assert press(client, meeting, ticket)[0] == 400


def test_a_visitor_signs_in_and_comes_back_with_the_ticket(meeting: Meeting, visit: Visit) -> None:
    answer = visit(None).get(reverse("activities:scan", args=[write_code(meeting)]))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{reverse('accounts:sign_in')}?next=/sessions/s/")


def test_the_code_of_another_meeting_does_not_fit(meeting: Meeting, house: House, visit: Visit) -> None:
    other = hold_meeting(house, "张三", topic="另一次")
    assert press(visit("member"), meeting, write_code(other))[0] == 400


@pytest.mark.parametrize("code", ["", "x", "--", "a-b-c", "三-四", "22222222222222-x", "0000000", "8" * 60])
def test_no_code_of_ours_is_refused_in_words(meeting: Meeting, visit: Visit, code: str) -> None:
    status, text = press(visit("member"), meeting, code)
    assert status == 400
    assert "更换" in text


def test_the_word_on_the_wall_counts_as_the_code(meeting: Meeting, visit: Visit) -> None:
    word = write_word(settings.SECRET_KEY, meeting.session.pk, read_window())
    assert press(visit("member"), meeting, word)[0] == 200
    assert meeting.read("张三").how == "口令"


def test_five_wrong_words_make_an_account_wait(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    """Four digits may be guessed: five tries in ten minutes, and the tries are kept."""
    client, word = visit("member"), write_word(settings.SECRET_KEY, meeting.session.pk, read_window())
    wrong = f"{(int(word) + 1) % 10_000:04d}"
    for _ in range(5):
        status, text = press(client, meeting, wrong)
        assert status == 400
        assert "口令不对或者已更换，请看会场屏幕上现在的 4 位数字。" in text
    status, text = press(client, meeting, word)
    assert status == 429
    assert "口令输错 5 次，请 10 分钟后再试，或请书记点名。" in text
    assert MarkEntry.objects.filter(because="口令不对", outcome="未采纳").count() == 5
    assert press(client, meeting, write_code(meeting))[0] == 200
    clock.go(14, 41)
    assert (
        press(visit("secretary"), meeting, write_word(settings.SECRET_KEY, meeting.session.pk, read_window()))[0] == 200
    )


def test_who_is_not_expected_may_ask_to_be_a_guest(meeting: Meeting, house: House, visit: Visit) -> None:
    """Bad input: a check-in by someone not expected."""
    Attendance.objects.filter(person=house.people["李四"]).delete()
    client = visit("secretary")
    page = client.get(reverse("activities:scan", args=[write_code(meeting)])).content.decode()
    assert "你不在这次会议的应到名单里。可登记为列席，由书记确认。" in page
    assert Guest.objects.count() == 0
    for _ in range(2):
        assert "已登记列席，由书记确认。" in press(client, meeting, write_code(meeting))[1]
    guest = Guest.objects.get()
    assert (guest.name, guest.confirmed) == ("李四", False)
    assert Entry.objects.filter(verb="activities.ask_as_guest").count() == 1


def test_without_a_code_a_meeting_of_others_is_not_found(meeting: Meeting, house: House, visit: Visit) -> None:
    """Nobody learns of meetings by trying numbers."""
    Attendance.objects.filter(person=house.people["张三"]).delete()
    client = visit("member")
    assert client.get(meeting.address("check_in")).status_code == 404
    status, text = press(client, meeting, "2-stalestale", fragment=False)
    assert status == 400
    assert "6月主题党日" not in text


def test_without_a_permit_the_secretary_calls_the_roll(house: House, visit: Visit) -> None:
    """ux §0.1: off by default."""
    meeting = hold_meeting(house, "张三")
    status, text = press(visit("member"), meeting, write_code(meeting))
    assert status == 403
    assert "这个支部没有开通会议签到，请书记点名，效果相同。" in text
    assert "会议签到（扫码）平时是关的" in visit("office").get(reverse("activities:scan_permits")).content.decode()


def test_a_printed_code_waits_for_the_secretary(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    """M2: a printed static code leads to 待书记确认; the secretary's own mark settles it."""
    clock.go(14, 26)
    code = write_printed_code(settings.SECRET_KEY, meeting.session.pk)
    assert "已记下，14:26，由书记确认。" in press(visit("member"), meeting, code)[1]
    assert "你 14:26 的签到已记下，在等书记确认，不用再签。" in press(visit("member"), meeting, code)[1]
    assert meeting.read("张三").mark == "未记录"
    client = visit("secretary")
    assert "14:26 扫了纸质码，待确认" in client.get(meeting.address("roll_call")).content.decode()
    send(client, meeting, say(meeting, "张三", "到"))
    assert (meeting.read("张三").mark, meeting.read("张三").recorded_by) == ("到", "李四")
    assert list(MarkEntry.objects.order_by("pk").values_list("how", "outcome")) == [("扫码", "采纳"), ("点名", "采纳")]


@pytest.mark.parametrize("mark", ["请假", "缺席"])
def test_what_contradicts_the_list_waits_for_the_secretary(meeting: Meeting, visit: Visit, mark: str) -> None:
    """Somebody on leave comes after all: never guessed, the secretary is asked."""
    Attendance.objects.filter(person__name="张三").update(mark=mark)
    text = press(visit("member"), meeting, write_code(meeting))[1]
    assert f"名单上你记为“{mark}”。已记下你 14:30 签到，由书记确认。" in text
    assert (meeting.read("张三").mark, MarkEntry.objects.get().outcome) == (mark, "待确认")


def test_somebody_moved_since_the_notice_still_signs_in(
    meeting: Meeting, house: House, visit: Visit, clock: Clock
) -> None:
    """Bad input: a person transferred between notice and session. The list is as it was at the notice, and says so."""
    person = house.people["张三"]
    Stint.objects.filter(person=person, unit=house.units["第一支部"]).update(until_on=date(2026, 6, 10))
    Stint.objects.create(person=person, unit=house.units["第二支部"], from_on=date(2026, 6, 10))
    page = visit("secretary").get(meeting.address("roll_call")).content.decode()
    assert "张三在发出通知后转到第二支部，仍算本次应到。" in page
    assert press(visit("member"), meeting, write_code(meeting))[0] == 200
    assert meeting.read("张三").unit == house.units["第一支部"]


def test_confirming_makes_few_statements(
    meeting: Meeting, visit: Visit, django_assert_num_queries: Callable[[int], object]
) -> None:
    """Session and account, the place with its permit, then row and entry: PostgreSQL's one statement is one commit."""
    client, code = visit("member"), write_code(meeting)
    statements = 4 if connection.vendor == "postgresql" else 7  # SQLite: SAVEPOINT, UPDATE, INSERT, RELEASE
    with django_assert_num_queries(statements):  # type: ignore[attr-defined]
        press(client, meeting, code)


def test_the_wall_shows_a_new_code_every_half_minute(meeting: Meeting, visit: Visit, clock: Clock) -> None:
    client = visit("secretary")
    first = client.get(meeting.address("scan_panel"))
    assert '<noscript><meta http-equiv="refresh"' in first.content.decode()
    clock.go(14, 31)
    fragment = client.get(meeting.address("scan_panel"), headers={"HX-Request": "true"})
    assert fragment.context["word"] != first.context["word"]
    assert "<html" not in fragment.content.decode()
    assert "<svg" in fragment.content.decode()
    assert "纸上的码不更换" in client.get(meeting.address("code_sheet")).content.decode()


def test_the_office_gives_and_ends_permits_with_a_reason(house: House, visit: Visit) -> None:
    """ux §0.1: switched on per unit with a written reason, each act audited."""
    client, address = visit("office"), reverse("activities:scan_permits")
    form = {"unit": house.units["机关党委"].pk, "below": "on", "from_on": "2026-06-01", "reason": ""}
    refused = client.post(address, form)
    assert refused.status_code == 400
    assert "请填写“开通的理由”。" in refused.content.decode()
    given = client.post(address, {**form, "reason": "会议多，6月2日办公会同意"}, follow=True)
    assert "已为 3 个单位开通会议签到，书记仍可以点名。" in given.content.decode()
    assert "所选单位已经开通会议签到，不用再开通。" in client.post(address, {**form, "reason": "再来"}).content.decode()
    running = house.units["第一支部"].scan_permits.get()
    ended = client.post(reverse("activities:end_permit", args=[running.pk]), follow=True)
    assert "第一支部的会议签到已停用，以后由书记点名。" in ended.content.decode()
    verbs = Entry.objects.filter(verb__contains="permit").order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["activities.give_permits", "activities.end_permit"]
    assert client.get(address).status_code == 200


def test_the_list_of_permits_makes_the_same_number_of_queries_for_one_and_for_three(house: House, visit: Visit) -> None:
    client, counts = visit("office"), []
    for units in (["第一支部"], ["第二支部", "机关党委"]):
        for unit in units:
            permit(house, unit)
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("activities:scan_permits"))
        counts.append(len(found))
    assert counts[0] == counts[1]
