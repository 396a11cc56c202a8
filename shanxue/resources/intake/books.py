"""Spreadsheets of books: a catalogue with its copies (图书目录、藏书登记)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.drafts import Draft
from shanxue.intake.matching import clean_text, list_words
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Cell, Context, Field, Kind, Row
from shanxue.intake.values import Parsed, parse_code, parse_count, parse_text, restore_zeros, show
from shanxue.orgs.directory import open_directory

from ..models import Copy, Title
from ..rules import CopyState
from ..rules.isbn import read_isbn
from ..rules.money import read_yuan, write_yuan
from ..rules.shelf import MOST_COPIES, find_next_number, list_numbers, list_range


def parse_isbn(cell: Cell, _context: Context) -> Parsed:
    """Read an ISBN; 9.78712E+12 has lost its last digits and is refused."""
    text = show(cell)
    digits = read_isbn(text)
    return Parsed(digits, text if text != digits else None)


def parse_price(cell: Cell, _context: Context) -> Parsed:
    """Read a price as fen: 45, 45.00元, ￥45."""
    text = show(cell)
    try:
        fen = read_yuan(text, "单价")
    except ValueError:
        if text.strip().startswith("-"):
            raise ValueError(f"单价“{text.strip()}”是负数。请写成元，如 45.00；退书的，删去这一行。") from None
        raise ValueError(f"“{text.strip()}”不是单价。请写成元，最多两位小数，如 45.00。") from None
    usual = isinstance(cell, int | float) or text in (write_yuan(fen), f"{fen / 100:g}")
    return Parsed(fen, None if usual else text)


def parse_number(cell: Cell, context: Context) -> Parsed:
    """Read a copy's number as text, or a run of numbers (00012—00014)."""
    if isinstance(cell, str) and list_range(clean_text(cell)) is not None:
        return Parsed(clean_text(cell))
    found: Parsed = parse_code(cell, context)
    return found


def _choose(
    name: str,
    title: str,
    parse: Callable[[Cell, Context], Parsed],
    words: str,
    show: Callable[[Any], str] | None = None,
) -> Field:
    """A column of which the first word that stands in the table is taken, without a question."""
    return Field(name, title, list_words(words), parse=parse, first_wins=True, show=show)


KIND = Kind(
    "books",
    "图书目录",
    (
        Field("title", "书名", list_words("题名 图书名称 书籍名称 正题名 图书名 图书题名"), parse=parse_text),
        Field("author", "作者", list_words("责任者 著者 编者 主编 著作者 编著者 第一责任者"), parse=parse_text),
        Field("press", "出版社", list_words("出版单位 出版者 出版机构 出版社名称"), parse=parse_text),
        Field("isbn", "ISBN", list_words("ISBN号 ISBN编号 国际标准书号 书号 标准书号 ISBN码"), parse=parse_isbn),
        _choose(
            "price", "单价", parse_price, "定价 图书定价 书价 价格 单价（元） 定价（元） 单册定价 元/册", write_yuan
        ),
        _choose("copies", "册数", parse_count, "复本 复本数 复本量 数量 本数 册 数量（册） 馆藏册数 入藏册数"),
        _choose("category", "分类号", parse_text, "中图分类号 图书分类号 分类 图书分类 中图法分类号 索书号"),
        _choose("place", "存放地点", parse_text, "馆藏地点 存放位置 书架号 架位 位置 存放处 馆藏地 书架"),
        _choose("number", "登记号", parse_number, "编号 图书编号 条码号 财产号 条形码 图书登记号 个别登记号"),
    ),
    needs=(
        frozenset({"title", "isbn"}),
        frozenset({"title", "press"}),
        frozenset({"title", "author", "copies"}),
        frozenset({"title", "author", "price"}),
        frozenset({"title", "copies", "price"}),
        frozenset({"title", "author", "number"}),
    ),
    marks=list_words("图书 藏书 书目 图书目录 登记簿 购书 书架"),
)  # fmt: skip
COLUMNS = ("isbn", "price_fen", "category")


