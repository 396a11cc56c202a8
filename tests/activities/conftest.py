"""The hour of the meeting: half past two on the 12th of June 2026, unless a test says another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.utils import timezone


@dataclass
class Clock:
    """The server's clock, which a test may set: ``clock.go(14, 26)``."""

    at: datetime

    def go(self, hour: int, minute: int, *, days: int = 0, second: int = 0) -> None:
        local = timezone.localtime(self.at).replace(hour=hour, minute=minute, second=second, microsecond=0)
        self.at = local + timedelta(days=days)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(datetime.fromisoformat("2026-06-12T14:30:00+08:00"))
    monkeypatch.setattr(timezone, "now", lambda: clock.at)
    return clock
