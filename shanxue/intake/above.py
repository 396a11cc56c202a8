"""What is said above a header and in the names of sheet and file: topic, day, unit, month (ux D cases 5, 24)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from shanxue.base.points import MILLI, scale_decimal
from shanxue.intake.headers import Grid, plain_header
from shanxue.intake.rules import Cell, Context
from shanxue.intake.values_dates import read_times
from shanxue.intake.values_text import narrow, show, squeeze, strip_invisible

SESSION_WORDS = (
    *("理论学习中心组", "中心组学习", "中心组", "支部党员大会", "党员大会", "支部委员会", "支委会", "党小组会"),
    *("专题党课", "党课", "主题党日", "组织生活会", "学习日", "报告会", "培训", "集中学习"),
)
LABELS = {
    "topic": "会议主题 主题 学习主题 活动主题 会议名称 活动名称 学习内容 会议内容 内容 议题 课题 培训主题 "
    "培训名称 培训班名称 课程 课程名称 会议议题 考试名称 测试名称 活动内容 主要内容",
    "on": "时间 日期 会议时间 会议日期 活动时间 活动日期 学习时间 学习日期 培训时间 培训日期 召开时间 "
    "考试时间 考试日期 测试时间 开始时间 会议开始时间 签到日期 考勤日期 签到时间 举办时间",
    "place": "地点 会议地点 活动地点 学习地点 培训地点 考试地点 会议地址",
    "unit": "支部 所在支部 党支部 支部名称 党支部名称 单位 部门 党组织 党组织名称 组织名称 填报单位 "
    "单位名称 所属支部 填报支部 参会支部",
    "session_kind": "类型 会议类型 活动类型 学习类型 形式 会议类别 学习形式 活动类别",
    "host": "主持人 主讲人 主持 主讲 授课人",
    "recorder": "记录人 记录 记录员",
    "expected": "应到 应到人数 应参加人数 应出席人数",
    "present": "实到 实到人数 实际参加人数 出席人数 参会人数",
    "full_milli": "满分 总分 卷面满分",
    "year": "年度 年份 考核年度",
    "month": "月份 考勤月份",
    "credit": "学时 认定学时 课时",
}
_KEYS = {plain_header(label): key for key, labels in LABELS.items() for label in labels.split()}
_SPLIT = re.compile(r"[\s;；]+(?=[\u4e00-\u9fff]{2,8}\s*[:：])|[,，。]\s*(?=[\u4e00-\u9fff]{2,6}\s*[:：])")
_PAIR = re.compile(r"([\u4e00-\u9fff（）()A-Za-z]{2,14})\s*[:：]\s*(.*)", re.DOTALL)
_FULL_DATE = re.compile(
    r"((?:19|20)\d{2})\s*[年./\-]\s*(\d{1,2})\s*[月./\-]\s*(\d{1,2})\s*[日号]?|((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)"
)
_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=\s*(?:年|学年|[./\-]\d|(?:0[1-9]|1[0-2])(?!\d)))|^((?:19|20)\d{2})$")
_MONTH = re.compile(r"(?<![\d第])(1[0-2]|0?[1-9])\s*月份?(?!\s*\d)")
_YEAR_MONTH = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[年./\-]?\s*(1[0-2]|0?[1-9])(?:\s*月|(?!\d))")
_UNIT = re.compile(
    r"[\u4e00-\u9fff\d]{1,24}?(?:党支部|总支|支部|党小组)(?![\u4e00-\u9fff]*(?:大会|委员会))"
    r"|[\u4e00-\u9fff\d]{2,16}?(?:大队|中队|科|处|室|股|中心|办公室)"
    r"(?=$|[\d\s(（]|年|学习|考勤|签到|党员|名册|主题|集中|台账|人员|会议|职工|干部|花名|成绩|培训|测试|活动|支部)"
)
_UNNAMED = re.compile(r"\d*|(?:各|本|全体|所在)?(?:党支部|支部|部门|党小组|科室|处室)")
_ABOUT_FILE = re.compile(r"生成|导出|打印|制表|填表|填报|报送|更新")  # days that say when the file was made
_HEAD = re.compile(r"^.*?\d+\s*(?:年度?|月份?|日)|^附件?\d*[:：]?")


def read_above(grid: Grid, first: int, top: int, context: Context) -> tuple[dict[str, Any], bool]:
    """Read lines ``first`` to ``top`` (0-based, open): the facts, and whether any was said as label and value."""
    pairs: dict[str, Cell] = {}
    titles: list[str] = []
    for row in range(first, top):
        found = list(_read_line(grid, row))
        for key, value in found:
            pairs.setdefault(key, value)
        if not found:
            titles += [strip_invisible(text) for c in grid.filled(row) if isinstance(text := grid.rows[row][c], str)]
    facts: dict[str, Any] = {"title": " ".join(titles)} if titles else {}
    for text in titles:
        if not _ABOUT_FILE.search(text):
            facts = read_title(text, context) | facts
    facts = read_title(grid.sheet.name, context, is_title=False) | facts
    for key, value in pairs.items():
        facts |= _read_fact(key, value, facts.get("year") or context.year)
    return facts, bool(pairs)


def is_key_value(grid: Grid, row: int) -> bool:
    """Tell a line of labels with their values from a header line, in which label stands beside label."""
    filled = grid.filled(row)
    known = [plain_header(show(grid.rows[row][column])) in _KEYS for column in filled]
    pair = _PAIR.match(strip_invisible(show(grid.rows[row][filled[0]]))) if filled else None
    if pair and plain_header(pair[1]) in _KEYS and (pair[2] or len(filled) > 1):
        return len(filled) <= 6
    colons = [show(grid.rows[row][column]).rstrip().endswith((":", "：")) for column in filled]
    if colons and all(colon == (index % 2 == 0) for index, colon in enumerate(colons)) and len(filled) in (2, 4, 6):
        return True  # 主办单位： 局党委 学习层级： 支部集体学: labels by their colons, whether known or not
    if not known or not known[0]:
        return False
    return all(label != (index % 2 == 1) for index, label in enumerate(known)) and len(filled) >= 2


def _read_line(grid: Grid, row: int) -> Iterable[tuple[str, Cell]]:
    waiting = ""
    for column in grid.filled(row):
        cell = grid.rows[row][column]
        if waiting:
            label = _KEYS.get(plain_header(show(cell)))
            if label is None:
                yield waiting, cell
                waiting = ""
                continue
        text = show(cell)
        key = _KEYS.get(plain_header(text))
        if key is not None:
            waiting = key
            continue
        waiting = ""
        for piece in _SPLIT.split(strip_invisible(text)):
            pair = _PAIR.fullmatch(piece)
            key = _KEYS.get(plain_header(pair[1])) if pair else None
            if pair and key and pair[2].strip():
                yield key, pair[2].strip()
            elif key:
                waiting = key


def read_title(text: str, context: Context, *, is_title: bool = True) -> dict[str, Any]:
    """Read year, month, day, unit and kind of session out of a title or a sheet's name."""
    plain = narrow(strip_invisible(text))
    facts: dict[str, Any] = {}
    days = find_days(plain, context.year)
    several = len({(day.year, day.month) for day in days}) > 1
    if several:
        facts |= {"year": days[0].year} if len({day.year for day in days}) == 1 else {}
    elif found := _YEAR_MONTH.search(plain):
        facts["year"], facts["month"] = int(found[1]), int(found[2])
    elif found := _YEAR.search(plain):
        facts["year"] = int(found[1] or found[2])
    if "month" not in facts and not several and len(months := set(_MONTH.findall(plain))) == 1:
        facts["month"] = int(months.pop())
    if len(days) == 1 and is_title:
        facts["on"] = days[0]
    if is_title and len(plain) <= 60 and (unit := find_unit(plain)):
        facts["unit"] = unit
    if kind := next((word for word in SESSION_WORDS if word in plain), ""):
        facts["session_kind"] = kind
    return facts


