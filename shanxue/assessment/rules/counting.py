"""Counts in words: what is counted, briefly for a formula and in full for a clause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from shanxue.assessment.rules.scheme import Condition, Count, Who
from shanxue.base.points import MILLI, format_scaled

from .vocabulary import CAMPAIGN_SOURCES, HOURS_SOURCES

PERIOD_WORDS = {"day": "日", "week": "周", "month": "月", "quarter": "季度", "half": "半年", "year": "年"}
COLUMN_WORDS = {
    "status": "党籍状态",
    "staff_state": "人员状态",
    "rank_class": "职级",
    "role": "职务",
    "unit_kind": "单位类别",
    "home": "所属单位",
    "home_name": "所属单位",
    "department": "部门",
}
SOURCE_WORDS = {
    "attendance": "会议考勤",
    "sessions": "本单位会议",
    "notes": "学习笔记",
    "plan": "计划任务",
    "scores": "测试成绩",
    "hours": "认定学时",
    "credits": "登记学时和到会学时",
    "selfstudy": "自学记录",
    "outcomes": "学习成果",
    "events": "登记事项",
    "prior": "往年结果",
    "members": "成员结果",
    "subunits": "下级单位结果",
}
UNIT_WORDS = {"notes": "篇", "plan": "项", "selfstudy": "条", "outcomes": "项", "members": "人", "subunits": "个"}
FILTER_WORDS = {
    "kind": "种类",
    "tier": "层级",
    "mark": "记为",
    "level": "级别",
    "reason": "原因",
    "title": "名称",
    "measure": "计量单位",
}
MEMBER_WORDS = {"kind": "职务", "mark": "等次", "level": "职级", "reason": "党籍状态", "title": "工号"}


def write_number(value: Fraction | int) -> str:
    """Write an exact number as a person would: 0.85, 3, 1/45.

    >>> write_number(Fraction(17, 20)), write_number(Fraction(1, 45)), write_number(Fraction(-5, 1))
    ('0.85', '1/45', '-5')
    """
    exact = Fraction(value)
    for digits in range(7):
        scaled = exact * 10**digits
        if scaled.denominator == 1:
            return format_scaled(int(scaled), 10**digits, trim=True)
    return f"{exact.numerator}/{exact.denominator}"


def write_milli(milli: int) -> str:
    return format_scaled(milli, MILLI, trim=True)


def write_percent(share: Fraction) -> str:
    """Write a share as a percentage where it ends, otherwise as a fraction.

    >>> write_percent(Fraction(17, 20)), write_percent(Fraction(1, 3))
    ('85%', '1/3')
    """
    text = write_number(share * 100)
    return f"{share.numerator}/{share.denominator}" if "/" in text else f"{text}%"


def join_words(words: Iterable[object]) -> str:
    return "、".join(str(word) or "空白" for word in words)


def name_unit(count: Count) -> str:
    """Name what one of this count is: 次, 篇, 项, 人, 学时, 分, 季度."""
    if count.measure in ("periods", "missing_periods", "elapsed"):
        word = PERIOD_WORDS[count.per or "month"]
        return "个月" if word == "月" else "个季度" if word == "季度" else "个半年" if word == "半年" else word
    if count.measure == "rows":
        return UNIT_WORDS.get(count.source, "次")
    if count.source == "attendance":
        return "学时"
    if count.source in HOURS_SOURCES:
        return next(iter(_find_words(count, "measure", "in")), "学时")
    if count.source == "notes":
        return "页" if count.measure == "size" else "字"
    if count.source == "events" and count.measure != "points":
        return ""
    return "分"


def label_count(count: Count) -> str:
    """Name a count in a few characters, for a formula: 到会, 应到, 缺席, 审阅通过, 测试平均."""
    if count.measure == "missing_periods":
        return f"{label_rows(count)}缺少的{PERIOD_WORDS[count.per or 'month']}数"
    if count.measure == "periods":
        return f"{label_rows(count)}的{PERIOD_WORDS[count.per or 'month']}数"
    if count.measure == "elapsed":
        return f"{label_rows(count)}逾期{PERIOD_WORDS[count.per or 'month']}数"
    if count.measure == "mean":
        return f"{label_rows(count)}平均"
    if count.measure == "least":
        return f"{label_rows(count)}最低"
    return label_rows(count)


def label_rows(count: Count) -> str:
    """Name what is counted, whatever is then made of it."""
    kinds, marks = _find_words(count, "kind", "in"), _find_words(count, "mark", "in")
    kind = join_words(kinds) if 0 < len(kinds) <= 3 else ""
    if count.source == "attendance":
        return kind + _label_attendance(count, marks)
    if count.source == "sessions":
        return (kind or "会议") + ("召开" if marks == ("已召开",) else "")
    if count.source == "notes":
        levels = _find_words(count, "level", "in")
        state = f"{join_words(levels)}的" if levels else "审阅通过的" if marks == ("通过",) else ""
        return state + (kind or "笔记")
    if count.source == "plan":
        return kind + (join_words(marks) if marks else "计划")
    if count.source == "scores":
        return (kind or "测试") + _label_scores(count)
    if count.source in HOURS_SOURCES:
        return kind + _label_hours(_find_words(count, "measure", "in"))
    if count.source in ("selfstudy", "outcomes"):
        return join_words(marks) * bool(marks) + (kind or SOURCE_WORDS[count.source])
    if count.source == "events":
        details = (*_find_words(count, "level", "in"), *marks)
        return (kind or "登记事项") + (f"（{join_words(details)}）" if details else "")
    if count.source == "members":
        return f"{join_words(marks)}成员" if marks else "成员"
    return {"prior": "上年得分", "subunits": "下级单位"}[count.source]


def _label_attendance(count: Count, marks: tuple[str, ...]) -> str:
    if "到" in marks:
        return "到会"
    late = _find_number(count, "late_minutes", ">")
    if late is not None:
        return f"迟到超过{late}分钟"
    if marks:
        reasons = _find_words(count, "reason", "in")
        return (join_words(reasons) if 0 < len(reasons) <= 2 else "") + join_words(marks)
    return "应到"


def _label_hours(units: tuple[str, ...]) -> str:
    if units == ("学分",):
        return "学分"
    return "培训天数" if units and set(units) <= {"天", "半天"} else "认定学时"


def label_occurrence(count: Count) -> str:
    """Name what happens each time, for “每次扣3分”: 缺席, 换届逾期, 没有测试的."""
    rows = label_rows(count)
    if count.measure == "elapsed":
        return f"{rows}逾期，"
    if count.measure == "missing_periods":
        return f"没有{rows}的，"
    return f"有{rows}的，" if count.measure == "periods" else rows


def _label_scores(count: Count) -> str:
    below = _find_number(count, "amount", "<")
    marks = _find_words(count, "mark", "in")
    if below is not None:
        return f"低于{write_milli(below)}分"
    return join_words(marks) if marks and "参加" not in marks else ""


def _find_words(count: Count, column: str, op: str) -> tuple[str, ...]:
    return next((tuple(test.value) for test in count.where if test.column == column and test.op == op), ())


def _find_number(count: Count, column: str, op: str) -> int | None:
    return next((int(test.value) for test in count.where if test.column == column and test.op == op), None)


def describe_count(count: Count) -> str:
    """Say in full what is counted, with every condition, conversion and limit."""
    tests = [describe_condition(count.source, test) for test in count.where]
    what = SOURCE_WORDS[count.source] + (f"（{'；'.join(tests)}）" if tests else "")
    return what + "的" + _describe_measure(count) + "".join(_describe_extras(count))


def is_plain(count: Count) -> bool:
    """Whether the label already says all there is: registered facts of the kinds it names."""
    plain = count.source == "events" and count.measure in ("rows", "amount")
    return plain and all(test.op == "in" and test.column in ("kind", "level", "mark") for test in count.where)


def describe_condition(source: str, test: Condition) -> str:
    """Put one condition into words: 记为：到、迟到; 不少于800字."""
    if test.op in ("in", "not_in"):
        if test.column == "month":
            return f"只算{join_words(test.value)}月"
        names = MEMBER_WORDS if source in ("members", "subunits") else FILTER_WORDS
        if source in CAMPAIGN_SOURCES and test.column == "level":
            names = {"level": "主题活动"}
        word = names.get(test.column, FILTER_WORDS.get(test.column, test.column))
        return f"{word}{'不是' if test.op == 'not_in' else ''}：{join_words(test.value)}"
    if test.op == "is":
        return _describe_flag(source, test)
    return _describe_bound(source, test)


def _describe_flag(source: str, test: Condition) -> str:
    if test.column == "on_time":
        return "按期完成" if test.value else "未按期完成"
    yes, no = {
        "attendance": ("事后请假", "事前请假"),
        "hours": ("考试或考核通过", "考试或考核未通过"),
        "credits": ("考试或考核通过", "考试或考核未通过"),
    }.get(source, ("附有证明", "没有证明"))
    return yes if test.value else no


def _describe_bound(source: str, test: Condition) -> str:
    word = {">=": "不少于", ">": "超过", "<": "低于", "<=": "不超过"}[test.op]
    if test.column == "late_minutes":
        return f"迟到{word}{test.value}分钟"
    if test.column == "size":
        if source == "attendance":
            return f"会议时长{word}{write_milli(test.value)}分钟"
        if source in (*HOURS_SOURCES, "sessions"):
            name = "到会率" if source == "sessions" else "完成比例"
            return f"{name}{word}{write_percent(Fraction(test.value, MILLI))}"
        return f"{word}{write_milli(test.value)}页"
    unit = {"notes": "字", "scores": "分", "members": "分", "subunits": "分", "prior": "分"}.get(source, "")
    return f"{word}{write_milli(test.value)}{unit}"


def _describe_measure(count: Count) -> str:
    per = PERIOD_WORDS[count.per or "month"]
    rows = f"{UNIT_WORDS.get(count.source, '次')}数"
    enough = f"至少{count.at_least_rows}{UNIT_WORDS.get(count.source, '次')}"
    return {
        "rows": rows,
        "amount": {"notes": "字数合计", "scores": "分数合计", "events": "数量合计"}.get(count.source, "合计"),
        "points": "评分合计",
        "size": "页数合计" if count.source == "notes" else "合计",
        "mean": "平均分（每次得分÷该次满分×100）" if count.source == "scores" else "平均数",
        "least": "最低一项",
        "periods": f"达到{enough}的{per}数",
        "missing_periods": f"不足{count.at_least_rows}{UNIT_WORDS.get(count.source, '次')}的{per}数",
        "elapsed": f"逾期{per}数（到期后每满一{per}计一，不满一{per}按一{per}计）",
    }[count.measure]


def _describe_extras(count: Count) -> Iterable[str]:
    if count.attempts != "all":
        words = {"best": "最好", "first": "第一", "last": "最后", "mean": "平均"}
        yield "，多次参加的按平均成绩" if count.attempts == "mean" else f"，多次参加的取{words[count.attempts]}一次"
    if count.once_per:
        yield "，同名的只算最高一次" if count.once_per == "title" else "，同一天只算最高一次"
    yield from (f"，1{name}折{write_number(share)}" for name, share in count.convert.items() if share != 1)
    yield from (f"，{name or '其他'}按{write_number(share)}倍计" for name, share in count.factor.items())
    yield from (f"，每{PERIOD_WORDS[unit]}最多计{write_milli(most)}" for unit, most in count.caps_per)


def describe_who(who: Who) -> str:
    """Say whom a rule is for; "" means everybody."""
    parts = [f"{COLUMN_WORDS.get(name, name)}为{join_words(words)}" for name, words in who.columns.items()]
    parts += [f"{COLUMN_WORDS.get(name, name)}不是{join_words(words)}" for name, words in who.columns_not.items()]
    if who.age_from is not None:
        parts.append(f"年满{who.age_from}周岁")
    if who.age_below is not None:
        parts.append(f"不满{who.age_below}周岁")
    return "、".join(parts)


def describe_table(table: Mapping[str, Fraction], unit: str = "分") -> str:
    """Write a table that differs by a subject's column: 县处级以上56学时，其他32学时."""
    named = {"其他" if name == "other" else name: write_number(value) for name, value in table.items()}
    return "，".join(f"{name}{value}{unit}" for name, value in named.items())
