"""检查情况.docx: an inspection as it is kept, on official paper. Equal contents are equal bytes."""

from __future__ import annotations

from datetime import timedelta

from shanxue.base.paper import TEXT_WIDTH, add_table, clean_text, pack_document, start_document, write_lines

from .models import Finding, Inspection
from .queries.inspecting import count_unmet, list_line_rows, list_samples

DAY = timedelta(days=1)


def write_inspection(inspection: Inspection) -> bytes:
    """Write scope and draw, what each line found, the records drawn, and every finding with how it was put right."""
    document = start_document(inspection.title)
    write_lines(document, ("公文标题", clean_text(inspection.title)), ("", ""))
    until_on = inspection.until_on - DAY
    write_lines(
        document,
        ("公文正文", f"{inspection.kind}范围：{inspection.unit.name}和它的下级，{inspection.from_on}至{until_on}。"),
        (
            "公文正文",
            f"抽取：{inspection.population_count}条里抽{inspection.samples.count()}条，种子{inspection.seed}。",
        ),
        ("公文正文", clean_text(f"结论：{inspection.conclusion or '待补充'}")),
        ("公文一级", "一、对照检查表"),
    )
    rows = [
        (row.line.item, row.line.content, row.line.full or "—", f"符合{row.met}，不符合{len(row.unmet)}",
         "\n".join(row.unmet) or "—")
        for row in list_line_rows(inspection)
    ]  # fmt: skip
    widths = (1400, 2800, 800, 1400, TEXT_WIDTH - 6400)
    add_table(document, widths, ("考评项目", "考评内容", "分值", "结果", "不符合的情况"), rows)
    write_lines(document, ("公文末行", ""), ("公文一级", "二、抽到的记录"))
    drawn = [
        (str(one.position), one.title, one.unit.name if one.unit else "—", _tell(one.revision, count_unmet(one)))
        for one in list_samples(inspection)
    ]
    add_table(document, (700, TEXT_WIDTH - 4900, 2200, 2000), ("序号", "记录", "单位", "结果"), drawn)
    write_lines(document, ("公文末行", ""), ("公文一级", "三、问题和整改"))
    found = [_list_cells(one) for one in _list_findings(inspection)]
    add_table(document, (700, 3000, 1700, TEXT_WIDTH - 5400), ("序号", "问题", "责任单位", "整改和复核"), found)
    return pack_document(document)


def _tell(revision: int, unmet: int) -> str:
    return "没有查" if not revision else f"{unmet}条不符合" if unmet else "符合"


def _list_findings(inspection: Inspection) -> list[Finding]:
    found = inspection.findings.select_related("unit").prefetch_related("actions__reports__rechecker")
    return list(found.order_by("number"))


def _list_cells(finding: Finding) -> tuple[str, ...]:
    said = []
    for action in finding.actions.all():
        said.append(f"{action.text}（{action.due_on}前，{action.state}）")
        for report in action.reports.all():
            said.append(f"{report.text}" + (f"；复核：{report.verdict}" if report.verdict else ""))
    said.append(f"{finding.state}{'：' if finding.closing else ''}{finding.closing}")
    return (
        str(finding.number),
        clean_text(finding.sentence),
        finding.unit.name,
        "\n".join(clean_text(one) for one in said),
    )
