"""The bank's pages: upload, preview as a member will see it, commit whole, the same file again, undo (ux D0, D2)."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document

from shanxue.exams.models import Question
from shanxue.intake.models import Batch
from tests.exams.office import add_paper, add_question, begin
from tests.exams.test_sittings import NOW
from tests.house import House
from tests.intake.fixtures import write_xlsx

pytestmark = pytest.mark.django_db

BROKEN_SHEET = "这个文件已损坏，读不出来。请在 WPS 里打开后另存为 .xlsx 再传。"
Visit = Callable[[str | None], Client]
HEAD = ["题目", "题型", "答案", "分类", "解析", "出处", "选项A", "选项B"]
ROWS = [
    HEAD,
    ["党的最高理想是（ A ）。", "单选题", "A", "党章", "总纲写明", "党章总纲", "甲", "乙"],
    ["有____个意识。", "填空题", "4或四", "理论", "", "", "", ""],
]


@pytest.fixture(autouse=True)
def files_apart(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]


def upload(client: Client, rows: Sequence[Sequence[object]], tmp_path: Path, name: str = "题库.xlsx") -> str:
    """Choose a file and return where the preview is."""
    path = tmp_path / name
    if not path.exists():
        write_xlsx(path, {"题库": rows})  # type: ignore[dict-item]
    file = SimpleUploadedFile(name, path.read_bytes())
    answer = client.post(reverse("exams:bank_import"), {"file": file, "bank": ""})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def read(client: Client, place: str, **form: object) -> str:
    answer = client.post(place, form, follow=True) if form else client.get(place, follow=True)
    return answer.content.decode()


def test_a_bank_is_shown_as_a_member_will_see_it_and_then_written(visit: Visit, house: House, tmp_path: Path) -> None:
    """D2: the stem without the answer, the answer and source apart; nothing is written before the confirmation."""
    office = visit("office")
    place = upload(office, ROWS, tmp_path)
    page = read(office, place)
    as_member, apart = page.split('class="as-member"')[1].split('class="apart"')[:2]
    assert "党的最高理想是（\u3000\u3000）。" in as_member
    assert "答案" not in as_member
    assert "答案 A" in apart
    assert "出处 党章总纲" in apart
    assert "确认导入 2 题" in page
    assert Question.objects.count() == 0
    said = read(office, place, act="commit")
    batch = Batch.objects.get()
    assert f"导入完成：新增 2 题，更新 0 题，不变 0 题（批次 {batch.pk}）。用到试卷之前可以撤销。" in said
    assert list(Question.objects.order_by("pk").values_list("bank", "kind", "stem", "options", "answer", "source")) == [
        ("党章", "单选题", "党的最高理想是（\u3000\u3000）。", ["甲", "乙"], ["A"], "党章总纲"),
        ("理论", "填空题", "有____个意识。", [], [["4或四", "4", "四"]], ""),
    ]
    assert batch.outcome == {"rows_in_file": 3, "added": 2, "updated": 0, "unchanged": 0, "skipped": 1}


def test_the_same_file_again_changes_nothing(visit: Visit, tmp_path: Path) -> None:
    """D case 30."""
    office = visit("office")
    read(office, upload(office, ROWS, tmp_path), act="commit")
    place = upload(office, ROWS, tmp_path)
    page = read(office, place)
    assert f"已导入（批次 {Batch.objects.get().pk}），内容相同，没有变化。" in page
    assert "没有要写入的题。" in page
    read(office, place, act="commit")
    assert (Batch.objects.count(), Question.objects.count()) == (1, 2)


def test_problems_stop_the_file_until_their_rows_are_left_out(visit: Visit, tmp_path: Path) -> None:
    """D0 rules 4 and 5: nothing is imported until it is mended; the person may leave rows out, the system may not."""
    office = visit("office")
    place = upload(office, [*ROWS, ["问", "单选题", "E", "党章", "", "", "甲", "乙"]], tmp_path, "错.xlsx")
    page = read(office, place)
    assert page.index("答案是“E”，选项只有 A 到 B。") < page.index("<h2>读出来的题")
    assert "确认导入" not in page
    assert "还有 1 处要处理，处理完才能导入。" in read(office, place, act="commit")
    assert Question.objects.count() == 0
    checked = read(office, place, act="check", exclude="s0r4")
    assert "已选择排除：1 行" in checked
    assert "确认导入 2 题" in checked
    read(office, place, act="commit", exclude="s0r4")
    assert Question.objects.count() == 2
    assert Batch.objects.get().mapping == {"excluded": ["「题库」第 4 行"]}


def test_a_changed_answer_is_an_update_that_undo_takes_back(visit: Visit, tmp_path: Path) -> None:
    office = visit("office")
    read(office, upload(office, ROWS, tmp_path), act="commit")
    place = upload(
        office, [HEAD, ["党的最高理想是（　）。", "单选题", "B", "别的库", "", "", "甲", "乙"]], tmp_path, "改.xlsx"
    )
    page = read(office, place)
    assert "答案 A → B" in page
    read(office, place, act="commit")
    assert Question.objects.filter(answer=["B"], bank="党章").count() == 1
    last = Batch.objects.latest("pk")
    said = read(office, reverse("exams:bank_undo", args=[last.pk]), x=1)
    assert f"已撤销批次 {last.pk}（改.xlsx），题库恢复到导入之前。" in said
    assert Question.objects.filter(answer=["A"]).count() == 1


def test_a_batch_that_was_used_is_not_undone(visit: Visit, house: House, tmp_path: Path) -> None:
    office = visit("office")
    read(office, upload(office, ROWS, tmp_path), act="commit")
    paper = add_paper(house, "测试", list(Question.objects.all()), NOW)
    answer = office.post(reverse("exams:bank_undo", args=[Batch.objects.get().pk]))
    assert answer.context["refusal"].sentence == "这批题里有 2 道已经用在试卷里，不能撤销。不再用的题可以逐题停用。"
    begin(house, "张三", paper, NOW)
    assert office.post(reverse("exams:bank_undo", args=[Batch.objects.get().pk])).status_code == 409
    assert Question.objects.count() == 2


def test_an_unused_batch_goes_whole(visit: Visit, tmp_path: Path) -> None:
    office = visit("office")
    read(office, upload(office, ROWS, tmp_path), act="commit")
    read(office, reverse("exams:bank_undo", args=[Batch.objects.get().pk]), x=1)
    assert Question.objects.count() == 0


def test_a_word_document_comes_in_the_same_way(visit: Visit, tmp_path: Path) -> None:
    """offices §2: 题库 arrives as Word."""
    document = Document()
    for line in ("一、单选题", "1. 党的最高理想是（ B ）", "A.甲", "B.乙"):
        document.add_paragraph(line)
    buffer = io.BytesIO()
    document.save(buffer)
    office = visit("office")
    file = SimpleUploadedFile("党章知识.docx", buffer.getvalue())
    place = office.post(reverse("exams:bank_import"), {"file": file}).headers["Location"]
    read(office, place, act="commit")
    assert Question.objects.values_list("bank", "answer").get() == ("党章知识", ["B"])


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("题.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, BROKEN_SHEET),
        ("题.docx", b"PK\x03\x04abc", "这个文档已损坏，读不出来。请在 WPS 里打开后另存为 .docx 再传。"),
        ("题.xlsx", b"PK\x03\x04abc", BROKEN_SHEET),
        ("题.xlsx", b"", "文件是空的，没有内容。"),
        ("题.pdf", b"%PDF-1.4", "这是图片，不能读取名单。请用“点名”录入，或上传电子表。"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_at_the_field(visit: Visit, name: str, body: bytes, sentence: str) -> None:
    answer = visit("office").post(reverse("exams:bank_import"), {"file": SimpleUploadedFile(name, body)})
    assert answer.status_code == 400
    assert answer.context["form"].errors["file"] == [sentence]


def test_an_upload_that_is_gone_is_told(visit: Visit) -> None:
    answer = visit("office").get(reverse("exams:bank_preview", args=["a" * 64]))
    assert answer.context["refusal"].sentence == "上传的文件已不在了（只保留一天）。请重新选择文件。"


def test_one_question_written_by_hand(visit: Visit) -> None:
    """Settled by the same rules as a file's; a problem stands at its field and nothing typed is lost."""
    office = visit("office")
    form = {
        "bank": "党章",
        "kind": "单选题",
        "stem": "最高理想是（ A ）",
        "options": "A.甲\nB.乙",
        "answer": "C",
        "source": "总纲",
    }
    wrong = office.post(reverse("exams:new_question"), form)
    assert wrong.status_code == 400
    assert wrong.context["form"].errors["answer"] == ["题目里写的答案是“A”，另外又写“C”，两处不同。请改正其中一处。"]
    assert wrong.context["form"]["source"].value() == "总纲"
    office.post(reverse("exams:new_question"), form | {"answer": "A"})
    question = Question.objects.get()
    assert (question.stem, question.options, question.answer) == ("最高理想是（\u3000\u3000）", ["甲", "乙"], ["A"])
    twice = office.post(reverse("exams:new_question"), form | {"answer": "A"})
    assert twice.context["form"].non_field_errors() == ["题库里已有同样的题目和选项。请在那道题上修改。"]


