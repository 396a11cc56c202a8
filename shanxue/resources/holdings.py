"""What this room holds about one person: books at home, wishes, suggestions."""

from __future__ import annotations

from django.utils import timezone

from shanxue.base.holdings import Holding, hold
from shanxue.orgs.models import Person

from .queries.shelf import list_kept_loans
from .rules.shelf import KEPT_DAYS


def export_person(person: Person) -> list[Holding]:
    loans = list_kept_loans(person, timezone.localdate())
    requests = person.borrow_requests.select_related("title").order_by("at", "pk")
    suggestions = person.suggestions.order_by("at", "pk")
    return [
        hold(
            "借书", "学习办公室登记借还（D11）", f"归还后 {KEPT_DAYS} 天，以后只留册次", "书名 编号 借出 到期 归还",
            [(loan.copy.title.name, loan.copy.number, loan.on, loan.due_on, loan.returned_on) for loan in loans],
        ),
        hold(
            "借阅申请", "本人申请（D11）", f"办结后 {KEPT_DAYS} 天", "书名 时间 状态",
            [(row.title.name, timezone.localtime(row.at), row.state) for row in requests],
        ),
        hold(
            "荐购", "本人推荐，学习办公室答复（D11）", "答复的那一年以后再留一年", "书名 作者 理由 时间 状态 答复",
            [(row.name, row.author, row.why, timezone.localtime(row.at), row.state, row.answer) for row in suggestions],
        ),
    ]  # fmt: skip
