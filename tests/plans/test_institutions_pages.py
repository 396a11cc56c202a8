"""The rule book in a browser: read by all, changed by the office, every version kept (D4, K65)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shanxue.audit.models import Entry
from shanxue.plans.actions.institutions import adopt_institution
from shanxue.plans.models import DayOverride, InstitutionVersion
from shanxue.plans.queries.institutions import read_issues, read_shipped_text
from shanxue.plans.queries.workdays import read_calendar
from tests.house import AT, House

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


@pytest.fixture
def adopted(house: House) -> House:
    adopt_institution(
        house.bureau, text=read_shipped_text("dangyuan-jiaoyu"), from_on=date(2025, 1, 1), reason="局党委会",
        actor="赵六", at=AT,
    )  # fmt: skip
    return house


def fill(client: Client, **changed: str) -> dict[str, str]:
    """Take what the form shows, as a browser would send it, with some fields changed."""
    page = client.get(reverse("plans:issue_version", args=["dangyuan-jiaoyu"]))
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    typed = {name: str(value) for name, value in shown.items() if value not in (None, False)}
    return {name: value for name, value in (typed | changed).items() if value != ""}


def test_a_shipped_institution_is_read_and_adopted(house: House, visit: Visit) -> None:
    office = visit("office")
    page = office.get(reverse("plans:adopt", args=["dangyuan-jiaoyu"])).content.decode()
    assert "党支部每月至少1次主题党日。" in page
    answer = office.post(
        reverse("plans:adopt", args=["dangyuan-jiaoyu"]), {"from_on": "2026-01-01", "reason": "局党委会"}, follow=True
    )
    assert "已采用“党员教育管理制度”，自2026年1月1日起执行。" in answer.content.decode()
    assert Entry.objects.filter(verb="plans.adopt_institution", subject="dangyuan-jiaoyu").count() == 1
    again = office.post(
        reverse("plans:adopt", args=["dangyuan-jiaoyu"]), {"from_on": "2026-01-01", "reason": "局党委会"}
    )
    assert again.status_code == 400
    assert "制度汇编里已经有“党员教育管理制度”。要改内容，请打开它再发布新版。" in again.content.decode()


def test_adopting_says_what_would_be_asked_twice(adopted: House, visit: Visit) -> None:
    page = visit("office").get(reverse("plans:adopt", args=["zhibu-difang"])).content.decode()
    assert "两处都会产生任务" not in page
    adopt_institution(
        adopted.bureau, text=read_shipped_text("zhongxinzu-yue"), from_on=date(2026, 1, 1), reason="局党委会",
        actor="赵六", at=AT,
    )  # fmt: skip
    page = visit("office").get(reverse("plans:adopt", args=["zhongxinzu-xian"])).content.decode()
    assert "《中心组学习制度（每月）》学习日也要求“中心组学习”，两处都会产生任务。" in page


def test_a_new_version_is_checked_before_it_is_issued(adopted: House, visit: Visit) -> None:
    """Change a number, see what changes, issue; the earlier version and its reason stay to be read."""
    office = visit("office")
    address = reverse("plans:issue_version", args=["dangyuan-jiaoyu"])
    typed = fill(office, **{"ZTDR.least": "2", "reason": "局党委会〔2026〕3号"})
    check = office.post(address, typed)
    page = check.content.decode()
    assert "党支部每月至少1次主题党日。" in page
    assert "党支部每月至少2次主题党日。" in page
    assert "那一天已经开始的周期仍按第1版，不会重算。" in page
    assert InstitutionVersion.objects.count() == 1
    kept = dict(check.context["kept"]) | {"text": check.context["text"], "confirm": "1"}
    done = office.post(address, kept, follow=True).content.decode()
    assert "已发布第2版，自" in done
    assert "局党委会〔2026〕3号" in done
    assert "第1版" in done
    (issue,) = read_issues(adopted.bureau)
    assert [version.from_on for version in issue.list_versions()] == [date(2025, 1, 1), timezone.localdate()]


def test_going_back_from_the_check_keeps_what_was_typed(adopted: House, visit: Visit) -> None:
    office = visit("office")
    address = reverse("plans:issue_version", args=["dangyuan-jiaoyu"])
    check = office.post(address, fill(office, **{"ZTDR.least": "2", "reason": "会议决定"}))
    back = office.post(address, dict(check.context["kept"]) | {"text": check.context["text"], "back": "1"})
    form = back.context["form"]
    assert (form["ZTDR.least"].value(), form["reason"].value()) == ("2", "会议决定")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, "没有改动，不用发布新版。"),
        ({"ZTDR.least": "0"}, "的 least 写成了 “0”，应当是不小于1的整数。"),
        ({"text": "[institution]\ncode = 3"}, "没有写 title。请写上制度的名称，如 &quot;党课教育制度&quot;。"),
    ],
)
def test_what_does_not_hold_is_told_on_the_form(
    adopted: House, visit: Visit, changed: dict[str, str], sentence: str
) -> None:
    office = visit("office")
    answer = office.post(
        reverse("plans:issue_version", args=["dangyuan-jiaoyu"]), fill(office, reason="会议决定", **changed)
    )
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert InstitutionVersion.objects.count() == 1


def test_a_version_never_reaches_into_the_past(adopted: House, visit: Visit) -> None:
    """Bad input of issue 3, "a plan changed after duties began": the past keeps its rule, and the page says so."""
    office = visit("office")
    address = reverse("plans:issue_version", args=["dangyuan-jiaoyu"])
    yesterday = timezone.localdate() - timedelta(days=1)
    typed = fill(office, **{"ZTDR.least": "2", "reason": "会议决定", "from_on": yesterday.isoformat()})
    answer = office.post(address, typed | {"confirm": "1"})
    assert answer.status_code == 400
    words = f"新版不能从{yesterday.year}年{yesterday.month}月{yesterday.day}日起执行：已经过去的日子仍按原来的规定。"
    assert words in answer.content.decode()
    assert InstitutionVersion.objects.count() == 1


def test_repealing_keeps_what_was(adopted: House, visit: Visit) -> None:
    office = visit("office")
    today = timezone.localdate()
    answer = office.post(
        reverse("plans:repeal", args=["dangyuan-jiaoyu"]), {"on": today.isoformat(), "reason": "合并"}, follow=True
    )
    assert "起废止，此前的任务仍然算数。" in answer.content.decode()
    (issue,) = read_issues(adopted.bureau)
    assert issue.ended_on == today
    late = office.post(reverse("plans:repeal", args=["dangyuan-jiaoyu"]), {"on": "2025-02-01", "reason": "合并"})
    assert late.status_code == 400


def test_a_holiday_entered_here_wins_over_the_shipped_calendar(house: House, visit: Visit) -> None:
    office = visit("office")
    form = {"on": "2027-10-01", "is_workday": "0", "source": "国务院办公厅通知"}
    answer = office.post(reverse("plans:workdays"), form, follow=True)
    assert "2027年10月1日记为放假。受影响的日期已重新推算。" in answer.content.decode()
    calendar = read_calendar(house.bureau)
    assert (calendar.is_workday(date(2027, 10, 1)), calendar.name_rest(date(2027, 10, 1))) == (
        False,
        "按国务院办公厅通知休",
    )
    assert list(calendar.list_gaps(date(2027, 10, 1))) == ["按周一至周五和已录入的1天计，尚未录入完整的2027年放假安排"]
    office.post(reverse("plans:remove_day", args=[DayOverride.objects.get().pk]))
    assert read_calendar(house.bureau).is_workday(date(2027, 10, 1))


def test_the_list_reads_the_same_few_rows_for_one_and_for_three(
    house: House, visit: Visit, django_assert_num_queries: Callable[[int], object]
) -> None:
    client = visit("member")
    for count, codes in ((1, ("dangyuan-jiaoyu",)), (3, ("zhibu-gongzuo", "ganbu-jiaoyu"))):
        for code in codes:
            adopt_institution(
                house.bureau, text=read_shipped_text(code), from_on=date(2026, 1, 1), reason="会", actor="赵六", at=AT
            )
        with django_assert_num_queries(5):  # type: ignore[attr-defined]
            page = client.get(reverse("plans:institutions"))
        assert len(page.context["rows"]) == count
