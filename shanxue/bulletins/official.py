"""Official documents from their rows: composed part by part, poured into the template in use, packed as bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from shanxue.base.filling import fill_template, open_template
from shanxue.base.lettering import NUMERALS, TITLE_WIDTH, break_title, measure_width, write_numeral
from shanxue.base.paper import clean_text, pack_document
from shanxue.orgs.models import Bureau
from shanxue.plans.documents import list_sections, write_row
from shanxue.plans.models import Plan
from shanxue.web.office_templates import find_own_template

from .documents import fit_layout, list_bulletin_variables, show_attachment, show_blocks
from .models import OfficialDocument
from .queries.checks import read_tables
from .queries.documents import list_attachments, read_kept, read_sections
from .rules import DocumentKind, NumberStyle, Section
from .rules.drafting import write_day
from .rules.marking import Marked
from .rules.numbering import is_heading, write_number
from .rules.shapes import Block, Bulletin

SHIPPED = Path(__file__).parent / "templates_docx"
WORDS = re.compile(
    r"(关于.{2,12}?(?:年度|季度|上半年|下半年)|关于|学习(?:培训|考核)?|情况的?|工作(?:的)?|通报|通知|意见)"
)
DATE_PLACE = "　月　日"
FIRST_LEVEL = re.compile(rf"^[{NUMERALS}]+、")


def find_template_path(bureau: Bureau, kind: str) -> Path:
    """The template in use: the office's own, else the shipped one."""
    return find_own_template(bureau.pk, kind) or SHIPPED / f"{kind}.docx"


def write_document(document: OfficialDocument, *, template_path: Path | None = None) -> bytes:
    """Write a document as it stands: with its number and day once it has them, else marked 送审稿."""
    path = template_path or find_template_path(document.bureau, document.kind)
    template = open_template(path)
    fill_template(template, list_document_variables(document), path.name)
    fit_layout(template.docx)
    return pack_document(template.docx)


def list_document_variables(document: OfficialDocument) -> dict[str, Any]:
    """Everything a template of this document's kind may name."""
    if document.kind == DocumentKind.BULLETIN:
        bulletin = compose_document(document)
        variables = list_bulletin_variables(bulletin, document.bureau.name, _tell_year(document))
        notes, labels = announce_attachments(document)
        shown = [table | {"标签": label} for table, label in zip(variables["附件"], labels, strict=True)]
        return variables | {"附件说明": notes, "附件": shown}
    common = list_common(document)
    if document.kind == DocumentKind.BRIEFING:
        return common | list_briefing_variables(document)
    if document.kind == DocumentKind.OPINION:
        assert document.plan is not None
        return common | {"各节": list_plan_sections(document.plan)}
    return common | {"正文": list_lines(read_sections(document).get(Section.BODY, Marked()).text)}


def compose_document(document: OfficialDocument) -> Bulletin:
    """A stored 情况通报, part by part as the standard names them."""
    sections = read_sections(document)
    common = list_common(document)
    return Bulletin(
        mark=document.mark, number=common["发文字号"], title=document.title, title_lines=common["标题行"],
        draft=common["稿别"], to=document.to, opening=sections.get(Section.OPENING, Marked()).text,
        overall=list_blocks(sections, Section.OVERALL), problems=list_blocks(sections, Section.PROBLEMS),
        requirements=list_blocks(sections, Section.REQUIREMENTS), attachments=tuple(read_tables(document.tables)),
        issuer=document.issuer, dated=common["成文日期"], copies=document.copies.rstrip("。"),
        printed_by=document.printed_by, printed=common["印发日期"],
        figures={one.label: one.value for one in read_kept(document).values()},
    )  # fmt: skip


def list_briefing_variables(document: OfficialDocument) -> dict[str, Any]:
    """What a 简报 has besides: its issue, its parts that say something, its tables, its figures."""
    sections = read_sections(document)
    told = [(section, list_blocks(sections, section)) for section in sections]
    tables = read_tables(document.tables)
    notes, labels = announce_attachments(document)
    return {
        "期号": write_issue(document),
        "各部分": [
            {"标题": f"{write_numeral(number)}、{section}", "段": show_blocks(blocks)}
            for number, (section, blocks) in enumerate((one for one in told if one[1]), 1)
        ],
        "附件说明": notes,
        "附件": [show_attachment(table, label) for table, label in zip(tables, labels, strict=True)],
        "数字": {one.label: one.value for one in read_kept(document).values()},
    }


