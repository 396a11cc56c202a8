"""The month's brief (ux L3): frozen when made, one A4, what changed, and what stands otherwise since."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.base.periods import Period
from shanxue.bulletins.brief_document import write_brief_document
from shanxue.bulletins.briefs import list_updates_of, make_brief, read_brief
from shanxue.bulletins.models import KeptBrief
from shanxue.bulletins.overview import build_overview
from shanxue.bulletins.rules.brief import (
    Brief,
    BriefLine,
    BriefUnit,
    find_last_day,
    list_changes,
    list_updates,
    pack,
    unpack,
)
from shanxue.bulletins.rules.overview import UnitLight
from shanxue.bulletins.volumes import list_pieces
from shanxue.home.briefs import find_new_month, wish_for_briefs
from shanxue.home.due import list_for_person
from shanxue.orgs.queries import Actor, find_actor
from tests.house import House
from tests.supervision.rulebook import adopt, hold

TODAY = date(2026, 8, 20)
NOW = datetime(2026, 8, 20, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
AUGUST = date(2026, 8, 1)
WHY = "支部党员大会（第二季度）已逾期 51 天，共 2 项"
Visit = Callable[[str | None], Client]


def build_brief(units: int = 2, changes: int = 1, matters: int = 1) -> Brief:
    return Brief(
        bureau="云川市示例局",
        scope="全局",
        month=AUGUST,
        as_of=TODAY,
        sentence=f"全局 {units} 个支部，0 个按期，{units} 个逾期；需要您过问 {units} 件。",
        units=tuple(
            BriefUnit(number, f"城区第{number}党支部", "党支部", "逾期", WHY)
            for number in range(1, units + 1)
        ),
        lines=(BriefLine("测试", "平均 83.0 分（620 人次）", "平均 84.1 分（561 人次）",
                         "平均 83.0 分（1620 人次），去年同期 84.1 分（1130 人次）"),) * 4,
        changes=tuple(f"城区第{number}党支部：临近 → 逾期（支部党员大会（第二季度）已逾期 51 天，共 2 项）"
                      for number in range(1, changes + 1)),
        matters=tuple(f"城区第{number}党支部有任务逾期：支部党员大会（第二季度）已逾期 51 天，共 2 项"
                      for number in range(1, matters + 1)),
    )  # fmt: skip


def read_text(content: bytes) -> list[str]:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells


def test_the_brief_says_what_the_page_says() -> None:
    text = read_text(write_brief_document(build_brief()))
    assert text[:3] == ["云川市示例局学习情况简报", "2026年8月　　数据截至2026年8月20日",
                        "全局 2 个支部，0 个按期，2 个逾期；需要您过问 2 件。"]  # fmt: skip
    assert "▲ 逾期　城区第1党支部　支部党员大会（第二季度）已逾期 51 天，共 2 项" in text
    assert "1. 城区第1党支部：临近 → 逾期（支部党员大会（第二季度）已逾期 51 天，共 2 项）" in text


def test_what_there_is_no_room_for_is_counted() -> None:
    text = read_text(write_brief_document(build_brief(units=500, changes=9, matters=5)))
    assert "另有 3 个单位有变化" in text
    assert "另有 2 件，见一页图" in text
    assert "其余：470 个逾期。" in text


def test_equal_briefs_are_equal_bytes() -> None:
    """Frozen: written again from what was kept, it is the same file."""
    brief = build_brief()
    assert unpack(pack(brief)) == brief
    assert write_brief_document(unpack(pack(brief))) == write_brief_document(brief)


def test_the_fullest_brief_is_one_sheet_of_paper(tmp_path: Path) -> None:
    """L3: exactly one A4, with as many units, changes and matters as it takes."""
    office = shutil.which("soffice")
    assert office is not None
    (tmp_path / "简报.docx").write_bytes(write_brief_document(build_brief(units=32, changes=9, matters=5)))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "简报.docx")], check=True, capture_output=True, timeout=120)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", (tmp_path / "简报.pdf").read_bytes())) == 1


def test_changes_are_lights_that_moved_and_units_that_came_or_went() -> None:
    def light(number: int, value: Light) -> UnitLight:
        return UnitLight(number, f"第{number}支部", "党支部", value, "下次到期 9月30日")

    before = [light(1, Light.FINE), light(2, Light.LATE), light(3, Light.FINE)]
    now = [light(1, Light.FINE), light(2, Light.FINE), light(4, Light.NONE)]
    assert list_changes(before, now) == [
        "第2支部：逾期 → 正常（下次到期 9月30日）", "第4支部：新设，无记录", "第3支部：不再列入"
    ]  # fmt: skip


def test_an_update_is_a_figure_that_stands_otherwise_not_a_word() -> None:
    kept = build_brief()
    words = Brief(**{**kept.__dict__, "sentence": "另一句", "matters": ()})
    assert list_updates(kept, words) == []
    units = (BriefUnit(1, "城区第1党支部", "党支部", "正常", ""), kept.units[1])
    assert list_updates(kept, Brief(**{**kept.__dict__, "units": units})) == ["城区第1党支部：逾期 → 正常"]


@pytest.mark.parametrize(
    ("month", "day"), [(AUGUST, TODAY), (date(2026, 7, 1), date(2026, 7, 31)), (date(2024, 2, 1), date(2024, 2, 29))]
)
def test_a_brief_speaks_of_the_months_last_day_or_of_today(month: date, day: date) -> None:
    assert find_last_day(month, TODAY) == day


# With the records of a bureau


def act(house: House, key: str = "leader") -> Actor:
    return find_actor(house.users[key], TODAY)


@pytest.fixture
def ruled(house: House) -> House:
    """Both branches missed the second quarter, the third began in July; 第一支部 meets in July."""
    adopt(house.bureau)
    hold(house.units["第一支部"], date(2026, 4, 10), people=(house.people["张三"],))
    hold(house.units["第一支部"], date(2026, 7, 10), people=(house.people["张三"],))
    return house


@pytest.mark.django_db
def test_a_brief_is_kept_as_it_was_made(ruled: House) -> None:
    """The same figures in one place: the brief's sentence is the page's."""
    kept = make_brief(act(ruled), AUGUST, at=NOW)
    assert read_brief(kept).sentence == build_overview(act(ruled), TODAY, NOW).sentence
    assert read_brief(kept).sentence == "全局 2 个支部，1 个按期，1 个逾期；需要您过问 1 件。"
    assert make_brief(act(ruled), AUGUST, at=NOW).pk == kept.pk
    assert Entry.objects.filter(verb="bulletins.make_brief").count() == 1


@pytest.mark.django_db
def test_records_entered_later_are_told_and_make_a_new_version(ruled: House) -> None:
    """L3, error: 简报生成后有 n 个数字更新; the first version stays as it was."""
    kept = make_brief(act(ruled), AUGUST, at=NOW)
    hold(ruled.units["第二支部"], date(2026, 8, 3), people=(ruled.people["王五"],))
    page = build_overview(act(ruled), TODAY, NOW)
    assert list_updates_of(kept, page) == ["会议：0 次 → 1 次", "会议：2 次，去年同期 0 次 → 3 次，去年同期 0 次"]
    again = make_brief(act(ruled), AUGUST, at=NOW)
    assert (again.version, again.pk != kept.pk) == (2, True)
    kept.refresh_from_db()
    assert read_brief(kept).lines[0].month == "0 次"


@pytest.mark.django_db
def test_the_archive_takes_the_last_version(ruled: House) -> None:
    """D10: one 件 per month in 情况通报."""
    make_brief(act(ruled), AUGUST, at=NOW)
    hold(ruled.units["第二支部"], date(2026, 8, 3), people=(ruled.people["王五"],))
    last = make_brief(act(ruled), AUGUST, at=NOW)
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    pieces = list_pieces(ruled.bureau, year)
    assert [(piece.key, str(piece.series), piece.title, piece.on) for piece in pieces] == [
        (f"brief-{last.pk}", "情况通报", "云川市示例局学习情况简报（2026年8月）", TODAY)
    ]
    assert pieces[0].documents[0].write() == write_brief_document(read_brief(last))
    assert list_pieces(ruled.bureau, Period(date(2025, 1, 1), date(2026, 1, 1))) == []


@pytest.mark.django_db
def test_a_month_to_come_is_refused(ruled: House) -> None:
    with pytest.raises(Refusal) as refused:
        make_brief(act(ruled), date(2026, 9, 1), at=NOW)
    assert refused.value.sentence == "2026年9月还没有到，简报只能生成到本月。"


@pytest.mark.django_db
def test_a_month_without_change_has_no_brief(house: House) -> None:
    with pytest.raises(Refusal) as refused:
        make_brief(act(house), AUGUST, at=NOW)
    assert refused.value.sentence == "这个月没有变化，未生成简报。"
    assert not KeptBrief.objects.exists()


@pytest.mark.django_db
def test_a_leader_of_a_department_has_no_way_to_the_bureaus_brief(ruled: House, visit: Visit) -> None:
    kept = make_brief(act(ruled), AUGUST, at=NOW)
    assert visit("head").get(reverse("home:brief", args=[kept.pk])).status_code == 404
    assert visit("office").get(reverse("home:brief", args=[kept.pk])).status_code == 200


@pytest.mark.django_db
def test_one_tap_makes_and_sends_the_file(ruled: House, visit: Visit) -> None:
    """L3, taps: 1. The second tap sends the same file."""
    client = visit("leader")
    first = client.post(reverse("home:make_brief"))
    assert first.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E5%AD%A6%E4%B9%A0")
    assert client.post(reverse("home:make_brief")).content == first.content
    assert KeptBrief.objects.count() == 1
    page = client.get(reverse("home:overview")).content.decode()
    assert reverse("home:brief", args=[KeptBrief.objects.get().pk]) in page


@pytest.mark.django_db
def test_a_refused_brief_leads_to_the_list_with_the_sentence(house: House, visit: Visit) -> None:
    page = visit("leader").post(reverse("home:make_brief"), follow=True).content.decode()
    assert "这个月没有变化，未生成简报。" in page
    page = visit("leader").post(reverse("home:make_brief"), {"month": "2099-1"}, follow=True).content.decode()
    assert "2099年1月还没有到，简报只能生成到本月。" in page


@pytest.mark.django_db
def test_the_brief_is_put_before_those_who_asked_only(house: House, visit: Visit) -> None:
    """L3: sent only to those who asked for it, and shown, not sent."""
    user, person = house.users["secretary"], house.people["李四"]
    start = datetime(2026, 9, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert list_for_person(person, start) == []
    assert wish_for_briefs(user, house.bureau, wanted=True, at=NOW) is True
    assert wish_for_briefs(user, house.bureau, wanted=True, at=NOW) is False
    person.refresh_from_db()
    assert [(row.title, row.href) for row in list_for_person(person, start)] == [
        ("8 月学习情况简报", reverse("home:briefs"))
    ]
    assert find_new_month(user, date(2026, 9, 11)) is None
    assert wish_for_briefs(user, house.bureau, wanted=False, at=NOW) is True
    assert list_for_person(person, start) == []
    client = visit("leader")
    assert "已打开：每月初" in client.post(reverse("home:wish_briefs"), {"wanted": "1"}, follow=True).content.decode()
