"""The states of work that goes on without its page, and what is told of it. No clock, no query."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class JobState(StrEnum):
    WAITING = "等待"
    RUNNING = "进行中"
    DONE = "完成"
    REFUSED = "未办"  # the rules do not allow it; the sentence says why
    FAILED = "出错"
    STOPPED = "中断"  # its process is gone: nothing was written


OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class Step:
    """How far a job is: what is being done, how much of it, out of how much (0: not known)."""

    text: str = ""
    done: int = 0
    total: int = 0

    @property
    def percent(self) -> int:
        return min(100 * self.done // self.total, 100) if self.total else 0

    def write(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def read_step(text: str) -> Step:
    """Read a step back; a file that is not there yet, or half of one, tells nothing."""
    try:
        return Step(**json.loads(text))
    except (ValueError, TypeError):
        return Step()
