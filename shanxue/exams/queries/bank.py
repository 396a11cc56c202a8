"""Reading the question bank: the office keeps it, secretaries read it; members meet its questions only in a test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.intake.models import Batch
from shanxue.intake.queries import get_batch, list_batches
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor, demand_power

from ..models import Question
from ..rules import QuestionKind
from ..rules.papers import Stock

BATCH_KIND = "questions"


def scope_questions(actor: Actor) -> QuerySet[Question]:
    """The bank, for those who write for a unit; nobody else sees answers before a test."""
    return Question.objects.filter(bureau=actor.bureau) if actor.leads else Question.objects.none()


def find_question(actor: Actor, question_id: int) -> Question:
    question = scope_questions(actor).select_related("bureau").filter(pk=question_id).first()
    if question is None:
        raise refuse_missing("这道题")
    return question


def demand_bank_keeper(actor: Actor) -> None:
    demand_power(actor.keeps_office)


def search_questions(
    actor: Actor, *, words: str = "", bank: str = "", kind: str = "", state: str = ""
) -> QuerySet[Question]:
    """Find questions by words of the stem; ``state`` 停用 lists retired ones, else those in use."""
    found = scope_questions(actor).filter(retired_on__isnull=state != "停用")
    if words:
        found = found.filter(Q(stem__contains=words) | Q(source__contains=words))
    if bank:
        found = found.filter(bank=bank)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("bank", "kind", "id")


@dataclass
class BankCount:
    """One bank and how many questions in use it holds, by kind."""

    bank: str
    kinds: dict[str, int] = field(default_factory=dict)
    retired: int = 0

    @property
    def total(self) -> int:
        return sum(self.kinds.values())

    @property
    def by_kind(self) -> list[tuple[str, int]]:
        return [(str(kind), self.kinds.get(kind, 0)) for kind in QuestionKind]


def count_banks(bureau: Bureau | None) -> list[BankCount]:
    """Count the questions of each bank by kind, in the order of the banks' names: one query."""
    found: dict[str, BankCount] = {}
    rows = Question.objects.filter(bureau=bureau).values_list("bank", "kind").order_by("bank", "kind")
    for bank, kind, used, retired in rows.annotate(
        used=Count("pk", filter=Q(retired_on__isnull=True)), gone=Count("pk", filter=Q(retired_on__isnull=False))
    ):
        row = found.setdefault(bank, BankCount(bank))
        row.kinds[kind] = used
        row.retired += retired
    return list(found.values())


def read_stock(bureau_id: int, pairs: Iterable[tuple[str, str]]) -> Stock:
    """Read the ids of questions in use for these (bank, kind) pairs."""
    wanted = Q(pk__in=[])
    for bank, kind in pairs:
        wanted |= Q(bank=bank, kind=kind)
    stock: dict[tuple[str, str], list[int]] = {}
    rows = Question.objects.filter(wanted, bureau_id=bureau_id, retired_on__isnull=True).order_by("pk")
    for number, bank, kind in rows.values_list("pk", "bank", "kind"):
        stock.setdefault((bank, kind), []).append(number)
    return stock


def list_bank_batches(bureau: Bureau, limit: int = 10) -> list[Batch]:
    return [batch for batch in list_batches(bureau.code) if batch.kind == BATCH_KIND][:limit]


def find_bank_batch(actor: Actor, number: int) -> Batch:
    demand_bank_keeper(actor)
    assert actor.bureau is not None
    batch = get_batch(actor.bureau.code, number)
    if batch.kind != BATCH_KIND:
        raise refuse_missing(f"批次 {number}")
    return batch
