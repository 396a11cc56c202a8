"""A sealed year is only read (ux K6): every verb of the assessment and of tests refuses it, with one code.

The tables name a call for each verb; whoever adds a verb to ``actions/`` adds it here, or says why it may be done.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from openpyxl import load_workbook

from shanxue.assessment import runs
from shanxue.assessment.actions import (
    appeals,
    ballots,
    binding,
    checking,
    opinions,
    proceedings,
    schemes,
    scoring,
    settling,
    sharing,
)
from shanxue.assessment.intake import DAYS
from shanxue.assessment.models import (
    BallotCode,
    Event,
    PriorResult,
    Proceeding,
    QuotaCase,
    Result,
    SchemeDraft,
)
from shanxue.assessment.proceeding_volumes import list_pieces, list_tables
from shanxue.assessment.queries.ballots import digest_code
from shanxue.assessment.queries.proceedings import QuotaView, list_scheme_parts, show_part
from shanxue.assessment.queries.results import Shown
from shanxue.assessment.rules.ballots import MEMBERS, Means, Stage
from shanxue.assessment.rules.loading import load_scheme
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.exams.actions import bank, papers, sittings
from shanxue.exams.models import Paper, Score, Sitting
from shanxue.exams.queries.sittings import list_own_tests
from shanxue.intake.actions import list_days
from shanxue.intake.drafts import Draft, Ledger
from shanxue.orgs.actions.closing import close_year
from tests.assessment.proceeding_house import CUT, DAY, SCHEME, Desk, bring_to_freeze, build_desk
from tests.assessment.scoring_house import SCORED, SCORED_CODE
from tests.assessment.test_settling import find_frozen, rule, settle_all

pytestmark = pytest.mark.django_db
CODE = "ABCDEFGH"
HELD = CUT - 30 * DAY  # when the test of the sealed year was sat


@dataclass
class Sealed:
    """A bureau whose 2025 has something under way in every verb's reach, and was sealed with it (带缺件封卷)."""

    desk: Desk
    proceeding: Proceeding
    frozen: Result  # 王强's
    shown: Shown
    paper: Paper
    sitting: Sitting
    objection: Any = None
    appeal: Any = None
    evaluation: Any = None
    draft: Any = None
    task: Any = None

    def be(self, key: str) -> Any:
        return self.desk.act_as(key)

    @property
    def quota(self) -> QuotaView:
        case = QuotaCase(run=self.shown.run, quota=0, grade="优秀", seats=1, holders=[], digest="0")
        return QuotaView(list_scheme_parts(self.proceeding)[0], case, None)


@pytest.fixture
def sealed(db: None) -> Sealed:
    desk = build_desk()
    town, office = desk.town, desk.act_as("office")
    runs.run_scheme(town.bureau, load_scheme(SCORED, "细则.toml"), actor="命令行", at=CUT)
    proceeding = bring_to_freeze(desk, desk.open())
    part = list_scheme_parts(proceeding)[0]
    shown = show_part(part)
    assert shown is not None
    wang, zhang = (desk.find(shown.run.pk, name) for name in ("王强", "张兰"))
    paper = Paper.objects.create(
        bureau=town.bureau, unit=town.committee, title="党章测试", state="已发布", opens_at=HELD - DAY,
        closes_at=HELD + DAY, attempts=2,
    )  # fmt: skip
    sitting = Sitting.objects.create(
        paper=paper, person=town.people["张兰"], attempt=1, started_at=HELD, ends_at=HELD + timedelta(minutes=20)
    )
    found = Sealed(desk, proceeding, wang, shown, paper, sitting)
    found.task = next(one for one in list_own_tests(town.people["王强"], HELD, HELD.date(), every=True))
    found.objection = checking.object_to_line(
        desk.act_as("secretary"), proceeding, town.first, wang.pk, "A1", "3月那次他来了。", at=CUT
    )
    found.appeal = appeals.file_appeal(desk.act_as("member"), zhang, "A1", "1月那次我来了。", at=CUT)
    found.evaluation = ballots.open_evaluation(
        desk.act_as("secretary"), town.first, year=2025, written_until_on=CUT.date(), meets_on=CUT.date(), at=CUT
    )
    BallotCode.objects.create(digest=digest_code(CODE), evaluation=found.evaluation, level=MEMBERS)
    found.draft = SchemeDraft.objects.create(
        bureau=town.bureau, title="细则", text=SCHEME, based_on="空白", at=CUT, actor="周文"
    )
    assert office.bureau is not None
    close_year(office.bureau, 2025, actor="周文", at=CUT)
    return found


