"""The example bureau's assessments: last year settled with one amendment, this year's opened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from shanxue.assessment.actions.checking import confirm_results
from shanxue.assessment.actions.proceedings import freeze, open_proceeding, run_trial, set_cutoff, sign_roster
from shanxue.assessment.actions.settling import Ruling, amend_result, decide_quota, end_publicity, publish, settle
from shanxue.assessment.models import Proceeding, Result, SchemeVersion
from shanxue.assessment.queries.proceedings import list_quotas, list_scheme_parts
from shanxue.assessment.queries.results import read_version
from shanxue.assessment.rules.proceedings import Cause
from shanxue.orgs.models import Bureau, Unit
from shanxue.orgs.queries import Actor

BEGUN = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)  # last year's tables are imported, its proceeding begins
DAY = timedelta(days=1)
MEETING = "局党委第2次会议"


def settle_last_year(bureau: Bureau, office: Actor, secretary: Actor, branch: Unit) -> Proceeding:
    """Run last year from the roster to 定档 in January, and amend one result by a meeting in February."""
    versions = SchemeVersion.objects.filter(bureau=bureau, runs__isnull=False).distinct().order_by("pk")
    former = [version for version in versions if read_version(version).window.until_on <= BEGUN.date()]
    year = BEGUN.year - 1
    held = open_proceeding(office, former, title=f"{year}年度学习考核", at=BEGUN)
    sign_roster(office, held, held.turn, words="已和组织人事科核对", at=BEGUN)
    set_cutoff(office, held, held.turn, cutoff_at=BEGUN + timedelta(hours=7), at=BEGUN + timedelta(hours=7))
    run_trial(office, held, held.turn, at=BEGUN + timedelta(hours=8))
    _decide_quotas(held, office)
    freeze(office, held, held.turn, at=BEGUN + 3 * DAY, check_until_on=(BEGUN + 7 * DAY).date())
    confirm_results(secretary, held, branch, None, at=BEGUN + 4 * DAY)
    publish(office, held, held.turn, publicity_days=7, appeal_days=5, at=BEGUN + 8 * DAY)
    end_publicity(office, held, held.turn, at=BEGUN + 17 * DAY)
    settle(office, held, held.turn, at=BEGUN + 18 * DAY)
    _amend_one(held, office, branch)
    return held


def _decide_quotas(held: Proceeding, office: Actor) -> None:
    """The meeting keeps to the scheme's own order."""
    for view in list_quotas(held):
        kept = [subject for subject, beyond, _ in view.case.holders if not beyond]
        decide_quota(
            office, held, view, kept, meeting=MEETING, held_on=date(2026, 1, 7), reason="按得分高低，同分的都不评",
            at=BEGUN + 2 * DAY,
        )  # fmt: skip


def _amend_one(held: Proceeding, office: Actor, branch: Unit) -> None:
    """Somebody's talk was left out; the committee decided so after 定档."""
    part = list_scheme_parts(held)[0]
    rows = Result.objects.filter(run=part.frozen_run, home=branch, grade="合格").order_by("-total_points", "pk")
    result = rows.first()
    if result is None or result.total_points is None:
        return
    scale = read_version(part.version).scale
    ruling = Ruling(
        points=result.total_points + scale, grade="合格", cause=Cause.MEETING,
        reason="11月在市局学习交流会上的发言漏记，补计1分，等次不变。", decided_by="局党委", meeting="局党委第4次会议",
        held_on=date(2026, 2, 4),
    )  # fmt: skip
    amend_result(office, result, ruling, seen=0, at=BEGUN + 31 * DAY)


def open_this_year(bureau: Bureau, office: Actor, at: datetime) -> Proceeding | None:
    """Open this year's proceeding with the schemes its results so far were computed by."""
    versions = SchemeVersion.objects.filter(bureau=bureau, runs__isnull=False).distinct().order_by("pk")
    current = [version for version in versions if read_version(version).window.until_on > at.date()]
    if not current:
        return None
    year = read_version(current[0]).window.from_on.year
    return open_proceeding(office, current, title=f"{year}年度学习考核", at=at)
