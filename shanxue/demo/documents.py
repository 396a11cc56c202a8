"""The year's documents of the example bureau: a quarter's 情况通报 signed and answered, the next one still a draft."""

from __future__ import annotations

from datetime import datetime

from shanxue.base.errors import Refusal
from shanxue.bulletins.actions.drafting import draft_bulletin, save_letterhead
from shanxue.bulletins.actions.signing import answer_document, sign_document, submit_document
from shanxue.bulletins.models import OfficialDocument
from shanxue.bulletins.rules.periods import find_ended, list_periods
from shanxue.orgs.queries import Actor, is_leading

CODE = "云城管党"
COPIES = "市直机关工委"
ANSWER = "通报属实。本月内安排补学，结束后报学习办公室。"


def issue_documents(secretary: Actor, office: Actor, leader: Actor, at: datetime) -> None:
    """Issue the bulletin of the quarter that ended last, let the secretary answer, and draft the running quarter's."""
    assert office.bureau is not None
    name = f"中共{office.bureau.name}委员会"
    head = {
        "mark": f"{name}文件", "issuer": name, "code": CODE, "printed_by": f"{name}办公室", "copies": COPIES,
        "office": "学习型党组织办公室", "answer_days": 5,
    }  # fmt: skip
    save_letterhead(office, head, at=at)
    quarters = list_periods(office.on)
    ended, running = find_ended(quarters, office.on), quarters[0]
    document = _draft(office, ended.code, at)
    if document is None:
        return
    submit_document(office, document, at=at)
    issued = sign_document(leader, document, at=at)
    for named in issued.named_units.select_related("unit"):
        if is_leading(secretary, named.unit):
            answer_document(secretary, named, ANSWER, at=at)
            break
    _draft(office, running.code, at)


def _draft(office: Actor, code: str, at: datetime) -> OfficialDocument | None:
    """A quarter that has only just begun has nothing to speak of yet."""
    try:
        return draft_bulletin(office, None, code, at=at)
    except Refusal as refusal:
        if refusal.code != "nothing_to_report":
            raise
        return None
