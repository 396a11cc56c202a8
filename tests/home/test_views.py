"""The first page of each role, the frame, and everything one may open."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shanxue.activities.models import Attendance, Session
from shanxue.home.pages import (
    MEMBER_ENTRIES,
    OFFICE_ENTRIES,
    OTHER_ENTRIES,
    READER_ENTRIES,
    SECRETARY_ENTRIES,
    SECTIONS,
    list_entries,
    list_sections,
)
from shanxue.orgs.actions.people import ask_correction
from shanxue.orgs.models import Exemption, Grant
from shanxue.orgs.queries import find_actor
from tests.activities.held_meeting import hold_meeting, write_record
from tests.house import AT, House

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]


def read_page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_home_is_each_roles_own_first_page(house: House, visit: Visit) -> None:
    """ux M1 for members, S1 for secretaries, the board for whoever looks across branches; leaders: test_leader."""
    assert "<h1>我的待办</h1>" in read_page(visit("member"), "/")
    assert "<h1>支部工作台</h1>" in read_page(visit("secretary"), "/")
    boards = {key: visit(key).get("/").headers["Location"] for key in ("office", "inspector")}
    assert set(boards.values()) == {reverse("supervision:duties")}
    assert "三员分立" in read_page(visit("system"), "/")
    assert visit(None).get("/").headers["Location"] == "/accounts/sign-in/?next=/"


def test_the_office_sees_what_waits_for_it_from_every_room(house: House, visit: Visit) -> None:
    """A correction asked for, minutes of a secretary: each a row; nothing of what a branch does itself."""
    page = read_page(visit("office"), reverse("home:office"))
    assert "现在没有等办公室办理的事。" in page
    ask_correction(find_actor(house.users["member"], AT.date()), "职级类别", "", "乡科级", at=AT)
    session = hold_meeting(house)
    write_record(session, "待审核", "secretary", house)
    page = read_page(visit("office"), reverse("home:office"))
    assert "2 件等办公室办理" in page
    assert "张三申请更正“职级类别”" in page
    assert f"审核记录：{session.topic}" in page
    assert "支部工作台" not in page


def test_a_secretary_goes_between_the_desk_and_the_own_list(house: House, visit: Visit) -> None:
    client = visit("secretary")
    assert f'href="{reverse("home:due")}"' in read_page(client, "/")
    own = read_page(client, reverse("home:due"))
    assert "<h1>我的待办</h1>" in own
    assert "第一支部 · " in own
    assert f'href="{reverse("home:desk")}"' in own


def test_a_secretary_of_two_branches_chooses(house: House, visit: Visit) -> None:
    second = house.units["第二支部"]
    Grant.objects.create(
        user=house.users["secretary"], bureau=house.bureau, power="secretary", unit=second, from_on=AT.date()
    )
    client = visit("secretary")
    page = read_page(client, "/")
    assert "你负责 2 个支部，请选一个。" in page
    assert f'href="{reverse("home:unit_desk", args=[second.pk])}"' in page
    assert "换一个支部" in read_page(client, reverse("home:unit_desk", args=[second.pk]))


def hold(house: House, number: int, on: date, **values: object) -> Session:
    """A meeting of 第一支部: noticed, 张三 and 李四 expected."""
    session = Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="主题党日", tier="支部集体学", on=on,
        **{"topic": f"第{number}次主题党日", "state": "计划", "start_time": time(14, 30), "place": "三楼会议室",
           "noticed_at": AT, **values},
    )  # fmt: skip
    for name in ("张三", "李四"):
        Attendance.objects.create(
            session=session, person=house.people[name], unit=house.units["第一支部"], how="点名", recorded_at=AT,
            mark="缺席" if values.get("state") == "已召开" else "未记录", recorded_by="李四",
        )  # fmt: skip
    return session


def test_the_desk_leads_to_the_next_meeting_in_one_tap(house: House, visit: Visit) -> None:
    """ux S1: taps to start the next meeting: 1. Today it is the roll-call, before that the meeting's page."""
    today = timezone.localdate()
    client = visit("secretary")
    later = hold(house, 2, today + timedelta(days=9))
    assert f'href="{reverse("activities:session", args=[later.pk])}"' in read_page(client, "/")
    assert "本周没有待办。" in read_page(client, "/")
    now = hold(house, 1, today)
    page = read_page(client, "/")
    assert page.count(f'href="{reverse("activities:roll_call", args=[now.pk])}"') == 3  # row, primary button, next
    assert "先办：点名：第1次主题党日" in page


