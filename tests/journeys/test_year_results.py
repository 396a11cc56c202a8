"""K5 from end to end at a desk: roster → cut-off → 试算 → freeze → branch check → 公示, each by its one button."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from shanxue.activities.models import Attendance, Session
from shanxue.assessment.models import Proceeding
from tests.house import AT, House

from .conftest import DESK, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state("load")


@pytest.fixture
def year(house: House) -> House:
    """One session of 第一支部 at which 张三 was."""
    session = Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="主题党日", tier="支部集体学", topic="1月主题党日",
        on=date(2025, 1, 12),
    )  # fmt: skip
    Attendance.objects.create(
        session=session, person=house.people["张三"], mark="到", how="点名", recorded_at=AT, recorded_by="李四"
    )
    return house


def test_the_office_brings_a_year_to_its_public_notice(year: House, open_page: OpenPage) -> None:
    page = open_page("office", DESK, "/years/")
    page.get_by_label("机关学习考核办法").or_(page.get_by_label("jiguan-2025")).first.check()
    press(page, "开始办理")
    expect(page.get_by_text("现在要办：核对名册。")).to_be_visible()
    page.get_by_role("link", name="去办：核对名册").click()
    press(page, "名册已核对")
    page.get_by_role("link", name="去办：数据截止").click()
    press(page, "确认截止")
    expect(page.get_by_role("heading", name="试算")).to_be_visible()
    press(page, "试算")
    expect(page.get_by_role("link", name="张三")).to_be_visible()
    page.get_by_role("link", name="下一步：冻结").click()
    page.get_by_label("支部核对到").fill("2099-12-31")
    press(page, "确认冻结")
    expect(page.get_by_text("2 个还没有核对完")).to_be_visible()
    held = Proceeding.objects.get()
    branch = open_page("secretary", DESK, f"/years/{held.pk}/checks/{year.units['第一支部'].pk}/")
    press(branch, "其余全部确认")
    expect(branch.get_by_text("都确认了。")).to_be_visible()
    page.goto(f"/years/{held.pk}/publish/")
    expect(page.get_by_text("第二支部")).to_be_visible()
    Proceeding.objects.update(check_until_on="2026-01-01")
    page.reload()
    page.get_by_label("公示几天").fill("7")
    page.get_by_label("申诉期几个工作日").fill("5")
    press(page, "开始公示")
    expect(page.get_by_text("现在要办：公示。")).to_be_visible()
    member = open_page("member", DESK, f"/years/{held.pk}/publicity/")
    expect(member.get_by_role("heading", name=f"{held.title}公示")).to_be_visible()
