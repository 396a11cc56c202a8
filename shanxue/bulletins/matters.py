"""What documents put before a leader: what waits for their signature."""

from __future__ import annotations

from datetime import datetime

from shanxue.base.lights import Due
from shanxue.orgs.queries import Actor

from .due import list_for_actor


def list_matters(actor: Actor, now: datetime) -> list[Due]:
    return list_for_actor(actor, now)
