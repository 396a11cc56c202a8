"""会议记录 and 签到表 by an office's own template; without one, as documents.py draws them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shanxue.base.filling import fill_template, open_template
from shanxue.base.paper import clean_text, pack_document, split_lines
from shanxue.web.office_templates import find_own_template

from .documents import (
    UNKNOWN,
    list_agenda_lines,
    list_facts,
    list_resolution_rows,
    list_sheet_facts,
    pair_names,
    write_minutes,
    write_sign_in_sheet,
)
from .queries.records import Minutes
from .rules import RecordState
from .rules.records import Head, list_headings

MINUTES, SHEET = "会议记录", "签到表"
SHIPPED = Path(__file__).parent / "templates_docx"


def write_minutes_document(minutes: Minutes) -> bytes:
    """Write the minutes by the template in use. Raises ``Refusal`` when the office's own cannot be filled."""
    own = find_own_template(minutes.session.bureau_id, MINUTES)
    return _fill(own, list_minutes_variables(minutes)) if own else write_minutes(minutes)


def write_sheet_document(bureau_id: int, head: Head) -> bytes:
    own = find_own_template(bureau_id, SHEET)
    return _fill(own, list_sheet_variables(head)) if own else write_sign_in_sheet(head)


def _fill(path: Path, variables: dict[str, Any]) -> bytes:
    template = open_template(path)
    fill_template(template, variables, path.name)
    return pack_document(template.docx)


def list_minutes_variables(minutes: Minutes) -> dict[str, Any]:
    """Everything a template of 会议记录 may name."""
    head = minutes.head
    headings = {clean_text(line) for line in list_headings(minutes.agenda)}
    return {
        "单位": clean_text(head.unit),
        "类型": clean_text(head.kind),
        "会议名称": clean_text(head.topic),
        "稿别": "" if minutes.state == RecordState.PASSED else "（未审核）",
        "情况": [{"栏目": label, "内容": clean_text(value)} for label, value in list_facts(head)],
        "议程": [clean_text(line) for line in list_agenda_lines(minutes.agenda)],
        "主要内容": [
            {"级": "二级" if line in headings else "正文", "文": line}
            for line in split_lines(minutes.content) or [UNKNOWN]
        ],
        "决议": [[clean_text(cell) for cell in row] for row in list_resolution_rows(minutes.resolutions)],
        "其他": split_lines(minutes.other),
        "附注": [clean_text(line) for line in minutes.told_changes],
    }


def list_sheet_variables(head: Head) -> dict[str, Any]:
    """Everything a template of 签到表 may name; names stand two by two, as the sheet has them."""
    pairs = pair_names([one.name for one in head.expected])
    return {
        "单位": clean_text(head.unit),
        "类型": clean_text(head.kind),
        "会议名称": clean_text(head.topic),
        "事项": [clean_text(line) for line in list_sheet_facts(head)],
        "应到": str(len(head.expected)),
        "名单": [
            {
                "左序号": str(left[0]), "左姓名": clean_text(left[1]),
                "右序号": str(right[0]) if right else "", "右姓名": clean_text(right[1]) if right else "",
            }
            for left, right in pairs
        ],
        "不要求到会": [clean_text(one.name) for one in head.exempt],
        "列席": [clean_text(name) for name in head.guests],
    }  # fmt: skip
