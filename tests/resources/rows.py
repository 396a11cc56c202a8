"""The money, shelf and places of the house, written as the room itself writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanxue.orgs.queries import Actor, find_actor
from shanxue.resources.actions.funds import Decision, add_purpose, add_source, open_fund
from shanxue.resources.actions.periodicals import Order
from shanxue.resources.actions.periodicals import subscribe as enter_subscription
from shanxue.resources.actions.shelf import Book, Copies, add_title
from shanxue.resources.actions.spending import Bill, Bought, add_line, commit_money, pay
from shanxue.resources.actions.venues import Place, save_venue
from shanxue.resources.models import Commitment, Fund, Payment, PaymentLine, Purpose, Subscription, Title, Venue
from shanxue.resources.rules import Frequency, LineKind
from tests.house import House

YEAR = 2026
AT = datetime(2026, 12, 3, 2, 30, tzinfo=UTC)  # 3 December, half past ten in the morning in China
DAY = date(2026, 12, 3)
DECIDED = Decision("局党委会2026年第20次会议", date(2026, 12, 1), "工作需要")


def act_as(house: House, key: str = "office", on: date = DAY) -> Actor:
    return find_actor(house.users[key], on)


def make_fund(house: House, year: int = YEAR, **purposes: int) -> Fund:
    """A fund whose sources bring 100,000 yuan; ``purposes`` by name with what is approved, in fen."""
    office = act_as(house)
    fund = open_fund(office, year, at=AT)
    add_source(office, fund.pk, "财政拨款", 10_000_000, "财预〔2026〕1号", at=AT)
    for name, fen in (purposes or {"图书": 1_000_000}).items():
        add_purpose(office, fund.pk, name, fen, None, at=AT)
    fund.refresh_from_db()
    return fund


def find(name: str = "图书", year: int = YEAR) -> Purpose:
    return Purpose.objects.select_related("fund").get(name=name, fund__year=year)


def bill(fen: int, what: str = "党史读本", on: date = DAY) -> Bill:
    return Bill("新华书店", what, fen, on)


def order(house: House, fen: int, name: str = "图书", what: str = "党史读本") -> Commitment:
    return commit_money(act_as(house), find(name).pk, bill(fen, what), key=uuid4(), at=AT)


def spend(house: House, fen: int, name: str = "图书", commitment: Commitment | None = None) -> Payment:
    number = commitment.pk if commitment else None
    return pay(act_as(house), find(name).pk, bill(fen), commitment_id=number, key=uuid4(), at=AT)


def buy(house: House, fen: int = 90_000, quantity: int = 20, kind: LineKind = LineKind.BOOKS) -> PaymentLine:
    """Pay and say what it bought: 20 copies at 45 yuan."""
    payment = spend(house, fen)
    return add_line(act_as(house), payment.pk, Bought(kind, "党史读本", quantity, fen), at=AT)


def put_on_shelf(house: House, name: str, copies: int = 1) -> Title:
    book = Book(name, "本书编写组", "人民出版社")
    return add_title(act_as(house), book, Copies(copies, "三楼书柜"), at=AT)


def subscribe(house: House, name: str = "求是") -> Subscription:
    return enter_subscription(act_as(house), Order(name, YEAR, Frequency.MONTHLY), at=AT)


def make_venue(house: House, name: str = "四楼学习室") -> Venue:
    """Open from Monday to Friday, 8:30 to 18:00, for at most four hours at once."""
    return save_venue(act_as(house), None, Place(name, 40, time(8, 30), time(18)), at=AT)


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def count_queries(client: Client, path: str) -> int:
    """Count the queries of one page, the second time it is opened."""
    client.get(path)
    with CaptureQueriesContext(connection) as made:
        assert client.get(path).status_code == 200
    return len(made)


def today() -> date:
    return timezone.localdate()
