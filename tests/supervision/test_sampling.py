"""A1 抽查: the same seed draws the same records, whatever order they come in; checklists as offices write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanxue.base.errors import Refusal
from shanxue.supervision.queries.inspecting import read_shipped_checklist
from shanxue.supervision.rules.checklists import CheckLine, pack_lines, read_checklist, unpack_lines
from shanxue.supervision.rules.sampling import Candidate, RecordKind, digest_population, draw, read_seed

DAY = date(2026, 5, 20)
KINDS = st.sampled_from(list(RecordKind))
RECORDS = st.lists(
    st.builds(Candidate, KINDS, st.integers(1, 500), st.just(1), st.dates(date(2026, 1, 1), DAY), st.just("会")),
    min_size=1, max_size=60, unique_by=lambda one: (one.kind, one.ref),
)  # fmt: skip


@given(RECORDS, st.integers(1, 50), st.integers(0, 10**12 - 1), st.randoms())
def test_one_seed_draws_the_same_records_in_any_order(
    records: list[Candidate], count: int, seed: int, mix: object
) -> None:
    """A1: the seed is shown so that it can be repeated; nothing is drawn twice, nothing from outside."""
    drawn = draw(records, count, seed)
    mixed = list(records)
    mix.shuffle(mixed)
    assert draw(mixed, count, seed) == drawn
    assert digest_population(mixed) == digest_population(records)
    assert len(drawn) == len(set(drawn)) == min(count, len(records))
    assert set(drawn) <= set(records)


def test_a_known_seed_draws_known_records() -> None:
    """For good: an inspection of years ago is drawn again."""
    records = [Candidate(RecordKind.SESSION, ref, 1, DAY, f"第{ref}次") for ref in range(1, 21)]
    assert [one.ref for one in draw(records, 5, 20260612)] == [1, 5, 8, 10, 17]
    assert [one.ref for one in draw(records, 5, 20260613)] == [4, 5, 11, 19, 20]


def test_an_empty_scope_is_refused() -> None:
    """Bad input: sampling over an empty scope (ux A1)."""
    with pytest.raises(Refusal) as refused:
        draw([], 10, 7)
    assert refused.value.sentence == "所选范围没有记录。"


@pytest.mark.parametrize("text", ["", "abc", "-3", "1.5", "٣", "1234567890123", "7 8"])
def test_a_seed_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_seed(text)
    assert refused.value.sentence == "种子要填数字，最多 12 位，例如 20260612。"


def test_a_checklist_is_read_as_offices_write_it() -> None:
    """考评项目,考评内容,分值,考评方式: typed with bars or pasted with tabs; a header and remarks are passed over."""
    head = "# 说明\n考评项目\t考评内容\t分值\t考评方式\n"
    text = head + "学习计划 | 列入计划 | 5分 | 对照计划\n\n【会议记录】\n要素\t齐全\t2.5\n"
    lines = read_checklist(text)
    assert lines == [
        CheckLine("", "学习计划", "列入计划", 5000, "对照计划"),
        CheckLine("会议记录", "要素", "齐全", 2500, ""),
    ]
    assert [line.full for line in lines] == ["5", "2.5"]
    assert unpack_lines(pack_lines(lines)) == lines
    assert (lines[0].is_for("笔记"), lines[1].is_for("笔记")) == (True, False)


def test_the_shipped_checklist_has_lines_for_every_kind_of_record() -> None:
    assert {line.kind for line in read_checklist(read_shipped_checklist())} == set(RecordKind)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("# 只有说明", "检查表里还没有条目。每行写一条：考评项目 | 考评内容 | 分值 | 考评方式。"),
        ("[讲话]\n甲 | 乙", "第 1 行：“讲话”不是记录的种类，可以写：会议、会议记录、考勤、笔记。"),
        ("甲 | 乙\n只有一格", "第 2 行：至少写考评项目和考评内容，中间用“|”隔开。"),
        ("甲 | 乙 | 五 | 丙", "第 1 行：分值“五”不是大于 0 的数字，例如 5 或 2.5，也可以不填。"),
        ("甲 | 乙 | 0", "第 1 行：分值“0”不是大于 0 的数字，例如 5 或 2.5，也可以不填。"),
        ("甲 | 乙 | 5 | 丙 | 丁", "第 1 行：有 5 列，最多 4 列。"),
        ("甲 | " + "乙" * 301, "第 1 行：有一格超过 300 个字。"),
        ("甲 | 乙\n" * 101, "检查表有 101 条，最多 100 条。"),
    ],
)  # fmt: skip
def test_a_checklist_that_cannot_be_read_names_the_line(text: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_checklist(text)
    assert refused.value.sentence == sentence
