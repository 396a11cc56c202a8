"""试算: turn a number, see who moves, save nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from shanxue.activities.models import Attendance, Session
from shanxue.assessment.models import Result, Run, SchemeVersion
from shanxue.audit.models import Entry
from shanxue.plans.models import PlanItem
from tests.house import AT, House

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]
PATH = "/schemes/jiguan-2025/trial/"
# Knobs in the order of the page: 计划完成 40, 到会 60, lines 优秀 90, 良好 80, 合格 60.
AS_IT_IS = {"knob-0": "40", "knob-1": "60", "knob-2": "90", "knob-3": "80", "knob-4": "60"}


@pytest.fixture
def year(house: House) -> House:
    """Everybody did 4 of 5 plan items (32 points); 张三 came to 10 of 10 sessions (60), 王五 to 5 of 10 (30)."""
    sessions = [
        Session.objects.create(
            bureau=house.bureau,
            unit=house.units["第一支部"],
            kind="党课",
            tier="支部集体学",
            topic=f"党课{month}",
            on=f"2025-{month:02d}-05",
        )
        for month in range(1, 11)
    ]
    for name, came in (("张三", 10), ("李四", 8), ("王五", 5), ("赵六", 10)):
        person = house.people[name]
        for at, session in enumerate(sessions):
            Attendance.objects.create(
                session=session, person=person, mark="到" if at < came else "缺席", how="点名", recorded_at=AT,
                recorded_by="李书记",
            )  # fmt: skip
        for at in range(5):
            PlanItem.objects.create(
                bureau=house.bureau, person=person, title=f"第{at + 1}项", state="完成" if at < 4 else "未完成"
            )
    return house


def turn(client: Client, **wishes: str) -> dict[str, object]:
    answer = client.post(PATH, AS_IT_IS | {key.replace("_", "-"): value for key, value in wishes.items()})
    assert answer.status_code == 200, answer.content.decode()
    return answer.context["trial"]


def test_nothing_turned_shows_the_distribution_as_it_is(year: House, visit: Visit) -> None:
    """张三 92, 李四 80, 王五 62, 赵六 92."""
    trial = turn(visit("office"))
    assert [(share.grade, share.before, share.after) for share in trial.shares] == [
        ("优秀", 2, 2),
        ("良好", 1, 1),
        ("合格", 1, 1),
        ("不合格", 0, 0),
    ]
    assert (trial.moved, trial.changed, trial.warning) == (0, 0, "")


def test_a_higher_line_moves_those_below_it(year: House, visit: Visit) -> None:
    """优秀 from 95: 张三 and 赵六 (92) go to 良好, their totals stay."""
    trial = turn(visit("office"), knob_2="95")
    moves = [(m.subject.name, m.outcome.grade_before, m.outcome.grade_after) for m in trial.movers]
    assert moves == [("张三", "优秀", "良好"), ("赵六", "优秀", "良好")]
    assert trial.changed == 0


def test_full_marks_turned_change_totals_and_warn_when_they_no_longer_add_up(year: House, visit: Visit) -> None:
    """计划 20 instead of 40: 16 points for all; 张三 76, 李四 64, 王五 46, 赵六 76."""
    trial = turn(visit("office"), knob_0="20")
    totals = [(m.subject.name, m.outcome.total_before, m.outcome.total_after) for m in trial.movers]
    assert totals == [("张三", 9200, 7600), ("李四", 8000, 6400), ("王五", 6200, 4600), ("赵六", 9200, 7600)]
    assert trial.warning == "各项满分合计80分，原来是100分，还差20分。分数线没有随之改变。"


def test_a_secretary_sees_only_the_own_branch_move(year: House, visit: Visit) -> None:
    trial = turn(visit("secretary"), knob_2="95")
    assert ([mover.subject.name for mover in trial.movers], trial.subjects) == (["张三"], 2)


def test_nothing_is_saved(year: House, visit: Visit) -> None:
    """Nothing but that the office looked at the results of those who would move."""
    before = (Run.objects.count(), SchemeVersion.objects.count(), Result.objects.count())
    turn(visit("office"), knob_2="95")
    after = (Run.objects.count(), SchemeVersion.objects.count(), Result.objects.count())
    assert after == before
    assert list(Entry.objects.values_list("verb", flat=True)) == ["assessment.read_results"]


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"knob-2": "很高"}, "“优秀”（分数线）应填数字，现在是“很高”。"),
        ({"knob-0": "-1"}, "“计划完成”（满分）应在 0 到 100000 之间，现在是“-1”。"),
        ({"knob-2": "70"}, "分数线的高低次序变了（应依次为优秀、良好、合格、不合格），请重新填写。"),
        ({"knob-3": "90"}, "“优秀”和“良好”的分数线相同，请改成不同的分数。"),
        ({"knob-4": ""}, "请填数字；不想改变的，填原来的数。"),
    ],
)
def test_what_cannot_be_tried_is_said_and_nothing_typed_is_lost(
    year: House, visit: Visit, wishes: dict[str, str], sentence: str
) -> None:
    answer = visit("office").post(PATH, AS_IT_IS | {"knob-1": "55"} | wishes)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in text
    assert 'value="55"' in text


def test_full_width_digits_are_read(year: House, visit: Visit) -> None:
    assert turn(visit("office"), knob_2="９５").moved == 2


def test_a_member_has_no_trial(house: House, visit: Visit) -> None:
    assert visit("member").get(reverse("assessment:trial", args=["jiguan-2025"])).status_code == 403
