"""Sign-in, password, 大字版."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from shanxue.accounts.actions import create_account
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from tests.house import AT, PASSWORD, House

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]


def sign_in(client: Client, username: str, password: str) -> int:
    return client.post(reverse("accounts:sign_in"), {"username": username, "password": password}).status_code


def test_sign_in_leads_home_and_is_on_the_trail(house: House) -> None:
    client = Client()
    assert sign_in(client, "u-member", PASSWORD) == 302
    assert client.get("/").status_code == 200
    assert list(Entry.objects.values_list("verb", "subject")) == [("accounts.sign_in", "u-member")]


def test_wrong_password_says_what_to_do_and_keeps_the_staff_number(house: House) -> None:
    answer = Client().post(reverse("accounts:sign_in"), {"username": "u-member", "password": "not-it-at-all"})
    text = answer.content.decode()
    assert "工号或口令不对。请核对后再试；连续输错 5 次，要等 15 分钟。" in text
    assert 'value="u-member"' in text


def test_five_wrong_passwords_lock_with_a_page_that_says_for_how_long(house: House) -> None:
    client = Client()
    statuses = [sign_in(client, "u-member", "not-it-at-all") for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    answer = client.post(reverse("accounts:sign_in"), {"username": "u-member", "password": PASSWORD})
    assert "15 分钟内不能再试" in answer.content.decode()


def test_sign_out_needs_a_post(visit: Visit) -> None:
    client = visit("member")
    assert client.get(reverse("accounts:sign_out")).status_code == 405
    assert client.post(reverse("accounts:sign_out")).headers["Location"] == reverse("accounts:sign_in")
    assert client.get(reverse("assessment:mine")).status_code == 302


def test_changed_password_is_the_one_that_works(house: House, visit: Visit) -> None:
    form = {"old_password": PASSWORD, "new_password1": "another-2026-ok", "new_password2": "another-2026-ok"}
    assert visit("member").post(reverse("accounts:password"), form).status_code == 302
    assert sign_in(Client(), "u-member", PASSWORD) == 200
    assert sign_in(Client(), "u-member", "another-2026-ok") == 302


def test_password_page_names_each_problem(visit: Visit) -> None:
    form = {"old_password": "wrong", "new_password1": "another-2026-ok", "new_password2": "other"}
    answer = visit("member").post(reverse("accounts:password"), form)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "原口令不对，请重新输入。" in text
    assert "两次输入的新口令不一样，请重新输入。" in text


def test_large_type_stays_with_the_account(house: House, visit: Visit) -> None:
    """ux A3: one switch in the header, kept in the account and a cookie."""
    client = visit("member")
    answer = client.post(reverse("accounts:large_type"), {"next": "/mine/"})
    assert (answer.headers["Location"], answer.cookies["large_type"].value) == ("/mine/", "1")
    assert 'class="large-type"' in visit("member").get("/mine/").content.decode()


def test_large_type_of_a_visitor_stays_in_the_browser(db: None) -> None:
    client = Client()
    client.post(reverse("accounts:large_type"), {"next": reverse("accounts:sign_in")})
    assert 'class="large-type"' in client.get(reverse("accounts:sign_in")).content.decode()
    assert 'class="large-type"' not in Client().get(reverse("accounts:sign_in")).content.decode()


def test_large_type_never_leads_to_another_site(db: None) -> None:
    answer = Client().post(reverse("accounts:large_type"), {"next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_create_account_refuses_a_second_and_a_weak_one(db: None) -> None:
    create_account(username="2001", password=PASSWORD, display_name="孙七", actor="命令行", at=AT)
    for password, code in ((PASSWORD, "account_exists"), ("short", "account_exists")):
        with pytest.raises(Refusal) as refused:
            create_account(username="2001", password=password, display_name="孙七", actor="命令行", at=AT)
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        create_account(username="2002", password="short", display_name="周八", actor="命令行", at=AT)
    assert refused.value.code == "weak_password"
