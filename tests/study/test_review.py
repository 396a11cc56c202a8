"""S5 审阅笔记: one tap each, a hint and never a verdict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import close_year
from shanxue.orgs.models import Grant
from shanxue.study.actions.notes import Written, submit_note, take_back_note
from shanxue.study.actions.review import Verdict, draw_notes, review_note
from shanxue.study.models import Note, NoteDraw, NoteLikeness, NotePrint
from shanxue.study.rules.likeness import MOST_HOLDERS
from shanxue.study.rules.sampling import draw
from tests.house import House

from .rows import AT, BODY, act_as, count_queries, hand_in

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]
LATER = AT + timedelta(minutes=6)  # 14:26
LONG = "".join(chr(0x4E00 + place) for place in range(300))
OTHER = "".join(chr(0x6E00 + place) for place in range(300))


def decide(client: Client, note: Note, verdict: str = "通过", reason: str = "", **values: object) -> str:
    sent = {"verdict": verdict, "reason": reason, "revision": note.revision, **values}
    return client.post(f"/study/review/{note.pk}/decide/", sent, follow=True).content.decode()


def test_passing_opens_the_next_by_itself(house: House, visit: Visit) -> None:
    """ux S5: 通过，看下一篇, one tap per note; the longest waiting first."""
    second, first = hand_in(house, title="第二篇", days=1), hand_in(house, title="第一篇")
    client = visit("secretary")
    page = client.get("/study/review/").content.decode()
    assert page.index("第一篇") < page.index("第二篇")
    assert "待审笔记 2 篇，交得早的在前。" in page
    text = decide(client, first)
    assert "张三的“第一篇”已通过。下面是下一篇。" in text
    assert '<h2 id="note-title">第二篇</h2>' in text
    assert "张三的“第二篇”已通过。待审的都看完了。" in decide(client, second)
    assert "没有待审的笔记。" in client.get("/study/review/").content.decode()
    first.refresh_from_db()
    assert (first.state, first.reviewed_by) == ("通过", "李四")
    assert Entry.objects.latest("pk").detail["verdict"] == "通过"


def test_a_note_of_a_sealed_year_is_only_read(house: House) -> None:
    """K6: read-only afterwards."""
    note = hand_in(house)
    assert note.on is not None
    close_year(house.bureau, note.on.year, actor="赵六", at=AT)
    with pytest.raises(Refusal) as refused:
        review_note(act_as(house, "secretary"), note.pk, Verdict.PASS, "", revision=note.revision, at=LATER)
    assert refused.value.code == "year_closed"


def test_returning_needs_a_sentence_that_the_author_sees(house: House, visit: Visit) -> None:
    note = hand_in(house)
    client = visit("secretary")
    answer = client.post(f"/study/review/{note.pk}/decide/", {"verdict": "退回修改", "revision": note.revision})
    assert answer.status_code == 400
    assert "退回修改要写一句话，说明改哪里。" in answer.content.decode()
    decide(client, note, "退回修改", "请写到具体岗位。")
    assert "请写到具体岗位。" in visit("member").get(f"/study/notes/{note.pk}/").content.decode()


def test_a_note_changed_while_it_is_reviewed_is_read_again_first(house: House, visit: Visit) -> None:
    """Bad input, ux S5: 这篇在你打开后被作者改过，先看新版。"""
    opened = hand_in(house)
    take_back_note(house.people["张三"], opened.pk, actor="u-member", at=LATER)
    client = visit("secretary")
    assert "作者已收回这篇去修改，重新提交后会再出现在待审里。" in decide(client, opened)
    now = Note.objects.get()
    submit_note(
        house.people["张三"],
        now.key,
        Written("读党章", "新写的一版。"),
        revision=now.revision,
        actor="u-member",
        at=LATER,
    )
    text = decide(client, opened)
    assert "这篇在你打开后被作者改过，先看新版。" in text
    assert "新写的一版。" in text
    assert Note.objects.get().state == "待审"


def test_the_second_of_two_reviewers_is_told_who_did_what_when(house: House, visit: Visit) -> None:
    """Bad input: reviewing twice, two at once."""
    note = hand_in(house)
    review_note(act_as(house, "secretary"), note.pk, Verdict.PASS, "", revision=note.revision, at=LATER)
    text = decide(visit("office"), note, "退回修改", "再写写。")
    assert "李四 6月3日 14:26 已审阅这篇：通过。不用再审。" in text
    assert Note.objects.get().state == "通过"


def test_nobody_reviews_their_own(house: House, visit: Visit) -> None:
    note = hand_in(house, "李四")
    client = visit("secretary")
    assert "没有待审的笔记。" in client.get("/study/review/").content.decode()
    assert client.get(f"/study/review/{note.pk}/").status_code == 404
    assert "不能审阅自己的笔记。请学习办公室或另一位书记审阅。" in decide(client, note)
    assert "已通过。" in decide(visit("office"), note)


def test_neighbours_and_readers_decide_nothing(house: House, visit: Visit) -> None:
    """A secretary reads their own branch; leaders and inspectors no notes at all; the refusal tells nothing."""
    note = hand_in(house, "王五")
    for key, status in (("secretary", 404), ("member", 403), ("leader", 403), ("inspector", 403), ("system", 403)):
        sent = {"verdict": "通过", "revision": note.revision}
        assert visit(key).post(f"/study/review/{note.pk}/decide/", sent).status_code == status
    assert Note.objects.get().state == "待审"


def test_a_study_committee_member_with_the_power_reviews_the_branch(house: House, visit: Visit) -> None:
    Grant.objects.create(
        user=house.users["member"], bureau=house.bureau, power="secretary", unit=house.units["第一支部"],
        from_on=date(2025, 1, 1),
    )  # fmt: skip
    note = hand_in(house, "李四")
    assert "已通过。" in decide(visit("member"), note)


def test_an_imported_note_without_text_may_be_reviewed_on_paper(house: House, visit: Visit) -> None:
    note = Note.objects.create(bureau=house.bureau, person=house.people["张三"], title="纸上的", state="待审")
    client = visit("secretary")
    assert "这篇是从表格导入的，正文不在系统里。请对照纸质笔记审阅。" in client.get("/study/review/").content.decode()
    assert "已通过。" in decide(client, note)


def test_likeness_is_a_hint_with_both_texts_side_by_side(house: House, visit: Visit) -> None:
    """ux S5: 与 … 的笔记相同 78%; 可能, because quotations may be the cause; what is the same is marked."""
    person = house.people["王五"]
    stint = person.stints.get(unit=house.units["第二支部"])
    stint.unit = house.units["第一支部"]
    stint.save()
    earlier = hand_in(house, "王五", body=LONG)
    note = hand_in(house, body=LONG[:234] + OTHER[:66], days=5)
    text = visit("secretary").get(f"/study/review/{note.pk}/").content.decode()
    assert "与 6月3日 王五的笔记相同 78%" in text
    assert "只是提示：可能是引用了同一份学习材料。" in text
    beside = visit("secretary").get(f"/study/review/{note.pk}/beside/{earlier.pk}/").content.decode()
    assert "张三的《读党章》有 78% 的字也在王五的《读党章》里" in beside
    assert beside.count(f"<mark>{LONG[:234]}</mark>") == 2
    assert "style=" not in beside.split("<main")[1]
    assert not NoteLikeness.objects.filter(note=earlier).exists()
    assert "已通过。" in decide(visit("secretary"), note)


def test_own_earlier_notes_are_compared_too(house: House, visit: Visit) -> None:
    hand_in(house, body=LONG)
    note = hand_in(house, body=LONG, days=30)
    assert "与本人 6月3日 的笔记相同 100%" in visit("secretary").get(f"/study/review/{note.pk}/").content.decode()


def test_of_a_note_in_another_branch_only_the_share_is_told(house: House, visit: Visit) -> None:
    """The secretary may not read the neighbour's notes: neither name nor text, only that there is one."""
    other = hand_in(house, "王五", body=LONG)
    note = hand_in(house, body=LONG)
    text = visit("secretary").get(f"/study/review/{note.pk}/").content.decode()
    assert "与另一支部的一篇笔记相同 100%，需要对照时请办公室看" in text
    assert "王五" not in text
    assert visit("secretary").get(f"/study/review/{note.pk}/beside/{other.pk}/").status_code == 404
    assert "王五的笔记相同 100%" in visit("office").get(f"/study/review/{note.pk}/").content.decode()


