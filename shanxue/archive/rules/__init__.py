"""How a year's documents are classed, ordered, numbered and listed (DA/T 22-2015). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shanxue.base.volumes import Piece, Retention, Series

KIND_CODE = "WS"  # 档案门类代码: 文书
SERIES_CODES = {Series.STUDY: "XXQK", Series.TRAINING: "DYPX", Series.ATTENDANCE: "XXKQ", Series.BULLETINS: "QKTB"}
RETENTION_CODES = {Retention.PERMANENT: "Y", Retention.THIRTY_YEARS: "D30", Retention.TEN_YEARS: "D10"}
COLUMNS = ("序号", "档号", "文号", "责任者", "题名", "日期", "密级", "页数", "备注")  # of DA/T 22-2015
UNCOUNTED = "页数待补充"


class YearState(StrEnum):
    """整理中 until the package is sealed; sealed, nothing in it changes."""

    OPEN = "整理中"
    SEALED = "已封"


@dataclass(frozen=True)
class Choice:
    """What the office decided of one 件 before sealing; empty fields leave what the rules say."""

    retention: str = ""
    position: int | None = None  # within its class, from 1
    left_out: str = ""  # the reason


@dataclass(frozen=True)
class Placed:
    """One 件 in its place: ``number`` is its 件号 within its class, ``code`` its 档号."""

    piece: Piece
    retention: Retention
    number: int
    code: str

    @property
    def title(self) -> str:
        """The 题名; one that the archive supplied stands in brackets."""
        return f"[{self.piece.title}]" if self.piece.supplied_title else self.piece.title

    @property
    def remark(self) -> str:
        """The 备注, with what is not in the 件."""
        return "；".join(word for word in (self.piece.remark, self.piece.lacking) if word)


@dataclass(frozen=True)
class Volume:
    """A year as it would be sealed now: what is in it, what is missing, what the office left out and why."""

    placed: tuple[Placed, ...]
    missing: tuple[Piece, ...]
    left_out: tuple[tuple[Piece, str], ...]

    def count_series(self) -> list[tuple[Series, int, int]]:
        """Of each of the four series: how many 件 are ready, and how many are missing."""
        ready = Counter(one.piece.series for one in self.placed)
        absent = Counter(piece.series for piece in self.missing)
        return [(series, ready[series], absent[series]) for series in Series]

    def count_lacking(self) -> list[tuple[str, int]]:
        """What is not in the 件 that are ready, and in how many of them; most first."""
        return Counter(one.piece.lacking for one in self.placed if one.piece.lacking).most_common()


def write_code(fonds: str, year: int, retention: Retention, series: Series, number: int) -> str:
    """Write a 档号: 全宗号-档案门类代码·年度-保管期限-机构(问题)代码-件号, classed by 问题: the four series.

    >>> write_code("0194", 2026, Retention.THIRTY_YEARS, Series.STUDY, 1)
    '0194-WS·2026-D30-XXQK-0001'
    """
    return f"{fonds}-{KIND_CODE}·{year}-{RETENTION_CODES[retention]}-{SERIES_CODES[series]}-{number:04d}"


def arrange_volume(pieces: Iterable[Piece], choices: Mapping[str, Choice], *, fonds: str, year: int) -> Volume:
    """Put a year's 件 in their places: by day, those without one last, otherwise as the rooms list them (by unit).

    The same pieces and choices give the same numbers.
    """
    kept, missing, left_out = [], [], []
    for piece in sorted(pieces, key=lambda piece: piece.on or date.max):
        choice = choices.get(piece.key, Choice())
        if choice.left_out:
            left_out.append((piece, choice.left_out))
        elif piece.missing:
            missing.append(piece)
        else:
            kept.append(replace(piece, retention=Retention(choice.retention or piece.retention)))
    placed = [
        Placed(piece, retention, number, write_code(fonds, year, retention, series, number))
        for retention in Retention
        for series in Series
        for number, piece in enumerate(
            _move([one for one in kept if (one.retention, one.series) == (retention, series)], choices), 1
        )
    ]
    return Volume(tuple(placed), tuple(missing), tuple(left_out))


def _move(pieces: Sequence[Piece], choices: Mapping[str, Choice]) -> list[Piece]:
    """Put those with a chosen place there, from the front to the back."""
    chosen = {piece.key: choices[piece.key].position for piece in pieces if piece.key in choices}
    moved = sorted((piece for piece in pieces if chosen.get(piece.key)), key=lambda piece: chosen[piece.key] or 0)
    found = [piece for piece in pieces if not chosen.get(piece.key)]
    for piece in moved:
        found.insert((chosen[piece.key] or 1) - 1, piece)
    return found


@dataclass(frozen=True)
class Listed:
    """One line of the catalogue as sealed."""

    code: str
    number: str  # 文号
    responsible: str
    title: str
    on: date | None
    secrecy: str
    pages: int | None
    remark: str

    def write(self, order: int) -> tuple[str, ...]:
        """The nine columns as text; the day as eight digits, pages that nobody could count said in the remark."""
        day = f"{self.on:%Y%m%d}" if self.on else ""
        remark = self.remark if self.pages is not None else "；".join(word for word in (self.remark, UNCOUNTED) if word)
        pages = "" if self.pages is None else str(self.pages)
        return (
            str(order), self.code, self.number, self.responsible, self.title, day, self.secrecy, pages, remark
        )  # fmt: skip


def check_numbers(codes: Iterable[str]) -> list[str]:
    """Prove that 件号 run from 0001 without a gap in every class; a sentence for each class where they do not."""
    classes: dict[str, list[int]] = {}
    for code in codes:
        place, _, number = code.rpartition("-")
        classes.setdefault(place, []).append(int(number))
    return [
        f"{place} 的件号不连续。"
        for place, numbers in classes.items()
        if sorted(numbers) != list(range(1, len(numbers) + 1))
    ]