def test_the_desk_names_who_needs_a_hand_and_leaves_the_exempt_out(house: House, visit: Visit) -> None:
    """ux S1: names, what, since when. ux §0.1, 8: whoever is exempt is not asked."""
    today = timezone.localdate()
    for number in (1, 2):
        hold(house, number, today - timedelta(days=30 * number), state="已召开", roll_ended_at=AT)
    Exemption.objects.create(person=house.people["李四"], category="免考核")
    desk = visit("secretary").get("/").context
    assert [(hand.name, hand.words, hand.since_on) for hand in desk["hands"]] == [
        ("张三", "请假或缺席未安排补学 2 次", today - timedelta(days=60))
    ]


def test_no_first_page_asks_more_queries_for_more_rows(house: House, visit: Visit) -> None:
    """The same number at one row and at three, for M1 and for S1."""
    today = timezone.localdate()
    paths = {"member": reverse("home:home"), "secretary": reverse("home:desk")}
    counts = []
    for numbers in ([1], [2, 3]):
        for number in numbers:
            hold(house, number, today + timedelta(days=number))
            hold(house, number, today - timedelta(days=number), state="已召开", roll_ended_at=AT)
        for key, path in paths.items():
            client = visit(key)
            with CaptureQueriesContext(connection) as queries:
                client.get(path, follow=True)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def list_foot(page: str) -> list[str]:
    nav = page.split('<nav class="site-nav', 1)[1].split("</nav>", 1)[0]
    items = re.findall(r'<li class="([^"]*)"><a[^>]*>(?:<svg.*?</svg>)?([^<]*)</a>', nav)
    return [text for classes, text in items if "top-only" not in classes]


def test_a_phones_foot_has_four_entries(house: House, visit: Visit) -> None:
    """ux M1: 待办｜记学习｜我的成绩｜更多; a secretary's: 工作台｜会议｜审阅｜更多; a wide page at most eight."""
    feet = {
        key: list_foot(read_page(visit(key), reverse("home:more")))
        for key in ("member", "secretary", "office", "inspector")
    }
    assert feet == {
        "member": ["待办", "记学习", "我的成绩", "更多"],
        "secretary": ["工作台", "会议", "审阅", "更多"],
        "office": ["看板", "待办", "年度考核", "更多"],
        "inspector": ["看板", "找人", "考核", "更多"],
    }
    actors = [find_actor(user, AT.date()) for user in house.users.values()]
    assert max(len(list_entries(actor)) for actor in actors) <= 8


def test_the_page_one_is_on_is_marked(house: House, visit: Visit) -> None:
    """ARIA: aria-current says page for the page itself and true inside its section."""
    page = read_page(visit("member"), reverse("home:more"))
    assert page.count("aria-current") == 1
    assert f'<a href="{reverse("home:more")}" aria-current="page">' in page


def test_every_entry_leads_to_a_page_and_every_page_listed_opens(house: House, visit: Visit) -> None:
    """更多 names what this account may open, and nothing that refuses it; the navigation likewise."""
    for key, user in house.users.items():
        client, actor = visit(key), find_actor(user, AT.date())
        names = [page.name for section in list_sections(actor) for page in section.pages]
        names += [entry.name for entry in list_entries(actor)]
        refused = [name for name in names if client.get(reverse(name)).status_code not in (200, 302)]
        assert (key, refused) == (key, [])


def test_no_page_is_listed_twice() -> None:
    names = [page.name for section in SECTIONS for page in section.pages]
    assert len(names) == len(set(names))


def test_every_name_in_the_tables_is_an_address_without_arguments() -> None:
    """No entry is left out in silence: the table is whole for every role."""
    tables = (MEMBER_ENTRIES, SECRETARY_ENTRIES, OFFICE_ENTRIES, READER_ENTRIES, OTHER_ENTRIES)
    entries = [entry for table in tables for entry in table]
    assert len({entry.href for entry in entries}) == len({entry.name for entry in entries})
    pages = [page for section in SECTIONS for page in section.pages]
    assert len({page.href for page in pages}) == len(pages)
