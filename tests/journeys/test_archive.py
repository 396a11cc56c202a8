"""A year sealed in a browser (ux K6, three taps: 归档 → 检查缺件 → 确认封卷)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from shanxue.archive.actions.sealing import set_fonds
from shanxue.archive.models import ArchiveYear
from shanxue.archive.paths import get_package
from shanxue.archive.proving import prove_package
from shanxue.plans.models import Plan
from tests.house import House

from .conftest import PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def test_a_year_is_sealed_with_three_taps(
    house: House, open_page: OpenPage, settings: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT, settings.OFFICE_PROGRAM = tmp_path, ""  # type: ignore[attr-defined]
    Plan.objects.create(
        bureau=house.bureau, unit=house.units["机关党委"], year=2025, title="2025年度学习培训工作意见", state="已批准",
        decided_at=AT, issued_on=date(2025, 1, 20),
    )  # fmt: skip
    set_fonds(house.bureau, 2025, "0194", actor="赵六", at=AT)
    page = open_page("office", PHONE, "/archive/")
    page.get_by_role("link", name="归档 2025 年").click()
    page.get_by_role("link", name="检查缺件").click()
    expect(page.get_by_text("没有缺件，2 件可以封卷。")).to_be_visible()
    page.get_by_role("button", name="确认封卷").click()
    page.get_by_role("link", name="看结果").click()
    expect(page.get_by_text("0194-WS·2025-Y-XXQK-0001")).to_be_visible()
    sealed = ArchiveYear.objects.get(year=2025)
    assert sealed.state == "已封"
    assert prove_package(get_package(sealed.package)).problems == []
