"""M4 笔记: written, kept, handed in. PebblePad's copy on submission."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import SESSION_KEY
from django.core import signing
from django.db import IntegrityError, transaction
from django.test import Client

from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.plans.models import PlanItem
from shanxue.study.actions.notes import StaleNote, Written, save_note, submit_note, take_back_note
from shanxue.study.actions.review import Verdict, review_note
from shanxue.study.models import Note, NoteVersion
from shanxue.study.rules import Audience
from tests.house import PASSWORD, House

from .rows import AT, BODY, act_as, count_queries, hand_in, write_draft

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]
LATER = AT + timedelta(minutes=5)


def fill(note: Note | None = None, **values: object) -> dict[str, object]:
    """The fields of the note form."""
    key = note.key if note else uuid4()
    revision = note.revision if note else 0
    return {"key": key, "revision": revision, "title": "读党章", "body": BODY, "kind": "笔记", "audience": "书记",
            "plan_item": "", **values}  # fmt: skip


def save(client: Client, data: dict[str, object]) -> tuple[int, dict[str, object]]:
    answer = client.post("/study/notes/save/", data, headers={"accept": "application/json"})
    return answer.status_code, json.loads(answer.content)


def test_text_ready_is_handed_in_at_once(house: House, visit: Visit) -> None:
    """ux B7: 笔记 → 粘贴 → 提交; the title is the text's own first line, the copy is kept, the count is said."""
    item = PlanItem.objects.create(bureau=house.bureau, person=house.people["张三"], title="写一篇心得")
    sent = fill(title="", body="重读党章有感\r\n\r\n　　守住规矩。", act="submit", plan_item=item.pk, kind="心得")
    answer = visit("member").post("/study/notes/", sent, follow=True)
    assert "“重读党章有感”已提交，11 字，等待审阅。审阅前可以收回修改。" in answer.content.decode()
    note = Note.objects.get()
    assert (note.title, note.state, note.characters, note.kind) == ("重读党章有感", "待审", 11, "心得")
    assert note.plan_item == item
    assert note.on is not None
    version = NoteVersion.objects.get()
    assert (version.number, version.body) == (1, "重读党章有感\n\n　　守住规矩。")
    assert Entry.objects.latest("pk").verb == "study.submit_note"


def test_an_empty_note_is_not_handed_in(house: House, visit: Visit) -> None:
    answer = visit("member").post("/study/notes/", fill(title="只有题目", body=" \r\n　", act="submit"))
    assert answer.status_code == 400
    assert "正文还是空的。写好以后再提交。" in answer.content.decode()
    assert 'value="只有题目"' in answer.content.decode()
    assert Note.objects.count() == 0


def test_a_text_over_the_limit_is_refused_in_words_and_stays_on_the_page(house: House, visit: Visit) -> None:
    answer = visit("member").post("/study/notes/", fill(body="学" * 100_001, act="submit"))
    text = answer.content.decode()
    assert "正文有 100001 个字符，最多 100000 个（十万）。请分成几篇。" in text
    assert "学" * 100_001 in text
    assert Note.objects.count() == 0
    visit("member").post("/study/notes/", fill(body="学" * 100_000, act="submit"))
    assert Note.objects.get().characters == 100_000


def test_a_draft_is_saved_by_itself_and_goes_on_from_its_revision(house: House, visit: Visit) -> None:
    """ux M4: saved each 10 s; the answer says when and how many characters."""
    client, sent = visit("member"), fill()
    status, answer = save(client, sent)
    note = Note.objects.get()
    assert (status, answer["revision"], answer["href"]) == (200, 1, f"/study/notes/{note.pk}/")
    assert str(answer["said"]).startswith("已保存 ")
    assert str(answer["said"]).endswith("　42 字")
    status, answer = save(client, {**sent, "revision": 1, "body": BODY + "第二，"})
    assert (status, answer["revision"]) == (200, 2)
    assert Note.objects.get().state == "草稿"
    assert NoteVersion.objects.count() == 0


def test_a_save_that_is_repeated_saves_once(house: House, visit: Visit) -> None:
    """The answer was lost on the way: the device sends the same again, with the revision it knew."""
    client, sent = visit("member"), fill()
    assert [save(client, sent)[1]["revision"] for _ in range(3)] == [1, 1, 1]
    assert Note.objects.count() == 1


def test_two_devices_never_overwrite_each_other(house: House, visit: Visit) -> None:
    """A stale revision is refused with both texts; nothing is lost on either side."""
    client, sent = visit("member"), fill()
    save(client, sent)
    save(client, {**sent, "revision": 1, "body": "手机上写的。"})
    status, answer = save(client, {**sent, "revision": 1, "body": "电脑上写的。"})
    assert status == 409
    assert answer["code"] == "stale_note"
    assert "没有覆盖。两处的文字都在，选一处接着写。" in str(answer["sentence"])
    assert answer["other"] == {"title": "读党章", "body": "手机上写的。", "revision": 2}
    assert Note.objects.get().body == "手机上写的。"


