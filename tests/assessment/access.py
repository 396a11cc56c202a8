"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from shanxue.assessment.actions.ballots import hand_out, open_evaluation
from shanxue.assessment.actions.opinions import count_paper
from shanxue.assessment.actions.schemes import publish_draft, start_draft
from shanxue.assessment.models import Appeal, Objection, Proceeding, ProceedingScheme, QuotaCase, Result
from shanxue.assessment.rules.ballots import Means
from shanxue.assessment.rules.proceedings import Step
from shanxue.orgs.queries import find_actor
from tests.assessment.scoring_house import SCORED_CODE, make_scored_run
from tests.house import AT, House
from tests.roles import BUREAU, EVERYBODY, HAS_OWN, LEADING, READERS, SIGNED_IN

OPEN_TO: dict[str, set[str | None]] = {
    "assessment:mine": HAS_OWN,
    "assessment:people": READERS,
    "assessment:person": {"member", *READERS},  # 张三
    "assessment:records": {"member", *READERS},  # 张三's
    "assessment:board": READERS,
    "assessment:unit": READERS - {"head"},  # 第一支部
    "assessment:lists": BUREAU,
    "assessment:schemes": SIGNED_IN,
    "assessment:scheme": SIGNED_IN,
    "assessment:trial": READERS,
    "assessment:scheme_drafts": {"office"},
    "assessment:start_scheme": set(),
    "assessment:scheme_draft": {"office"},
    "assessment:scheme_text": {"office"},
    "assessment:publish_scheme": {"office"},
    "assessment:drop_scheme": set(),
    "assessment:scheme_versions": SIGNED_IN,
    "assessment:appeal": {"member"},  # 张三's own line
    "assessment:appeals": BUREAU,
    "assessment:appeal_answer": {"member", *BUREAU},
    "assessment:binding": BUREAU,
    "assessment:binding_file": BUREAU,
    "assessment:binding_decide": {"office"},
    "assessment:departments_file": set(),  # the house has no department scheme
    "assessment:lists_file": BUREAU,
    "assessment:scores": {*HAS_OWN, *READERS} - {"inspector"},
    "assessment:score": {"office", "leader", "head"},
    "assessment:score_self": HAS_OWN,
    "assessment:scorers": {"office"},
    "assessment:vote": EVERYBODY,
    "assessment:evaluations": {*HAS_OWN, *READERS},
    "assessment:evaluation_open": LEADING,
    "assessment:evaluation": {"member", *READERS} - {"head"},  # 第一支部's
    "assessment:evaluation_self": HAS_OWN,
    "assessment:evaluation_remarks": HAS_OWN,
    "assessment:evaluation_hand_out": LEADING,
    "assessment:evaluation_paper": LEADING,
    "assessment:evaluation_takers": set(),
    "assessment:evaluation_void": LEADING,
    "assessment:evaluation_seen": set(),
    "assessment:evaluation_count": LEADING,
    "assessment:evaluation_votes": READERS - {"head"},
    "assessment:evaluation_opinions": LEADING,
    **{
        f"assessment:{name}": BUREAU
        for name in (
            "proceedings",
            "proceeding",
            "roster",
            "cutoff",
            "preview",
            "moves",
            "freeze",
            "checks",
            "publish",
            "settle",
        )
    },
    **{f"assessment:{name}": {"office"} for name in ("change_scheme", "late", "quota", "measures", "amend")},
    "assessment:check": READERS - {"head"},  # 第一支部
    "assessment:object": READERS - {"head"},
    "assessment:objection": READERS - {"head"},
    "assessment:publicity": {"member", *READERS},
}
POST_ONLY = {
    "assessment:evaluation_takers", "assessment:evaluation_seen", "assessment:start_scheme", "assessment:drop_scheme",
}  # fmt: skip


