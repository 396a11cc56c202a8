"""二、存在问题 of a period: what is missing, which units it concerns, and the fact behind each name. Plain Python.

Units are named in the order of the tree, never ranked; persons are not named here at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import FigureKind
from .drafts import Evidence, FigureDraft, Row
from .facts import DutyFact, DutyOutcome, PeriodFacts, PointFact, SessionFact, UnitFacts
from .marking import Marked, join, mark, mark_numbers

MOST_NAMED = 10  # units named in one sentence; all of them stand in the table


@dataclass(frozen=True)
class Finding:
    """One matter: its sentence with figures, the units behind, and what 三、整改要求 asks for it."""

    heading: str
    sentence: Marked
    figures: tuple[FigureDraft, ...]
    evidence: tuple[Evidence, ...]
    need_heading: str
    need: str  # with places {by} and {office}


def list_findings(facts: PeriodFacts, line_percent: int | None, line_clause: str) -> list[Finding]:
    """List the matters, in the order of the sections of 总体情况."""
    found = [
        _find_late(facts), _find_low_presence(facts, line_percent, line_clause), _find_unrecorded(facts),
        _find_missed(facts), _find_unwritten(facts), _find_points(facts),
    ]  # fmt: skip
    return [one for one in found if one is not None]


def _list_units(key: str, label: str, names: Sequence[str]) -> FigureDraft:
    unique = tuple(dict.fromkeys(names))
    listed = "、".join(unique[:MOST_NAMED])
    value = listed if len(unique) <= MOST_NAMED else f"{listed}等{len(unique)}个单位"
    return FigureDraft(key, label, value, FigureKind.UNITS, tuple(Row(name, "") for name in unique))


def _find_late(facts: PeriodFacts) -> Finding | None:
    lines: dict[tuple[str, str], list[DutyFact]] = {}
    for duty in facts.duties:
        if duty.outcome == DutyOutcome.LATE:
            lines.setdefault((duty.line, duty.title), []).append(duty)
    if not lines:
        return None
    sentences, figures, evidence = [], [], []
    for (line, title), duties in lines.items():
        key = f"late/{line}"
        names = _list_units(f"{key}/units", f"“{title}”逾期未完成的单位", [duty.unit for duty in duties])
        count = FigureDraft(f"{key}/count", f"“{title}”逾期未完成的单位数", str(len(names.rows)), FigureKind.NUMBER,
                            tuple(_show_duty(duty) for duty in duties))  # fmt: skip
        figures += [count, names]
        evidence += [
            Evidence(duty.unit_id, duty.unit, names.key, title, f"{duty.label}：{duty.sentence}", f"duty:{duty.key}")
            for duty in duties
        ]
        sentences.append(
            mark(f"“{title}”逾期未完成的有{{}}个单位：{{}}。", (count.key, count.value), (names.key, names.value))
        )
    day = f"{facts.as_of.month}月{facts.as_of.day}日"
    return Finding(
        "部分任务逾期未完成", join([mark(f"截至{day}，"), *sentences]), tuple(figures), tuple(evidence),
        "补办任务", "上述单位逐项核对：已经办了的，{by}补交记录；没有办的，{by}写明安排报{office}。",
    )  # fmt: skip


def _show_duty(duty: DutyFact) -> Row:
    return Row(f"{duty.unit}　{duty.title}（{duty.label}）", duty.sentence, f"duty:{duty.key}")


def _find_low_presence(facts: PeriodFacts, percent: int | None, clause: str) -> Finding | None:
    """Only under a line that the office took from a written rule: no branch is named for being below the others."""
    if percent is None:
        return None
    low = [unit for unit in facts.units if unit.expected and unit.present * 100 < percent * unit.expected]
    if not low:
        return None
    names = _list_units("low/units", f"到会率低于{percent}%的单位", [unit.name for unit in low])
    count = FigureDraft("low/count", f"到会率低于{percent}%的单位数", str(len(low)), FigureKind.NUMBER,
                        tuple(_show_presence(unit) for unit in low))  # fmt: skip
    rule = f"{clause}要求的{percent}%" if clause else f"{percent}%"
    evidence = tuple(
        Evidence(unit.id, unit.name, names.key, "到会率", _show_presence(unit).value, f"sessions:{unit.id}")
        for unit in low
    )
    sentence = mark(f"到会率低于{rule}的有{{}}个单位：{{}}。", (count.key, count.value), (names.key, names.value))
    return Finding("部分单位到会率低", sentence, (count, names), evidence,
                   "提高到会率", "上述单位逐次核对请假、缺席的原因，{by}将改进安排报{office}。")  # fmt: skip


def _show_presence(unit: UnitFacts) -> Row:
    return Row(unit.name, f"应到 {unit.expected}，实到 {unit.present}", f"sessions:{unit.id}")


def _find_unrecorded(facts: PeriodFacts) -> Finding | None:
    words = ("考勤未记录{}人次，未计入应到，涉及{}。", "考勤没有记全", "考勤", "未记录 {} 人次",
             "补登考勤", "上述单位{by}补登考勤；确实无法查清的，写明原因报{office}。")  # fmt: skip
    return _find_counted(facts, "unrecorded", words)


def _find_missed(facts: PeriodFacts) -> Finding | None:
    words = ("请假、缺席后没有安排补学的{}人次，涉及{}。", "部分缺席没有补学", "补学", "没有安排补学 {} 人次",
             "安排补学", "上述单位为需要补学的同志安排补学，{by}将安排报{office}。")  # fmt: skip
    return _find_counted(facts, "missed", words)


def _find_counted(facts: PeriodFacts, name: str, words: tuple[str, str, str, str, str, str]) -> Finding | None:
    """A matter of how many: the number over all, and the units it concerns."""
    sentence, heading, matter, fact, need_heading, need = words
    found = [unit for unit in facts.units if getattr(unit, name)]
    if not found:
        return None
    rows = tuple(Row(unit.name, str(getattr(unit, name)), f"sessions:{unit.id}") for unit in found)
    total = FigureDraft(f"{name}/count", fact.format("").replace("  ", ""), str(sum(int(row.value) for row in rows)),
                        FigureKind.NUMBER, rows)  # fmt: skip
    names = _list_units(f"{name}/units", f"{heading}的单位", [unit.name for unit in found])
    evidence = tuple(
        Evidence(unit.id, unit.name, names.key, matter, fact.format(getattr(unit, name)), f"sessions:{unit.id}")
        for unit in found
    )
    said = mark(sentence, (total.key, total.value), (names.key, names.value))
    return Finding(heading, said, (total, names), evidence, need_heading, need)


def _find_unwritten(facts: PeriodFacts) -> Finding | None:
    missing = [one for one in facts.sessions if one.record == "未交"]
    if not missing:
        return None
    names = _list_units("unwritten/units", "会议记录没有交的单位", [one.unit for one in missing])
    count = FigureDraft("unwritten/count", "点名结束、会议记录没有交的会议", str(len(missing)), FigureKind.NUMBER,
                        tuple(_show_session(one) for one in missing))  # fmt: skip
    evidence = tuple(
        Evidence(one.unit_id, one.unit, names.key, "会议记录",
                 f"{one.on.month}月{one.on.day}日{one.kind}没有交记录", f"session:{one.id}")
        for one in missing
    )  # fmt: skip
    said = mark("会议记录没有交的{}份，涉及{}。", (count.key, count.value), (names.key, names.value))
    return Finding("部分会议记录没有交", said, (count, names), evidence,
                   "补交记录", "上述单位{by}补交会议记录，参会情况按点名的写。")  # fmt: skip


def _show_session(one: SessionFact) -> Row:
    return Row(f"{one.on.month}月{one.on.day}日　{one.unit}　{one.kind}　{one.topic}", one.record, f"session:{one.id}")


def _find_points(facts: PeriodFacts) -> Finding | None:
    if not facts.points:
        return None
    sentences, figures, evidence = [], [], []
    for point in facts.points:
        names = FigureDraft(f"point/{point.id}", "督查列入通报的单位", point.unit, FigureKind.UNITS,
                            (Row(point.unit, point.text, point.href),))  # fmt: skip
        evidence.append(Evidence(point.unit_id, point.unit, names.key, "督查", point.text, point.href))
        rest = mark_numbers(point.text.removeprefix(point.unit).rstrip("。") + "。", f"point/{point.id}")
        figures += [names, *(_show_point(point, span.key, rest.text[span.start : span.stop]) for span in rest.spans)]
        sentences.append(join([mark("{}", (names.key, names.value)), rest]))
    return Finding("督查发现的问题", join(sentences, "\n"), tuple(figures), tuple(evidence),
                   "整改落实", "上述单位对照督查意见整改，{by}将结果报{office}。")  # fmt: skip


def _show_point(point: PointFact, key: str, value: str) -> FigureDraft:
    """A number of a point's sentence: it leads to the duty or the finding that the point is of."""
    return FigureDraft(key, "督查事项列入时的数", value, FigureKind.NUMBER, (Row(point.unit, point.text, point.href),))
