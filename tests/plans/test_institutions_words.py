"""Words that the rule book shares with rooms further down stay the same words."""

from __future__ import annotations

from shanxue.activities.rules import SessionKind, Tier
from shanxue.plans.rules.vocabulary import HOUR_MEASURES, SESSION_KINDS, TIERS
from shanxue.study.rules import Measure


def test_the_kinds_of_sessions_are_those_of_the_room_that_holds_them() -> None:
    assert set(SESSION_KINDS) == {str(kind) for kind in SessionKind}


def test_the_tiers_are_those_of_sessions() -> None:
    """D5: 党组集中学, 支部集体学, 个人自学."""
    assert tuple(str(tier) for tier in Tier) == TIERS


def test_hours_are_counted_in_measures_that_are_recorded() -> None:
    assert set(HOUR_MEASURES) <= {str(measure) for measure in Measure}
