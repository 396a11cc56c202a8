"""One refusal, three shapes; error pages in Chinese with their number."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory, override_settings

from shanxue.web import views
from tests.house import House

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]


def test_a_refusal_is_a_page_for_people(visit: Visit) -> None:
    answer = visit("member").get("/people/")
    assert answer.status_code == 403
    assert "当前账号没有查看这一页的权限。" in answer.content.decode()
    assert "编号 403 · no_power" in answer.content.decode()


def test_a_refusal_is_a_fragment_for_htmx(visit: Visit) -> None:
    answer = visit("member").get("/people/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["X-Shanxue-Fragment"]) == (403, "1")
    assert answer.content.decode().startswith('<p class="notice notice-late" role="alert">')


def test_a_refusal_is_json_for_programs(visit: Visit) -> None:
    answer = visit("member").get("/people/", headers={"Accept": "application/json"})
    assert answer.json() == {
        "code": "no_power",
        "sentence": "当前账号没有查看这一页的权限。需要时请联系学习办公室。",
    }


def test_an_unknown_address_is_answered_in_chinese(visit: Visit) -> None:
    answer = visit("member").get("/nowhere/")
    assert answer.status_code == 404
    assert "没有这个页面。请核对网址，或者从首页重新进入。" in answer.content.decode()


@override_settings(ALLOWED_HOSTS=["example.test"])
def test_an_unknown_host_is_answered_in_chinese(house: House) -> None:
    answer = Client().get("/about/feedback/")
    assert answer.status_code == 400


def test_a_stale_form_is_answered_in_chinese(house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/sign-in/", {"username": "u-member", "password": "x"})
    assert answer.status_code == 403
    assert "页面停留过久，或者账号在别处重新登录过，没有提交成功。" in answer.content.decode()


def test_a_fault_of_ours_gives_a_number_that_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = views.show_failure(RequestFactory().get("/mine/"))
    assert answer.status_code == 500
    number = caplog.records[-1].getMessage().split()[1]
    assert f"<strong>{number}</strong>" in answer.content.decode()


@pytest.mark.parametrize("path", ["/accounts/sign-in/", "/about/feedback/"])
def test_every_page_has_the_frame_that_old_browsers_need(db: None, path: str) -> None:
    """ux A3: lang, webkit renderer, IE=edge, zoom never disabled; 投诉建议 in the footer; no inline script or style."""
    answer = Client().get(path)
    text = answer.content.decode()
    for piece in (
        '<html lang="zh-CN">',
        '<meta name="renderer" content="webkit">',
        '<meta http-equiv="X-UA-Compatible" content="IE=edge">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<a class="skip" href="#main">跳到正文</a>',
        '<a href="/about/feedback/">投诉建议</a>',
    ):
        assert piece in text
    assert "style=" not in text
    assert "<script>" not in text
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