def test_a_stale_form_shows_both_texts_side_by_side(house: House, visit: Visit) -> None:
    """Without JavaScript: the page holds both, and saving again is a choice made with both in sight."""
    note = write_draft(house)
    client = visit("member")
    client.post(f"/study/notes/{note.pk}/", fill(note, body="手机上写的。"))
    answer = client.post(f"/study/notes/{note.pk}/", fill(note, body="电脑上写的。"))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "另一处保存的文字" in text
    assert "手机上写的。</div>" in text
    assert "电脑上写的。</textarea>" in text
    assert 'name="revision" value="2"' in text
    assert Note.objects.get().body == "手机上写的。"
    client.post(f"/study/notes/{note.pk}/", fill(note, body="电脑上写的。", revision=2))
    assert Note.objects.get().body == "电脑上写的。"


def test_text_sent_after_the_session_expired_is_kept_until_sign_in(house: House, visit: Visit) -> None:
    """Bad input: saving after the session expired: text kept, sign in, goes on."""
    client = visit("member")
    page = client.get("/study/notes/")
    owner = page.context["owner"]
    sent = fill(owner=owner, body="写了一个小时的文字。", act="submit")
    client.logout()
    answer = client.post("/study/notes/", sent, follow=True)
    assert "登录已过期，写的文字还在。登录后接着写。" in answer.content.decode()
    assert Note.objects.count() == 0
    back = answer.redirect_chain[-1][0]
    answer = client.post(back, {"username": "u-member", "password": PASSWORD}, follow=True)
    text = answer.content.decode()
    assert "登录前写的文字还在，已放回下面。请核对后保存或提交。" in text
    assert "写了一个小时的文字。</textarea>" in text
    assert f'value="{sent["key"]}"' in text
    client.post("/study/notes/", sent)
    assert Note.objects.get().state == "待审"
    assert "kept_note" not in client.session


def test_kept_text_is_shown_to_its_writer_only(house: House, visit: Visit) -> None:
    """A shared computer: whoever signs in next does not read what another wrote; a forged owner keeps nothing."""
    client = visit("member")
    owner = client.get("/study/notes/").context["owner"]
    client.logout()
    client.post("/study/notes/", fill(owner=owner, body="张三的文字。"))
    client.force_login(house.users["secretary"], backend="django.contrib.auth.backends.ModelBackend")
    assert "张三的文字。" not in client.get("/study/notes/").content.decode()
    stranger = visit(None)
    stranger.post("/study/notes/", fill(owner=signing.dumps(1, salt="other"), body="x" * 50_000))
    assert "kept_note" not in stranger.session
    assert SESSION_KEY not in stranger.session


def test_saving_by_itself_after_the_session_expired_says_so(visit: Visit) -> None:
    status, answer = save(visit(None), fill())
    assert (status, answer["code"]) == (401, "signed_out")
    assert answer["sentence"] == "登录已过期，文字还在这里。重新登录后会接着保存。"


def test_a_note_that_waits_is_taken_back_and_handed_in_again(house: House, visit: Visit) -> None:
    """What was handed in stays as it was; the day of the first hand-in stands."""
    note = hand_in(house)
    client = visit("member")
    answer = client.post(f"/study/notes/{note.pk}/", fill(note, body="改了"))
    assert "这篇已经提交，正在等待审阅。要改，请先“收回修改”。" in answer.content.decode()
    client.post(f"/study/notes/{note.pk}/take-back/")
    note.refresh_from_db()
    assert note.state == "草稿"
    client.post(f"/study/notes/{note.pk}/", fill(note, body="改过的文字。", act="submit"))
    note.refresh_from_db()
    assert (note.state, str(note.on), note.body) == ("待审", "2026-06-03", "改过的文字。")
    assert list(note.versions.order_by("number").values_list("body", flat=True)) == [BODY, "改过的文字。"]
    assert "交过 2 版" in client.get(f"/study/notes/{note.pk}/").content.decode()


def test_a_returned_note_is_written_on_and_a_passed_one_only_read(house: House, visit: Visit) -> None:
    note, client, secretary = hand_in(house), visit("member"), act_as(house, "secretary")
    review_note(secretary, note.pk, Verdict.RETURN, "请结合岗位再写一段。", revision=note.revision, at=LATER)
    text = client.get(f"/study/notes/{note.pk}/").content.decode()
    assert "李四退回修改：请结合岗位再写一段。" in text
    again = submit_note(
        house.people["张三"], note.key, Written("读党章", BODY + "岗位。"), revision=note.revision, actor="u-member",
        at=LATER,
    )  # fmt: skip
    review_note(secretary, note.pk, Verdict.PASS, "", revision=again.revision, at=LATER)
    assert "不能再改。" in client.get(f"/study/notes/{note.pk}/").content.decode()
    with pytest.raises(Refusal, match="这篇已通过审阅，不能再改。"):
        save_note(house.people["张三"], note.key, Written("改", "改"), revision=again.revision, at=LATER)


