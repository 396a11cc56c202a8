"""How offices write kinds of session, marks and reasons for leave. Plain functions from a cell's text to our word."""

from __future__ import annotations

import re

from shanxue.intake.matching import clean_text

from .rules import TIER_OF_KIND, LeaveReason, SessionKind, SessionState, Tier

_KINDS: tuple[tuple[re.Pattern[str], SessionKind], ...] = (
    (re.compile("中心组"), SessionKind.CORE_GROUP),
    (re.compile("支委会|支部委员会|支委扩大会"), SessionKind.COMMITTEE_MEETING),
    (re.compile("小组会"), SessionKind.GROUP_MEETING),
    (re.compile("党日"), SessionKind.THEME_DAY),
    (re.compile("组织生活会|民主生活会"), SessionKind.LIFE_MEETING),
    (re.compile("民主评议"), SessionKind.MEMBER_REVIEW),
    (re.compile("谈心"), SessionKind.HEART_TALK),
    (re.compile("党员大会|支部大会"), SessionKind.PARTY_MEETING),
    (re.compile("党课"), SessionKind.LECTURE),
    (re.compile("报告会|讲座|宣讲"), SessionKind.TALK),
    (re.compile("培训|轮训|集训|学习班|研修|研讨班|读书班|课程"), SessionKind.TRAINING),
    (re.compile("学习日|集中学习|集体学习|政治学习|理论学习|学习会|学习"), SessionKind.STUDY_DAY),
)
_TIERS: tuple[tuple[re.Pattern[str], Tier], ...] = (
    (re.compile("党组|党委|中心组"), Tier.COMMITTEE),
    (re.compile("支部|集体"), Tier.BRANCH),
    (re.compile("自学|个人"), Tier.SELF),
)
_STATES: tuple[tuple[re.Pattern[str], SessionState], ...] = (
    (re.compile("取消"), SessionState.CANCELLED),
    (re.compile("延期|推迟|改期|顺延"), SessionState.POSTPONED),
    (re.compile("未召开|未开展|未开始|待召开|计划|筹备|未完成"), SessionState.PLANNED),
    (re.compile("召开|完成|结束|开展|已开|举行|是|√"), SessionState.HELD),
)
_REASONS: tuple[tuple[re.Pattern[str], LeaveReason], ...] = (
    (re.compile("出差|外出|差旅"), LeaveReason.TRAVEL),
    (re.compile("病|医|住院|手术|复查|体检"), LeaveReason.SICK),
    (re.compile("值班|执勤|值守|夜班|备勤|当班"), LeaveReason.ON_SHIFT),
    (re.compile("年休|休假|公休|年假|产假|婚假|丧假|陪产|护理假|育儿|探亲|调休|假期|轮休"), LeaveReason.VACATION),
    (re.compile("公务|公出|因公|开会|会议|公差|工作"), LeaveReason.DUTY),
    (re.compile("不可抗力|台风|暴雨|疫情|防汛"), LeaveReason.FORCE_MAJEURE),
    (re.compile("事假|私事|因私|家事|家中|个人|事"), LeaveReason.PERSONAL),
)
_AFTERWARDS = re.compile("事后|补请假|补假|后补")


def read_session_kind(text: str) -> SessionKind | None:
    """Tell the kind of session from a word, topic or title; None when nothing in it says."""
    plain = clean_text(text)
    if plain in {kind.value for kind in SessionKind}:
        return SessionKind(plain)
    return next((kind for pattern, kind in _KINDS if pattern.search(plain)), None)


def read_tier(text: str, kind: SessionKind) -> Tier:
    plain = clean_text(text)
    return next((tier for pattern, tier in _TIERS if pattern.search(plain)), TIER_OF_KIND.get(kind, Tier.BRANCH))


def read_session_state(text: str) -> SessionState | None:
    plain = clean_text(text)
    return next((state for pattern, state in _STATES if pattern.search(plain)), None)


def read_reason(text: str) -> LeaveReason:
    """Tell the category of a reason; the text itself is not kept (个人信息保护法 28)."""
    plain = clean_text(text)
    if plain in ("", "请假", "请", "假"):
        return LeaveReason.NONE
    return next((reason for pattern, reason in _REASONS if pattern.search(plain)), LeaveReason.OTHER)


def says_afterwards(text: str) -> bool:
    """Whether leave was asked for after the event (R59)."""
    return bool(_AFTERWARDS.search(text))
