"""How long personal data are kept, apart from the archive (个人信息保护法 19): what, how long, why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

YEAR_AFTER = "考核年度结束后再留一年"


@dataclass(frozen=True)
class Keeping:
    """One kind of personal data that does not stay: ``act`` says what is done when its time is over."""

    code: str
    what: str
    until: str
    ground: str
    act: str


KEEPINGS = (
    Keeping("note_drafts", "没有提交的笔记草稿", "最后一次保存后一年", "没有提交，不是任何人的记录", "删除"),
    Keeping(
        "note_texts",
        "笔记正文、历次提交的正文和相同程度的指纹",
        YEAR_AFTER,
        "审阅和申诉用完了；题目、状态留在记录里",
        "清空正文",
    ),
    Keeping("sitting_answers", "测试里每一题的作答", YEAR_AFTER, "成绩已经登记，每一题只给本人看", "删除"),
    Keeping("leave_texts", "请假和缺席说明的一句话、答复", YEAR_AFTER, "考勤只用类别", "清空文字"),
    Keeping("make_up_accounts", "补学时本人写的一句话", YEAR_AFTER, "补学已经确认", "清空文字"),
    Keeping("reminders", "办结的提醒和回复", YEAR_AFTER, "任务已经办结；归档包里有一份", "删除"),
    Keeping("suggestions", "荐购的书名、理由和答复", "答复的那一年以后再留一年", "已经答复，书到了在书架上", "删除"),
    Keeping("readings", "谁打开过某人的记录", "三年", "给本人看；留痕里仍有", "删除"),
    Keeping("sign_in_failures", "登录失败的登录名和地址", "三个月", "只为防止猜口令", "删除"),
)


@dataclass(frozen=True)
class Limits:
    """The days before which things are over: of a year's records, of drafts, of readings, of failures to sign in."""

    records_on: date
    drafts_at: datetime
    readings_on: date
    failures_at: datetime


def find_limits(at: datetime, today: date) -> Limits:
    """A year's records stay through the whole year after it: on 5 January 2027 those of 2025 are over.

    >>> from datetime import UTC
    >>> find_limits(datetime(2027, 1, 5, tzinfo=UTC), date(2027, 1, 5)).records_on
    datetime.date(2026, 1, 1)
    """
    return Limits(
        date(today.year - 1, 1, 1), at - timedelta(days=365), today - timedelta(days=3 * 365), at - timedelta(days=90)
    )


@dataclass(frozen=True)
class Falling:
    """How many rows of one kind fall due, and how many more are spared because something is still open."""

    keeping: Keeping
    due: int
    spared: int
