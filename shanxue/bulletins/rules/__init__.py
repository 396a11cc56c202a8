"""Words of official documents. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    BULLETIN = "情况通报"
    NOTICE = "通知"
    OPINION = "年度意见"


class DocumentState(StrEnum):
    """A document is written, handed to a second person, issued with its number, and never changed after that."""

    DRAFT = "草稿"
    SUBMITTED = "送签"
    ISSUED = "已签发"
    VOID = "作废"


FINAL = (DocumentState.ISSUED, DocumentState.VOID)


class Section(StrEnum):
    """Parts of the text, in order. A 情况通报 has the first four, every other document the last."""

    OPENING = "引言"
    OVERALL = "总体情况"
    PROBLEMS = "存在问题"
    REQUIREMENTS = "整改要求"
    BODY = "正文"


BULLETIN_SECTIONS = (Section.OPENING, Section.OVERALL, Section.PROBLEMS, Section.REQUIREMENTS)


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


class FileKind(StrEnum):
    BODY = "正文"  # the document itself, as it was signed
    ATTACHMENT = "附件"


class NamedChoice(StrEnum):
    """Which persons are named in a table of their own. Nobody by default."""

    MISSED = "缺席未补学"
    BEST = "优秀"
    LIMITED = "等次限制"
    LOWEST = "末等"