def mark(sealed: Sealed) -> dict[int, scoring.Given]:
    return {sealed.desk.town.people["张兰"].pk: scoring.Given("5", "办法用到了工作上")}


def write_paper(sealed: Sealed, **values: object) -> papers.PaperValues:
    usual: dict[str, Any] = {
        "unit": sealed.desk.town.committee, "statuses": [], "title": "又一次", "opens_at": HELD,
        "closes_at": HELD + DAY, "minutes": 20, "attempts": 1, "counts": "最高一次", "pass_milli": None,
    }  # fmt: skip
    return papers.PaperValues(**(usual | values))


def cast(sealed: Sealed) -> None:
    type(sealed.evaluation).objects.update(stage=Stage.VOTING, means=Means.PHONE)
    ballots.cast_ballot(CODE, {sealed.desk.town.people["张兰"].pk: "优秀"})


Call = Callable[[Sealed], object]
ASSESSMENT: dict[Callable[..., Any], Call] = {
    runs.run_scheme: lambda s: runs.run_scheme(
        s.desk.town.bureau, load_scheme(SCHEME, "x"), actor="命令行", at=CUT + DAY
    ),
    proceedings.open_proceeding: lambda s: proceedings.open_proceeding(
        s.be("office"), [s.shown.run.scheme], title="再办", at=CUT
    ),
    proceedings.change_scheme: lambda s: proceedings.change_scheme(
        s.be("office"), s.proceeding, SCHEME, "x.toml", at=CUT
    ),
    proceedings.sign_roster: lambda s: proceedings.sign_roster(s.be("office"), s.proceeding, 9, words="", at=CUT),
    proceedings.set_cutoff: lambda s: proceedings.set_cutoff(s.be("office"), s.proceeding, 9, cutoff_at=CUT, at=CUT),
    proceedings.run_trial: lambda s: proceedings.run_trial(s.be("office"), s.proceeding, 9, at=CUT),
    proceedings.freeze: lambda s: proceedings.freeze(s.be("office"), s.proceeding, 9, at=CUT, reason="更正"),
    proceedings.decide_late: lambda s: proceedings.decide_late(
        s.be("office"), s.proceeding, [1], let_in=True, reason="属实", at=CUT
    ),
    checking.confirm_results: lambda s: checking.confirm_results(
        s.be("secretary"), s.proceeding, s.desk.town.first, None, at=CUT
    ),
    checking.object_to_line: lambda s: checking.object_to_line(
        s.be("secretary"), s.proceeding, s.desk.town.first, s.frozen.pk, "A1", "不对", at=CUT
    ),
    checking.answer_objection: lambda s: checking.answer_objection(
        s.be("office"), s.objection, agreed=True, answer="同意", at=CUT
    ),
    settling.publish: lambda s: settling.publish(
        s.be("office"), s.proceeding, 9, publicity_days=None, appeal_days=None, at=CUT
    ),
    settling.end_publicity: lambda s: settling.end_publicity(s.be("office"), s.proceeding, 9, at=CUT),
    settling.decide_quota: lambda s: settling.decide_quota(
        s.be("office"), s.proceeding, s.quota, [], meeting="党委会", held_on=CUT.date(), reason="x", at=CUT
    ),
    settling.settle: lambda s: settling.settle(s.be("office"), s.proceeding, 9, at=CUT),
    appeals.file_appeal: lambda s: appeals.file_appeal(
        s.be("member"), s.desk.find(s.shown.run.pk, "张兰"), "A1", "不对", at=CUT
    ),
    appeals.withdraw_appeal: lambda s: appeals.withdraw_appeal(s.be("member"), s.appeal.pk, at=CUT),
    appeals.decide_appeal: lambda s: appeals.decide_appeal(
        s.be("second"), s.appeal.pk, upheld=True, decision="成立", at=CUT
    ),
    scoring.give_marks: lambda s: scoring.give_marks(s.be("office"), SCORED_CODE, "E1", None, mark(s), at=CUT),
    scoring.score_self: lambda s: scoring.score_self(s.be("member"), SCORED_CODE, "E1", None, mark(s), at=CUT),
    sharing.share_out: lambda s: sharing.share_out(s.be("office"), SCORED_CODE, "E1", {}, at=CUT),
    binding.tell_personnel: lambda s: binding.tell_personnel(s.be("office"), s.shown, [1], at=CUT),
    binding.decide_apart: lambda s: binding.decide_apart(
        s.be("office"), s.shown, 1, "G9", approved_by="党委", reason="x", meeting="党委会", at=CUT
    ),
    ballots.open_evaluation: lambda s: ballots.open_evaluation(
        s.be("other_secretary"), s.desk.town.second, year=2025, written_until_on=CUT.date(), meets_on=CUT.date(), at=CUT
    ),
    ballots.write_self: lambda s: ballots.write_self(s.be("member"), s.evaluation.pk, "自评", at=CUT),
    ballots.write_remarks: lambda s: ballots.write_remarks(s.be("member"), s.evaluation.pk, {}, at=CUT),
    ballots.hand_out: lambda s: ballots.hand_out(s.be("secretary"), s.evaluation.pk, [], Means.PAPER, at=CUT),
    ballots.add_takers: lambda s: ballots.add_takers(s.be("secretary"), s.evaluation.pk, [], at=CUT),
    ballots.cast_ballot: cast,
    ballots.restart_ballot: lambda s: ballots.restart_ballot(s.be("secretary"), s.evaluation.pk, reason="x", at=CUT),
    ballots.acknowledge: lambda s: ballots.acknowledge(s.be("member"), s.evaluation.pk, at=CUT),
    opinions.count_urn: lambda s: opinions.count_urn(s.be("secretary"), s.evaluation.pk, tellers="周八", at=CUT),
    opinions.count_paper: lambda s: opinions.count_paper(
        s.be("secretary"), s.evaluation.pk, returned=0, valid=0, votes={}, tellers="周八", at=CUT
    ),
    opinions.give_opinions: lambda s: opinions.give_opinions(s.be("secretary"), s.evaluation.pk, {}, at=CUT),
    schemes.publish_draft: lambda s: schemes.publish_draft(
        s.be("office"), s.draft, from_on=CUT.date(), reason="党委会通过", revision=0, at=CUT
    ),
}  # fmt: skip
EXAMS: dict[Callable[..., Any], Call] = {
    papers.save_paper: lambda s: papers.save_paper(s.desk.town.bureau, None, write_paper(s), actor="周文", at=CUT),
    papers.set_rule: lambda s: papers.set_rule(s.paper, [], actor="周文", at=CUT),
    papers.add_questions: lambda s: papers.add_questions(s.paper, [], 1000, actor="周文", at=CUT),
    papers.set_points: lambda s: papers.set_points(s.paper, {}, actor="周文", at=CUT),
    papers.remove_question: lambda s: papers.remove_question(s.paper, 1, actor="周文", at=CUT),
    papers.move_question: lambda s: papers.move_question(s.paper, 1, 1, actor="周文", at=CUT),
    papers.publish_paper: lambda s: papers.publish_paper(s.paper, actor="周文", at=CUT),
    papers.withdraw_paper: lambda s: papers.withdraw_paper(s.paper, actor="周文", at=CUT),
    papers.delete_draft: lambda s: papers.delete_draft(s.paper, actor="周文", at=CUT),
    sittings.start_sitting: lambda s: sittings.start_sitting(
        s.task, s.desk.town.people["王强"], seed=1, actor="王强", at=HELD
    ),
    sittings.save_answer: lambda s: sittings.save_answer(s.sitting, 1, ["A"], at=HELD),
    sittings.hand_in: lambda s: sittings.hand_in(s.sitting, actor="张兰", at=HELD),
}
MAY_BE_DONE = {
    settling.amend_result: "a record of today: see the test below",
    binding.record_list_reading: "who read what is of the day it was read",
    ballots.record_evaluation_reading: "who read what is of the day it was read",
    schemes.start_draft: "a draft counts nothing", schemes.save_draft: "a draft counts nothing",
    schemes.drop_draft: "a draft counts nothing",
    bank.commit_bank: "the bank is of no year", bank.undo_bank: "the bank is of no year",
    bank.save_question: "the bank is of no year", bank.retire_question: "the bank is of no year",
    sittings.hand_in_overdue: "leaves what ended in a sealed year: see the test below",
}  # fmt: skip
NO_VERBS = {  # checks and parts of verbs, without a transaction of their own
    "plan_bank", "refuse_published", "freeze", "put_questions", "find_blocked", "find_for_writing", "check_choices",
    "check_cast", "record_evaluation", "demand_writer", "refuse_stale", "demand_open_task",
}  # fmt: skip


