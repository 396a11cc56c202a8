"""K3: begin a scheme, turn its numbers in the text, try it, publish dated versions (D2, D6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shanxue.assessment.actions.schemes import publish_draft, save_draft, start_draft
from shanxue.assessment.models import Run, SchemeDraft, SchemePublication
from shanxue.assessment.queries.schemes import find_first_shipped, list_versions
from shanxue.assessment.rules.changes import change_text, plan_changes
from shanxue.assessment.rules.loading import SchemeRefused, load_scheme
from shanxue.assessment.rules.schemes import list_differences, write_blank
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.orgs.queries import Actor, find_actor
from tests.house import AT, House

Visit = Callable[[str | None], Client]


def turn(**typed: str) -> str:
    """机关通用 with values typed: ``item_0_full`` is item.0.full."""
    text = find_first_shipped().text
    return change_text(text, plan_changes(text, {key.replace("_", "."): value for key, value in typed.items()}))


def test_online_duration_is_refused_with_what_may_stand_instead() -> None:
    """ux F1: 在线时长 is no basis of an assessment."""
    text = turn().replace('kind_not = ["网络培训"]', 'kind = ["在线时长"]')
    with pytest.raises(SchemeRefused) as refused:
        load_scheme(text, "细则")
    assert "在线时长" in refused.value.problems[0]
    assert "认定学时" in refused.value.problems[0]


def test_beginning_with_nothing_gives_a_scheme_that_holds() -> None:
    assert load_scheme(write_blank(2026), "细则").scheme.window.until_on == date(2027, 1, 1)


def test_versions_differ_by_clauses() -> None:
    found = list_differences(find_first_shipped(), load_scheme(turn(item_0_full="15", item_4_full="25"), "细则").scheme)
    assert [row.where for row in found] == [
        "第二条 学习计划",
        "第二条 个人计划完成",
        "第五条 笔记",
        "第五条 学习笔记",
    ]
    assert (found[0].before, found[0].after) == ("20分。满分20分。", "15分。满分15分。")


# With a bureau


def act(house: House, key: str = "office") -> Actor:
    return find_actor(house.users[key], timezone.localdate())


def publish(house: House, draft: SchemeDraft, *, on: date | None = None, reason: str = "局党委会〔2026〕3号") -> (
    SchemePublication
):  # fmt: skip
    office = act(house)
    return publish_draft(office, draft, from_on=on or office.on, reason=reason, revision=draft.revision, at=AT)


def break_text(text: str) -> str:
    """Take five points from 学习计划, so that the four no longer make a hundred."""
    return text.replace('name = "学习计划"\nfull = 20', 'name = "学习计划"\nfull = 15')


@pytest.mark.django_db
def test_a_draft_begins_in_this_year(house: House) -> None:
    office = act(house)
    draft = start_draft(office, "jiguan-tongyong", at=AT)
    scheme = load_scheme(draft.text, "细则").scheme
    assert (scheme.window.from_on, draft.based_on) == (date(office.on.year, 1, 1), "机关学习考核办法")
    with pytest.raises(Refusal) as refused:
        start_draft(office, "不存在", at=AT)
    assert refused.value.sentence == "没有找到这个样式，或者没有查看它的权限。"


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["leader", "secretary", "inspector"])
def test_only_the_office_drafts(house: House, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        start_draft(act(house, key), "jiguan-tongyong", at=AT)
    assert refused.value.sentence == "考核细则由学习办公室起草和发布。"


@pytest.mark.django_db
def test_publishing_freezes_a_version_and_a_change_is_a_new_one(house: House) -> None:
    """Publishing freezes; later change = new version with a date; the trail says who and why."""
    first = publish(house, start_draft(act(house), "jiguan-tongyong", at=AT))
    assert (first.number, SchemeDraft.objects.count()) == (1, 0)
    draft = start_draft(act(house), str(first.version_id), at=AT)
    text = draft.text.replace("full = 12", "full = 10").replace(
        'full = 10\nclause = "第七条"', 'full = 12\nclause = "第七条"'
    )
    second = publish(house, save_draft(act(house), draft, text, title=draft.title, revision=0, at=AT))
    rows = list_versions(house.bureau, "jiguan-tongyong")
    assert [row.publication.number for row in rows] == [2, 1]
    assert [one.where for one in rows[0].differences] == ["第六条 测试", "第七条 集中学习培训学时"]
    assert rows[1].differences == ()
    assert second.version.text != first.version.text
    assert Entry.objects.filter(verb="assessment.publish_scheme").count() == 2


@pytest.mark.django_db
def test_what_is_refused_when_publishing(house: House) -> None:
    office = act(house)
    first = publish(house, start_draft(office, "jiguan-tongyong", at=AT))

    def refuse(draft: SchemeDraft, **changes: object) -> str:
        values = {"from_on": office.on, "reason": "局党委会", "revision": draft.revision, **changes}
        with pytest.raises(Refusal) as refused:
            publish_draft(office, draft, at=AT, **values)
        return refused.value.sentence

    same = start_draft(office, "jiguan-tongyong", at=AT)
    assert refuse(same) == "和已发布的第1版一样，没有要发布的改动。"
    changed = save_draft(office, same, same.text + "\n# 新的说明\n", title=same.title, revision=0, at=AT)
    assert refuse(changed, reason="  ") == "请写明依据，例如哪次会议通过。"
    assert refuse(changed, revision=0) == "这份草稿在核对之后又改过，请重新核对后再发布。"
    yesterday = office.on - timedelta(days=1)
    assert refuse(changed, from_on=yesterday) == f"生效日不能早于第1版的{first.from_on:%Y-%m-%d}。"
    broken = save_draft(office, changed, break_text(changed.text), title="x", revision=1, at=AT)
    assert refuse(broken) == "草稿：四项满分合计 95分，还差 5分（应当是 100分）。"
    broken.delete()
    assert refuse(broken) == "没有找到这份草稿，或者没有查看它的权限。"


@pytest.mark.django_db
def test_two_who_write_at_once_do_not_overwrite_each_other(house: House) -> None:
    draft = start_draft(act(house), "", at=AT)
    save_draft(act(house), draft, draft.text + "# 甲\n", title=draft.title, revision=0, at=AT)
    stale = SchemeDraft.objects.get(pk=draft.pk)
    with pytest.raises(Refusal) as refused:
        save_draft(act(house), stale, draft.text + "# 乙\n", title=draft.title, revision=0, at=AT)
    assert refused.value.sentence == "这份草稿在别处改过了，刚才的改动没有保存。请刷新后再改。"


def fill(page: object) -> dict[str, str]:
    """What the form shows, as a browser would send it."""
    form = page.context["form"]  # type: ignore[attr-defined]
    values = {name: str(form[name].value() or "") for name in form.fields}
    return values | {"revision": str(page.context["draft"].revision)}  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_from_the_template_to_a_trial_in_two_taps(house: House, visit: Visit) -> None:
    """K3, taps: 从机关通用开始 → 试算. Every clause says whom it reaches; nothing is stored as a result."""
    runs = Run.objects.count()
    client = visit("office")
    assert "从“机关通用”样式开始" in client.get(reverse("assessment:scheme_drafts")).content.decode()
    page = client.post(reverse("assessment:start_scheme"), {"from": "jiguan-tongyong"}, follow=True)  # tap 1
    draft = page.context["draft"]
    answer = client.post(
        reverse("assessment:scheme_draft", args=[draft.pk]), fill(page) | {"act": "try", "staff_no": "1001"}
    )  # tap 2
    assert answer.status_code == 200, answer.content.decode()
    trial = answer.context["trial"]
    assert trial.subjects == 4
    assert trial.one.person.name == "张三"
    assert '<p class="tried"><span class="name">张三</span>：' in answer.content.decode()
    assert "影响 4 人 / 2 支部" in page.content.decode()
    assert "影响 4 人 / 2 支部" in answer.content.decode()
    silent = {one["row"].clause.title for one in answer.context["rubric"] if one["row"].extent is None}
    assert silent == {"名额（未启用）", "免考核", "加入、调动和补学"}
    assert Run.objects.count() == runs


@pytest.mark.django_db
def test_changes_are_said_before_they_are_kept(house: House, visit: Visit) -> None:
    """保存 says each change as a sentence first; what was shown is kept, and only that; 试算 keeps nothing."""
    client, draft = visit("office"), start_draft(act(house), "jiguan-tongyong", at=AT)
    address = reverse("assessment:scheme_draft", args=[draft.pk])
    form = fill(client.get(address)) | {"item.2.floor": "-15"}
    for deed in ("try", "save"):
        page = client.post(address, form | {"act": deed})
        assert "第四条 无故缺席：下限 -6 分 → -15 分" in page.content.decode()
        assert SchemeDraft.objects.get(pk=draft.pk).text == draft.text
    form |= {"act": "save", "shown": page.context["shown"]}
    other = client.post(address, form | {"item.2.floor": "-12"})
    assert "下限 -6 分 → -12 分" in other.content.decode()
    assert SchemeDraft.objects.get(pk=draft.pk).text == draft.text
    assert "已保存 1 处改动。" in client.post(address, form, follow=True).content.decode()
    kept = SchemeDraft.objects.get(pk=draft.pk).text
    assert kept == draft.text.replace("floor = -6\n", "floor = -15\n")
    stale = client.post(address, form | {"act": "try"})
    assert "这份草稿在别处改过了" in stale.content.decode()
    unchanged = fill(client.get(address)) | {"act": "save"}
    assert "没有改动。" in client.post(address, unchanged, follow=True).content.decode()


@pytest.mark.django_db
def test_a_number_that_does_not_fit_stays_on_the_page(house: House, visit: Visit) -> None:
    client = visit("office")
    draft = start_draft(act(house), "jiguan-tongyong", at=AT)
    address = reverse("assessment:scheme_draft", args=[draft.pk])
    page = client.get(address)
    answer = client.post(address, fill(page) | {"act": "save", "item.0.full": "15"})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "四项满分合计 95分，还差 5分（应当是 100分）。" in text
    assert 'value="15"' in text
    assert SchemeDraft.objects.get(pk=draft.pk).text == draft.text
    wrong = client.post(address, fill(page) | {"act": "try", "staff_no": "9999"})
    assert "没有找到工号“9999”。请核对，或者留空。" in wrong.content.decode()
    dates = client.post(address, fill(page) | {"act": "save", "scheme.window.until": "2020-01-01"})
    assert "结束日不能早于开始日。" in dates.content.decode()


@pytest.mark.django_db
def test_a_pasted_text_is_kept_with_everything_that_is_wrong_with_it(house: House, visit: Visit) -> None:
    client = visit("office")
    draft = start_draft(act(house), "jiguan-tongyong", at=AT)
    address = reverse("assessment:scheme_text", args=[draft.pk])
    broken = break_text(draft.text)
    answer = client.post(address, {"text": broken, "revision": "0"})
    assert "有 1 处要改：" in answer.content.decode()
    assert SchemeDraft.objects.get(pk=draft.pk).text == broken.replace("\r\n", "\n")
    page = client.get(reverse("assessment:publish_scheme", args=[draft.pk]), follow=True)
    assert "草稿还有问题，改好后才能发布。" in page.content.decode()
    upload = SimpleUploadedFile("细则.toml", "学习考核办法".encode("gb18030"))
    assert "文件不是 UTF-8 文本。" in client.post(address, {"file": upload, "revision": "1"}).content.decode()
    assert "请粘贴细则的文本，或者选一个文件。" in client.post(address, {"text": " "}).content.decode()
    good = SimpleUploadedFile("细则.toml", draft.text.encode())
    assert (
        "文本已保存，没有问题。" in client.post(address, {"file": good, "revision": "1"}, follow=True).content.decode()
    )


@pytest.mark.django_db
def test_the_check_page_lists_the_changes_and_the_button_says_the_year(house: House, visit: Visit) -> None:
    client = visit("office")
    first = publish(house, start_draft(act(house), "jiguan-tongyong", at=AT))
    draft = start_draft(act(house), str(first.version_id), at=AT)
    address = reverse("assessment:scheme_draft", args=[draft.pk])
    page = client.get(address)
    form = fill(page) | {"act": "save", "scheme.title": "江城局学习考核办法"}
    client.post(address, form | {"shown": client.post(address, form).context["shown"]})
    address = reverse("assessment:publish_scheme", args=[draft.pk])
    check = client.get(address).content.decode()
    assert "江城局学习考核办法" in check
    assert f"发布 {timezone.localdate().year} 版" in check
    sent = {"from_on": str(timezone.localdate()), "reason": "局党委会〔2026〕3号", "revision": "1"}
    assert "已发布第2版" in client.post(address, sent, follow=True).content.decode()
    assert (
        "局党委会〔2026〕3号"
        in visit("member").get(reverse("assessment:scheme_versions", args=["jiguan-tongyong"])).content.decode()
    )
