"""Papers: by rule or by hand, checked before publishing, printed, withdrawn; results as names and as a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from python_calamine import CalamineWorkbook

from shanxue.base.errors import Refusal
from shanxue.exams.actions.papers import publish_paper, save_paper, set_rule
from shanxue.exams.actions.sittings import hand_in
from shanxue.exams.forms.papers import PaperForm, describe_paper
from shanxue.exams.models import Paper, Score, Sitting
from shanxue.exams.rules.papers import Draw
from shanxue.intake.actions import commit_plan
from shanxue.intake.checking import plan_import
from shanxue.intake.reading import read_workbook
from shanxue.orgs.models import Person, Unit
from tests.exams.office import add_paper, add_question, answer_all, begin
from tests.house import House
from tests.intake.office import list_messages

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]


def fill(house: House, **values: object) -> dict[str, object]:
    now = timezone.localtime()
    return {
        "title": "第二季度测试", "unit": house.units["第一支部"].pk, "opens_at": f"{now:%Y-%m-%dT%H:%M}",
        "closes_at": f"{now + timedelta(days=7):%Y-%m-%dT%H:%M}", "minutes": 20, "attempts": 2, "counts": "取最高",
        "pass_points": "6", **values,
    }  # fmt: skip


def test_from_a_new_paper_by_rule_to_its_publishing(visit: Visit, house: House) -> None:
    for number in range(6):
        add_question(house, f"第{number}句对。", kind="判断题")
    office = visit("office")
    place = office.post(reverse("exams:new_paper"), fill(house)).headers["Location"]
    paper = Paper.objects.get()
    assert place == reverse("exams:paper_rule", args=[paper.pk])
    page = office.get(place).content.decode()
    assert "党章 · 判断题" in page
    check = office.post(place, {"count-0": "5", "points-0": "2"}).headers["Location"]
    shown = office.get(check).content.decode()
    assert "5 题，总分 10 分" in shown
    assert "第一支部，2 人" in shown
    said = office.post(check, follow=True).content.decode()
    assert "“第二季度测试”已发布，2 人参加" in said
    assert Paper.objects.get().state == "已发布"


def test_a_short_bank_is_refused_with_its_numbers(visit: Visit, house: House) -> None:
    for number in range(18):
        add_question(house, f"第{number}题（　　）")
    paper = add_paper(house, "抽题", [], timezone.now(), state="草稿")
    set_rule(paper, [Draw("党章", "单选题", 20, 2000)], actor="office", at=timezone.now())
    with pytest.raises(Refusal) as refused:
        publish_paper(paper, actor="office", at=timezone.now())
    assert refused.value.sentence == "题库“党章”只有 18 道单选题，要抽 20 道。"
    answer = visit("office").post(reverse("exams:publish", args=[paper.pk]))
    assert answer.status_code == 409
    assert answer.context["obstacles"] == ["题库“党章”只有 18 道单选题，要抽 20 道。"]


def test_everything_that_stands_in_the_way_is_listed(visit: Visit, house: House) -> None:
    now = timezone.now()
    empty = add_paper(house, "空", [], now, state="草稿", unit="示例局", statuses=["预备党员"], closes_at=now)
    assert visit("office").get(reverse("exams:publish", args=[empty.pk])).context["obstacles"] == [
        "还没有选题。请先按规则抽题，或者手工选题。",
        "参加范围里没有人。请改单位或党籍状态。",
        "结束时间已过。请改结束时间。",
    ]
    question = add_question(house, "甲（　　）", retired_on=now.date())
    high = add_paper(house, "高", [question], now, state="草稿", pass_milli=60_000)
    assert visit("office").get(reverse("exams:publish", args=[high.pk])).context["obstacles"] == [
        "选入的题里有 1 道已停用。请换成别的题。",
        "及格线 60 分高于总分 2 分。请改及格线或每题分值。",
    ]


def test_questions_by_hand_are_chosen_ordered_and_given_points(visit: Visit, house: House) -> None:
    """2.5.7: order by 上移/下移, no dragging."""
    questions = [add_question(house, f"第{number}题（　　）") for number in range(3)]
    paper = add_paper(house, "手选", [], timezone.now(), state="草稿")
    place = reverse("exams:paper_choose", args=[paper.pk])
    office = visit("office")
    office.post(place, {"act": "add", "question": [question.pk for question in questions], "points": "1.5"})
    rows = list(paper.chosen.order_by("position"))
    office.post(place, {"act": f"up:{rows[2].pk}"})
    office.post(place, {"act": f"remove:{rows[0].pk}"})
    office.post(place, {"act": "points", f"points-{rows[1].pk}": "3", f"points-{rows[2].pk}": "x"})
    found = paper.chosen.order_by("position").values_list("question__stem", "points_milli")
    assert list(found) == [("第2题（　　）", 1500), ("第1题（　　）", 3000)]
    assert office.get(place).context["full_milli"] == 4500


def test_a_published_paper_is_not_edited(visit: Visit, house: House) -> None:
    question = add_question(house, "甲（　　）")
    paper = add_paper(house, "已发", [question], timezone.now())
    sentence = "这份测试已经发布，不能再改。要改动请新建一份。"
    office = visit("office")
    for name in ("edit_paper", "paper_rule", "paper_choose", "publish"):
        answer = office.get(reverse(f"exams:{name}", args=[paper.pk]))
        assert (answer.status_code, answer.context["refusal"].sentence) == (409, sentence)
    assert (
        office.post(reverse("exams:paper_choose", args=[paper.pk]), {"act": "add", "question": [1]}).status_code == 409
    )
    with pytest.raises(Refusal) as refused:
        set_rule(paper, [], actor="office", at=timezone.now())
    assert refused.value.sentence == sentence


def test_a_title_that_is_taken_and_an_end_before_the_beginning(visit: Visit, house: House) -> None:
    add_paper(house, "第二季度测试", [], timezone.now())
    office = visit("office")
    twice = office.post(reverse("exams:new_paper"), fill(house))
    assert twice.context["form"].non_field_errors() == ["已有一份叫“第二季度测试”的测试。成绩按名称记，请换一个名称。"]
    ends = office.post(reverse("exams:new_paper"), fill(house, title="三", closes_at="2020-01-01T08:00"))
    assert ends.context["form"].errors["closes_at"] == ["结束时间要晚于开始时间。"]


def test_opening_and_saving_a_paper_changes_nothing(house: House) -> None:
    paper = add_paper(house, "草", [], timezone.now().replace(second=0, microsecond=0), state="草稿", pass_milli=60_500)
    before = Paper.objects.filter(pk=paper.pk).values().get()
    form = PaperForm(
        Unit.objects.all(), {name: "" if value is None else value for name, value in _shown(paper).items()}
    )
    assert form.is_valid(), form.errors
    save_paper(house.bureau, paper, form.read(), actor="office", at=timezone.now())
    assert Paper.objects.filter(pk=paper.pk).values().get() == before


def _shown(paper: Paper) -> dict[str, object]:
    values = describe_paper(paper)
    for name in ("opens_at", "closes_at"):
        values[name] = timezone.localtime(values[name]).strftime("%Y-%m-%dT%H:%M")
    return values


def test_a_secretary_makes_papers_for_the_own_branch_only(visit: Visit, house: House) -> None:
    secretary = visit("secretary")
    foreign = secretary.post(reverse("exams:new_paper"), fill(house, unit=house.units["第二支部"].pk))
    assert foreign.status_code == 400
    assert secretary.post(reverse("exams:new_paper"), fill(house)).status_code == 302
    bureau = add_paper(house, "全局", [], timezone.now())
    assert secretary.get(reverse("exams:paper", args=[bureau.pk])).status_code == 200
    assert secretary.post(reverse("exams:withdraw", args=[bureau.pk])).status_code == 404


def test_who_has_not_taken_it_is_named_and_the_numbers_lead_there(visit: Visit, house: House) -> None:
    """Names, no ranking; a sitting whose time is over is closed by this very look."""
    now = timezone.now()
    paper = add_paper(house, "测试", [add_question(house, "甲（　　）")], now, pass_milli=2000)
    done = begin(house, "张三", paper, now)
    hand_in(done, actor="张三", at=now)
    begin(house, "王五", paper, now)
    Sitting.objects.filter(person=house.people["王五"]).update(ends_at=now - timedelta(minutes=1))
    page = visit("office").get(reverse("exams:paper", args=[paper.pk]))
    assert page.context["groups"] == {"all": 4, "done": 2, "missing": 2, "failed": 2}
    missing = visit("office").get(reverse("exams:paper", args=[paper.pk]) + "?show=missing")
    assert [row.person.name for row in missing.context["rows"]] == ["李四", "赵六"]


def read_docx(body: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(body)).paragraphs]


def test_the_paper_copy_and_its_key_fit_each_other(visit: Visit, house: House) -> None:
    """Paper first, phone never needed: the same number draws the same questions."""
    for number in range(8):
        add_question(house, f"第{number}题（　　）", answer=["ABCD"[number % 4]])
    paper = add_paper(house, "抽题", [], timezone.now(), state="草稿")
    set_rule(paper, [Draw("党章", "单选题", 3, 2000)], actor="office", at=timezone.now())
    office = visit("office")

    def fetch(name: str, number: int) -> list[str]:
        answer = office.get(reverse(f"exams:{name}", args=[paper.pk]), {"number": number})
        return read_docx(answer.content)

    copy, key = fetch("paper_copy", 7), fetch("paper_key", 7)
    assert copy[:2] == ["抽题", "（卷号 7，共 3 题，满分 6 分，限时 20 分钟）"]
    assert "一、单选题（3 题，每题 2 分）" in copy
    stems = [line for line in copy if line[:2] in ("1.", "2.", "3.")]
    answers = [line for line in key if line[:2] in ("1.", "2.", "3.")]
    numbers = [int(stem[4]) for stem in stems]
    assert answers == [f"{place}. {'ABCD'[number % 4]}（党章总纲）" for place, number in enumerate(numbers, 1)]
    assert not any("党章总纲" in line for line in copy)
    assert fetch("paper_copy", 8) != copy


def test_results_come_back_in_as_they_went_out(visit: Visit, house: House, tmp_path: Path) -> None:
    """offices §5.12: export → import gives the same data; paper results enter by the same table."""
    now = timezone.now()
    for name, real in (("张三", "何敏"), ("李四", "魏来")):  # the usual names would be taken for samples
        Person.objects.filter(name=name).update(name=real)
    paper = add_paper(house, "测试", [add_question(house, "=1+1（　　）")], now)
    sitting = begin(house, "张三", paper, now)
    answer_all(sitting, [["A"]], now)
    hand_in(sitting, actor="张三", at=now)
    answer = visit("secretary").get(reverse("exams:paper_results", args=[paper.pk]))
    path = tmp_path / "成绩.xlsx"
    path.write_bytes(answer.content)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows] == ["姓名", "何敏", "魏来"]
    before = list(Score.objects.values_list("person", "title", "attempt", "score_milli", "full_milli"))
    plan = plan_import("yc", [read_workbook(path)], {}, now.date())
    assert list_messages(plan) == []
    commit_plan(plan, actor="office", at=now)
    assert list(Score.objects.values_list("person", "title", "attempt", "score_milli", "full_milli")) == before