def list_verbs() -> set[Callable[..., Any]]:
    found = set()
    for package in ("shanxue.assessment.actions", "shanxue.exams.actions"):
        for one in pkgutil.iter_modules(import_module(package).__path__):
            module = import_module(f"{package}.{one.name}")
            if one.name == "steps":
                continue
            for name, value in vars(module).items():
                own = inspect.isfunction(value) and value.__module__ == module.__name__
                if own and not name.startswith("_") and (name not in NO_VERBS or value is proceedings.freeze):
                    found.add(value)
    return found


def test_every_verb_is_in_a_table() -> None:
    assert list_verbs() - {*ASSESSMENT, *EXAMS, *MAY_BE_DONE} == set()


def call(sealed: Sealed, verb: Callable[..., Any]) -> Refusal | None:
    with transaction.atomic():
        try:
            (ASSESSMENT | EXAMS)[verb](sealed)
        except Refusal as refusal:
            return refusal
        finally:
            transaction.set_rollback(True)
    return None


def test_a_sealed_year_is_changed_by_no_verb(sealed: Sealed) -> None:
    """ux K6: read-only afterwards; refused in words, with a code that stays, and nothing is written."""
    before = Entry.objects.count()
    said = {f"{verb.__module__[8:]}.{verb.__name__}": call(sealed, verb) for verb in (*ASSESSMENT, *EXAMS)}
    assert {name: one and (one.code, one.status) for name, one in said.items()} == dict.fromkeys(
        said, ("year_closed", 409)
    )
    assert all(one and one.sentence.startswith("2025 年已经封卷，那一年的记录不能再改。") for one in said.values())
    assert Entry.objects.count() == before


