"""How offices write party status, staff state, rank and role. Plain functions from a cell's text to our word."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shanxue.intake.matching import clean_text

from .rules import PartyStatus, RankClass, Role, StaffState

PARTY_STATUS: Mapping[str, PartyStatus] = {
    **{word.value: word for word in PartyStatus},
    "党员": PartyStatus.FULL,
    "中共党员": PartyStatus.FULL,
    "中共正式党员": PartyStatus.FULL,
    "正式": PartyStatus.FULL,
    "中国共产党党员": PartyStatus.FULL,
    "中共预备党员": PartyStatus.PROBATIONARY,
    "积极分子": PartyStatus.ACTIVIST,
    "党员发展对象": PartyStatus.CANDIDATE,
    "团员": PartyStatus.MASSES,
    "共青团员": PartyStatus.MASSES,
    "无党派": PartyStatus.MASSES,
    "无党派人士": PartyStatus.MASSES,
    "民主党派": PartyStatus.MASSES,
    "非党员": PartyStatus.MASSES,
}
STAFF_STATE: Mapping[str, StaffState] = {
    **{word.value: word for word in StaffState},
    "在岗": StaffState.SERVING,
    "在编": StaffState.SERVING,
    "正常": StaffState.SERVING,
    "在职在岗": StaffState.SERVING,
    "在职人员": StaffState.SERVING,
    "在册": StaffState.SERVING,
    "退休": StaffState.RETIRED,
    "离休": StaffState.RETIRED,
    "已退休": StaffState.RETIRED,
    "离退": StaffState.RETIRED,
    "退休人员": StaffState.RETIRED,
    "离退休人员": StaffState.RETIRED,
    "内退": StaffState.RETIRED,
    "借调": StaffState.SECONDED_OUT,
    "借出": StaffState.SECONDED_OUT,
    "外借": StaffState.SECONDED_OUT,
    "借调在外": StaffState.SECONDED_OUT,
    "抽调": StaffState.SECONDED_OUT,
    "挂职锻炼": StaffState.HELD_POST,
    "外派挂职": StaffState.HELD_POST,
    "试用": StaffState.PROBATION,
    "见习": StaffState.PROBATION,
    "见习期": StaffState.PROBATION,
    "流动": StaffState.FLOATING,
    "离职": StaffState.LEFT,
    "调出": StaffState.LEFT,
    "调离": StaffState.LEFT,
    "辞职": StaffState.LEFT,
    "去世": StaffState.LEFT,
    "已离开": StaffState.LEFT,
}
_RANKS: tuple[tuple[re.Pattern[str], RankClass], ...] = (
    (re.compile("县处级|正处|副处|处级|厅|局级|巡视员|调研员"), RankClass.COUNTY_UP),
    (re.compile("科级以下|(?<!主任)科员|(?<!主任)办事员|一般干部|普通干部|初级|中级|职员"), RankClass.STAFF),
    (re.compile("乡科级|正科|副科|科级|主任科员|主任办事员"), RankClass.TOWNSHIP),
    (re.compile("工勤|工人|技师|高级工|中级工|初级工|普通工"), RankClass.WORKER),
)
_ROLES: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile("副书记"), Role.DEPUTY),
    (re.compile("书记"), Role.SECRETARY),
    (re.compile("学习委员"), Role.STUDY_COMMITTEE),
    (re.compile("委员"), Role.COMMITTEE),
    (re.compile("小组长|组长"), Role.GROUP_LEADER),
)


def read_party_status(text: str) -> PartyStatus | None:
    return PARTY_STATUS.get(clean_text(text))


def read_staff_state(text: str) -> StaffState | None:
    return STAFF_STATE.get(clean_text(text))


def read_rank(text: str) -> RankClass | None:
    """Tell the class of a rank (《干部教育培训工作条例》14–16: 四级调研员 and up belong to 县处级以上)."""
    plain = clean_text(text)
    if plain in {word.value for word in RankClass if word.value}:
        return RankClass(plain)
    return next((rank for pattern, rank in _RANKS if pattern.search(plain)), None)


def read_role(text: str) -> Role | None:
    """Tell the party post in a text that may name others too (党支部书记、处长); None when it names none."""
    plain = clean_text(text)
    if plain in {word.value for word in Role}:
        return Role(plain)
    return next((role for pattern, role in _ROLES if pattern.search(plain)), None)
