"""Notes and entries of the house's people, written as the room itself writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanxue.orgs.queries import Actor, find_actor
from shanxue.study.actions.notes import Written, save_note, submit_note
from shanxue.study.models import Note
from shanxue.study.rules import Audience
from tests.house import House

AT = datetime(2026, 6, 3, 6, 20, tzinfo=UTC)  # 14:20 of 3 June in Shanghai
BODY = "重读党章总纲，结合窗口工作谈三点认识。\n第一，把群众的事放在前面，先办急的，再办难的。"


def act_as(house: House, key: str) -> Actor:
    """Give one of the house's users as an actor of the day the tests run."""
    return find_actor(house.users[key], timezone.localdate())


def write_draft(house: House, name: str = "张三", *, title: str = "读党章", body: str = BODY, key: UUID | None = None,
                at: datetime = AT) -> Note:  # fmt: skip
    return save_note(house.people[name], key or uuid4(), Written(title, body), revision=0, at=at)


def hand_in(house: House, name: str = "张三", *, title: str = "读党章", body: str = BODY, days: int = 0,
            audience: str = Audience.SECRETARY) -> Note:  # fmt: skip
    """Hand a note in on 3 June 2026, or some days later."""
    at = AT + timedelta(days=days)
    written = Written(title, body, audience=audience)
    return submit_note(house.people[name], uuid4(), written, revision=0, actor=f"u-{name}", at=at)


def count_queries(client: Client, path: str) -> int:
    """Count the queries of one page, the second time it is opened."""
    client.get(path)
    with CaptureQueriesContext(connection) as made:
        assert client.get(path).status_code == 200
    return len(made)
