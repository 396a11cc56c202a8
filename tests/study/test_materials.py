"""书目: materials, reading lists, one's own progress, counts without ranking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from shanxue.base.uses import TitleUse
from shanxue.orgs.models import Bureau
from shanxue.resources.actions.shelf import Copies, add_copies
from shanxue.resources.models import Title
from shanxue.study.models import Material, ReadingList, SelfStudy
from shanxue.study.uses import list_title_uses
from tests.house import House
from tests.resources.rows import act_as, buy, make_fund, put_on_shelf
from tests.resources.rows import read as open_page

from .rows import AT, count_queries

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def add_list(house: House, unit: str, *titles: str) -> ReadingList:
    """A list that runs this month around today, with a book for each title."""
    today = timezone.localdate()
    reading = ReadingList.objects.create(
        bureau=house.bureau, unit=house.units[unit], title=f"{unit}书目", from_on=today - timedelta(days=10),
        until_on=today + timedelta(days=10),
    )  # fmt: skip
    for title in titles:
        reading.materials.add(Material.objects.create(bureau=house.bureau, kind="书", title=title))
    return reading


def read(house: House, name: str, title: str) -> SelfStudy:
    return SelfStudy.objects.create(
        bureau=house.bureau, person=house.people[name], title=title, on=timezone.localdate(), at=AT,
        material=Material.objects.get(title=title),
    )  # fmt: skip


def test_the_office_registers_for_the_bureau_and_a_secretary_for_the_own_unit(house: House, visit: Visit) -> None:
    sent = {"title": "论党的自我革命", "kind": "书", "author": "", "place": "三楼书柜"}
    visit("office").post("/study/materials/new/", {**sent, "unit": ""})
    branch, other = house.units["第一支部"], house.units["第二支部"]
    secretary = visit("secretary")
    secretary.post("/study/materials/new/", {**sent, "title": "支部自编读本", "unit": branch.pk})
    assert list(Material.objects.order_by("pk").values_list("title", "unit__name")) == [
        ("论党的自我革命", None),
        ("支部自编读本", "第一支部"),
    ]
    assert secretary.post("/study/materials/new/", {**sent, "title": "甲", "unit": other.pk}).status_code == 400
    assert secretary.post("/study/materials/new/", {**sent, "title": "甲", "unit": ""}).status_code == 400
    assert Material.objects.count() == 2


def test_the_same_material_twice_is_said_before_it_is_written(house: House, visit: Visit) -> None:
    sent = {"title": "论党的自我革命", "kind": "书", "author": "", "place": "", "unit": ""}
    client = visit("office")
    client.post("/study/materials/new/", sent)
    answer = client.post("/study/materials/new/", {**sent, "title": " 论党的自我革命 "})
    assert "已经有一份书叫“论党的自我革命”，不用再加。" in answer.content.decode()


def test_an_ended_material_is_offered_no_longer_and_its_entries_stay(house: House, visit: Visit) -> None:
    reading = add_list(house, "第一支部", "旧读本")
    entry = read(house, "张三", "旧读本")
    material = reading.materials.get()
    office = visit("office")
    assert "“旧读本”已停用，以前的记录不变。" in office.post(
        f"/study/materials/{material.pk}/end/", follow=True
    ).content.decode()  # fmt: skip
    assert "旧读本" not in visit("member").get("/study/found/?q=旧").content.decode().replace("“旧”", "")
    entry.refresh_from_db()
    assert entry.material == material
    office.post(f"/study/materials/{material.pk}/end/")
    material.refresh_from_db()
    assert material.ended_on is None


def test_a_list_is_written_changed_and_ended_by_who_leads_the_unit(house: House, visit: Visit, today: date) -> None:
    one = Material.objects.create(bureau=house.bureau, kind="书", title="甲书")
    two = Material.objects.create(bureau=house.bureau, kind="文章", title="乙文")
    branch = house.units["第一支部"]
    sent = {"title": "三季度书目", "unit": branch.pk, "from_on": today.isoformat(),
            "until_on": (today + timedelta(days=30)).isoformat(), "materials": [one.pk, two.pk]}  # fmt: skip
    client = visit("secretary")
    client.post("/study/lists/new/", sent)
    reading = ReadingList.objects.get()
    assert [material.title for material in reading.materials.order_by("pk")] == ["甲书", "乙文"]
    client.post(f"/study/lists/{reading.pk}/edit/", {**sent, "materials": [two.pk]})
    assert reading.materials.get() == two
    early = client.post(f"/study/lists/{reading.pk}/edit/", {**sent, "until_on": "2020-01-01"})
    assert "结束日期早于开始日期。请核对。" in early.content.decode()
    client.post(f"/study/lists/{reading.pk}/end/")
    reading.refresh_from_db()
    assert reading.until_on == today
    neighbour = add_list(house, "第二支部", "丙书")
    for path in ("", "edit/"):
        assert client.get(f"/study/lists/{neighbour.pk}/{path}").status_code == 404


def test_members_see_their_own_progress_and_nobody_elses(house: House, visit: Visit) -> None:
    """No ranking, no counts of others on a member's page."""
    reading = add_list(house, "机关党委", "甲书", "乙书")
    read(house, "张三", "甲书")
    read(house, "李四", "甲书")
    read(house, "李四", "乙书")
    client = visit("member")
    assert "已记 1/2" in client.get("/study/lists/").content.decode()
    text = client.get(f"/study/lists/{reading.pk}/").content.decode()
    assert "今天记过" in text
    assert "记过的人" not in text
    assert text.count("记一条<span") == 1


