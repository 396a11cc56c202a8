"""Sentences that state a report's figures. Each says only what its numbers say."""

from __future__ import annotations

from collections import Counter
from datetime import date

from .figures import list_grades, tally_whole, write_share
from .report import UNGRADED, WAITING, Part, YearReport


def write_day(day: date) -> str:
    """Write a day as official documents do: no leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def describe_whole(report: YearReport) -> str:
    """Say the year in one sentence: how many were to be assessed, how many hold which grade, how many still wait."""
    start = f"截至{write_day(report.as_of)}，"
    if report.people is not None:
        branches = len({row.home for row in report.people.rows if row.home} | set(report.branch_names))
        scope = f"全局{branches}个支部" if branches else "全局"
        return f"{start}{scope}应考核{len(report.people.rows)}人，{describe_grades(report.people, '人')}。"
    word, part = report.parts[0]
    return f"{start}全局应考核{word}{len(part.rows)}个，{describe_grades(part, '个')}。"


def describe_grades(part: Part, unit: str) -> str:
    """Say the distribution: 已评定598人，其中优秀120人、占19.6%，…；不定等次3人；资料不全、待补充14人."""
    whole = tally_whole(part)
    named = dict(zip(list_grades(part), whole.grades, strict=True))
    graded = sum(count for grade, count in named.items() if grade != UNGRADED)
    shares = (
        f"{grade}{count}{unit}、占{write_share(count, whole.people)}"
        for grade, count in named.items()
        if count and grade != UNGRADED
    )
    sentences = [f"已评定{graded}{unit}，其中{'，'.join(shares)}" if graded else "尚未评定等次"]
    sentences += [f"{UNGRADED}{named[UNGRADED]}{unit}"] if named.get(UNGRADED) else []
    sentences += [f"资料不全、{WAITING}{whole.waiting}{unit}"] if whole.waiting else []
    return "；".join(sentences)


def describe_excluded(part: Part) -> str:
    """Say who is not assessed, by reason: 免考核5人，不计入应考核人数：离退休3人，长期病休2人."""
    reasons: dict[str, int] = {}
    for person in part.excluded:
        reasons[person.reason] = reasons.get(person.reason, 0) + 1
    listed = "，".join(f"{reason or '未写明原因'}{count}人" for reason, count in reasons.items())
    return f"免考核{len(part.excluded)}人，不计入应考核人数：{listed}。" if reasons else ""


def describe_mean(part: Part) -> str:
    """Say the mean of those who are graded."""
    mean = tally_whole(part).mean
    return "" if mean is None else f"已评定人员平均{part.scheme.write_points(mean)}分。"


def describe_gates(part: Part) -> tuple[str, ...]:
    """Say for each clause that limits a grade or names a list how many it holds for."""
    counts = Counter(
        (gate.clause, gate.target, gate.at_most, gate.list_name) for row in part.rows for gate in row.gates
    )
    return tuple(
        f"{clause}：{count}人，{describe_effect(target, at_most, list_name)}。"
        for (clause, target, at_most, list_name), count in counts.items()
    )


def describe_effect(target: str, at_most: str, list_name: str) -> str:
    """Say briefly what a gate does."""
    if list_name:
        return f"列入“{list_name}”"
    whose = target or "本次考核"
    return f"{whose}最高可评{at_most}" if at_most else f"影响{whose}"
