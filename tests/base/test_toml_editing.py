"""Single values of a TOML text change; everything else stays byte for byte."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shanxue.base.errors import Refusal
from shanxue.base.toml_editing import change_values, read_tables

TEXT = """\
[scheme]
title = "办法"   # 名称
note = \"\"\"
[item]
floor = 1
\"\"\"

[[item]]
code = "A"
floor = -6   # 最多扣6分

# ---- 乙 ----

[[item]]
code = "B"
awards = [
  { each = 4, text = "甲 = 1" },   # 一等
  { each = 2 },
]
target_by = { column = "role", 书记 = 56, other = 32 }

[scheme.window]
半天 = 4
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        (("item", 0, "floor"), -15, "floor = -6   # 最多", "floor = -15   # 最多"),
        (("item", 0, "floor"), None, "floor = -6   # 最多扣6分\n", ""),
        (("item", 0, "cap"), Decimal("2.5"), "扣6分\n\n", "扣6分\ncap = 2.5\n\n"),
        (("item", 1, "awards", 0, "each"), 5, "{ each = 4,", "{ each = 5,"),
        (("item", 1, "target_by", "书记"), 60, "书记 = 56", "书记 = 60"),
        (("scheme", "window", "半天"), "1/3", "半天 = 4", '半天 = "1/3"'),
        (("scheme", "full"), 100, '"""\n\n[[item]]', '"""\nfull = 100\n\n[[item]]'),
    ],
)
def test_one_value_changes_and_every_other_byte_stays(
    mark: str, newline: str, path: tuple[str | int, ...], value: object, before: str, after: str
) -> None:
    assert TEXT.count(before) == 1
    text = mark + TEXT.replace("\n", newline)
    expected = mark + TEXT.replace(before, after).replace("\n", newline)
    assert change_values(text, {path: value}) == expected


def test_a_text_without_an_end_of_line_gains_one() -> None:
    assert change_values("[scheme]\nfull = 100", {("scheme", "floor"): 0}) == "[scheme]\nfull = 100\nfloor = 0\n"


def test_what_cannot_be_done_alone_is_refused() -> None:
    with pytest.raises(Refusal, match="这一处不能单独改。请到“整份文本”里改。"):
        change_values("item = [{ code = 1, cap = 2 }]\n", {("item", 0, "cap"): None})


def test_decimals_stay_exact() -> None:
    assert read_tables("半天 = 0.1\n") == {"半天": Decimal("0.1")}
