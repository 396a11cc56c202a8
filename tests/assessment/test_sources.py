"""What is entered during the year reaches the scheme that names it, with no second entry (issue: promise 1)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shanxue.assessment.facts import gather_person_facts
from shanxue.assessment.models import Run
from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.rules.scheme import Scheme
from shanxue.assessment.rules.wording import describe_scheme
from shanxue.assessment.runs import list_evidence, run_scheme
from shanxue.base.periods import Period
from shanxue.orgs.facts import EVERYONE, Slice
from shanxue.plans.models import Campaign
from shanxue.study.models import LearningHours, Material, Note, Outcome, SelfStudy
from tests.people import TestBureau, make_bureau

pytestmark = pytest.mark.django_db(transaction=True)
WINDOW = Period(date(2026, 1, 1), date(2027, 1, 1))
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)

SCHEME = """
[scheme]
code = "xs-2026"
title = "学时办法"
subject = "person"
window = { from = 2026-01-01, until = 2027-01-01 }
precision = 0.1
source = "《办法》"
[scheme.clauses]
"第一条" = "全年32学时，得32分。"
"第二条" = "参加主题学习教育每次2分。"
"第三条" = "自学记录每条0.5分，最多2分。"
"第四条" = "成果经认定每项5分。"
[[item]]
code = "X1"
component = "学时"
title = "年度学时"
clause = "第一条"
kind = "quota"
full = 32
count = { source = "credits", measure = "hours" }
target = 32
[[item]]
code = "X2"
component = "活动"
title = "主题学习教育"
clause = "第二条"
kind = "award_each"
each = 2
count = { source = "attendance", mark = ["到"], campaign = ["党纪学习教育"] }
[[item]]
code = "X3"
component = "自学"
title = "自学记录"
clause = "第三条"
kind = "award_each"
each = 0.5
cap = 2
count = { source = "selfstudy" }
[[item]]
code = "X4"
component = "成效"
title = "成果认定"
clause = "第四条"
kind = "award_each"
each = 5
count = { source = "outcomes", mark = ["已认定"] }
[[band]]
label = "合格"
"""


@pytest.fixture
def house() -> TestBureau:
    """张兰: 6 recorded hours, two sessions of 2 hours (one in a campaign), one absence, three entries of study."""
    house = make_bureau()
    zhang = house.people["张兰"]
    campaign = Campaign.objects.create(
        bureau=house.bureau, unit=house.committee, name="党纪学习教育", from_on=date(2026, 4, 1),
        until_on=date(2026, 8, 1),
    )  # fmt: skip
    house.hold_session(house.first, date(2026, 3, 5), {"张兰": "到"})
    session = house.hold_session(house.first, date(2026, 5, 6), {"张兰": "到", "王强": "到"})
    session.campaign = campaign
    session.save()
    house.hold_session(house.first, date(2026, 6, 3), {"张兰": "缺席"})
    LearningHours.objects.create(
        bureau=house.bureau, person=zhang, kind="集中培训", title="春训", on=date(2026, 4, 3), amount_milli=6000
    )
    book = Material.objects.create(bureau=house.bureau, kind="书", title="党章")
    for day in (1, 2, 3):
        SelfStudy.objects.create(
            bureau=house.bureau, person=zhang, title="党章", material=book, on=date(2026, 7, day), at=AT
        )
    for number, state in enumerate(("研究", "已认定")):
        Outcome.objects.create(
            bureau=house.bureau, person=zhang, unit=house.first, title=f"调研{number}", on=date(2026, 9, 1),
            state=state, adopted_as="办法", adopted_on=date(2026, 10, 1), evidence="投诉减少",
            recognised_on=date(2026, 11, 1),
        )  # fmt: skip
    Note.objects.create(bureau=house.bureau, person=zhang, title="心得", on=date(2026, 7, 1), state="草稿")
    return house


def read_scheme() -> Scheme:
    return load_scheme(SCHEME, "细则.toml").scheme


def test_credits_join_recorded_hours_and_the_credit_of_attended_sessions(house: TestBureau) -> None:
    """条例 20: 32 hours a year, whichever way they were earned; an absence earns none."""
    part = Slice(house.bureau.pk, WINDOW, 0, EVERYONE)
    credits = gather_person_facts(part, read_scheme())["credits"].collect()
    zhang = credits.filter(credits["subject"] == house.people["张兰"].pk)
    assert sorted(zhang.select("kind", "amount").rows()) == [("主题党日", 2000), ("主题党日", 2000), ("集中培训", 6000)]


def test_each_line_counts_what_the_year_recorded_and_names_its_evidence(house: TestBureau) -> None:
    run_scheme(house.bureau, load_scheme(SCHEME, "细则.toml"), actor="办公室", at=AT)
    result = Run.objects.get().results.get(person=house.people["张兰"])
    points = {line.item: line.awarded_points for line in result.lines.all()}
    assert points == {"X1": 100, "X2": 20, "X3": 15, "X4": 50}
    assert [fact["title"] for fact in list_evidence(result, "X2")] == ["5月主题党日"]
    assert len(list_evidence(result, "X1")) == 3


def test_a_draft_is_nobodys_note(house: TestBureau) -> None:
    text = SCHEME.replace('source = "selfstudy"', 'source = "notes"')
    part = Slice(house.bureau.pk, WINDOW, 0, EVERYONE)
    facts = gather_person_facts(part, load_scheme(text, "细则.toml").scheme)
    assert facts["notes"].collect().height == 0


def test_new_sources_are_said_in_chinese() -> None:
    words = {clause.code: clause.sentence for clause in describe_scheme(read_scheme())}
    assert words["X4"] == "已认定学习成果每项加5分；“已认定学习成果”指学习成果（记为：已认定）的项数。"
    assert "主题活动：党纪学习教育" in words["X2"]
