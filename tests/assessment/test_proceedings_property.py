"""What is frozen is what stood at the cut-off and exactly the late records that were let in (ux K5), whatever happened.

Sequences of entries, corrections and removals before the cut-off, between the cut-off and the press, after it, and once
more after the first decisions. What is expected is kept apart: a table of marks by record, and a ratio by hand.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import cycle

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanxue.activities.models import Attendance, Session
from shanxue.assessment.actions.proceedings import decide_late, freeze, run_trial, set_cutoff, sign_roster
from shanxue.assessment.models import LateRecord, Proceeding, Result
from shanxue.assessment.queries.proceedings import list_late, list_scheme_parts
from shanxue.base.errors import Refusal
from tests.assessment.proceeding_house import CUT, DAY, Desk, build_desk

pytestmark = pytest.mark.django_db
NAMES = ("张兰", "王强")  # few people and days, so that deeds meet on one record
DAYS = [date(2025, 1, 15), date(2025, 11, 20), date(2026, 1, 4)]  # the last is outside the window
MARKS = ("到", "迟到", "缺席", "请假", "免", None)  # None: the record is taken away
PRESS = CUT + 2 * DAY  # when the cut-off of two days before is set
Deed = tuple[str, date, str | None]
Marks = dict[int, tuple[str, date, str]]  # by record

deeds = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(DAYS), st.sampled_from(MARKS)), max_size=5)


def read_marks() -> Marks:
    rows = Attendance.objects.values_list("pk", "person__name", "session__on", "mark")
    return {pk: (name, on, mark) for pk, name, on, mark in rows}


def carry_out(desk: Desk, done: list[Deed], *, days_after: int) -> set[int]:
    """Write deeds into the records, some days after the cut-off (before it: negative); return which were written."""
    written = set()
    for name, on, mark in done:
        person, session = desk.town.people[name], Session.objects.get(unit=desk.town.first, on=on)
        known = Attendance.objects.filter(person=person, session=session)
        if mark is None:
            known.delete()
            continue
        row, _ = Attendance.objects.update_or_create(
            person=person, session=session,
            defaults={"unit": desk.town.first, "mark": mark, "how": "补录", "recorded_at": CUT + days_after * DAY,
                      "recorded_by": "周文"},
        )  # fmt: skip
        written.add(row.pk)
    return written


def expect_points(marks: Marks, name: str) -> int:
    """Present of those expected, in hundredths, half up: what § 5 of the scheme says, by hand."""
    own = [mark for who, on, mark in marks.values() if who == name and on.year == 2025]
    there, due = sum(mark in ("到", "迟到") for mark in own), sum(mark != "免" for mark in own)
    return (2 * 10000 * there + due) // (2 * due)


def decide_all(desk: Desk, proceeding: Proceeding, verdicts: list[bool]) -> dict[tuple[int, object], bool]:
    """Decide on everything that waits; say by record and what it says now what was decided."""
    now, told = read_marks(), {}
    for row, let_in in zip(list(list_late(proceeding)), cycle(verdicts), strict=False):
        decide_late(desk.act_as("office"), proceeding, [row.pk], let_in=let_in, reason="核对过签到表", at=PRESS)
        told[row.ref, now.get(row.ref)] = let_in
    return told


@pytest.fixture
def desk(db: None) -> Desk:
    desk = build_desk()
    for on in DAYS[1:]:
        desk.town.hold_session(desk.town.first, on, {})
    return desk


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=deeds, between=deeds, after=deeds, again=deeds, verdicts=st.lists(st.booleans(), min_size=1, max_size=5),
)  # fmt: skip
def test_frozen_is_the_cut_off_and_what_was_let_in(
    desk: Desk, before: list[Deed], between: list[Deed], after: list[Deed], again: list[Deed], verdicts: list[bool]
) -> None:
    mark = transaction.savepoint()
    office = desk.act_as("office")
    carry_out(desk, before, days_after=-1)
    proceeding = desk.open()
    late = carry_out(desk, between, days_after=1)
    cut_off = {pk: told for pk, told in read_marks().items() if pk not in late and told[1].year == 2025}
    sign_roster(office, proceeding, proceeding.turn, words="", at=PRESS)
    set_cutoff(office, proceeding, proceeding.turn, cutoff_at=CUT, at=PRESS)

    decided: dict[tuple[int, object], bool] = {}
    for done in (after, again):
        carry_out(desk, done, days_after=3)
        run_trial(office, proceeding, proceeding.turn, at=PRESS)
        if list_late(proceeding).exists():
            with pytest.raises(Refusal, match="计入、不计入、还是逐条看？"):
                freeze(office, proceeding, proceeding.turn, at=PRESS, check_until_on=PRESS.date() + 3 * DAY)
        decided |= decide_all(desk, proceeding, verdicts)
    freeze(office, proceeding, proceeding.turn, at=PRESS, check_until_on=PRESS.date() + timedelta(days=3))

    now = {pk: told for pk, told in read_marks().items() if told[1].year == 2025}
    expected = dict(cut_off)
    for pk in cut_off.keys() | now.keys():
        if cut_off.get(pk) != now.get(pk) and decided[pk, now.get(pk)]:
            expected.pop(pk, None)
            expected |= {pk: now[pk]} if pk in now else {}
    frozen = list_scheme_parts(proceeding)[0].frozen_run
    points = dict(Result.objects.filter(run=frozen).values_list("person__name", "total_points"))
    assert points == {name: expect_points(expected, name) for name in ("李明", *NAMES, "赵敏")}
    assert not LateRecord.objects.filter(ref__in=[pk for pk, told in read_marks().items() if told[1].year == 2026])
    transaction.savepoint_rollback(mark)