def test_another_persons_note_is_not_there(house: House, visit: Visit) -> None:
    """The same words for what does not exist and for what is another's; a guessed key neither reads nor writes."""
    note = write_draft(house, "王五")
    client = visit("member")
    missing = "没有找到这篇笔记，或者没有查看它的权限。"
    for path in (f"/study/notes/{note.pk}/", "/study/notes/999999/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert missing in answer.content.decode()
    status, answer = save(client, fill(note, body="偷改"))
    assert (status, answer["sentence"]) == (404, missing)
    assert Note.objects.get().body == BODY


def test_a_draft_is_read_by_nobody_else(house: House, visit: Visit) -> None:
    note = write_draft(house)
    for key in ("secretary", "office", "leader", "inspector"):
        for path in ("/study/notes/{}/", "/study/review/{}/", "/study/recommended/{}/"):
            assert visit(key).get(path.format(note.pk)).status_code in (403, 404)
    assert "待审笔记" not in visit("secretary").get("/study/review/").content.decode()


def test_script_in_a_note_is_shown_as_text(house: House, visit: Visit) -> None:
    note = hand_in(house, title="<b>题</b>", body="<script>alert(1)</script>正文")
    for key, path in (("member", f"/study/notes/{note.pk}/"), ("secretary", f"/study/review/{note.pk}/")):
        text = visit(key).get(path).content.decode()
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;正文" in text


def test_only_a_draft_is_deleted(house: House, visit: Visit) -> None:
    draft, waiting = write_draft(house), hand_in(house)
    client = visit("member")
    assert "删除后不能恢复。" in client.get(f"/study/notes/{draft.pk}/delete/").content.decode()
    client.post(f"/study/notes/{draft.pk}/delete/")
    answer = client.post(f"/study/notes/{waiting.pk}/delete/")
    assert (answer.status_code, "交过的笔记不能删除。" in answer.content.decode()) == (409, True)
    assert list(Note.objects.values_list("pk", flat=True)) == [waiting.pk]


def test_nothing_written_makes_no_draft(house: House, visit: Visit) -> None:
    status, answer = save(visit("member"), fill(title="", body=" "))
    assert (status, answer["sentence"]) == (400, "还没有写字，没有要保存的。")
    assert Note.objects.count() == 0


def test_a_save_for_a_draft_deleted_elsewhere_keeps_the_text(house: House) -> None:
    note = write_draft(house)
    Note.objects.all().delete()
    again = save_note(house.people["张三"], note.key, Written("读党章", "文字。"), revision=note.revision, at=LATER)
    assert again.body == "文字。"


def test_taking_back_what_does_not_wait_is_refused(house: House) -> None:
    note = write_draft(house)
    with pytest.raises(Refusal, match="这篇现在是“草稿”，不用收回。"):
        take_back_note(house.people["张三"], note.pk, actor="u-member", at=LATER)


def test_a_stale_save_names_when_the_other_was_made(house: House) -> None:
    note = write_draft(house)
    with pytest.raises(StaleNote, match="这篇在另一处改过（14:20 保存），没有覆盖。"):
        save_note(house.people["张三"], note.key, Written("另", "另"), revision=0, at=LATER)


@pytest.mark.parametrize(
    "values",
    [{"state": "退回修改"}, {"state": "通过", "reviewed_at": None}, {"state": "待审"}, {"recommended": True}],
)
def test_the_database_itself_refuses_states_that_cannot_be(house: House, values: dict[str, object]) -> None:
    """A returned note says why, a reviewed one when, one handed in when; only a passed one is recommended."""
    note = write_draft(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(**values)


def test_recommended_notes_are_read_by_the_branch_when_written_for_it(house: House, visit: Visit) -> None:
    """推荐 reaches only as far as the author said: 书记 or 全支部."""
    secretary = act_as(house, "secretary")
    shared = hand_in(house, title="给全支部", audience=Audience.BRANCH)
    private = hand_in(house, title="只给书记")
    for note in (shared, private):
        review_note(secretary, note.pk, Verdict.RECOMMEND, "", revision=note.revision, at=LATER)
    for key in ("member", "secretary", "office"):
        text = visit(key).get("/study/recommended/").content.decode()
        assert ("给全支部" in text, "只给书记" in text) == (True, False)
        assert BODY[:10] in visit(key).get(f"/study/recommended/{shared.pk}/").content.decode()
        assert visit(key).get(f"/study/recommended/{private.pk}/").status_code == 404
    house.people["王五"].account = house.users["member"]
    house.people["张三"].account = None
    house.people["张三"].save()
    house.people["王五"].save()
    assert visit("member").get(f"/study/recommended/{shared.pk}/").status_code == 404


def test_lists_of_notes_make_the_same_queries_at_one_and_three_rows(house: House, visit: Visit) -> None:
    client, counts = visit("member"), []
    for rows in (1, 2):
        for number in range(rows):
            note = hand_in(house, title=f"{rows}{number}", audience=Audience.BRANCH)
            review_note(act_as(house, "secretary"), note.pk, Verdict.RECOMMEND, "", revision=note.revision, at=LATER)
        counts.append([count_queries(client, path) for path in ("/study/notes/", "/study/recommended/")])
    assert counts[0] == counts[1]
