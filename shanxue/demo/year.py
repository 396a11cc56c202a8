"""The current year of the example bureau, under way: what it held, wrote and planned up to today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from shanxue.accounts.models import User
from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.runs import run_scheme
from shanxue.orgs.models import Bureau, Unit
from shanxue.orgs.queries import find_actor
from shanxue.orgs.rules import Line
from shanxue.plans.actions.institutions import adopt_institution
from shanxue.plans.models import Campaign
from shanxue.plans.queries.institutions import read_shipped_text
from shanxue.plans.rules import CampaignState

from .archive import number_archive
from .documents import issue_documents
from .evaluations import hold_evaluations
from .inspections import inspect_branches
from .leader import write_to_units
from .live import announce_meetings, ask_to_correct, move_somebody, open_test, write_minutes
from .plans import link_sessions, plan_year, run_campaigns
from .resources import keep_money
from .sessions import Branch, hold_year, list_branches
from .shelf import keep_shelf
from .study import rest_on_shelf, study_year
from .venues import keep_venues

INSTITUTIONS = ("zhibu-gongzuo", "dangyuan-jiaoyu", "ganbu-jiaoyu", "zhongxinzu-jidu")
Progress = Callable[[str, int, int], None]


def load_year(bureau: Bureau, *, at: datetime, progress: Progress) -> list[Branch]:
    """Write this year's records up to ``at``, in one transaction: written in bulk, as an import would be."""
    today = timezone.localdate(at)
    root = Unit.objects.get(bureau=bureau, parent__isnull=True, line=Line.PARTY)
    steps = 4
    with transaction.atomic():
        adopt_rules(bureau, at)
        branches = list_branches(bureau, today.year)
        progress("写入今年的计划", 0, steps)
        campaign = run_campaigns(bureau, root, today)
        plan_year(bureau, root, branches, campaign, today)
        progress("写入今年的会议和考勤", 1, steps)
        hold_year(bureau, branches, campaign, today)
        link_sessions(branches, today)
        progress("写入今年的笔记和自学", 2, steps)
        study_year(bureau, branches, today)
    progress("今年的记录已写入", steps, steps)
    return branches


def adopt_rules(bureau: Bureau, at: datetime) -> None:
    """Take the bureau's institutions from those that are shipped, in force since last year."""
    since = date(timezone.localdate(at).year - 1, 1, 1)
    for code in INSTITUTIONS:
        reason = "局党委会议通过，编入制度汇编"
        adopt_institution(bureau, text=read_shipped_text(code), from_on=since, reason=reason, actor="学习办公室", at=at)


def load_desks(bureau: Bureau, branches: list[Branch], users: Mapping[str, User], *, at: datetime) -> None:
    """Put on the desks of today what waits for somebody, each through the action a person would take."""
    member, secretary, office, leader = (
        find_actor(users[key], timezone.localdate(at)) for key in ("member", "secretary", "office", "leader")
    )
    campaign = Campaign.objects.filter(bureau=bureau, state=CampaignState.RUNNING).earliest("from_on")
    root = Unit.objects.get(bureau=bureau, parent__isnull=True, line=Line.PARTY)
    people = [stint.person for branch in branches for stint in branch.stints]
    with transaction.atomic():
        write_minutes(secretary, office, branches[0], at)
        announce_meetings(office, secretary, branches, campaign, at)
        open_test(office, root, people, at)
        move_somebody(office, branches, at)
        ask_to_correct(member, at)
        hold_evaluations(member, secretary, office, branches[0].unit, at)
        keep_money(office, at)
        keep_shelf(office, member, people, at=at)
        rest_on_shelf(bureau)
        keep_venues(office, secretary, at=at)
        inspect_branches(office, root, at)
        write_to_units(leader, office, branches[0].unit, branches[-1].unit, at)
        issue_documents(secretary, office, leader, at)
        number_archive(bureau, at)


def assess_so_far(bureau: Bureau, folder: Path, *, actor: str, at: datetime) -> None:
    """Run the bureau's own schemes over the year so far: the year's numbers from the year's records alone."""
    year = timezone.localdate(at).year
    for name in ("scheme.toml", "scheme-支部.toml", "scheme-部门.toml"):
        text = move_to_year((folder / name).read_text(encoding="utf-8"), year)
        run_scheme(bureau, load_scheme(text, name), actor=actor, at=at)


def move_to_year(text: str, year: int) -> str:
    """Set a scheme of 2025 to another year: its code, title and window; the document it rests on stays as it is.

    >>> move_to_year('code = "yccg-2025"\\nsource = "〔2025〕3号"', 2026)
    'code = "yccg-2026"\\nsource = "〔2025〕3号"'
    """
    moved = text.replace("2026-01-01", f"{date(year + 1, 1, 1)}").replace("2025-01-01", f"{date(year, 1, 1)}")
    return moved.replace("-2025", f"-{year}").replace("2025年", f"{year}年").replace("2025 年", f"{year} 年")
