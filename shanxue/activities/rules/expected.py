"""Who is expected (应到) at which kind of session: a pure function of who stands in the unit on the day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shanxue.orgs.rules import Line, PartyStatus, Role, StaffState, UnitKind

from . import SessionKind

COMMITTEE_ROLES = frozenset({Role.SECRETARY, Role.DEPUTY, Role.COMMITTEE, Role.STUDY_COMMITTEE})
CHOSEN_KINDS = frozenset({SessionKind.TRAINING, SessionKind.HEART_TALK})  # whoever arranges it says who takes part
_MEMBERS = frozenset({PartyStatus.FULL, PartyStatus.PROBATIONARY, PartyStatus.UNKNOWN})
_AWAY = {
    StaffState.SECONDED_OUT: "借调外出，在借调单位参加；回来参加的可以加入名单。",
    StaffState.HELD_POST: "挂职期间在挂职单位参加；回来参加的可以加入名单。",
    StaffState.FLOATING: "流动党员，在流入地党组织参加；回来参加的可以加入名单。",
}


class Place(StrEnum):
    """Where the list puts somebody."""

    EXPECTED = "应到"
    APART = "免"  # named apart, with a row marked 免
    OUTSIDE = "不列入"  # no row; may be added, or come as a guest


@dataclass(frozen=True)
class Holder:
    """The unit that holds the session."""

    name: str
    kind: str
    line: str


@dataclass(frozen=True)
class Standing:
    """One person who stands in the holding unit or below it on the day.

    ``home_id`` is the branch or group of that day, ``role`` what the person is in the holding unit itself ("" when
    they stand only below it), ``exempt`` the category of an exemption in force ("" when there is none).
    """

    person_id: int
    name: str
    staff_no: str
    status: str
    state: str
    home_id: int
    home_name: str
    role: str = ""
    exempt: str = ""


@dataclass(frozen=True)
class Listed:
    """One person, where the list puts them, and the sentence why."""

    standing: Standing
    place: Place
    because: str

    @property
    def person_id(self) -> int:
        return self.standing.person_id


def draw_list(kind: SessionKind, holder: Holder, people: Iterable[Standing]) -> list[Listed]:
    """Say of each who stands there whether they are expected, apart (免) or not on the list, in the given order."""
    everybody = list(people)
    members = [one for one in everybody if one.status in _MEMBERS]
    all_retired = bool(members) and all(one.state == StaffState.RETIRED for one in members)
    return [Listed(one, *_place(kind, holder, one, all_retired)) for one in everybody]


def _place(kind: SessionKind, holder: Holder, one: Standing, all_retired: bool) -> tuple[Place, str]:
    belongs, because = _belong(kind, holder, one)
    if not belongs:
        return Place.OUTSIDE, because
    apart = _stand_apart(one, all_retired)
    return (Place.APART, apart) if apart else (Place.EXPECTED, because)


def _belong(kind: SessionKind, holder: Holder, one: Standing) -> tuple[bool, str]:
    """Whether this kind of session is for this person at all, and the sentence of the rule."""
    if kind in CHOSEN_KINDS:
        return False, f"{kind}由组织的人选定参加人。"
    if kind == SessionKind.COMMITTEE_MEETING:
        if one.role in COMMITTEE_ROLES:
            return True, f"{holder.name}{one.role}，支委会成员，应到。"
        return False, "不是支委会成员，需要时可以列席。"
    if kind == SessionKind.CORE_GROUP:
        if one.role:
            return True, f"{holder.name}{one.role}，中心组成员，应到。"
        return False, "不是中心组成员，需要时可以列席。"
    if kind == SessionKind.GROUP_MEETING and holder.kind != UnitKind.GROUP:
        return False, "党小组会由党小组召开：请把召开单位改成党小组，或逐个选人。"
    if holder.line == Line.ADMIN:
        return True, f"{holder.name}人员，应到。"
    return _belong_as_member(one)


def _belong_as_member(one: Standing) -> tuple[bool, str]:
    if one.status == PartyStatus.PROBATIONARY:
        return True, f"{one.home_name}预备党员，应到；没有表决权。"
    if one.status == PartyStatus.UNKNOWN:
        return True, f"党籍状态待补充，按{one.home_name}的党员列入，请核对。"
    if one.status == PartyStatus.FULL:
        return True, f"{one.home_name}党员，应到。"
    return False, f"{one.status}，不是党员，需要时可以列席。"


def _stand_apart(one: Standing, all_retired: bool) -> str:
    """The sentence why somebody the session is for is named apart; empty when they are expected."""
    if one.exempt:
        return f"免考核（{one.exempt}），不作硬性要求，来了照记。"
    if one.state == StaffState.RETIRED and not all_retired:
        return "离退休党员与在职党员同在一个支部，不作硬性要求，来了照记。"
    return _AWAY.get(StaffState(one.state), "")


def describe_rule(kind: SessionKind, holder: Holder) -> str:
    """Say in one sentence who is expected at this kind of session of this unit."""
    if kind in CHOSEN_KINDS:
        return f"{kind}：由组织的人选定参加人。"
    if kind == SessionKind.COMMITTEE_MEETING:
        return f"支委会：{holder.name}的书记、副书记、委员、学习委员应到。"
    if kind == SessionKind.CORE_GROUP:
        return f"中心组学习：{holder.name}的成员应到。"
    if holder.line == Line.ADMIN:
        return f"{kind}：{holder.name}全体人员应到。"
    return f"{kind}：{holder.name}全体党员应到。"
