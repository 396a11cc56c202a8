"""The ballot is secret in fact: with the whole database in hand no vote can be joined to whoever cast it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from shanxue.assessment.actions import ballots as actions
from shanxue.assessment.actions.opinions import count_urn
from shanxue.assessment.models import BallotCode, Evaluation, EvaluationMember, Urn
from shanxue.assessment.queries import ballots as queries
from shanxue.assessment.rules.ballots import GRADES, Means, digest_slips
from shanxue.audit.models import Entry
from shanxue.orgs.queries import find_actor
from tests.house import AT, House, add_person, build_house

DAY = date(2026, 1, 12)
NAMES = ("张三", "李四", "孙七", "周八", "吴九")
BALLOTS = ("优秀", "合格", "合格", "基本合格", "不合格")
Dump = dict[str, list[tuple[object, ...]]]


def start(house: House) -> tuple[Evaluation, list[str]]:
    for name in NAMES[2:]:
        add_person(house, name, "第一支部")
    secretary = find_actor(house.users["secretary"], AT.date())
    evaluation = actions.open_evaluation(
        secretary, house.units["第一支部"], year=2025, written_until_on=DAY, meets_on=DAY, at=AT
    )
    takers = [house.people[name].pk for name in NAMES]
    (sheet,) = actions.hand_out(secretary, evaluation.pk, takers, Means.PHONE, at=AT)
    return evaluation, list(sheet.codes)


def cast(house: House, code: str, number: int) -> None:
    """Everybody's ballot is different: the same grade for all five, shifted by one for one of them."""
    choices = {house.people[name].pk: BALLOTS[(number + (place == number)) % 5] for place, name in enumerate(NAMES)}
    actions.cast_ballot(code, choices)


def dump_everything() -> Dump:
    """Every row of every table of the database, as values."""
    tables = connection.introspection.table_names()
    found: Dump = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted((tuple(row) for row in cursor.fetchall()), key=repr)
    return found


def list_columns(model: type) -> set[str]:
    return {field.column for field in model._meta.concrete_fields}  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_the_tables_of_a_vote_have_no_place_for_a_voter() -> None:
    """A column added here must first stand in docs/ballots.md: no time, number or name beside a slip or a code."""
    assert list_columns(Urn) == {"evaluation_id", "slips"}
    assert list_columns(BallotCode) == {"digest", "evaluation_id", "level", "used"}
    assert {column for column in list_columns(EvaluationMember) if "ballot" in column or "vote" in column} == {
        "has_ballot"
    }


@pytest.mark.django_db
def test_casting_from_a_signed_in_phone_writes_the_urn_and_the_code_and_nothing_else(house: House) -> None:
    """No session, no audit entry, no reading, no time: only ``used`` turns and the urn is written anew."""
    _evaluation, codes = start(house)
    phone = Client()
    phone.force_login(house.users["member"], backend="django.contrib.auth.backends.ModelBackend")
    before = dump_everything()
    fields = {f"grade-{house.people[name].pk}": "合格" for name in NAMES}
    answer = phone.post(reverse("assessment:vote"), {"code": codes[0], "act": "cast", **fields})
    after = dump_everything()
    assert "票已投入票箱" in answer.content.decode()
    assert {table for table in after if after[table] != before[table]} == {"assessment_urn", "assessment_ballotcode"}
    used = set(after["assessment_ballotcode"]) - set(before["assessment_ballotcode"])
    assert len(used) == 1
    assert "张三" not in answer.content.decode()


@pytest.mark.django_db
def test_the_database_is_the_same_whoever_drew_which_code(house: House) -> None:
    """The same ballots, given with other codes and in another order, leave the same database to the last row."""
    evaluation, codes = start(house)
    dumps = []
    for order in ((0, 1, 2, 3, 4), (3, 0, 4, 2, 1)):
        with transaction.atomic():
            for code, number in zip(codes, order, strict=True):
                cast(house, code, number)
            dumps.append(dump_everything())
            transaction.set_rollback(True)
    assert dumps[0] == dumps[1]
    assert evaluation.pk


@pytest.mark.django_db
def test_no_whole_ballot_is_kept(house: House) -> None:
    """A pattern of ticks could be a signature: the urn holds single slips, sorted by person and grade."""
    evaluation, codes = start(house)
    for number, code in enumerate(codes):
        cast(house, code, number)
    slips = Urn.objects.get(evaluation=evaluation).slips
    assert len(slips) == 25
    assert slips == sorted(slips, key=lambda one: (one[0], one[1], GRADES.index(one[2])))