def test_little_in_common_says_nothing_and_a_new_version_is_compared_anew(house: House) -> None:
    hand_in(house, "王五", body=LONG)
    note = hand_in(house, body=LONG[:40] + OTHER)
    assert NoteLikeness.objects.count() == 0
    take_back_note(house.people["张三"], note.pk, actor="u-member", at=LATER)
    now = Note.objects.get(pk=note.pk)
    submit_note(house.people["张三"], now.key, Written("同", LONG), revision=now.revision, actor="u-member", at=LATER)
    assert [one.share_milli for one in NoteLikeness.objects.all()] == [1000]


def test_a_passage_everybody_quotes_is_listed_for_fifty_notes_only(house: House) -> None:
    """So that comparing stays fast with 240,000 notes: no fingerprint has more holders."""
    for number in range(MOST_HOLDERS + 2):
        hand_in(house, "王五" if number % 2 else "赵六", body=LONG)
    prints = NotePrint.objects.values_list("print", flat=True).distinct()
    assert {NotePrint.objects.filter(print=one).count() for one in prints} == {MOST_HOLDERS}


def test_a_draw_is_on_record_and_can_be_repeated(house: House, visit: Visit) -> None:
    """offices §5 item 9: 随机抽查 with a recorded draw, seed shown; once per unit and month."""
    notes = [hand_in(house, title=f"第{number}篇") for number in range(6)]
    hand_in(house, "王五")
    hand_in(house, days=40)
    unit = house.units["第一支部"]
    text = visit("secretary").post(
        "/study/review/draws/", {"unit": unit.pk, "month": "2026-06", "count": "2"}, follow=True
    ).content.decode()  # fmt: skip
    made = NoteDraw.objects.get()
    assert made.population == [note.pk for note in notes]
    assert made.drawn == draw(made.population, 2, made.seed)
    assert f"从 6 篇里抽出 2 篇，种子 {made.seed}。" in text
    with pytest.raises(Refusal, match="第一支部6月已经抽过，按那一次审阅。"):
        draw_notes(act_as(house, "secretary"), unit, date(2026, 6, 1), 2, at=LATER)
    with pytest.raises(Refusal, match="5月没有待审的笔记，不用抽。"):
        draw_notes(act_as(house, "secretary"), unit, date(2026, 5, 1), 2, at=LATER)


