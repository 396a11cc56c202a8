"""The draft of a period's 情况通报: one sentence for what the records say, none without a figure. Plain Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from shanxue.base.lettering import write_numeral

from . import FigureKind, Section
from .drafts import Draft, FigureDraft, Row, join_paragraphs
from .facts import DutyFact, DutyOutcome, PeriodFacts, SessionFact
from .marking import Marked, mark
from .problems_of_period import Finding, list_findings
from .rates import write_rate
from .tables import tabulate_persons, tabulate_units

MOST_ROWS = 400  # rows kept behind one figure; beyond, one row per unit


@dataclass(frozen=True)
class Wanted:
    """What the office decides about a draft. ``line_percent``: below which a branch is named for its attendance."""

    office: str = "学习型党组织办公室"
    due_on: date | None = None
    answer_days: int = 5
    line_percent: int | None = None
    line_clause: str = ""


def write_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def draft_period(facts: PeriodFacts, wanted: Wanted) -> Draft:
    """Draft the three sections of a period's 通报 with their figures, the units named and the table behind."""
    figures: dict[str, FigureDraft] = {}
    blocks = [block for block in (_tell_duties(facts, figures), _tell_sessions(facts, figures),
                                  _tell_records(facts, figures), _tell_study(facts, figures)) if block[1]]  # fmt: skip
    findings = list_findings(facts, wanted.line_percent, wanted.line_clause)
    for finding in findings:
        figures |= {figure.key: figure for figure in finding.figures}
    sections = {
        Section.OPENING: mark(f"现将{facts.label}（{write_day(facts.from_on)}至{write_day(facts.as_of)}）"
                              f"{_name_scope(facts)}学习情况通报如下："),
        Section.OVERALL: _number(blocks),
        Section.PROBLEMS: _write_problems(facts, findings),
        Section.REQUIREMENTS: _write_requirements(findings, wanted),
    }  # fmt: skip
    persons = tuple((one.id, one.text) for one in facts.persons)
    evidence = tuple(row for finding in findings for row in finding.evidence)
    tables = (tabulate_units(facts), *tabulate_persons(facts.persons))
    return Draft(sections, tuple(figures.values()), evidence, tables, persons)


def _name_scope(facts: PeriodFacts) -> str:
    return "" if facts.scope == "全局" else facts.scope


Block = tuple[str, list[Marked]]


def _number(blocks: Sequence[Block]) -> Marked:
    """Put （一）（二） before the headings, unless there is only one block."""
    lines = []
    for number, (heading, sentences) in enumerate(blocks, 1):
        if len(blocks) > 1:
            lines.append(mark(f"（{write_numeral(number)}）{heading}"))
        lines += sentences
    return join_paragraphs(lines) if lines else mark("这段时间还没有可写的数据。")


def _add(
    figures: dict[str, FigureDraft], key: str, label: str, count: int | str, rows: Iterator[Row] | Sequence[Row]
) -> tuple[str, str]:
    """Keep a figure and give what a sentence needs of it."""
    kept = tuple(rows)
    figures[key] = FigureDraft(key, label, str(count), FigureKind.NUMBER, kept[:MOST_ROWS])
    return key, str(count)


def _tell_duties(facts: PeriodFacts, figures: dict[str, FigureDraft]) -> Block:
    due = [duty for duty in facts.duties if duty.outcome not in (DutyOutcome.OPEN, DutyOutcome.PAUSED)]
    if not due:
        return "任务完成", []
    said = [_add(figures, "duties", "这段时间到期的任务，一个单位的一项算一项", len(due), _show_duties(due))]
    pattern = "应完成任务{}项"
    for outcome in (DutyOutcome.DONE, DutyOutcome.DONE_LATE, DutyOutcome.LATE):
        found = [duty for duty in due if duty.outcome == outcome]
        if found or outcome == DutyOutcome.DONE:
            key = f"duties/{outcome}"
            said.append(_add(figures, key, f"到期的任务里{outcome}的", len(found), _show_duties(found)))
            pattern += f"，{outcome}" + "{}项"
    units = {duty.unit_id: duty.unit for duty in due}
    late = {duty.unit_id for duty in due if duty.outcome == DutyOutcome.LATE}
    fine = [Row(name, "没有逾期未完成的任务", f"unit:{pk}") for pk, name in units.items() if pk not in late]
    said.append(_add(figures, "duty-units", "有到期任务的单位", len(units),
                     [Row(name, "", f"unit:{pk}") for pk, name in units.items()]))  # fmt: skip
    said.append(_add(figures, "duty-units-fine", "到期任务都已完成的单位", len(fine), fine))
    return "任务完成", [mark(f"{pattern}。{{}}个单位中{{}}个单位的任务都已完成。", *said)]


def _show_duties(duties: Sequence[DutyFact]) -> Iterator[Row]:
    for duty in duties:
        yield Row(f"{duty.unit}　{duty.title}（{duty.label}）", duty.sentence, f"duty:{duty.key}")


