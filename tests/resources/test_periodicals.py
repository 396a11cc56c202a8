"""Newspapers and journals: issues expected, come, missed, asked for (D11 报刊)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from shanxue.resources.actions import periodicals
from shanxue.resources.models import Issue, Subscription
from shanxue.resources.rules import Frequency, IssueState, LineKind
from shanxue.resources.rules.issues import list_issues
from tests.house import House

from .rows import AT, act_as, buy, count_queries, make_fund, read, subscribe
from .test_funds import refuse

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


@pytest.mark.parametrize(
    ("frequency", "count", "last"),
    [
        (Frequency.DAILY, 365, date(2026, 12, 31)),
        (Frequency.WEEKLY, 52, date(2026, 12, 28)),
        (Frequency.TEN_DAYS, 36, date(2026, 12, 21)),
        (Frequency.HALF_MONTHLY, 24, date(2026, 12, 16)),
        (Frequency.MONTHLY, 12, date(2026, 12, 1)),
        (Frequency.TWO_MONTHLY, 6, date(2026, 11, 1)),
        (Frequency.QUARTERLY, 4, date(2026, 10, 1)),
    ],
)
def test_the_issues_of_a_year_follow_from_how_often_it_comes(frequency: Frequency, count: int, last: date) -> None:
    issues = list_issues(frequency, 2026)
    assert (len(issues), issues[-1]) == (count, (count, last))


def test_a_subscription_comes_from_its_receipt_line(house: House, visit: Visit) -> None:
    make_fund(house)
    line = buy(house, kind=LineKind.PERIODICALS, quantity=8)
    text = read(visit("office"), f"/resources/periodicals/new/?line={line.pk}")
    assert 'value="8"' in text
    sent = {"name": "求是", "year": "2026", "frequency": "半月刊", "from_month": "7", "code": "2-371", "copies": "8",
            "place": "各支部"}  # fmt: skip
    visit("office").post(f"/resources/periodicals/new/?line={line.pk}", sent)
    subscription = Subscription.objects.get()
    assert (subscription.line, subscription.copies, subscription.issues.count()) == (line, 8, 12)
    assert subscription.issues.order_by("number").values_list("number", "expected_on")[0] == (13, date(2026, 7, 1))
    assert refuse(lambda: subscribe(house, "求是"), "subscribed_already") == (
        "2026年已登记《求是》。份数有误的，请从这份报刊进入更改。"
    )


def test_issues_are_ticked_missed_and_claimed_once_a_day(house: House) -> None:
    office, subscription = act_as(house), subscribe(house)
    issues = list(subscription.issues.order_by("number"))
    periodicals.tick_issues(office, subscription.pk, [issues[0].pk], IssueState.RECEIVED, at=AT)
    ahead = Issue.objects.create(subscription=subscription, number=99, expected_on=date(2026, 12, 31))
    missed = [issues[1].pk, ahead.pk]
    assert periodicals.tick_issues(office, subscription.pk, missed, IssueState.MISSED, at=AT) == 1
    counts = [periodicals.claim_issues(office, subscription.pk, at=AT) for _ in range(2)]
    assert counts == [1, 0]
    told = [(one.state, one.settled_on, one.claims) for one in subscription.issues.order_by("number")[:3]]
    assert told == [("已到", AT.date(), 0), ("缺期", AT.date(), 1), ("待到", None, 0)]
    periodicals.tick_issues(office, subscription.pk, [issues[1].pk], IssueState.RECEIVED, at=AT)
    assert Issue.objects.filter(state=IssueState.MISSED).count() == 0


def test_everybody_sees_what_came_and_only_the_office_ticks(house: House, visit: Visit) -> None:
    subscription = subscribe(house)
    assert "选中的已到" not in read(visit("member"), f"/resources/periodicals/{subscription.pk}/")
    first = subscription.issues.order_by("number")[0]
    answer = visit("member").post(f"/resources/periodicals/{subscription.pk}/tick/", {"issue": first.pk})
    assert answer.status_code == 403
    answer = visit("office").post(f"/resources/periodicals/{subscription.pk}/tick/", {"state": "已到"})
    assert "还没有选期号。请在期号前打勾。" in answer.content.decode()
    visit("office").post(f"/resources/periodicals/{subscription.pk}/tick/", {"issue": first.pk, "state": "已到"})
    assert "1／12" in read(visit("member"), "/resources/periodicals/?year=2026")


def test_the_number_of_missing_issues_opens_those_very_issues(house: House, visit: Visit) -> None:
    """ux B0 law 3: numbers are links to their rows. One of twelve did not come; none is missing of the other."""
    office, subscription, whole = act_as(house), subscribe(house), subscribe(house, "党建")
    third = subscription.issues.get(number=3)
    periodicals.tick_issues(office, subscription.pk, [third.pk], IssueState.MISSED, at=AT)
    text = read(visit("member"), "/resources/periodicals/?year=2026")
    path = f"/resources/periodicals/{subscription.pk}/"
    assert text.count("?show=missed") == 1
    assert f'<a href="{path}?show=missed">1<' in text
    assert f"/resources/periodicals/{whole.pk}/?show=missed" not in text
    shown = [re.findall(r"第 (\d+) 期 ·", read(visit("office"), path + query)) for query in ("?show=missed", "")]
    assert shown[0] == ["3"]
    assert len(shown[1]) > 1


def test_the_database_keeps_issue_and_day_together(house: House) -> None:
    subscription = subscribe(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        subscription.issues.update(state="已到")


def test_periodicals_make_the_same_queries_at_one_and_three_rows(house: House, visit: Visit) -> None:
    subscription = subscribe(house)
    paths = ["/resources/periodicals/?year=2026", f"/resources/periodicals/{subscription.pk}/"]
    before = [count_queries(visit("office"), path) for path in paths]
    for name in ("半月谈", "党建"):
        subscribe(house, name)
    assert [count_queries(visit("office"), path) for path in paths] == before
