"""What the leader of the example bureau did: a sentence that was answered, one that waits, and last month's brief."""

from __future__ import annotations

from datetime import datetime, timedelta

from shanxue.base.periods import add_months
from shanxue.bulletins.briefs import compose_brief, keep_brief
from shanxue.home.briefs import wish_for_briefs
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor
from shanxue.supervision.actions.instructions import answer_instruction, instruct

WRITTEN = timedelta(days=20)
ANSWER = "学习材料和会议记录已送到老同志家中，以后每月送一次。"


def write_to_units(leader: Actor, office: Actor, own: Unit, other: Unit, at: datetime) -> None:
    """Two sentences to branches, one of them done; and the brief of last month, asked for every month."""
    asked_at = at - WRITTEN
    done = instruct(leader, other, "老同志行动不便的，请送学上门。", at=asked_at)
    answer_instruction(office, done, done=True, answer=ANSWER, at=asked_at + timedelta(days=6))
    instruct(leader, own, "民主评议的准备工作，请在年底前向我说一次。", at=at - timedelta(days=2))
    assert leader.bureau is not None
    wish_for_briefs(leader.user, leader.bureau, wanted=True, at=asked_at)
    keep_brief(leader, compose_brief(leader, add_months(leader.on.replace(day=1), -1), at), at)
