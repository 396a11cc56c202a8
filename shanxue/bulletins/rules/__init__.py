"""Words of official documents. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    BULLETIN = "情况通报"
    NOTICE = "通知"
    OPINION = "年度意见"
    BRIEFING = "简报"


class DocumentState(StrEnum):
    """A document is written, handed to a second person, issued with its number, and never changed after that."""

    DRAFT = "草稿"
    SUBMITTED = "送签"
    ISSUED = "已签发"
    VOID = "作废"


FINAL = (DocumentState.ISSUED, DocumentState.VOID)


class Section(StrEnum):
    """Parts of the text, in order; which of them a kind has is said in ``SECTIONS``."""

    OPENING = "引言"
    OVERALL = "总体情况"
    PRACTICES = "经验做法"
    PROBLEMS = "存在问题"
    REQUIREMENTS = "整改要求"
    BODY = "正文"


BULLETIN_SECTIONS = (Section.OPENING, Section.OVERALL, Section.PROBLEMS, Section.REQUIREMENTS)
SECTIONS = {
    DocumentKind.BULLETIN: BULLETIN_SECTIONS,
    DocumentKind.BRIEFING: (Section.OVERALL, Section.PRACTICES, Section.PROBLEMS),
}
FROM_RECORDS = tuple(SECTIONS)  # kinds whose draft and figures come from the records of a period


class FigureKind(StrEnum):
    NUMBER = "数字"
    UNITS = "单位"  # the names of units, as the sentence lists them


class NumberState(StrEnum):
    USED = "使用"
    VOID = "作废"


class AnswerState(StrEnum):
    """Whether a named unit has said something, and whether within its days."""

    WAITING = "可以说明"
    IN_TIME = "按期说明"
    LATE = "逾期说明"
    NONE = "没有说明"


class NumberStyle(StrEnum):
    """How a series writes its numbers: 云示党〔2026〕3号, or an issue of a 简报: 学习简报2026年第3期."""

    DOCUMENT = "字号"
    ISSUE = "期号"


class FileKind(StrEnum):
    BODY = "正文"  # the document itself, as it was signed
    ATTACHMENT = "附件"


class NamedChoice(StrEnum):
    """Which persons are named in a table of their own. Nobody by default."""

    MISSED = "缺席未补学"
    BEST = "优秀"
    LIMITED = "等次限制"
    LOWEST = "末等"
