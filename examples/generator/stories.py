"""The people whose year is told in ``docs/example.md``: who, where, and what they did. All invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .year import (
    LAW_DAY,
    LAW_TALK,
    ROTATION,
    SCHOOL,
    SECRECY_TALK,
    Year,
    draw_year,
    make_online,
)

FULL_HOURS = (ROTATION, LAW_DAY, LAW_TALK, SECRECY_TALK, make_online("10"))  # 40 学时
LEADER_HOURS = (ROTATION, SCHOOL)  # 56 学时


@dataclass(frozen=True)
class Story:
    name: str
    year: Year | None = None
    joined_on: date | None = None


STORIES: dict[tuple[int, int], Story] = {
    # 局领导：优秀名额 15 × 0.3 = 4.5 → 4；第四、第五名同为 93.50
    (0, 0): Story(
        "严承远",
        Year(
            notes_excellent=4,
            first_test="96",
            second_test=("94",),
            courses=LEADER_HOURS,
            merit_tenths=50,
            awards=("省级",),
            prior="95",
            proposed="优秀",
        ),
    ),
    (0, 1): Story(
        "梁砚秋",
        Year(
            notes_excellent=3,
            first_test="95",
            second_test=("93",),
            courses=LEADER_HOURS,
            merit_tenths=45,
            awards=("市级", "局级"),
            prior="93",
            proposed="优秀",
        ),
    ),
    (0, 2): Story(
        "顾景川",
        Year(
            notes_excellent=3,
            first_test="94",
            second_test=("92",),
            courses=LEADER_HOURS,
            merit_tenths=45,
            awards=("市级",),
            prior="92",
        ),
    ),
    (0, 3): Story(
        "陈思齐",
        Year(
            notes_excellent=1,
            first_test="88",
            second_test=("87",),
            courses=LEADER_HOURS,
            merit_tenths=40,
            awards=("省级", "局级"),
            prior="91",
            proposed="优秀",
        ),
    ),
    (0, 4): Story(
        "苏文博",
        Year(
            plan_on_time=4,
            plan_open=1,
            notes_excellent=4,
            first_test="90",
            second_test=("85",),
            courses=LEADER_HOURS,
            merit_tenths=50,
            awards=("市级", "市级"),
            prior="90",
        ),
    ),
    # 恰好 90 分
    (2, 7): Story(
        "周明远",
        Year(
            notes_excellent=2,
            first_test="74",
            second_test=("69", "76"),
            courses=FULL_HOURS,
            merit_tenths=30,
            awards=("市级",),
            prior="88",
            proposed="优秀",
        ),
    ),
    # 89.995：逐项四舍五入后 90.00
    (3, 7): Story(
        "林晓岚",
        Year(
            leave=("出差", "公务", "病假"),
            late=1,
            first_test="88",
            second_test=("89",),
            courses=(ROTATION, LAW_DAY, make_online("1.5")),
            merit_tenths=45,
            awards=("省级", "市级"),
            prior="91",
            proposed="优秀",
        ),
    ),
    # 第三次无故缺席，该项归零
    (11, 9): Story(
        "郝大鹏",
        Year(
            absent=3,
            late=2,
            plan_on_time=3,
            plan_late=1,
            plan_open=1,
            notes_passed=4,
            notes_returned=1,
            first_test="71",
            second_test=("64", "73"),
            courses=(ROTATION, LAW_DAY),
            merit_tenths=28,
            prior="74",
        ),
    ),
    # 表彰加分封顶
    (5, 8): Story(
        "沈佳怡",
        Year(
            leave=("公务",),
            made_up=1,
            notes_excellent=3,
            first_test="92",
            second_test=("95",),
            courses=FULL_HOURS,
            merit_tenths=46,
            awards=("省级", "省级", "市级"),
            prior="93",
            proposed="优秀",
        ),
    ),
    # 一票否决
    (20, 10): Story(
        "贾永昌",
        Year(notes_passed=5, notes_waiting=1, first_test="82", second_test=("80",), veto="党纪处分", prior="81"),
    ),
    # 拟定优秀，学习考核未达优秀
    (6, 5): Story(
        "方雪梅",
        Year(
            leave=("休假", "事假"),
            notes_excellent=2,
            first_test="93",
            second_test=("91",),
            courses=(ROTATION, LAW_DAY, LAW_TALK),
            merit_tenths=40,
            prior="90",
            proposed="优秀",
        ),
    ),
    (13, 6): Story(
        "段海波",
        Year(
            plan_on_time=4,
            plan_open=1,
            leave=("值班", "值班"),
            made_up=1,
            notes_passed=5,
            first_test="84",
            second_test=("86",),
            prior="86",
            proposed="优秀",
        ),
    ),
    (18, 7): Story(
        "卢建平",
        Year(
            late=3,
            leave=("病假", "事假", "出差"),
            notes_passed=4,
            first_test="80",
            second_test=("78",),
            courses=(ROTATION, LAW_DAY),
            merit_tenths=36,
            prior="79",
            proposed="优秀",
        ),
    ),
    # 年中调动；转出未接收
    (12, 13): Story(
        "许嘉宁",
        Year(
            leave=("出差",),
            made_up=1,
            notes_excellent=1,
            first_test="86",
            second_test=("88",),
            courses=FULL_HOURS,
            prior="85",
        ),
    ),
    (22, 8): Story("邓子涵", Year(leave=("病假",), first_test="83", second_test=("81",), prior="82")),
    # 九月入职
    (4, 15): Story(
        "罗晓彤",
        Year(
            plan_on_time=2,
            notes_passed=2,
            first_test="",
            second_test=("84",),
            courses=(LAW_TALK, SECRECY_TALK, make_online("5")),
            merit_tenths=38,
            proposed="不定等次",
        ),
        joined_on=date(2025, 9, 1),
    ),
    # 请假与补学
    (7, 6): Story(
        "宋丽华",
        Year(
            leave=("出差", "出差", "出差", "病假", "病假"),
            made_up=3,
            notes_excellent=1,
            first_test="87",
            second_test=("90",),
            courses=FULL_HOURS,
            prior="87",
        ),
    ),
    # 两次测试均无成绩记录：待补充
    (9, 9): Story("蒋晨曦", Year(first_test="", second_test=(), courses=FULL_HOURS, merit_tenths=42, prior="84")),
    # 免予考核的离退休党员
    (25, 6): Story("谭玉琴", Year(prior="")),
    # 名字：生僻字、间隔号、重名
    (14, 8): Story("龚䶮"),
    (15, 8): Story("冯𠮷祥"),
    (19, 12): Story("买买提·艾力"),
    (21, 9): Story("阿依古丽·吐尔逊"),
    (10, 12): Story("王伟"),
    (19, 9): Story("王伟"),
}


def tell_year(branch: int, position: int, staff_no: str, *, leader: bool, officer: bool) -> Year:
    """Give the year of the person in this place: told, or drawn."""
    story = STORIES.get((branch, position))
    if story is not None and story.year is not None:
        return story.year
    tier = "good" if leader else None
    return draw_year(staff_no, tier, by_school=officer or leader)