class Catalogue:
    """The stored titles and copies, and those this import adds: kept once for all tables of an import."""

    def __init__(self, desk: Desk) -> None:
        self.ledger = desk.ledger
        self.directory = open_directory(desk)
        code = desk.bureau_code
        titles = self.ledger.load(Title, ("name", "author", "press", *COLUMNS), bureau__code=code)
        copies = self.ledger.load(Copy, ("title_id", "number", "place"), bureau__code=code)
        self.by_name: dict[tuple[str, str, str], Draft] = {_identify(one.values): one for one in titles}
        self.by_number: dict[str, Draft] = {one.values["number"]: one for one in copies}
        self.stored: dict[Any, int] = {}
        for copy in copies:
            self.stored[copy.values["title_id"]] = self.stored.get(copy.values["title_id"], 0) + 1
        self.wanted: dict[Any, int] = {}  # copies without numbers that the file names, by title
        self.lines: dict[str, tuple[str, int]] = {}  # numbers this import named, with the line that did

    def find_width(self) -> int | None:
        """How many digits the plain numbers have, when they all have as many."""
        widths = {len(number) for number in self.by_number if number.isascii() and number.isdecimal()}
        return next(iter(widths)) if len(widths) == 1 else None

    def put_title(self, values: dict[str, Any]) -> tuple[Draft, str]:
        """Find the title or make it; of a known one, fill in what the file knows better."""
        known = self.by_name.get(_identify(values))
        if known is None:
            draft = self.ledger.create(Title, bureau_id=self.directory.need_bureau(), **values)
            self.by_name[_identify(values)] = draft
            return draft, "added"
        told = {name: values[name] for name in COLUMNS if values[name] not in (None, "")}
        return known, "updated" if self.ledger.change(known, **told) else "unchanged"

    def put_copy(self, title: Draft, number: str, place: str) -> str:
        known = self.by_number.get(number)
        if known is not None:
            return "updated" if place and self.ledger.change(known, place=place) else "unchanged"
        self.by_number[number] = self.ledger.create(
            Copy, bureau_id=self.directory.need_bureau(), title_id=title, number=number, place=place,
            state=CopyState.SHELF,
        )  # fmt: skip
        return "added"


def _identify(values: dict[str, Any]) -> tuple[str, str, str]:
    name, author, press = (clean_text(str(values[part] or "")) for part in ("name", "author", "press"))
    return name, author, press


def open_catalogue(desk: Desk) -> Catalogue:
    if "resources" not in desk.rooms:
        desk.rooms["resources"] = Catalogue(desk)
    catalogue: Catalogue = desk.rooms["resources"]
    return catalogue