def find_unit(title: str) -> str:
    """Find the unit a title speaks of: 第一党支部2025年6月学习考勤表 → 第一党支部."""
    for text in (title, _HEAD.sub("", title)):
        found = _UNIT.match(text.strip())
        name = found[0].lstrip("0123456789") if found else ""
        if name and not is_unnamed(name) and not re.search(r"\d{3,}|年|月|各", name):
            return name
    return ""


def is_unnamed(text: str) -> bool:
    """Whether a word only says what sort of unit is meant (支部, 部门), not which."""
    return _UNNAMED.fullmatch(text) is not None


def find_days(text: str, year: int | None) -> list[date]:
    """List the days written in a text, in order; days without a year need ``year``."""
    text = narrow(text)
    days = []
    for found in _FULL_DATE.finditer(text):
        days.append(_make(*(int(part) for part in found.groups() if part)))
    rest = _FULL_DATE.sub(" ", text)
    if year is not None:
        days += [_make(year, int(found[1]), int(found[2])) for found in _DAY.finditer(rest)]
    return [day for day in days if day is not None]


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_fact(key: str, value: Cell, year: int | None) -> dict[str, Any]:
    text = strip_invisible(show(value))
    if key == "on":
        return _read_when(value, text, year)
    if key in ("year", "month", "expected", "present"):
        number = re.search(r"\d+", narrow(text))
        both = _YEAR_MONTH.search(narrow(text))
        if key == "month" and both:
            return {"year": int(both[1]), "month": int(both[2])}
        return {key: int(number[0])} if number else {}
    if key in ("full_milli", "credit"):
        number = re.search(r"\d+(?:\.\d+)?", narrow(text))
        return {key: scale_decimal(number[0], MILLI) if key == "full_milli" else text} if number else {}
    return {key: text}


def _read_when(value: Cell, text: str, year: int | None) -> dict[str, Any]:
    if isinstance(value, datetime):
        return {"on": value.date(), "starts_at": value.time()}
    if isinstance(value, date):
        return {"on": value}
    days = find_days(text, year)
    facts: dict[str, Any] = {}
    if days and len(set(days)) == 1:
        facts["on"] = days[0]
    elif days:
        facts["year"] = days[0].year
    times = _find_times(_DAY.sub(" ", _FULL_DATE.sub(" ", narrow(text))))
    if times:
        facts["starts_at"] = times[0]
    if len(times) > 1:
        facts["ends_at"] = times[-1]
    return facts


def _find_times(text: str) -> list[time]:
    try:
        return read_times(text) if re.search(r"\d\s*[:时点]", text) else []
    except ValueError:
        return []


def read_file_name(name: str, context: Context) -> dict[str, Any]:
    """Read year and month out of a file's name; a weaker witness than anything inside."""
    facts = read_title(squeeze(name.rpartition(".")[0]), context, is_title=False)
    return {key: facts[key] for key in ("year", "month") if key in facts}