def _tell_sessions(facts: PeriodFacts, figures: dict[str, FigureDraft]) -> Block:
    sentences = []
    if facts.sessions:
        held = _add(figures, "sessions", "这段时间召开的会议和集体学习", len(facts.sessions), _show_sessions(facts))
        sentences.append(mark("召开会议和集体学习{}次。", held))
    expected = sum(unit.expected for unit in facts.units)
    if expected:
        sentences.append(_tell_presence(facts, figures, expected))
    return "会议和考勤", sentences


def _tell_presence(facts: PeriodFacts, figures: dict[str, FigureDraft], expected: int) -> Marked:
    present = sum(unit.present for unit in facts.units)
    made_up = sum(unit.made_up for unit in facts.units)
    said = [
        _add(figures, "expected", "应到人次，不含免和未记录", expected, _show_units(facts, "expected")),
        _add(figures, "present", "实到人次：到、迟到、早退", present, _show_units(facts, "present")),
        _add(figures, "presence", "到会率：实到 ÷ 应到，四舍五入到 0.1%", write_rate(present, expected),
             [Row(unit.name, write_rate(unit.present, unit.expected), f"sessions:{unit.id}")
              for unit in facts.units if unit.expected]),
    ]  # fmt: skip
    pattern = "应到{}人次，实到{}人次，到会率{}"
    if made_up:
        said.append(_add(figures, "made-up", "缺席后已补学的人次", made_up, _show_units(facts, "made_up")))
        pattern += "；另有已补学{}人次，不计入实到"
    return mark(pattern + "。", *said)


def _show_sessions(facts: PeriodFacts) -> Iterator[Row]:
    for one in facts.sessions:
        yield _show_session(one, f"应到 {one.expected}，实到 {one.present}" if one.expected else "没有考勤")


def _show_session(one: SessionFact, value: str) -> Row:
    return Row(f"{one.on.month}月{one.on.day}日　{one.unit}　{one.kind}　{one.topic}", value, f"session:{one.id}")


def _show_units(facts: PeriodFacts, name: str) -> Iterator[Row]:
    for unit in facts.units:
        count = getattr(unit, name)
        if count:
            yield Row(unit.name, str(count), f"sessions:{unit.id}")


def _tell_records(facts: PeriodFacts, figures: dict[str, FigureDraft]) -> Block:
    asked = [one for one in facts.sessions if one.record]
    if not asked:
        return "会议记录", []
    passed = [one for one in asked if one.record == "已通过"]
    waiting = [one for one in asked if one.record == "已交"]
    said = [
        _add(figures, "records", "点名结束、应有会议记录的会议", len(asked),
             (_show_session(s, s.record) for s in asked)),
        _add(figures, "records-passed", "会议记录已审核通过的", len(passed), (_show_session(s, "") for s in passed)),
    ]  # fmt: skip
    pattern = "应有会议记录{}份，已通过审核{}份"
    if waiting:
        said.append(_add(figures, "records-waiting", "已交、还没有审核通过的", len(waiting),
                         (_show_session(s, "") for s in waiting)))  # fmt: skip
        pattern += "，已交待审或退回修改{}份"
    return "会议记录", [mark(pattern + "。", *said)]


def _tell_study(facts: PeriodFacts, figures: dict[str, FigureDraft]) -> Block:
    sentences = []
    notes, passed = (sum(getattr(unit, name) for unit in facts.units) for name in ("notes", "notes_passed"))
    if notes:
        sentences.append(mark(
            "交学习笔记{}篇，其中审阅通过{}篇。",
            _add(figures, "notes", "这段时间交的笔记，按写笔记的日期", notes, _show_plain(facts, "notes")),
            _add(figures, "notes-passed", "其中审阅通过的", passed, _show_plain(facts, "notes_passed")),
        ))  # fmt: skip
    taken = sum(unit.tests_taken for unit in facts.units)
    if taken:
        figure = _add(figures, "tests", "参加测试的人次，一次测试一人算一次", taken, _show_plain(facts, "tests_taken"))
        sentences.append(mark("参加测试{}人次。", figure))
    return "笔记和测试", sentences


def _show_plain(facts: PeriodFacts, name: str) -> Iterator[Row]:
    return (Row(row.title, row.value) for row in _show_units(facts, name))


def _write_problems(facts: PeriodFacts, findings: Sequence[Finding]) -> Marked:
    if not findings:
        return mark(f"截至{write_day(facts.as_of)}，按现有资料，没有需要通报的问题。")
    return _number([(finding.heading, [finding.sentence]) for finding in findings])


def _write_requirements(findings: Sequence[Finding], wanted: Wanted) -> Marked:
    by = f"于{wanted.due_on.month}月{wanted.due_on.day}日前" if wanted.due_on else "及时"
    blocks: list[Block] = [
        (finding.need_heading, [mark(finding.need.format(by=by, office=wanted.office))]) for finding in findings
    ]
    if findings:
        answer = f"上述单位对通报的内容有不同意见的，自印发之日起{wanted.answer_days}日内向{wanted.office}说明，"
        blocks.append(("听取说明", [mark(answer + "说明与通报一并存档。")]))
        return _number(blocks)
    return mark("请各单位继续按照年度学习计划组织学习，如实记录学习情况。")
