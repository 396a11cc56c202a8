"""K2 in a browser: a clean file in four taps; a file with five faults mended on the page, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from shanxue.orgs.models import Person, Stint
from tests.home.desk import HEADER, KNOWN, give_real_names, write
from tests.house import House

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CLEAN = [*KNOWN, ["3001", "钱一", "第一支部", "正式党员"]]
FAULTY = [
    ["云川市示例局2026年党员名册"],
    HEADER,
    *KNOWN[:1],
    ["1002", "李芳", "第二支部", "正式党员"],  # 1: stands in another branch
    *KNOWN[2:],
    ["3001", "钱　一", "执法支部", "预备"],  # 2, 3: no such branch, no such word
    ["3002", "孙?", "第一支部", "正式党员"],  # 4: a lost character
    ["3003", "周三", "第一支部", "正式党员"],
    ["3003", "周三", "第二支部", "正式党员"],  # 5: twice, and not alike
]


@pytest.fixture(autouse=True)
def files_apart(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_clean_file_takes_four_taps(open_page: OpenPage, house: House, tmp_path: Path) -> None:
    """K2: 选文件 → 下一步 → 下一步 → 确认导入."""
    give_real_names(house)
    page = open_page("office", DESK, "/imports/")
    page.get_by_label("表格文件").set_input_files(write(tmp_path / "名册.xlsx", [HEADER, *CLEAN]))  # 1
    page.get_by_role("button", name="下一步").click()  # 2
    expect(page.get_by_role("heading", name="对应列", level=1)).to_be_visible()
    page.get_by_role("button", name="下一步").click()  # 3
    page.get_by_role("button", name="确认导入 5 人").click()  # 4
    expect(page.get_by_text("导入完成：新增 1 人，更新 0 人，不变 4 人。24 小时内可以撤销。")).to_be_visible()
    assert Person.objects.filter(staff_no="3001").count() == 1


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_five_faults_are_mended_on_the_page(open_page: OpenPage, house: House, tmp_path: Path, width: int) -> None:
    """D1: what can be chosen is chosen here, what cannot is left out by name; then one button."""
    give_real_names(house)
    page = open_page("office", width, "/imports/")
    page.get_by_label("表格文件").set_input_files(write(tmp_path / "名册.xlsx", FAULTY))
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="对应列", level=1)).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="要处理的 5 处")).to_be_visible()
    assert fits(page)
    moved = page.get_by_role("group").filter(has_text="李芳")
    moved.get_by_label("转入").check()
    moved.get_by_label("从哪天起").fill("2025-07-01")
    page.get_by_role("group").filter(has_text="“执法支部”没有找到").get_by_label("第一支部").check()
    page.get_by_label("“预备”不在可选值里").select_option("预备党员")
    page.get_by_label("排除第 8 行，不导入").check()
    page.get_by_role("group").filter(has_text="3003").get_by_label("第 10 行").check()
    page.get_by_role("button", name="保存选择，重新检查").click()
    page.get_by_role("button", name="确认导入 6 人").click()
    expect(page.get_by_role("heading", name="导入完成")).to_be_visible()
    assert fits(page)
    assert not Person.objects.filter(staff_no="3002").exists()
    homes = Stint.objects.filter(unit__line="党组织", until_on=None, person__staff_no__in=["1002", "3001", "3003"])
    assert sorted(homes.values_list("person__staff_no", "unit__name")) == [
        ("1002", "第二支部"), ("3001", "第一支部"), ("3003", "第二支部"),
    ]  # fmt: skip
