"""Writing the question bank: bring a file in, change or retire one question, take a batch back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.intake.actions import commit_ledger, undo_batch
from shanxue.intake.drafts import Draft as RowDraft
from shanxue.intake.drafts import Ledger
from shanxue.intake.models import Batch
from shanxue.orgs.models import Bureau

from ..models import Question
from ..rules import QuestionKind
from ..rules.answers import RIGHT_WRONG
from ..rules.questions import Draft, Entry, Reading, hash_question
from ..rules.scoring import write_answer

KIND = "questions"
COLUMNS = ("sha256", "bank", "kind", "options", "answer", "analysis", "source", "difficulty", "retired_on")
ROWS_PER_QUERY = 500


@dataclass
class BankPlan:
    """What a file would do to the bank. ``outcomes`` by entry key: added, updated, unchanged; ``said`` what changes."""

    reading: Reading
    ledger: Ledger = field(default_factory=Ledger)
    outcomes: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def count(self, outcome: str) -> int:
        return sum(one == outcome for one in self.outcomes.values())

    @property
    def is_open(self) -> bool:
        return bool(self.reading.blocked)

    def write_outcome(self) -> dict[str, int]:
        return {
            "rows_in_file": self.reading.line_count,
            "added": self.count("added"),
            "updated": self.count("updated"),
            "unchanged": self.count("unchanged"),
            "skipped": sum(len(entry.rows) for entry in self.reading.passed),
        }


def plan_bank(bureau: Bureau, reading: Reading) -> BankPlan:
    """Hold what was read against the bank; nothing is written."""
    plan = BankPlan(reading)
    known = {row.values["sha256"]: row for row in _load_known(plan.ledger, bureau, reading.drafts)}
    for entry in reading.drafts:
        assert entry.draft is not None
        row = known.get(entry.draft.sha256)
        if row is None:
            plan.ledger.create(Question, bureau_id=bureau.pk, sha256=entry.draft.sha256, **_list_values(entry.draft))
            plan.outcomes[entry.key] = "added"
        else:
            _plan_known(plan, entry, row)
    return plan


def _load_known(ledger: Ledger, bureau: Bureau, drafts: list[Entry]) -> Iterator[RowDraft]:
    hashes = [entry.draft.sha256 for entry in drafts if entry.draft]
    for start in range(0, len(hashes), ROWS_PER_QUERY):
        part = hashes[start : start + ROWS_PER_QUERY]
        yield from ledger.load(Question, COLUMNS, bureau_id=bureau.pk, sha256__in=part)


def _list_values(draft: Draft) -> dict[str, Any]:
    return {
        "bank": draft.bank, "kind": str(draft.kind), "stem": draft.stem, "options": list(draft.options),
        "answer": draft.answer, "analysis": draft.analysis, "source": draft.source, "difficulty": draft.difficulty,
    }  # fmt: skip


def _plan_known(plan: BankPlan, entry: Entry, row: RowDraft) -> None:
    """A question that is there already keeps its bank and wording; what the file says about its answer is taken."""
    draft = entry.draft
    assert draft is not None
    new: dict[str, Any] = {"answer": draft.answer, "retired_on": None}
    new |= {name: text for name in ("analysis", "source", "difficulty") if (text := getattr(draft, name))}
    said = []
    if row.values["answer"] != draft.answer:
        before, after = write_answer(row.values, row.values["answer"]), write_answer(row.values, draft.answer)
        said.append(f"答案 {before} → {after}")
    if row.values["retired_on"] is not None:
        said.append("已停用的题恢复使用")
    said += [f"{title}有改动" for name, title in (("analysis", "解析"), ("source", "出处"), ("difficulty", "难度"))
             if name in new and row.values[name] != new[name]]  # fmt: skip
    changed = plan.ledger.change(row, **new)
    plan.outcomes[entry.key] = "updated" if changed else "unchanged"
    plan.said[entry.key] = "；".join(said) if changed else f"题库“{row.values['bank']}”里已有这道题"


def commit_bank(plan: BankPlan, bureau: Bureau, *, name: str, sha256: str, actor: str, at: datetime) -> Batch:
    """Write the whole file in one transaction. Raises ``Refusal``: ``import_open`` while something blocks it."""
    if plan.is_open:
        raise Refusal("import_open", f"还有 {len(plan.reading.blocked)} 处要处理，处理完才能导入。", status=409)
    batch = Batch(
        bureau_code=bureau.code, kind=KIND, file_name=name[-255:], sha256=sha256, at=at, actor=actor,
        mapping={"excluded": [entry.where for entry in plan.reading.passed if entry.skipped == "已选择排除"]},
    )  # fmt: skip
    return commit_ledger(plan.ledger, batch, outcome=plan.write_outcome())


@transaction.atomic
def undo_bank(batch: Batch, *, actor: str, at: datetime) -> None:
    """Take a batch back while none of its questions was put to anybody or chosen for a paper."""
    made = Question.objects.filter(batch_id=batch.pk)
    used = made.filter(put_as__isnull=False).distinct().count() + (
        made.filter(put_as__isnull=True, chosen_for__isnull=False).distinct().count()
    )
    if used:
        raise Refusal(
            "bank_in_use", f"这批题里有 {used} 道已经用在试卷里，不能撤销。不再用的题可以逐题停用。", status=409
        )
    undo_batch(batch, actor=actor, at=at)


@dataclass(frozen=True)
class QuestionValues:
    """What a person writes for one question; shapes as in ``Draft``."""

    bank: str
    kind: str
    stem: str
    options: list[str]
    answer: list[Any]
    analysis: str
    source: str
    difficulty: str


@transaction.atomic
def save_question(
    bureau: Bureau, question: Question | None, values: QuestionValues, *, actor: str, at: datetime
) -> Question:
    """Write a question anew or change one; papers that were put before keep what they froze."""
    row = question or Question(bureau=bureau)
    options = list(RIGHT_WRONG) if values.kind == QuestionKind.TRUE_FALSE else values.options
    row.bank, row.kind, row.stem, row.options = values.bank, values.kind, values.stem, options
    row.answer, row.analysis, row.source, row.difficulty = (
        values.answer, values.analysis, values.source, values.difficulty,
    )  # fmt: skip
    row.sha256 = hash_question(values.kind, values.stem, options)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refusal("question_twice", "题库里已有同样的题目和选项。请在那道题上修改。", status=409) from error
    verb = "exams.change_question" if question else "exams.add_question"
    record_entry(chain=bureau.code, actor=actor, at=at, verb=verb, subject=f"题 {row.pk}", detail={"bank": row.bank})
    return row


@transaction.atomic
def retire_question(question: Question, *, retired_on: date | None, actor: str, at: datetime) -> None:
    """Take a question out of use, or (with None) back into it."""
    question.retired_on = retired_on
    question.save(update_fields=["retired_on"])
    verb = "exams.retire_question" if retired_on else "exams.restore_question"
    record_entry(chain=question.bureau.code, actor=actor, at=at, verb=verb, subject=f"题 {question.pk}")
