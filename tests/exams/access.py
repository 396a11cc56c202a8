"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from shanxue.exams.actions.sittings import hand_in, start_sitting
from shanxue.exams.models import Paper
from shanxue.exams.queries.sittings import list_own_tests
from shanxue.exams.uploads import keep_upload
from shanxue.intake.models import Batch
from tests.exams.office import add_paper, add_question
from tests.house import House
from tests.roles import HAS_OWN, LEADING, READERS

OFFICE: set[str | None] = {"office"}
OPEN_TO: dict[str, set[str | None]] = {
    "exams:tests": HAS_OWN | READERS,  # who only reads is led to the papers
    "exams:test": HAS_OWN,
    "exams:sitting": {"member"},  # one's own, nobody else's
    "exams:answer": set(),
    "exams:check": {"member"},
    "exams:result": {"member"},
    "exams:papers": READERS,
    "exams:new_paper": LEADING,
    "exams:paper": READERS - {"head"},  # the head leads a department; the paper asks the committee's people
    "exams:edit_paper": OFFICE,
    "exams:paper_rule": OFFICE,
    "exams:paper_choose": OFFICE,
    "exams:publish": OFFICE,
    "exams:withdraw": set(),
    "exams:paper_copy": OFFICE,
    "exams:paper_key": OFFICE,
    "exams:paper_results": READERS - {"head"},
    "exams:bank": LEADING,
    "exams:new_question": OFFICE,
    "exams:question": LEADING,
    "exams:edit_question": OFFICE,
    "exams:retire_question": set(),
    "exams:bank_import": OFFICE,
    "exams:bank_preview": OFFICE,
    "exams:bank_undo": set(),
}
POST_ONLY = {"exams:answer", "exams:withdraw", "exams:retire_question", "exams:bank_undo"}


def make(house: House) -> dict[str, list[object]]:
    now: datetime = timezone.now()
    question = add_question(house, "党的最高理想是（　　）。")
    paper = add_paper(house, "第二季度测试", [question], now)
    draft = add_paper(house, "草稿测试", [question], now, state="草稿")
    person = house.people["张三"]

    def sit(one: Paper) -> int:
        test = next(test for test in list_own_tests(person, now, now.date()) if test.paper == one)
        return start_sitting(test, person, seed=1, actor="张三", at=now).pk

    done = add_paper(house, "第一季度测试", [question], now)
    finished, running = sit(done), sit(paper)
    hand_in(done.sittings.get(), actor="张三", at=now + timedelta(minutes=1))
    digest = keep_upload(house.bureau.pk, "题库.csv", "题目,答案\n甲____,乙\n".encode(), now)
    batch = Batch.objects.create(
        bureau_code=house.bureau.code, kind="questions", file_name="题库.csv", sha256="0" * 64, at=now, actor="办公室"
    )
    names = "edit_paper paper_rule paper_choose publish paper_copy paper_key withdraw".split()
    return {
        "exams:test": [paper.pk], "exams:sitting": [running], "exams:answer": [running], "exams:check": [running],
        "exams:result": [finished], "exams:paper": [paper.pk], "exams:paper_results": [paper.pk],
        **{f"exams:{name}": [draft.pk] for name in names},
        **{f"exams:{name}": [question.pk] for name in ("question", "edit_question", "retire_question")},
        "exams:bank_preview": [digest], "exams:bank_undo": [batch.pk],
    }  # fmt: skip
