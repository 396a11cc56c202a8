"""An office's own template: what may go wrong and what it is told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from shanxue.assessment.rules.report import Part
from shanxue.base.errors import Refusal
from shanxue.bulletins.documents import list_variables, write_bulletin
from shanxue.bulletins.rules.composing import compose_bulletin
from shanxue.bulletins.rules.shapes import Choices
from tests.assessment.year_report import PEOPLE_SCHEME, SECOND, WANG, make_report


def make_own(path: Path, *paragraphs: str) -> Path:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(path))
    return path


def fill(tmp_path: Path, *paragraphs: str) -> list[str]:
    own = make_own(tmp_path / "情况通报模板.docx", *paragraphs)
    write_bulletin(make_report(), tmp_path / "情况通报.docx", template_path=own)
    return [each.text for each in Document(str(tmp_path / "情况通报.docx")).paragraphs]


def refuse(tmp_path: Path, *paragraphs: str) -> Refusal:
    with pytest.raises(Refusal) as refused:
        fill(tmp_path, *paragraphs)
    assert not (tmp_path / "情况通报.docx").exists()
    return refused.value


def test_an_office_may_use_its_own_words_around_the_variables(tmp_path: Path) -> None:
    texts = fill(tmp_path, "{{ 单位名称 }}：应考核{{ 数字.应考核人数 }}人，优秀{{ 数字.优秀人数 }}人。")
    assert texts == ["江州市城市管理局：应考核7人，优秀1人。"]


def test_loops_over_paragraphs_work(tmp_path: Path) -> None:
    texts = fill(tmp_path, "{%p for 段 in 整改要求 %}", "{{ 段.标题 }}", "{%p endfor %}")
    assert texts[0] == "（一）补齐资料"
    assert len(texts) == 5


def test_an_unknown_variable_is_named(tmp_path: Path) -> None:
    refusal = refuse(tmp_path, "{{ 单位名 }}")
    assert refusal.code == "template_variable"
    assert refusal.sentence == (
        "模板“情况通报模板.docx”里的变量“单位名”没有内容可填。请改名或删去，变量名见 docs/documents.md。"
    )


def test_an_unknown_part_of_a_variable_is_named(tmp_path: Path) -> None:
    assert "变量“良好率”没有内容可填" in refuse(tmp_path, "{{ 数字.良好率 }}").sentence


def test_an_unfinished_mark_is_quoted(tmp_path: Path) -> None:
    refusal = refuse(tmp_path, "{% for 段 in 总体情况 %}", "{{ 段.标题 }}")
    assert refusal.code == "template_syntax"
    assert "有写得不完整的标记，在“{% for 段 in 总体情况 %}”" in refusal.sentence


def test_a_mark_that_cannot_run_is_refused(tmp_path: Path) -> None:
    assert refuse(tmp_path, "{{ 年度 + 1 }}").code == "template_broken"


def test_a_template_cannot_reach_beyond_its_variables(tmp_path: Path) -> None:
    """A template comes from outside: it is filled in a sandbox."""
    assert refuse(tmp_path, "{{ 年度.__class__.__mro__ }}").code == "template_broken"


def test_a_file_that_is_no_docx_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "情况通报模板.docx"
    own.write_bytes(b"<html>not a document</html>")
    with pytest.raises(Refusal) as refused:
        write_bulletin(make_report(), tmp_path / "情况通报.docx", template_path=own)
    assert refused.value.code == "template_unreadable"
    assert not (tmp_path / "情况通报.docx").exists()


def test_names_with_markup_and_line_breaks_do_not_break_the_file(tmp_path: Path) -> None:
    """A unit called “A&B<{{ 年度 }}>” stays what it is."""
    odd = "第三\n支部&<b>{{ 年度 }}\x07"
    report = replace(make_report(), people=Part(PEOPLE_SCHEME, (replace(WANG, home=odd),)), branch_names=(odd,))
    write_bulletin(report, tmp_path / "情况通报.docx")
    table = Document(str(tmp_path / "情况通报.docx")).tables[0]
    assert table.rows[1].cells[1].text == "第三 支部&<b>{{ 年度 }} "


def test_every_variable_is_in_the_manual() -> None:
    """docs/documents.md lists what a template may name."""
    report = make_report()
    variables = list_variables(compose_bulletin(report, Choices()), report)
    manual = (Path(__file__).parents[2] / "docs" / "documents.md").read_text(encoding="utf-8")
    assert set(variables) <= set(re.findall(r"`([^`]+)`", manual))
    figures = [name for name in variables["数字"] if name.removesuffix("人数") not in PEOPLE_SCHEME.grades]
    assert {f"数字.{name}" for name in figures if name != "不定等次人数"} <= set(re.findall(r"`([^`]+)`", manual))
    assert SECOND in str(variables["附件"])