class BookTable:
    def __init__(self, planned: TablePlan, desk: Desk) -> None:
        self.planned, self.catalogue = planned, open_catalogue(desk)
        self.width = self.catalogue.find_width()

    def plan_row(self, row: Row) -> None:
        values, planned = row.values, self.planned
        name = str(values.get("title") or "")[:120]
        if not name:
            planned.stop(row, "title", "no_title", "没有写书名。请补上，或删去这一行。")
            return
        copies = values.get("copies")
        if copies is not None and not 0 <= copies <= MOST_COPIES:
            planned.stop(row, "copies", "copy_count", f"一行最多 {MOST_COPIES} 册，这里写了 {copies} 册。请核对。")
            return
        numbers = self._read_numbers(row, copies)
        if numbers is None:
            return
        book = {
            "name": name, "author": str(values.get("author") or "")[:80], "press": str(values.get("press") or "")[:60],
            "isbn": values.get("isbn") or "", "price_fen": values.get("price"),
            "category": str(values.get("category") or "")[:20],
        }  # fmt: skip
        if not self._demand_free(row, book, numbers):
            return
        self._write(row, book, numbers, 1 if copies is None else copies)

    def _read_numbers(self, row: Row, copies: int | None) -> list[str] | None:
        """The numbers a row names, one per copy; [] when it names none, None when a finding was kept."""
        text = row.values.get("number")
        if not text:
            return []
        try:
            run = list_range(str(text))
            start, count = run or (str(text), copies or 1)
            if run and copies is not None and copies != count:
                raise ValueError(f"“{text}”是 {count} 个编号，册数写的是 {copies}。请改成一致。")
            if count > MOST_COPIES:
                raise ValueError(f"“{text}”超过 {MOST_COPIES} 个编号。请核对。")
            first = self._pad(row, start)
            numbers = list_numbers(first, count) if first else None
        except ValueError as error:
            self.planned.stop(row, "number", "bad_number", str(error))
            return None
        if numbers and count > 1 and run is None:
            self.planned.tidy(row, "number", str(text), f"{numbers[0]}—{numbers[-1]}（{count} 册，依次编号）")
        return numbers

    def _pad(self, row: Row, number: str) -> str | None:
        """A number that lost its leading zeros: ask once, then pad."""
        padded = restore_zeros(number, self.width) if self.width else None
        if padded is None:
            return number
        answer = self.planned.ask(
            row, "number", "leading_zeros",
            f"编号少了前导零，按 {self.width} 位补齐吗？（{number} → {padded}）", ("补齐", "不补"),
            f"图书补零:{self.width}",
        )  # fmt: skip
        if answer is None:
            return None
        if answer == "补齐":
            self.planned.tidy(row, "number", number, padded)
            return padded
        return number

    def _demand_free(self, row: Row, book: dict[str, Any], numbers: list[str]) -> bool:
        for number in numbers:
            if number in self.catalogue.lines:
                sheet, line = self.catalogue.lines[number]
                where = f"第 {line} 行" if sheet == self.planned.sheet else f"「{sheet}」第 {line} 行"
                self.planned.stop(row, "number", "number_twice", f"{where}已有编号 {number}。请删去一行，或改正编号。")
                return False
            known = self.catalogue.by_number.get(number)
            title = self.catalogue.by_name.get(_identify(book))
            if known is not None and (title is None or known.values["title_id"] != title.key):
                self.planned.stop(
                    row, "number", "number_taken", f"编号 {number} 已用在目录里的另一本书上。请改正编号。"
                )
                return False
        return True

    def _write(self, row: Row, book: dict[str, Any], numbers: list[str], copies: int) -> None:
        catalogue = self.catalogue
        place = str(row.values.get("place") or "")[:60]
        title, outcome = catalogue.put_title(book)
        chosen = numbers or self._number_rest(title, copies)
        outcomes = {outcome} | {catalogue.put_copy(title, number, place) for number in chosen}
        for number in numbers:
            catalogue.lines[number] = (self.planned.sheet, row.number)
        outcomes -= {"unchanged"} if len(outcomes) > 1 else set()
        self.planned.settle(
            row, "added" if "added" in outcomes else "updated" if "updated" in outcomes else "unchanged",
            title=book["name"], author=book["author"], press=book["press"], isbn=book["isbn"],
            price_fen=book["price_fen"], category=book["category"], place=place, copies=len(numbers) or copies,
            numbers=chosen,
        )  # fmt: skip

    def _number_rest(self, title: Draft, copies: int) -> list[str]:
        """Numbers for copies without one: only as many as the shelf lacks, so that a file read twice adds nothing."""
        catalogue = self.catalogue
        catalogue.wanted[title.key] = catalogue.wanted.get(title.key, 0) + copies
        lacking = catalogue.wanted[title.key] - catalogue.stored.get(title.key, 0)
        if lacking <= 0:
            return []
        numbers = list_numbers(find_next_number(list(catalogue.by_number)), lacking)
        catalogue.stored[title.key] = catalogue.stored.get(title.key, 0) + lacking
        return numbers


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    return BookTable(planned, desk).plan_row


HANDLER = Handler(KIND, prepare)