@pytest.mark.parametrize("kind", ["单选题", "多选题", "判断题", "填空题"])
def test_opening_and_saving_a_question_changes_nothing(visit: Visit, house: House, kind: str) -> None:
    question = add_question(house, "题目____" if kind == "填空题" else "题目（　　）", kind=kind)
    office = visit("office")
    place = reverse("exams:edit_question", args=[question.pk])
    before = Question.objects.filter(pk=question.pk).values().get()
    assert office.post(place, office.get(place).context["form"].initial).status_code == 302
    assert Question.objects.filter(pk=question.pk).values().get() == before


def test_retired_questions_are_drawn_no_more_and_come_back(visit: Visit, house: House) -> None:
    question = add_question(house, "甲（　　）")
    office = visit("office")
    place = reverse("exams:retire_question", args=[question.pk])
    assert f"第 {question.pk} 号题已停用，以后不再抽到。" in read(office, place, x=1)
    assert "甲（" not in read(office, reverse("exams:bank"))
    assert "甲（" in read(office, reverse("exams:bank") + "?state=停用")
    assert f"第 {question.pk} 号题已恢复使用。" in read(office, place, act="restore")


def test_the_secretary_reads_the_bank_and_changes_nothing(visit: Visit, house: House) -> None:
    question = add_question(house, "甲（　　）")
    secretary = visit("secretary")
    assert "修改题目" not in read(secretary, reverse("exams:question", args=[question.pk]))
    assert secretary.post(reverse("exams:retire_question", args=[question.pk])).status_code == 403
    assert visit("member").get(reverse("exams:question", args=[question.pk])).status_code == 404


def test_filters_find_by_words_bank_and_kind(visit: Visit, house: House) -> None:
    add_question(house, "最高理想（　　）")
    add_question(house, "最低年龄（　　）", bank="条例", source="条例第七条")
    add_question(house, "对不对", kind="判断题")
    office = visit("office")

    def list_stems(query: str) -> list[str]:
        return [question.stem for question in office.get(reverse("exams:bank") + query).context["found"]]

    assert list_stems("?q=理想") == ["最高理想（　　）"]
    assert list_stems("?q=第七条") == ["最低年龄（　　）"]
    assert list_stems("?bank=条例") == ["最低年龄（　　）"]
    assert list_stems("?kind=判断题") == ["对不对"]
    assert len(list_stems("?bank=没有")) == 3
