"""Figures inside an edited text (K4): they stay where they are, and a number written over is told apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shanxue.bulletins.rules.marking import (
    Marked,
    Piece,
    Span,
    carry_spans,
    cut_pieces,
    join,
    mark,
    mark_numbers,
    replace_figures,
)
from shanxue.bulletins.rules.numbering import number_headings

PRESENCE = mark("应到{}人次，实到{}人次，到会率{}。", ("expected", "120"), ("present", "110"), ("rate", "91.7%"))


def tell(marked: Marked) -> dict[str, str]:
    return {span.key: marked.text[span.start : span.stop] for span in marked.spans}


def test_an_unedited_text_keeps_its_figures() -> None:
    assert carry_spans(PRESENCE, PRESENCE.text) is PRESENCE


def test_words_around_a_figure_may_change() -> None:
    edited = carry_spans(PRESENCE, "这个季度全局应到120人次，实际到会110人次，到会率为91.7%，比去年好。")
    assert tell(edited) == {"expected": "120", "present": "110", "rate": "91.7%"}


def test_a_number_written_over_stays_at_its_place() -> None:
    edited = carry_spans(PRESENCE, "应到125人次，实到110人次，到会率88%。")
    assert tell(edited) == {"expected": "125", "present": "110", "rate": "88%"}


def test_a_deleted_sentence_takes_its_figures_along() -> None:
    assert tell(carry_spans(PRESENCE, "应到120人次。")) == {"expected": "120"}


def test_a_list_of_units_is_one_figure() -> None:
    late = mark("逾期的有{}个单位：{}。", ("count", "2"), ("units", "第一支部、第二支部"))
    assert tell(carry_spans(late, "逾期的有2个单位：第二支部。")) == {"count": "2", "units": "第二支部"}


def test_new_values_take_the_places_of_the_old() -> None:
    renewed = replace_figures(PRESENCE, {"expected": "1200", "rate": "9.2%"})
    assert renewed.text == "应到1200人次，实到110人次，到会率9.2%。"
    assert tell(renewed) == {"expected": "1200", "present": "110", "rate": "9.2%"}


def test_days_clauses_and_numbers_of_documents_are_no_figures() -> None:
    marked = mark_numbers("截至2025年12月31日，按第9条和〔2025〕3号，优秀5人、占12.5%。", "year")
    assert tell(marked) == {"year/1": "5", "year/2": "12.5%"}


def test_headings_are_numbered_anew_and_figures_follow() -> None:
    text = join(
        [mark("（三）考勤"), mark("应到{}人。", ("a", "7")), mark("（三）笔记"), mark("{}篇。", ("b", "9"))], "\n"
    )
    numbered = number_headings(text)
    assert numbered.text == "（一）考勤\n应到7人。\n（二）笔记\n9篇。"
    assert tell(numbered) == {"a": "7", "b": "9"}


def test_a_page_shows_paragraphs_of_pieces() -> None:
    shown = list(cut_pieces(join([mark("应到{}人。", ("a", "7")), mark("完。")], "\n")))
    assert shown == [[Piece("应到"), Piece("7", "a"), Piece("人。")], [Piece("完。")]]


NUMBERS = st.lists(st.integers(0, 9999).map(str), min_size=1, max_size=5)
WORDS = st.text(st.sampled_from("应到实会率人次，。\n"), max_size=6)


@given(
    NUMBERS, st.lists(WORDS, min_size=6, max_size=6), st.text(st.sampled_from("应到0123456789%，。\n人"), max_size=40)
)
def test_figures_never_overlap_or_leave_the_text(numbers: list[str], words: list[str], edited: str) -> None:
    """Whatever somebody types: spans lie in the text, in order, apart; an unchanged figure is found again."""
    text = join(
        [
            mark(word + "x{}", (str(place), number))
            for place, (word, number) in enumerate(zip(words, numbers, strict=False))
        ]
    )
    carried = carry_spans(text, edited)
    at = 0
    for span in carried.spans:
        assert at <= span.start < span.stop <= len(edited)
        at = span.stop
    assert {span.key for span in carried.spans} <= text.keys
    longer = carry_spans(text, "前言：" + text.text)
    assert longer.spans == tuple(Span(one.start + 3, one.stop + 3, one.key) for one in text.spans)
