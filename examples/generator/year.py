"""What one person did in the year, as counts. ``records.py`` spreads the counts over dates."""

from __future__ import annotations

from dataclasses import dataclass

from .draw import draw, draw_between, is_drawn, pick


@dataclass(frozen=True)
class Course:
    """Recognised training. ``hours`` is what it is worth in 学时; ``amount`` and ``measure`` are as written."""

    kind: str
    title: str
    from_on: str
    on: str
    amount: str
    measure: str


ROTATION = Course("集中培训", "党员集中轮训班", "2025-05-13", "2025-05-14", "2", "天")
LAW_DAY = Course("集中培训", "城市管理执法业务培训", "2025-03-20", "2025-03-20", "1", "天")
LAW_TALK = Course("集中培训", "法治专题讲座", "2025-09-18", "2025-09-18", "1", "半天")
SECRECY_TALK = Course("集中培训", "保密和网络安全讲座", "2025-06-12", "2025-06-12", "90", "分钟")
SCHOOL = Course("脱产培训", "市委党校进修班", "2025-10-13", "2025-10-17", "5", "天")


def make_online(hours: str) -> Course:
    return Course("网络培训", "干部网络学院年度课程", "", "2025-11-28", hours, "学时")


@dataclass(frozen=True)
class Year:
    """Counts of one year. ``leave`` names a reason for each leave; the first ``made_up`` of them were made up."""

    plan_on_time: int = 5
    plan_late: int = 0
    plan_open: int = 0
    late: int = 0
    early: int = 0
    absent: int = 0
    unrecorded: int = 0
    leave: tuple[str, ...] = ()
    made_up: int = 0
    notes_passed: int = 6
    notes_returned: int = 0
    notes_waiting: int = 0
    notes_excellent: int = 0
    first_test: str = "85"  # "" : no row at all
    second_test: tuple[str, ...] = ("85",)  # attempts in order; 缺考, 免考 and 作弊 are written as words
    courses: tuple[Course, ...] = (ROTATION, LAW_DAY, LAW_TALK, make_online("6"))
    merit_tenths: int = 40  # 成效评议, out of 5.0
    awards: tuple[str, ...] = ()  # levels
    criticisms: int = 0
    veto: str = ""
    prior: str = ""  # last year's total; "" : none
    proposed: str = "称职"


REASONS = ("出差", "病假", "事假", "公务", "值班", "休假")
DRAWN_TIERS = ("strong",) * 20 + ("good",) * 58 + ("fair",) * 17 + ("weak",) * 5


def draw_year(key: str, tier: str | None = None, *, by_school: bool = False) -> Year:
    """Draw an ordinary year; ``tier`` is one of ``DRAWN_TIERS``."""
    tier = tier or pick(DRAWN_TIERS, "tier", key)
    low, high = {"strong": (0, 0), "good": (0, 1), "fair": (1, 3), "weak": (2, 4)}[tier]
    plan_open = draw_between(low, high, "open", key)
    plan_late = min(5 - plan_open, draw_between(0, 1 if tier != "strong" else 0, "late plan", key))
    leave = _draw_leave(tier, key)
    passed = max(2, 6 - draw_between(low, high, "notes", key))
    return Year(
        plan_on_time=5 - plan_open - plan_late,
        plan_late=plan_late,
        plan_open=plan_open,
        late=draw({"strong": 2, "good": 3, "fair": 4, "weak": 5}[tier], "late", key),
        early=1 if is_drawn(4, "early", key) else 0,
        absent={"strong": 0, "good": 0, "fair": draw(2, "absent", key), "weak": draw(3, "absent", key)}[tier],
        unrecorded=1 if is_drawn(3, "unrecorded", key) else 0,
        leave=leave,
        made_up=len(leave) if tier == "strong" else draw(len(leave) + 1, "made up", key),
        notes_passed=passed,
        notes_returned=min(6 - passed, draw(2, "returned", key)),
        notes_waiting=0,
        notes_excellent={"strong": draw_between(2, 4, "fine", key), "good": draw(3, "fine", key)}.get(tier, 0),
        first_test=_draw_score(tier, "first", key),
        second_test=_draw_second(tier, key),
        courses=_draw_courses(tier, key, by_school=by_school),
        merit_tenths=_draw_in(tier, ((43, 50), (34, 45), (28, 38), (20, 32)), "merit", key),
        awards=_draw_awards(tier, key),
        criticisms=1 if tier == "weak" and is_drawn(30, "criticism", key) else 0,
        prior=str(_draw_in(tier, ((86, 96), (80, 91), (68, 82), (58, 70)), "prior", key)),
        proposed=_draw_proposal(tier, key),
    )


def _draw_proposal(tier: str, key: str) -> str:
    """Draw the grade the personnel office proposes; it does not know the study result."""
    if is_drawn({"strong": 75, "good": 5}.get(tier, 0), "outstanding", key):
        return "优秀"
    return "基本称职" if tier == "weak" and is_drawn(20, "proposal", key) else "称职"


def _draw_in(tier: str, bounds: tuple[tuple[int, int], ...], *key: object) -> int:
    low, high = bounds[("strong", "good", "fair", "weak").index(tier)]
    return draw_between(low, high, *key)


def _draw_leave(tier: str, key: str) -> tuple[str, ...]:
    count = _draw_in(tier, ((0, 2), (1, 4), (2, 6), (4, 8)), "leave", key)
    return tuple(pick(REASONS, "reason", key, index) for index in range(count))


def _draw_score(tier: str, which: str, key: str) -> str:
    return str(_draw_in(tier, ((86, 99), (76, 94), (66, 86), (52, 78)), which, key))


def _draw_second(tier: str, key: str) -> tuple[str, ...]:
    if tier == "weak" and is_drawn(25, "missed", key):
        return ("缺考",)
    first = _draw_score(tier, "second", key)
    if int(first) >= 72:
        return (first,)
    return (first, str(min(100, int(first) + draw_between(2, 15, "again", key))))


def _draw_courses(tier: str, key: str, *, by_school: bool) -> tuple[Course, ...]:
    found = [ROTATION] if tier in ("strong", "good") or is_drawn(70, "rotation", key) else []
    if tier == "strong" or is_drawn(75, "law day", key):
        found.append(LAW_DAY)
    if tier == "strong" or is_drawn(60, "law talk", key):
        found.append(LAW_TALK)
    if is_drawn(35, "secrecy", key):
        found.append(SECRECY_TALK)
    if by_school and is_drawn(40, "school", key):
        found.append(SCHOOL)
    hours = _draw_in(tier, ((6, 20), (3, 14), (0, 8), (0, 5)), "online", key)
    half = ".5" if is_drawn(20, "half", key) else ""
    return (*found, make_online(f"{hours}{half}")) if hours or half else tuple(found)


def _draw_awards(tier: str, key: str) -> tuple[str, ...]:
    if tier == "strong":
        return pick((("局级",), ("局级",), ("市级",), ("局级", "市级"), ()), "award", key)
    return ("局级",) if tier == "good" and is_drawn(15, "award", key) else ()
