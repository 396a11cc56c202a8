"""K4 in a browser: five taps from the list to the signer, the signature, and a branch's answer on a phone."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from shanxue.bulletins.actions.drafting import save_letterhead
from shanxue.bulletins.models import OfficialDocument
from shanxue.bulletins.rules.periods import find_ended, list_periods
from shanxue.orgs.queries import find_actor
from tests.bulletins.desk import HEAD, mark
from tests.house import AT, House
from tests.supervision.rulebook import hold

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def quarter(house: House) -> str:
    """The quarter that ended last: 第一支部 met, and 张三's mark was left open."""
    today = timezone.localdate()
    latest = find_ended(list_periods(today), today)
    first = house.units["第一支部"]
    session = hold(first, latest.period.from_on, people=(house.people["李四"],))
    mark(session, house.people["张三"], first, "未记录")
    save_letterhead(find_actor(house.users["office"], timezone.localdate()), HEAD, at=AT)
    return latest.label


class Taps:
    """Counts what somebody has to press."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]
        self.count += 1

    def choose(self, text: str) -> None:
        self.page.locator(".chips label", has_text=text).click()
        self.count += 1


@pytest.mark.parametrize("script", [True, False])
def test_from_the_list_to_the_signer_in_five_taps(
    house: House, quarter: str, open_page: OpenPage, script: bool
) -> None:
    """ux K4: 新建 → 选季度 → 生成草稿 → 检查 → 送签 = 5. Then a leader signs, and the branch answers on a phone."""
    page = open_page("office", DESK, "/bulletins/", script=script)
    taps = Taps(page)
    taps.press("link", "新建情况通报")
    taps.choose(quarter)
    taps.press("button", "生成草稿")
    expect(page.get_by_role("heading", name=re.compile(quarter)).first).to_be_visible()
    taps.press("link", "检查")
    expect(page.get_by_role("cell", name="考勤：未记录 1 人次")).to_be_visible()
    taps.press("button", "送签")
    expect(page.get_by_text("已送签。")).to_be_visible()
    assert taps.count == 5
    leader = open_page("leader", DESK, "/bulletins/", script=script)
    leader.locator(".due-row", has_text=quarter).first.click()
    leader.get_by_role("link", name="核对并签发").click()
    leader.get_by_role("button", name="签发", exact=True).click()
    year = timezone.localdate().year
    expect(leader.get_by_text(f"已签发：云示党〔{year}〕1号。")).to_be_visible()
    leader.get_by_role("link", name="1", exact=True).first.click()
    expect(leader.get_by_text("记在这份文件里")).to_be_visible()
    phone = open_page("secretary", PHONE, "/bulletins/", script=script)
    phone.locator(".due-row", has_text="可以说明").first.click()
    phone.get_by_label("说明").fill("签到表已补登。")
    phone.get_by_role("button", name="交说明").click()
    expect(phone.get_by_text("说明已交，和通报放在一起。")).to_be_visible()
    expect(phone.get_by_text("签到表已补登。")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert OfficialDocument.objects.get().named_units.get().answer == "签到表已补登。"
