"""M4 自学: one line, three taps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shanxue.audit.models import Entry
from shanxue.plans.models import PlanItem
from shanxue.study.models import Material, ReadingList, SelfStudy
from tests.house import House

from .rows import AT, count_queries

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def write(
    house: House, title: str = "读党章", *, on: date | None = None, gain: str = "", name: str = "张三"
) -> SelfStudy:
    return SelfStudy.objects.create(
        bureau=house.bureau, person=house.people[name], title=title, on=on or timezone.localdate(), gain=gain, at=AT
    )


def test_picking_one_of_the_last_five_and_saving_writes_today(house: House, visit: Visit, today: date) -> None:
    """ux M4: 记学习 → pick → 保存; the material of the earlier entry comes along."""
    material = Material.objects.create(bureau=house.bureau, kind="书", title="中国共产党简史")
    earlier = write(house, "中国共产党简史", on=today - timedelta(days=1))
    SelfStudy.objects.filter(pk=earlier.pk).update(material=material)
    client = visit("member")
    assert f'value="e{earlier.pk}"' in client.get("/study/").content.decode()
    answer = client.post("/study/", {"pick": f"e{earlier.pk}", "on": today.isoformat()}, follow=True)
    of_year = SelfStudy.objects.filter(on__year=today.year).count()
    assert f"已记下：中国共产党简史。今年第 {of_year} 条。" in answer.content.decode()
    made = SelfStudy.objects.latest("pk")
    assert (made.title, made.on, made.gain, made.material) == ("中国共产党简史", today, "", material)
    assert Entry.objects.latest("pk").verb == "study.add_entry"


def test_only_the_last_five_different_things_are_offered(house: House, visit: Visit, today: date) -> None:
    for number in range(7):
        write(house, f"第{number}讲")
        write(house, f"第{number}讲")
    text = visit("member").get("/study/").content.decode()
    assert text.count('name="pick"') == 5
    assert "<span>第6讲</span>" in text
    assert "<span>第1讲</span>" not in text


def test_what_a_reading_list_asks_is_offered_until_it_is_written_down(house: House, visit: Visit, today: date) -> None:
    """书目: read = an entry. The list of a unit above asks those below."""
    material = Material.objects.create(bureau=house.bureau, kind="书", title="论党的自我革命")
    other = Material.objects.create(bureau=house.bureau, kind="书", title="别的支部的书")
    for unit, chosen in (("机关党委", material), ("第二支部", other)):
        reading = ReadingList.objects.create(
            bureau=house.bureau, unit=house.units[unit], title="书目", from_on=today, until_on=today
        )
        reading.materials.add(chosen)
    client = visit("member")
    text = client.get("/study/").content.decode()
    assert "论党的自我革命（书目）" in text
    assert "别的支部的书" not in text
    client.post("/study/", {"pick": f"m{material.pk}", "on": today.isoformat()})
    assert SelfStudy.objects.get().material == material
    assert "论党的自我革命（书目）" not in client.get("/study/").content.decode()


def test_search_finds_materials_with_and_without_javascript(house: House, visit: Visit, today: date) -> None:
    found = Material.objects.create(bureau=house.bureau, kind="书", title="论党的自我革命", author="中央文献出版社")
    Material.objects.create(bureau=house.bureau, kind="书", title="自我革命旧编", ended_on=today)
    client = visit("member")
    fragment = client.get("/study/found/?q=自我").content.decode()
    assert f'value="m{found.pk}"' in fragment
    assert "旧编" not in fragment
    assert "<html" not in fragment
    assert f'value="m{found.pk}"' in client.get("/study/?q=文献").content.decode()
    assert "书目里没有“航海”，可以直接写在下面。" in client.get("/study/?q=航海").content.decode()


def test_a_written_title_wins_and_names_its_material(house: House, visit: Visit, today: date) -> None:
    earlier = write(house, "读党章", on=today - timedelta(days=1))
    material = Material.objects.create(bureau=house.bureau, kind="书", title="中国共产党简史")
    item = PlanItem.objects.create(bureau=house.bureau, person=house.people["张三"], title="读两本书", kind="自学")
    visit("member").post(
        "/study/",
        {"pick": f"e{earlier.pk}", "title": "中国共产党简史", "on": today.isoformat(), "gain": "记住来路",
         "plan_item": str(item.pk)},
    )  # fmt: skip
    made = SelfStudy.objects.latest("pk")
    assert (made.title, made.material, made.gain, made.plan_item) == ("中国共产党简史", material, "记住来路", item)


def test_the_same_again_is_asked_about_and_nothing_is_lost(house: House, visit: Visit, today: date) -> None:
    """ux M4, B8: a question, never a refusal; what was typed stays."""
    write(house, "读党章")
    client = visit("member")
    sent = {"title": "读党章", "on": today.isoformat(), "gain": "守规矩"}
    answer = client.post("/study/", sent)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert f"这条和 {today.month}月{today.day}日 的记录相同，仍要保存吗？" in text
    assert 'value="守规矩"' in text
    assert "仍要保存</button>" in text
    assert SelfStudy.objects.count() == 1
    client.post("/study/", {**sent, "confirmed": "1"})
    assert SelfStudy.objects.count() == 2


def test_nothing_chosen_and_a_day_to_come_are_said_at_once(house: House, visit: Visit, today: date) -> None:
    client = visit("member")
    assert "请选一项，或者写下学了什么。" in client.post("/study/", {"on": today.isoformat()}).content.decode()
    later = today + timedelta(days=1)
    text = client.post("/study/", {"title": "读党章", "on": later.isoformat()}).content.decode()
    assert f"{later.month}月{later.day}日还没有到。请改成学习的那一天。" in text
    assert 'value="读党章"' in text
    assert SelfStudy.objects.count() == 0


def test_an_entry_is_changed_and_deleted_after_a_check(house: House, visit: Visit, today: date) -> None:
    entry = write(house, "读党张")
    client = visit("member")
    client.post(f"/study/log/{entry.pk}/", {"title": "读党章", "on": today.isoformat(), "gain": ""})
    assert SelfStudy.objects.get().title == "读党章"
    check = client.get(f"/study/log/{entry.pk}/delete/").content.decode()
    assert "删除后不能恢复，也不再计入今年的自学。" in check
    assert SelfStudy.objects.count() == 1
    client.post(f"/study/log/{entry.pk}/delete/")
    assert SelfStudy.objects.count() == 0
    assert [one.verb for one in Entry.objects.order_by("seq")][-2:] == ["study.change_entry", "study.delete_entry"]


def test_a_closed_year_and_anothers_entry_stay_as_they_are(house: House, visit: Visit, today: date) -> None:
    old = write(house, "旧记录", on=date(today.year - 2, 5, 1))
    client = visit("member")
    sent = {"title": "改一改", "on": today.isoformat()}
    text = client.post(f"/study/log/{old.pk}/", sent).content.decode()
    assert f"{old.on.year}年的记录已经不能再改。需要更正时请联系学习办公室。" in text
    assert client.post(f"/study/log/{old.pk}/delete/").status_code == 409
    assert client.get(f"/study/log/{write(house, name='李四').pk}/").status_code == 404
    assert SelfStudy.objects.filter(title="旧记录").exists()


def test_script_in_an_entry_is_shown_as_text(house: House, visit: Visit) -> None:
    write(house, "<script>alert(1)</script>")
    text = visit("member").get("/study/").content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_page_makes_the_same_queries_at_one_and_three_rows(house: House, visit: Visit, today: date) -> None:
    reading = ReadingList.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], title="书目", from_on=today, until_on=today
    )
    client, counts = visit("member"), []
    for rows in (1, 2):
        for number in range(rows):
            item = PlanItem.objects.create(bureau=house.bureau, person=house.people["张三"], title=f"{rows}{number}条")
            entry = write(house, f"第{rows}{number}讲")
            SelfStudy.objects.filter(pk=entry.pk).update(plan_item=item)
            reading.materials.add(Material.objects.create(bureau=house.bureau, kind="书", title=f"书{rows}{number}"))
        counts.append(count_queries(client, "/study/?q=书"))
    assert counts[0] == counts[1]