@pytest.mark.django_db
def test_the_trail_carries_no_vote(house: House) -> None:
    """The audit knows that ballots were handed out and counted, never what one said, and nothing of a single vote."""
    evaluation, codes = start(house)
    for number, code in enumerate(codes):
        cast(house, code, number)
    secretary = find_actor(house.users["secretary"], AT.date())
    count_urn(secretary, evaluation.pk, tellers="孙七", at=AT)
    entries = list(Entry.objects.filter(subject=f"evaluation:{evaluation.pk}").order_by("seq"))
    assert [one.verb.removeprefix("assessment.") for one in entries] == [
        "open_evaluation", "hand_out_ballots", "count_ballots",
    ]  # fmt: skip
    told = json.dumps([one.detail for one in entries], ensure_ascii=False)
    assert [grade for grade in GRADES if grade in told] == []
    assert set(entries[2].detail) == {"returned", "valid", "slips_sha256"}


@pytest.mark.django_db
def test_a_recount_gives_the_same_and_a_changed_urn_is_seen(house: House) -> None:
    """The tally can be re-counted from the urn alone, against the check value that stands in the trail."""
    evaluation, codes = start(house)
    for number, code in enumerate(codes):
        cast(house, code, number)
    secretary = find_actor(house.users["secretary"], AT.date())
    counted = count_urn(secretary, evaluation.pk, tellers="孙七", at=AT)
    urn = Urn.objects.get(evaluation=evaluation)
    assert not BallotCode.objects.exists()
    assert digest_slips(reversed(urn.slips)) == counted.slips_sha256
    assert queries.recount(Evaluation.objects.get(pk=evaluation.pk)) == queries.Recount(25, True, True)
    urn.slips[0][2] = "不合格"
    urn.save()
    assert queries.recount(Evaluation.objects.get(pk=evaluation.pk)) == queries.Recount(25, False, False)


@pytest.mark.django_db(transaction=True)
def test_the_file_itself_holds_no_code() -> None:
    """The raw database file with its write-ahead log: codes stand on paper only. Skipped where there is no file."""
    if connection.vendor != "sqlite":
        pytest.skip("the embedded database only")
    house = build_house()
    _evaluation, codes = start(house)
    for number, code in enumerate(codes):
        cast(house, code, number)
    place = Path(str(connection.settings_dict["NAME"]))
    raw = b"".join(file.read_bytes() for file in place.parent.glob(f"{place.name}*"))
    assert b"assessment_urn" in raw
    assert [code for code in codes if code.encode() in raw or code.replace("-", "").encode() in raw] == []


VISIT = Callable[[str | None], Client]


@pytest.mark.django_db
def test_the_ballot_page_refuses_in_words(house: House, visit: VISIT) -> None:
    """Voting twice and a wrong code, on the page; what was ticked stays while it is checked."""
    _evaluation, codes = start(house)
    client, address, person = visit(None), reverse("assessment:vote"), house.people["张三"].pk
    assert client.get(address).headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert "没有这个票码" in client.post(address, {"code": "ABCDE-FGHJK"}).content.decode()
    ballot = client.post(address, {"code": codes[0].lower()}).content.decode()
    assert "给每位同志选一个等次" in ballot
    rest = client.post(address, {"code": codes[0], "act": "check", f"grade-{person}": "优秀", "rest": "合格"})
    assert rest.content.decode().count('value="合格"') == 4
    assert "这张票一个人也没有评。" in client.post(address, {"code": codes[0], "act": "check"}).content.decode()
    check = client.post(address, {"code": codes[0], "act": "check", f"grade-{person}": "合格"}).content.decode()
    assert "有 4 人没有选，算弃权。" in check
    assert "票已投入票箱" in client.post(
        address, {"code": codes[0], "act": "cast", f"grade-{person}": "合格"}
    ).content.decode()  # fmt: skip
    again = client.post(address, {"code": codes[0], "act": "cast", f"grade-{person}": "优秀"})
    assert (again.status_code, "这张票已经投过。一张票只能投一次。" in again.content.decode()) == (400, True)
