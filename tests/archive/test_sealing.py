"""Sealing a year (K6): what is missing, two clerks, what a killed process leaves, read-only afterwards."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from shanxue.activities.actions.presence import lock_roll
from shanxue.activities.actions.records import take_back_record
from shanxue.archive.actions.sealing import choose_piece, seal_year, set_fonds
from shanxue.archive.models import ArchiveYear, SealedPiece
from shanxue.archive.paths import get_folder, get_package, hold_year
from shanxue.archive.proving import prove_package
from shanxue.audit.models import Entry
from shanxue.audit.queries import verify_chain
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.queries import find_actor
from shanxue.plans.actions.planning import complete_item
from shanxue.plans.models import Plan, PlanItem
from shanxue.study.actions.log import Line, add_entry

from .conftest import NEXT_YEAR, Year

pytestmark = pytest.mark.django_db


def refuse(year: Year, decision: str = "", at: datetime = NEXT_YEAR) -> str:
    with pytest.raises(Refusal) as refused:
        year.seal(decision, at)
    return refused.value.sentence


def test_a_complete_year_is_sealed_with_its_catalogue_and_its_head(year: Year) -> None:
    """K6, D10: numbered 件, a package that proves itself, the head of the trail in it and in the trail."""
    sealed = year.seal()
    assert sealed.state == "已封"
    assert list(sealed.pieces.order_by("position").values_list("code", "title")) == [
        ("0194-WS·2025-Y-XXQK-0001", "2025年度学习培训工作意见"),
        ("0194-WS·2025-Y-XXQK-0002", "2025年度学习考核结果"),
        ("0194-WS·2025-D30-XXQK-0001", "第二支部主题党日记录（学习条例）"),
        ("0194-WS·2025-D10-XXKQ-0001", "第二支部2025年学习考勤台账"),
    ]
    proof = prove_package(get_package(sealed.package))
    assert proof.problems == []
    entry = Entry.objects.get(verb="archive.seal")
    assert (entry.detail["sha256"], entry.detail["head"]["seq"]) == (sealed.package_sha256, sealed.head_seq)
    assert proof.entries == sealed.head_seq == entry.seq - 1
    assert verify_chain("yc").broken_at is None


def test_minutes_that_were_returned_stop_the_seal(year: Year) -> None:
    """The sentence of ux K6."""
    year.record.state = "退回修改"
    year.record.save()
    sentence = "第二支部 5 月会议记录仍是“退回修改”，不能封卷。补齐以后再封；确实补不了的，写明决定再封。"
    assert refuse(year) == sentence
    assert list(get_folder().glob("*.zip")) == []


def test_gaps_are_sealed_only_by_decision_and_stand_in_the_catalogue(year: Year) -> None:
    year.record.state = "退回修改"
    year.record.save()
    sealed = year.seal("局党委2026年1月4日会议同意，记录人已调离。")
    gap = "第二支部 5 月会议记录仍是“退回修改”，不能封卷。"
    assert (sealed.gaps, sealed.decision) == ([gap], "局党委2026年1月4日会议同意，记录人已调离。")
    with zipfile.ZipFile(get_package(sealed.package)) as package:
        read_me = package.read("shanxue-yc-2025/data/说明.txt").decode("utf-8-sig")
        index = package.read("shanxue-yc-2025/data/index.html").decode()
    assert gap in read_me
    assert sealed.decision in read_me
    assert gap in index
    assert Entry.objects.get(verb="archive.seal").detail["gaps"] == [gap]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("running", "2025 年还没有结束，12 月 31 日以后才能封卷。"),
        ("fonds", "还没有填全宗号，编不了档号。请先填全宗号，再封卷。"),
    ],
)
def test_a_year_that_runs_or_has_no_fonds_is_not_sealed(year: Year, change: str, sentence: str) -> None:
    at = datetime(2025, 12, 31, 15, 0, tzinfo=UTC) if change == "running" else NEXT_YEAR
    if change == "fonds":
        set_fonds(year.house.bureau, 2025, "", actor="赵六", at=NEXT_YEAR)
    assert refuse(year, at=at) == sentence


def test_an_empty_year_has_nothing_to_seal(year: Year) -> None:
    set_fonds(year.house.bureau, 2023, "0194", actor="赵六", at=NEXT_YEAR)
    with pytest.raises(Refusal) as refused:
        seal_year(
            year.house.bureau, 2023, decision="按决定", actor="赵六", at=NEXT_YEAR, progress=lambda *_: None
        )  # fmt: skip
    assert refused.value.sentence == "2023 年还没有可归档的卷。"


def test_sealing_twice_says_by_whom_and_when(year: Year) -> None:
    sealed = year.seal()
    before = get_package(sealed.package).read_bytes()
    assert refuse(year) == "2025 年的卷已由赵六在2026年1月5日封好，不能再改，也不用再封。"
    assert get_package(sealed.package).read_bytes() == before
    assert SealedPiece.objects.count() == 4


def test_of_two_clerks_at_once_one_reads_that_the_other_is_at_it(year: Year) -> None:
    with hold_year("yc", 2025):
        assert refuse(year) == "2025 年的卷有人正在封，或者正在预备。请稍后刷新再看。"
    assert year.seal().state == "已封"


def test_a_process_that_dies_leaves_nothing_and_the_next_one_clears_up(year: Year) -> None:
    """kill -9 leaves at most a draft that no page shows; whoever seals next removes it."""

    def die(text: str, done: int, total: int) -> None:
        if text == "写出记录":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seal_year(year.house.bureau, 2025, actor="赵六", at=NEXT_YEAR, progress=die)
    assert ArchiveYear.objects.get(year=2025).state == "整理中"
    assert [path.name for path in get_folder().iterdir() if not path.name.endswith(".lock")] == []
    (get_folder() / ".draft-killed").write_bytes(b"half")
    sealed = year.seal()
    assert sorted(path.name for path in get_folder().iterdir()) == [".yc-2025.lock", "shanxue-yc-2025.zip"]
    assert prove_package(get_package(sealed.package)).problems == []


def test_records_that_change_meanwhile_are_found_before_the_end(year: Year) -> None:
    def change(text: str, done: int, total: int) -> None:
        if text == "写出记录":
            year.session.topic = "改过的题目"
            year.session.save()

    with pytest.raises(Refusal) as refused:
        seal_year(year.house.bureau, 2025, actor="赵六", at=NEXT_YEAR, progress=change)
    assert refused.value.sentence == "封卷的时候记录有变动，没有封。请再封一次。"


def test_a_sealed_year_is_read_only(year: Year) -> None:
    year.seal()
    bureau = year.house.bureau
    with pytest.raises(Refusal) as refused:
        demand_open_year(bureau.pk, date(2026, 1, 1), date(2025, 12, 31))
    assert refused.value.sentence == "2025 年已经封卷，那一年的记录不能再改。需要说明的，请写在今年的记录里。"
    demand_open_year(bureau.pk, date(2026, 1, 1), None)
    with pytest.raises(Refusal) as refused:
        choose_piece(bureau, 2025, "plan-1", retention="10年", position=None, left_out="", actor="赵六", at=NEXT_YEAR)
    assert refused.value.sentence == "2025 年的卷已由赵六在2026年1月5日封好，不能再改，也不用再封。"


def test_the_next_package_carries_the_trail_from_where_the_last_one_ended(year: Year) -> None:
    first = year.seal()
    at = datetime(2027, 1, 8, 2, 0, tzinfo=UTC)
    set_fonds(year.house.bureau, 2026, "0194", actor="赵六", at=at)
    Plan.objects.create(
        bureau=year.house.bureau, unit=year.house.units["第一支部"], year=2026, title="2026年学习计划", state="已批准",
        decided_at=at,
    )  # fmt: skip
    second = seal_year(
        year.house.bureau, 2026, decision="按决定", actor="赵六", at=at, progress=lambda *_: None
    )  # fmt: skip
    with zipfile.ZipFile(get_package(second.package)) as package:
        head = json.loads(package.read("shanxue-yc-2026/data/留痕/链头.json"))
    assert (head["after_seq"], head["previous_hash"]) == (first.head_seq, first.head_hash)
    proof = prove_package(get_package(second.package))
    assert (proof.problems, proof.entries) == ([], (second.head_seq or 0) - (first.head_seq or 0))
    assert timezone.localdate(at) == date(2027, 1, 8)


def test_rooms_refuse_to_write_in_a_sealed_year(year: Year) -> None:
    """After sealing: no mark, no minutes, no plan item, no self-study of that year; the next year goes on."""
    house = year.house
    year.seal()
    office = find_actor(house.users["office"], date(2026, 1, 6))
    item = PlanItem.objects.create(
        bureau=house.bureau, unit=house.units["第二支部"], title="学习", due_on=date(2025, 6, 1)
    )
    line = Line(title="条例", on=date(2025, 6, 1), gain="")
    acts = (
        lambda: lock_roll(year.session),
        lambda: take_back_record(office, year.session, at=NEXT_YEAR),
        lambda: complete_item(office, item, date(2026, 1, 6), at=NEXT_YEAR),
        lambda: add_entry(
            house.people["张三"], line, confirmed=True, actor="张三", at=NEXT_YEAR, today=date(2025, 6, 1)
        ),
    )
    for act in acts:
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "year_closed"
    assert add_entry(
        house.people["张三"], Line(title="条例", on=date(2026, 1, 6), gain=""), confirmed=True, actor="张三",
        at=NEXT_YEAR, today=date(2026, 1, 6),
    ).pk  # fmt: skip
