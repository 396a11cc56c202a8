"""What a 情况通报 is made of. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Choices:
    """What the office decides and no figure can say. What is left out stays blank in the draft, for a pen to fill."""

    mark: str = ""  # 发文机关标志; without it: the bureau's name and 文件
    issuer: str = ""  # 署名; without it: the bureau's name
    number: str = ""  # 发文字号
    issued_on: date | None = None  # 成文日期
    to: str = ""  # 主送机关
    copies: str = ""  # 抄送
    printed_by: str = ""  # 印发机关; without it: the issuer
    printed_on: date | None = None
    office: str = "学习型党组织办公室"  # whom the branches report to
    due_on: date | None = None  # by when things are to be mended
    attendance_line: int | None = None  # tenths of a percent below which a branch is named; None: the bureau's own rate
    attendance_clause: str = ""  # where that line is written
    named: frozenset[str] = frozenset()  # which persons are named: 优秀, 等次限制, 末等. Nobody by default


@dataclass(frozen=True)
class Block:
    """A paragraph or two under a 楷体 heading （一）…."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Attachment:
    """A table on pages of its own. ``columns`` are the heads after 序号 and ``first``."""

    title: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    remark: str = ""


@dataclass(frozen=True)
class Bulletin:
    """A 情况通报, part by part as GB/T 9704-2012 names them."""

    mark: str
    number: str
    title: str
    title_lines: tuple[str, ...]
    draft: str
    to: str
    opening: str
    overall: tuple[Block, ...]
    problems: tuple[Block, ...]
    requirements: tuple[Block, ...]
    attachments: tuple[Attachment, ...]
    issuer: str
    dated: str
    copies: str
    printed_by: str
    printed: str
    figures: dict[str, str] = field(default_factory=dict)
