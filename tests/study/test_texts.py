"""A text as it is kept and as it is counted."""

from __future__ import annotations

import pytest

from shanxue.study.rules.texts import clean_line, clean_text, count_characters, take_title


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n\t　", 0),
        ("学习党章", 4),
        ("学习，党章。", 6),
        ("“三会一课”——制度……", 12),
        ("2026年6月3日", 6),
        ("2026 年 6 月", 4),
        ("党员100%到会", 5),
        ("学习 Python 3.11 入门", 6),
        ("don’t stop", 2),
        ("a,b;c", 1),
        ("第一段\r\n\r\n第二段", 6),
        ("䶮𠮷𬭎", 3),
        ("葛\U000e0100城", 2),
        ("（一）", 3),
        ("ＡＢ１２", 4),
    ],
)
def test_characters_are_counted_as_word_counts_them(text: str, count: int) -> None:
    """R50, R51: 字数 of Word and WPS. Han and full-width marks one each, a run of half-width ones one, spaces none."""
    assert count_characters(text) == count


def test_paste_from_wps_keeps_paragraphs_and_loses_what_cannot_be_seen() -> None:
    """ux M4: line ends, soft breaks, zero-width and control characters; indents and blank lines stay."""
    pasted = "\ufeff　　第一段\u200b，到这里。  \r\n\r\n　　第二段\x0b换行\u00a0后\x07。\r第三段\u2028末\n"
    assert clean_text(pasted) == "　　第一段，到这里。\n\n　　第二段\n换行 后。\n第三段\n末"


def test_rare_characters_stay_as_they_are() -> None:
    """ux D case 10: stored whole, nothing normalised (① ㎡, full-width letters, rare Han with the mark of its form)."""
    text = "䶮㛃𠮷𬭎\ue000①㎡Ａ葛\U000e0100"
    assert clean_text(text) == text
    assert clean_text(clean_text(text)) == text


def test_a_line_is_one_line() -> None:
    assert clean_line("  读\r\n党章 \u200b") == "读 党章"


@pytest.mark.parametrize(
    ("title", "body", "taken"),
    [
        ("读党章", "正文", "读党章"),
        ("", "\n　重读党章有感\n正文", "重读党章有感"),
        ("", "学" * 60, "学" * 39 + "…"),
        ("", "", ""),
    ],
)
def test_a_note_without_title_takes_its_own_first_line(title: str, body: str, taken: str) -> None:
    """Nothing is made up: the words are the author's."""
    assert take_title(title, body) == taken
