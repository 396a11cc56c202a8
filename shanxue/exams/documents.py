"""Documents of tests: the paper and its key for those who answer by hand (.docx), the results (.xlsx)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter
from docx.document import Document

from shanxue.base.paper import pack_document, start_document, write_lines
from shanxue.base.points import MILLI, format_scaled

from .models import Paper, Question
from .queries.papers import TakerRow
from .rules import QuestionKind
from .rules.answers import LETTERS
from .rules.scoring import write_answer

Put = Sequence[tuple[Question, int]]  # questions in order, with their points in milli
NUMERALS = "一二三四五六七八九十"
RESULT_HEADS = ("工号", "姓名", "所在支部", "考试名称", "考试日期", "第几次", "满分", "成绩", "情况", "是否及格")


def write_paper(paper: Paper, put: Put, number: int) -> bytes:
    """Write the paper to print. ``number`` (卷号) tells which drawing it is; the key of that number fits it."""
    document = start_document(paper.title)
    full = format_scaled(sum(points for _, points in put), MILLI, trim=True)
    limit = f"，限时 {paper.minutes} 分钟" if paper.minutes else ""
    write_lines(
        document,
        ("公文标题", paper.title),
        ("公文稿别", f"（卷号 {number}，共 {len(put)} 题，满分 {full} 分{limit}）"),
        ("", ""),
        ("公文正文", "单位：____________　姓名：____________　工号：____________"),
    )
    for section, questions in _group(put):
        write_lines(document, ("公文一级", section))
        for place, question, _points in questions:
            _write_question(document, place, question)
    return _finish(document)


def write_key(paper: Paper, put: Put, number: int) -> bytes:
    """Write the answers to the paper of this number, each with its source."""
    document = start_document(f"{paper.title} 答案")
    write_lines(document, ("公文标题", paper.title), ("公文稿别", f"（卷号 {number} 的答案）"), ("", ""))
    for section, questions in _group(put):
        write_lines(document, ("公文一级", section))
        for place, question, _points in questions:
            source = f"（{question.source}）" if question.source else ""
            text = write_answer({"kind": question.kind, "options": question.options}, question.answer)
            write_lines(document, ("公文正文", f"{place}. {text}{source}"))
    return _finish(document)


def _group(put: Put) -> Iterable[tuple[str, list[tuple[int, Question, int]]]]:
    """Group questions that follow one another by kind, keeping the order they are put in."""
    groups: list[tuple[str, list[tuple[int, Question, int]]]] = []
    for place, (question, points) in enumerate(put, 1):
        if not groups or groups[-1][0] != question.kind:
            groups.append((question.kind, []))
        groups[-1][1].append((place, question, points))
    for index, (kind, rows) in enumerate(groups):
        each = {points for _, _, points in rows}
        worth = f"，每题 {format_scaled(each.pop(), MILLI, trim=True)} 分" if len(each) == 1 else ""
        numeral = NUMERALS[index] if index < len(NUMERALS) else str(index + 1)
        yield f"{numeral}、{kind}（{len(rows)} 题{worth}）", rows


def _write_question(document: Document, place: int, question: Question) -> None:
    write_lines(document, ("公文正文", f"{place}. {question.stem}"))
    if question.kind == QuestionKind.TRUE_FALSE:
        write_lines(document, ("公文正文", "（正确写√，错误写×）　答：______"))
    elif question.options:
        options = [f"{letter}. {option}" for letter, option in zip(LETTERS, question.options, strict=False)]
        short = all(len(option) <= 12 for option in options)
        for line in ["　　".join(options)] if short and len(options) <= 4 else options:
            write_lines(document, ("公文正文", line))


def _finish(document: Document) -> bytes:
    return pack_document(document)


def write_results(paper: Paper, rows: Iterable[TakerRow]) -> bytes:
    """Write who took the paper, in the order given; texts stay texts, so no cell becomes a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("成绩")
    head, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, title in enumerate(RESULT_HEADS):
        sheet.write_string(0, column, title, head)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(_list_values(paper, row)):
            if isinstance(value, date):
                sheet.write_datetime(number, column, value, day)
            elif isinstance(value, int | float):
                sheet.write_number(number, column, value)
            elif value is not None:
                sheet.write_string(number, column, value)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(RESULT_HEADS) - 1, 14)
    book.close()
    return buffer.getvalue()


def _list_values(paper: Paper, row: TakerRow) -> tuple[str | int | float | date | None, ...]:
    passed = None if row.passed is None else "是" if row.passed else "否"
    return (
        row.person.staff_no, row.person.name, row.unit.name, paper.title, row.on, row.attempt,
        None if row.full_milli is None else row.full_milli / MILLI,
        None if row.score_milli is None else row.score_milli / MILLI,
        row.state, passed,
    )  # fmt: skip
