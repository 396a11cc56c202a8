"""Every kind of document that is written from a template, with what a template may name and a sample to try it on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shanxue.activities import filled
from shanxue.base.filling import fill_template, read_template
from shanxue.base.paper import pack_document
from shanxue.web.office_templates import locate_laid, locate_uploaded

from .documents import fit_layout
from .official import SHIPPED
from .rules import DocumentKind
from .samples import (
    empty_lists,
    sample_briefing,
    sample_bulletin,
    sample_minutes,
    sample_notice,
    sample_opinion,
    sample_sheet,
)


@dataclass(frozen=True)
class TemplateKind:
    """One kind: where the shipped template lies, what it writes, and a sample of everything it may name."""

    name: str
    about: str
    shipped: Path
    sample: Callable[[], Mapping[str, Any]]
    fits: bool = True  # whether marks, 署名 and tables are fitted after filling, as 公文 are


KINDS = {
    one.name: one
    for one in (
        TemplateKind(DocumentKind.BULLETIN, "季度、半年、年度的情况通报", SHIPPED / "情况通报.docx", sample_bulletin),
        TemplateKind(DocumentKind.NOTICE, "办公室写的通知", SHIPPED / "通知.docx", sample_notice),
        TemplateKind(DocumentKind.OPINION, "作为公文印发的年度工作意见", SHIPPED / "年度意见.docx", sample_opinion),
        TemplateKind(DocumentKind.BRIEFING, "按期编的学习简报", SHIPPED / "简报.docx", sample_briefing),
        TemplateKind(filled.MINUTES, "会议记录页的下载", filled.SHIPPED / "会议记录.docx", sample_minutes, fits=False),
        TemplateKind(filled.SHEET, "会议页的签到表", filled.SHIPPED / "签到表.docx", sample_sheet, fits=False),
    )
}


def try_template(kind: TemplateKind, data: bytes, name: str) -> bytes:
    """Fill a template with the sample and give the result. Raises ``Refusal`` naming what cannot be filled.

    It is filled twice, with everything and with every list empty, so that no branch goes untried.
    """
    sample = kind.sample()
    poor = read_template(data, name)
    fill_template(poor, empty_lists(sample), name)
    template = read_template(data, name)
    fill_template(template, dict(sample), name)
    if kind.fits:
        fit_layout(template.docx)
    return pack_document(template.docx)


def tell_source(bureau_id: int, kind: str) -> str:
    """Which template is in use: 自带, 本单位上传, or 服务器文件夹."""
    if locate_uploaded(bureau_id, kind).is_file():
        return "本单位上传"
    return "服务器文件夹" if locate_laid(kind).is_file() else "自带"


def list_names(kind: TemplateKind) -> Iterator[tuple[str, str]]:
    """The variables of a kind, each with what it holds in the sample."""
    for name, value in kind.sample().items():
        yield name, _describe(value)


def _describe(value: Any) -> str:
    if isinstance(value, dict):
        return "、".join(value)
    if isinstance(value, list):
        first = value[0] if value else ""
        inside = f"，每项有：{'、'.join(first)}" if isinstance(first, dict) else ""
        return f"一组{inside}"
    return str(value).strip() or "（可能为空）"
