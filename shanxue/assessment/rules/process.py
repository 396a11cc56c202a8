"""The terms of a proceeding, built from ``[process]`` (K60, K61). What a text does not say is left to the office."""

from __future__ import annotations

from shanxue.assessment.rules.scheme import Process, Term
from shanxue.base.toml_fields import Section

PROCESS_KEYS = ("check", "publicity", "appeal", "answer")
NAMES = {"check": "支部核对", "publicity": "公示", "appeal": "申诉期", "answer": "申诉答复"}
MOST_DAYS = 366


def read_process(section: Section | None) -> Process:
    if section is None:
        return Process()
    section.where = "[process]"
    parts = {key: section.take_section(key) for key in PROCESS_KEYS}
    publicity = parts["publicity"]
    grades = publicity.take_words("grades") if publicity else ()
    process = Process(**{key: _read_term(key, part) for key, part in parts.items()}, grades=grades)
    section.finish(PROCESS_KEYS)
    return process


def _read_term(key: str, section: Section | None) -> Term:
    if section is None:
        return Term()
    section.where = f"[process] 的 {key}（{NAMES[key]}）"
    days, workdays = section.take_whole("days", least=1), section.take_whole("workdays", least=1)
    clause = section.take_text("clause", required='依据第几条，如 "第十条"')
    if (days is None) == (workdays is None):
        section.report("要写 days（几天）或 workdays（几个工作日），只写一个，如 days = 7。")
    count = days if workdays is None else workdays
    if count is not None and count > MOST_DAYS:
        section.report(f"超过一年。请核对，不超过{MOST_DAYS}。")
    section.finish(("days", "workdays", "clause", *(("grades",) if key == "publicity" else ())))
    return Term(count, workdays is not None, clause)
