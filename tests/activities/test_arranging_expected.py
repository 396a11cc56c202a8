"""Who is expected at which kind of session: pure, each with its sentence (D5, offices §5 item 3, 支部工作条例)."""

from __future__ import annotations

import pytest

from shanxue.activities.rules import SessionKind
from shanxue.activities.rules.agenda import AgendaRow, move_row
from shanxue.activities.rules.expected import Holder, Place, Standing, describe_rule, draw_list

BRANCH = Holder("第一支部", "党支部", "党组织")
GROUP = Holder("第一小组", "党小组", "党组织")
COMMITTEE = Holder("局党委", "党委", "党组织")
DEPARTMENT = Holder("综合科", "部门", "行政")


def stand(name: str, **values: str) -> Standing:
    given = {"status": "正式党员", "state": "在职"} | values
    return Standing(1, name, "1001", home_id=1, home_name="第一支部", **given)  # type: ignore[arg-type]


def place(kind: SessionKind, holder: Holder, *people: Standing) -> list[tuple[str, str]]:
    return [(str(one.place), one.because) for one in draw_list(kind, holder, people)]


@pytest.mark.parametrize(
    "kind", [SessionKind.PARTY_MEETING, SessionKind.LECTURE, SessionKind.THEME_DAY, SessionKind.STUDY_DAY]
)
def test_all_party_members_of_the_branch_are_expected(kind: SessionKind) -> None:
    people = (
        stand("张三"), stand("孙七", status="预备党员"), stand("周八", status="待补充"),
        stand("吴九", status="入党积极分子"),
    )  # fmt: skip
    assert place(kind, BRANCH, *people) == [
        ("应到", "第一支部党员，应到。"),
        ("应到", "第一支部预备党员，应到；没有表决权。"),
        ("应到", "党籍状态待补充，按第一支部的党员列入，请核对。"),
        ("不列入", "入党积极分子，不是党员，需要时可以列席。"),
    ]


@pytest.mark.parametrize(
    ("values", "because"),
    [
        ({"exempt": "年老体弱"}, "免考核（年老体弱），不作硬性要求，来了照记。"),
        ({"state": "离退休"}, "离退休党员与在职党员同在一个支部，不作硬性要求，来了照记。"),
        ({"state": "借调外出"}, "借调外出，在借调单位参加；回来参加的可以加入名单。"),
        ({"state": "流动党员"}, "流动党员，在流入地党组织参加；回来参加的可以加入名单。"),
        ({"state": "挂职"}, "挂职期间在挂职单位参加；回来参加的可以加入名单。"),
    ],
)
def test_some_are_named_apart_with_the_reason(values: dict[str, str], because: str) -> None:
    """教育管理条例 23: 不作硬性要求."""
    assert place(SessionKind.THEME_DAY, BRANCH, stand("张三"), stand("孙七", **values))[1] == ("免", because)


def test_in_a_branch_of_retired_members_they_are_expected() -> None:
    assert place(SessionKind.THEME_DAY, BRANCH, stand("孙七", state="离退休")) == [("应到", "第一支部党员，应到。")]


@pytest.mark.parametrize("role", ["书记", "副书记", "委员", "学习委员"])
def test_the_committee_meets_by_its_roles(role: str) -> None:
    """支部工作条例 12."""
    assert place(SessionKind.COMMITTEE_MEETING, BRANCH, stand("李四", role=role), stand("张三", role="成员")) == [
        ("应到", f"第一支部{role}，支委会成员，应到。"),
        ("不列入", "不是支委会成员，需要时可以列席。"),
    ]


def test_a_group_meets_with_its_members_and_a_branch_holds_no_group_meeting() -> None:
    """支部工作条例 13."""
    assert place(SessionKind.GROUP_MEETING, GROUP, stand("张三")) == [("应到", "第一支部党员，应到。")]
    assert place(SessionKind.GROUP_MEETING, BRANCH, stand("张三")) == [
        ("不列入", "党小组会由党小组召开：请把召开单位改成党小组，或逐个选人。")
    ]


def test_the_core_group_is_who_stands_in_the_committee_itself() -> None:
    """中心组学习规则; D5 党组集中学."""
    assert place(SessionKind.CORE_GROUP, COMMITTEE, stand("李四", role="书记"), stand("张三")) == [
        ("应到", "局党委书记，中心组成员，应到。"),
        ("不列入", "不是中心组成员，需要时可以列席。"),
    ]


def test_who_takes_part_in_a_training_is_chosen() -> None:
    assert place(SessionKind.TRAINING, BRANCH, stand("张三")) == [("不列入", "培训由组织的人选定参加人。")]


def test_a_department_expects_everybody() -> None:
    assert place(SessionKind.STUDY_DAY, DEPARTMENT, stand("周八", status="群众")) == [("应到", "综合科人员，应到。")]
    assert describe_rule(SessionKind.STUDY_DAY, DEPARTMENT) == "学习日：综合科全体人员应到。"


def test_the_list_names_everybody_in_the_given_order() -> None:
    people = [stand("张三"), stand("孙七", exempt="因病"), stand("周八", status="群众")]
    drawn = draw_list(SessionKind.THEME_DAY, BRANCH, people)
    assert [(one.standing.name, one.place) for one in drawn] == [
        ("张三", Place.EXPECTED), ("孙七", Place.APART), ("周八", Place.OUTSIDE),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("act", "titles"),
    [
        ("up 1", "乙甲丙"), ("down 1", "甲丙乙"), ("delete 0", "乙丙"), ("up 0", "甲乙丙"), ("down 2", "甲乙丙"),
        ("add", "甲乙丙"), ("up 9", "甲乙丙"), ("nonsense", "甲乙丙"), ("up x", "甲乙丙"),
    ],
)  # fmt: skip
def test_agenda_rows_move_by_buttons(act: str, titles: str) -> None:
    """WCAG 2.5.7: no dragging."""
    rows = [AgendaRow("甲"), AgendaRow("乙"), AgendaRow("丙")]
    assert "".join(row.title for row in move_row(rows, act)) == titles
    assert len(move_row(rows, "add")) == 4