def test_what_may_be_done_instead_is_said(sealed: Sealed) -> None:
    for verb, advice in (
        (settling.settle, "有错的，在本人的成绩页按会议决定更正。"),
        (appeals.file_appeal, "可以向学习办公室书面反映，由会议决定是否更正。"),
        (scoring.give_marks, "需要说明的，请写在今年的记录里。"),
    ):
        refusal = call(sealed, verb)
        assert refusal is not None
        assert refusal.sentence.endswith(advice)


def test_a_test_left_open_in_a_sealed_year_gets_no_score_afterwards(sealed: Sealed) -> None:
    """No timer closes sittings: whoever looks next does. Once the year is sealed nobody does any more."""
    assert sittings.hand_in_overdue(Q(pk=sealed.sitting.pk), CUT) == 0
    assert Score.objects.count() == 0
    type(sealed.sitting).objects.update(ends_at=CUT - timedelta(hours=1))
    assert sittings.hand_in_overdue(Q(pk=sealed.sitting.pk), CUT) == 1


def test_files_bring_nothing_of_a_sealed_year_into_events_and_results() -> None:
    """An event is of the day by which it is counted; a result, or a grade proposed, of the year it is for (D8)."""
    days = DAYS[Event]([
        Draft(Event, {"on": date(2025, 3, 1), "done_on": date(2026, 1, 1)}),
        Draft(Event, {"on": None, "done_on": date(2024, 5, 1), "due_on": date(2023, 1, 1)}),
        Draft(Event, {"on": None, "done_on": None, "due_on": None}),
    ])  # fmt: skip
    assert days == {date(2025, 3, 1), date(2024, 5, 1)}
    ledger = Ledger()
    ledger.change(Draft(Score, {"on": date(2025, 3, 1)}, 1), on=date(2026, 3, 1))
    assert list_days(ledger) == {date(2025, 3, 1), date(2026, 3, 1)}
    assert DAYS[PriorResult]([Draft(PriorResult, {"year": 2025})]) == {date(2025, 12, 31)}


def test_an_amendment_after_the_seal_is_a_record_of_its_own_year(db: None) -> None:
    """After 定档 amendments add rows; after 封卷 too. The sealed package stays, this year's volume takes the row."""
    desk = build_desk()
    proceeding = settle_all(desk, desk.open())
    office, first = desk.act_as("office"), find_frozen(desk, proceeding, "王强")
    settling.amend_result(office, first, rule(6000, "合格"), seen=0, at=CUT + 11 * DAY)
    close_year(desk.town.bureau, 2025, actor="周文", at=CUT + 12 * DAY)
    settling.amend_result(office, first, rule(9000, "优秀", held_on=date(2026, 1, 18)), seen=1, at=CUT + 13 * DAY)

    def list_amended(year: Period) -> list[str]:
        tables = {table.name: table for table in list_tables(desk.town.bureau, year)}
        return [f"{row[1]} {row[3]} → {row[5]}" for row in tables["amendments"].rows]

    assert list_amended(Period(date(2025, 1, 1), date(2026, 1, 1))) == ["王强 不合格 → 合格"]
    this = Period(date(2026, 1, 1), date(2027, 1, 1))
    (piece,) = list_pieces(desk.town.bureau, this)
    assert (piece.title, piece.on) == ("2025年度学习考核结果更正（封卷以后）", date(2026, 1, 18))
    sheet = load_workbook(BytesIO(piece.documents[0].write()))["更正"]
    assert [cell.value for cell in sheet[2]][1:6] == ["王强", "60", "合格", "90", "优秀"]
    assert list_amended(this) == ["王强 合格 → 优秀"]