def test_the_secretary_sees_counts_per_item_that_open_into_names(house: House, visit: Visit) -> None:
    """ux B0 law 3: numbers are links to their rows; staff-number order, never best first."""
    reading = add_list(house, "第一支部", "甲书")
    read(house, "李四", "甲书")
    read(house, "李四", "甲书")
    read(house, "王五", "甲书")
    material = reading.materials.get()
    text = visit("secretary").get(f"/study/lists/{reading.pk}/").content.decode()
    assert f'<a href="/study/lists/{reading.pk}/{material.pk}/">1/2</a>' in text
    names = visit("secretary").get(f"/study/lists/{reading.pk}/{material.pk}/").content.decode()
    assert names.index("张三") < names.rindex("李四")
    assert "没有记录不等于没有读" in names
    assert "王五" not in names


def test_the_database_refuses_a_list_that_ends_before_it_begins(house: House, today: date) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ReadingList.objects.create(
            bureau=house.bureau, unit=house.units["第一支部"], title="书目", from_on=today,
            until_on=today - timedelta(days=1),
        )  # fmt: skip


def test_a_material_rests_on_a_title_of_the_own_shelf_only(house: House, visit: Visit) -> None:
    book = put_on_shelf(house, "论党的自我革命")
    elsewhere = Title.objects.create(bureau=Bureau.objects.create(code="other", name="外局"), name="外局的书")
    office = visit("office")
    sent = {"title": "论党的自我革命", "kind": "书", "author": "", "place": "", "unit": ""}
    answer = office.post("/study/materials/new/", {**sent, "book": elsewhere.pk})
    assert (answer.status_code, "外局的书" in answer.content.decode()) == (400, False)
    assert "论党的自我革命 · 本书编写组 · 人民出版社" in answer.content.decode()
    office.post("/study/materials/new/", {**sent, "book": book.pk})
    material = Material.objects.get()
    assert material.book == book
    assert f'href="/resources/shelf/{book.pk}/"' in open_page(visit("member"), "/study/materials/")
    office.post(f"/study/materials/{material.pk}/", {**sent, "book": ""})
    material.refresh_from_db()
    assert material.book is None


def test_study_of_a_bought_book_is_counted_and_nobody_is_named(house: House, visit: Visit, today: date) -> None:
    """D11: what did the fund buy and who used it. Three entries in 2026, one the year before; promise 3: no names."""
    make_fund(house)
    line, book = buy(house), put_on_shelf(house, "党史读本")
    add_copies(act_as(house), book.pk, Copies(2, line_id=line.pk), at=AT)
    page, shelf = "/resources/used/?year=2026", f"/resources/shelf/{book.pk}/"
    assert "现借出 0 册，全年借 0 次</a>" in open_page(visit("leader"), page)  # no material, no number
    assert "今年记学习" not in open_page(visit("leader"), shelf)
    material = Material.objects.create(bureau=house.bureau, kind="书", title="党史读本", book=book)
    Material.objects.create(bureau=house.bureau, kind="文件", title="别的材料")
    assert list_title_uses([book.pk], 2026) == [TitleUse(book.pk, 0)]
    for name, day in (("张三", 2), ("张三", 9), ("王五", 9)):
        entry = read(house, name, "党史读本")
        SelfStudy.objects.filter(pk=entry.pk).update(on=date(2026, 3, day))
    SelfStudy.objects.filter(pk=read(house, "李四", "别的材料").pk).update(on=date(2026, 3, 9))
    SelfStudy.objects.filter(pk=read(house, "李四", "党史读本").pk).update(on=date(2025, 12, 31))
    found = [list_title_uses([book.pk], year) for year in (2024, 2025, 2026)]
    assert found == [[TitleUse(book.pk, count)] for count in (0, 1, 3)]
    text = open_page(visit("leader"), page)
    assert f'<a href="{shelf}">现借出 0 册，全年借 0 次，记学习 3 条</a>' in text
    assert not any(name in text for name in ("张三", "王五", "李四"))
    count = {2025: 1, 2026: 3}.get(today.year, 0)
    assert f"<dt>今年记学习</dt><dd>{count} 条</dd>" in open_page(visit("leader"), shelf)
    assert "今年记学习" not in open_page(visit("member"), shelf)
    book.delete()
    material.refresh_from_db()
    assert (material.book, material.studies.count()) == (None, 4)


@pytest.mark.parametrize("key", ["member", "secretary", "office"])
def test_lists_make_the_same_queries_at_one_and_three_rows(house: House, visit: Visit, key: str) -> None:
    reading, counts = add_list(house, "第一支部", "甲书"), []
    material = reading.materials.get()
    paths = ["/study/materials/", "/study/lists/", f"/study/lists/{reading.pk}/"]
    if key != "member":
        paths += [f"/study/lists/{reading.pk}/{material.pk}/", "/study/materials/new/"]
    read(house, "张三", "甲书")
    for _ in range(2):
        counts.append([count_queries(visit(key), path) for path in paths])
        for title in ("乙书", "丙书") if len(counts) == 1 else ():
            add_list(house, "第一支部", f"{title}另")
            book = put_on_shelf(house, title)
            reading.materials.add(Material.objects.create(bureau=house.bureau, kind="书", title=title, book=book))
            read(house, "李四", title)
    assert counts[0] == counts[1]
