"""What two texts have in common (offices §5 item 10: a hint, never an automatic penalty)."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shanxue.study.rules.likeness import (
    LENGTH,
    SURE_LENGTH,
    Piece,
    list_prints,
    mark_common,
    measure_share,
)

HAN = [chr(one) for one in range(0x4E00, 0x4E40)]
SEEDS = st.integers(0, 10_000)
QUOTED = "坚持把政治建设摆在首位，提高政治判断力、政治领悟力、政治执行力。"


def test_spaces_punctuation_case_and_width_do_not_matter() -> None:
    assert measure_share("学习 ＡＢＣ，坚持实干为民抓好落实。", "学习abc坚持实干为民抓好落实") == 1000


def test_the_share_is_what_is_marked() -> None:
    """The number explains itself: 28 of 37 characters stand in both, exactly those that are marked."""
    text, other = "我的体会是" + QUOTED + "回到岗位", "今天学了：" + QUOTED
    marked = mark_common(text, other)
    assert marked == [Piece("我的体会是", False), Piece(QUOTED[:-1], True), Piece("。回到岗位", False)]
    assert measure_share(text, other) == 28 * 1000 // 37


def test_set_phrases_shorter_than_a_run_are_not_marked() -> None:
    assert measure_share("深入学习贯彻会议精神", "深入学习贯彻会议精神") == 0
    assert measure_share("", QUOTED) == 0


def make_text(seed: int, length: int, signs: str = "") -> str:
    return "".join(Random(seed).choices([*HAN, *signs], k=length))


@given(SEEDS, st.integers(0, 300), st.integers(0, 300))
def test_pieces_joined_are_the_text(seed: int, length: int, copied: int) -> None:
    text = make_text(seed, length, "，。 \n") + QUOTED
    other = text[:copied] + make_text(seed + 1, 100)
    assert "".join(piece.text for piece in mark_common(text, other)) == text
    assert all(
        one.same != two.same for one, two in zip(mark_common(text, other), mark_common(text, other)[1:], strict=False)
    )


@given(SEEDS, st.integers(0, 150), st.integers(0, 150), st.integers(SURE_LENGTH, 260))
def test_a_hundred_characters_in_common_share_a_fingerprint(seed: int, front: int, back: int, length: int) -> None:
    """Winnowing: what is copied at that length is always found, wherever it stands."""
    assert SURE_LENGTH == 100
    before, after, common = (make_text(seed + place, size) for place, size in enumerate((front, back, length)))
    assert list_prints(before + common + after, 1) & list_prints(after + common + before, 1)


@given(SEEDS, st.integers(LENGTH, 400))
def test_bureaus_share_no_fingerprint(seed: int, length: int) -> None:
    text = make_text(seed, length)
    prints = list_prints(text, 1)
    assert prints
    assert not prints & list_prints(text, 2)
    assert all(-(2**63) <= one < 2**63 for one in prints)


def test_fingerprints_are_few() -> None:
    """About 22 for 1,000 characters, so that 240,000 notes stay a table that an index can hold."""
    text = "".join(Random(1).choices([chr(one) for one in range(0x4E00, 0x9FA5)], k=100_000))
    assert 1_500 < len(list_prints(text, 1)) < 2_600