def test_the_queue_makes_the_same_queries_at_one_and_three_rows(house: House, visit: Visit) -> None:
    client, counts = visit("secretary"), []
    first = hand_in(house, body=LONG)
    for _ in range(2):
        counts.append([count_queries(client, path) for path in ("/study/review/", f"/study/review/{first.pk}/")])
        hand_in(house, days=1)
        hand_in(house, days=2)
    assert counts[0] == counts[1]


def test_hints_make_the_same_queries_at_one_and_three(house: House, visit: Visit) -> None:
    hand_in(house, body=LONG)
    notes = [hand_in(house, body=LONG, days=day) for day in (1, 2, 3)]
    client = visit("secretary")
    assert [note.likenesses.count() for note in notes] == [1, 2, 3]
    assert count_queries(client, f"/study/review/{notes[0].pk}/") == count_queries(
        client, f"/study/review/{notes[2].pk}/"
    )


def test_the_text_shown_is_the_one_handed_in(house: House, visit: Visit) -> None:
    """A returned note is being written on: the reviewer still reads what they answered."""
    note = hand_in(house)
    review_note(act_as(house, "secretary"), note.pk, Verdict.RETURN, "再写写。", revision=note.revision, at=LATER)
    visit("member").post(
        f"/study/notes/{note.pk}/",
        {
            "key": note.key,
            "revision": note.revision,
            "title": "题",
            "body": "没写完",
            "kind": "笔记",
            "audience": "书记",
        },
    )
    text = visit("secretary").get(f"/study/review/{note.pk}/").content.decode()
    assert "没写完" not in text
    assert BODY.split("\n")[0] in text
