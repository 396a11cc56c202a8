"""The tables behind the text of a period's 情况通报. Plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from .facts import DutyOutcome, PeriodFacts, PersonFact
from .rates import write_rate
from .shapes import Attachment

COLUMNS = ("到期任务", "按期完成", "逾期未完成", "会议", "应到", "实到", "到会率", "已补学", "笔记", "测试")


def tabulate_units(facts: PeriodFacts) -> Attachment:
    """One row per unit and a total. No data is a dash, never a zero; a zero is a count of something that is known."""
    outcomes: dict[int, Counter[str]] = {}
    for duty in facts.duties:
        outcomes.setdefault(duty.unit_id, Counter())[duty.outcome] += 1
    held = Counter(session.unit_id for session in facts.sessions)
    rows = []
    totals = [0] * 9
    for unit in facts.units:
        found = outcomes.get(unit.id, Counter())
        due = sum(found[one] for one in (DutyOutcome.DONE, DutyOutcome.DONE_LATE, DutyOutcome.LATE))
        cells = [due, found[DutyOutcome.DONE], found[DutyOutcome.LATE], held[unit.id], unit.expected, unit.present]
        rest = [unit.made_up, unit.notes, unit.tests_taken]
        totals = [total + cell for total, cell in zip(totals, cells + rest, strict=True)]
        rows.append((unit.name, _write(cells, rest, write_rate(unit.present, unit.expected))))
    if len(rows) > 1:
        rows.append(("合计", _write(totals[:6], totals[6:], write_rate(totals[5], totals[4]))))
    remark = "注：到会率＝实到÷应到；应到不含免和未记录，已补学不计入实到；“—”为没有。"
    return Attachment(f"{facts.label}各单位学习情况表", "单位", COLUMNS, tuple(rows), remark)


def _write(cells: Sequence[int], rest: Sequence[int], rate: str) -> tuple[str, ...]:
    """A unit without duties has none done or late; one nobody was expected at has no presence."""
    due, done, late, held, expected, present = cells
    made_up, notes, tests = rest
    return (
        str(due) if due else "—", str(done) if due else "—", str(late) if due else "—", str(held) if held else "—",
        str(expected) if expected else "—", str(present) if expected else "—", rate,
        str(made_up) if expected else "—", str(notes) if notes else "—", str(tests) if tests else "—",
    )  # fmt: skip


def tabulate_persons(persons: Sequence[PersonFact]) -> Iterator[Attachment]:
    """The persons whom the office chose to name; without any, no table."""
    if persons:
        rows = tuple((one.name, (one.unit, one.text)) for one in persons)
        yield Attachment("点名人员名单", "姓名", ("单位", "情况"), rows, "注：由办公室选定列出。")