def open_year(house: House) -> Proceeding:
    """The house's year under 公示, with its two schemes."""
    proceeding = Proceeding.objects.create(
        bureau=house.bureau, title="2025年度学习考核", from_on=date(2025, 1, 1), until_on=date(2026, 1, 1),
        stage=Step.PUBLICITY, opened_at=AT, opened_by="学习办公室", cutoff_at=AT, frozen_at=AT,
        check_until_on=date(2026, 1, 8), publicity_from_on=date(2026, 1, 9), publicity_until_on=date(2099, 1, 1),
        appeal_until_on=date(2099, 1, 1),
    )  # fmt: skip
    for place, run in enumerate((house.run, house.branch_run)):
        ProceedingScheme.objects.create(
            proceeding=proceeding, code=run.scheme.code, version=run.scheme, place=place, run=run, frozen_run=run
        )
    return proceeding


def make(house: House) -> dict[str, list[object]]:
    result = Result.objects.get(run=house.run, person=house.people["张三"])
    proceeding = open_year(house)
    case = QuotaCase.objects.create(
        run=house.run, quota=0, grade="优秀", seats=1, holders=[[house.people["李四"].pk, False, True]], digest="0" * 64
    )
    objection = Objection.objects.create(
        proceeding=proceeding, result=result, item="A1", sentence="少计一次到会。", at=AT, by_name="李四"
    )
    branch = house.units["第一支部"].pk
    appeal = Appeal.objects.create(result=result, item="P1", sentence="有一项已完成，没有计入。", asked_at=AT)
    counted, opened = make_evaluations(house)
    make_scored_run(house)
    draft = make_schemes(house)
    return {
        "assessment:score": [SCORED_CODE, "E1"],
        "assessment:score_self": [SCORED_CODE, "E1"],
        "assessment:scorers": [SCORED_CODE, "E1"],
        **{f"assessment:{name}": [draft] for name in ("scheme_draft", "scheme_text", "publish_scheme", "drop_scheme")},
        "assessment:scheme_versions": ["jiguan-tongyong"],
        **{f"assessment:evaluation{name}": [counted] for name in ("", "_paper", "_count", "_votes", "_opinions")},
        **{
            f"assessment:evaluation_{name}": [opened]
            for name in ("self", "remarks", "hand_out", "takers", "void", "seen")
        },
        "assessment:appeal": [result.pk, "A1"],
        "assessment:appeal_answer": [appeal.pk],
        **{
            f"assessment:{name}": [proceeding.pk]
            for name in (
                "proceeding",
                "change_scheme",
                "roster",
                "cutoff",
                "late",
                "preview",
                "moves",
                "freeze",
                "checks",
                "publish",
                "publicity",
                "settle",
                "measures",
            )
        },
        "assessment:check": [proceeding.pk, branch],
        "assessment:object": [proceeding.pk, branch, result.pk],
        "assessment:objection": [objection.pk],
        "assessment:quota": [proceeding.pk, case.pk],
        "assessment:amend": [result.pk],
        "assessment:binding_decide": [result.pk, "G9"],
        "assessment:person": [house.people["张三"].pk],
        "assessment:records": [result.pk, "A1"],
        "assessment:unit": [house.units["第一支部"].pk],
        "assessment:scheme": ["jiguan-2025"],
        "assessment:trial": ["jiguan-2025"],
    }


def make_schemes(house: House) -> int:
    """机关通用 published once, and a draft of its next version."""
    office = find_actor(house.users["office"], timezone.localdate())
    first = start_draft(office, "jiguan-tongyong", at=AT)
    publish_draft(office, first, from_on=office.on, reason="局党委会", revision=0, at=AT)
    return start_draft(office, "jiguan-tongyong", at=AT).pk


def make_evaluations(house: House) -> tuple[int, int]:
    """第一支部 counted last year's ballots on paper, and this year's is open."""
    secretary, today = find_actor(house.users["secretary"], timezone.localdate()), timezone.localdate()
    made = []
    for year in (today.year - 1, today.year):
        one = open_evaluation(
            secretary, house.units["第一支部"], year=year, written_until_on=today,
            meets_on=today + timedelta(days=3), at=AT,
        )  # fmt: skip
        made.append(one.pk)
    people = [house.people[name].pk for name in ("张三", "李四")]
    hand_out(secretary, made[0], people, Means.PAPER, at=AT)
    votes = {("党员", person): {"优秀": 1, "合格": 1} for person in people}
    count_paper(secretary, made[0], returned=2, valid=2, votes=votes, tellers="张三、李四", at=AT)
    return made[0], made[1]