def announce_attachments(document: OfficialDocument) -> tuple[list[str], list[str]]:
    """附件说明 of tables and attached files together, and the label that each table bears on its own page."""
    tables = [clean_text(one["title"]) for one in document.tables]
    names = tables + [clean_text(one) for one in list_attachments(document)]
    labels = [f"附件{place}" if len(names) > 1 else "附件" for place in range(1, len(tables) + 1)]
    return number_attachments(names), labels


def write_issue(document: OfficialDocument) -> str:
    """第3期, blank until it is issued."""
    number = getattr(document, "number", None)
    return f"第{number.number if number else '　'}期"


def list_blocks(sections: dict[Section, Marked], section: Section) -> tuple[Block, ...]:
    """A section's lines as headed blocks: a heading begins a block, every other line is a paragraph."""
    blocks: list[tuple[str, list[str]]] = []
    for line in sections.get(section, Marked()).text.split("\n"):
        text = line.strip(" \u3000")
        if text and is_heading(text):
            blocks.append((text, []))
        elif text:
            if not blocks:
                blocks.append(("", []))
            blocks[-1][1].append(text)
    return tuple(Block(heading, tuple(lines)) for heading, lines in blocks)


def list_lines(text: str) -> list[dict[str, str]]:
    """Lines of a free text with their level: 一级 (一、…), 二级 (（一）…), else 正文."""
    found = []
    for line in text.split("\n"):
        words = clean_text(line).strip(" \u3000")
        if words:
            short = not words.endswith(("。", "；", "："))
            level = "一级" if FIRST_LEVEL.match(words) and short else "二级" if is_heading(words) else "正文"
            found.append({"级": level, "文": words})
    return found


def list_plan_sections(plan: Plan) -> list[dict[str, Any]]:
    """The sections of a year's plan as its own document writes them, with the table of what is arranged."""
    levels = {"公文二级": "二级"}
    told = [(heading, lines, items) for heading, lines, items in list_sections(plan) if lines or items]
    return [
        {
            "标题": f"{write_numeral(number)}、{heading}",
            "段": [{"级": levels.get(style, "正文"), "文": clean_text(text)} for style, text in lines],
            "表": [[clean_text(cell) for cell in write_row(item, plan)] for item in items],
        }
        for number, (heading, lines, items) in enumerate(told, 1)
    ]


def list_common(document: OfficialDocument) -> dict[str, Any]:
    """What every kind of document bears, as it stands."""
    issued = document.issued_on
    year = _tell_year(document)
    number = getattr(document, "number", None)
    style = NumberStyle.ISSUE if document.kind == DocumentKind.BRIEFING else NumberStyle.DOCUMENT
    blank = f"{year}年{DATE_PLACE}"
    attached = [clean_text(name) for name in list_attachments(document)]
    return {
        "发文机关标志": clean_text(document.mark),
        "发文字号": str(number) if number else write_number(style, document.code or "××", int(year), "　"),
        "标题": clean_text(document.title),
        "标题行": list(break_document_title(document.title, document.issuer)),
        "稿别": "" if number and issued else "（送审稿）",
        "主送机关": clean_text(document.to.rstrip("：:")),
        "附件说明": number_attachments(attached),
        "署名": clean_text(document.issuer),
        "成文日期": write_day(issued) if issued else blank,
        "抄送": clean_text(document.copies.rstrip("。")),
        "印发机关": clean_text(document.printed_by),
        "印发日期": f"{write_day(issued) if issued else blank}印发",
        "单位名称": clean_text(document.bureau.name),
        "年度": year,
    }


def _tell_year(document: OfficialDocument) -> str:
    day: date = document.issued_on or document.drafted_at.date()
    return str(day.year)


def number_attachments(names: Sequence[str]) -> list[str]:
    """附件说明 (7.3.4): a single attachment bears no number, further lines begin under the first name."""
    if len(names) == 1:
        return [f"附件：{names[0]}"]
    return [f"{'附件：' if number == 1 else '　　　'}{number}. {name}" for number, name in enumerate(names, 1)]


def break_document_title(title: str, issuer: str) -> tuple[str, ...]:
    """Break a title that is too long for a line after the issuer, then between words, never inside one (7.3.1)."""
    words = clean_text(title)
    if measure_width(words) <= 2 * TITLE_WIDTH:
        return (words,)
    head = clean_text(issuer)
    if not head or not words.startswith(head) or words == head:
        return break_title(_cut_words(words))
    return (head, *break_title(_cut_words(words[len(head) :])))


def _cut_words(text: str) -> tuple[str, ...]:
    """Cut between the words that titles are made of; 关于 stays with what follows it."""
    glued: list[str] = []
    for piece in filter(None, WORDS.split(text)):
        if glued and glued[-1] == "关于":
            glued[-1] += piece
        else:
            glued.append(piece)
    return tuple(glued)
