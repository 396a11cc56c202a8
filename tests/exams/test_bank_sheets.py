"""Question banks as spreadsheets, with the traps of real ones (ux D2, offices §3 题库)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanxue.exams.rules.questions import Entry, Reading, finish_reading
from shanxue.exams.rules.sheets import read_sheets
from shanxue.intake.rules import Cell, Sheet

WS = [
    "题目（必填）",
    "试题类型（必填）",
    "正确答案（必填）",
    "分类（必填）",
    "难度（必填）",
    "解析",
    "选项A",
    "选项B",
    "选项C",
    "选项D",
]
CSV = ["序号", "题目内容", "题型", "级别", "选项A", "选项B", "选项C", "选项D", "答案"]


def read(rows: Sequence[Sequence[Cell]], excluded: frozenset[str] = frozenset(), sheet: str = "题库") -> Reading:
    return finish_reading(read_sheets([Sheet(sheet, [list(row) for row in rows])], ""), excluded)


def read_one(*row: Cell, header: list[str] = WS) -> Entry:
    return read([header, row]).entries[1]


def settle(entry: Entry) -> tuple[str, str, tuple[str, ...], object]:
    assert entry.draft is not None, entry.problems
    return str(entry.draft.kind), entry.draft.stem, entry.draft.options, entry.draft.answer


def test_the_ws_template_with_the_answer_inside_the_stem() -> None:
    """D2 (16): （ D ） with unequal blanks; the blank that is left has one width."""
    entry = read_one("党的最高理想是（ D   ）。", "单选题", "D", "党章", "易", "见总纲", "甲", "乙", "丙", "丁")
    assert settle(entry) == ("单选题", "党的最高理想是（\u3000\u3000）。", ("甲", "乙", "丙", "丁"), ["D"])
    assert entry.draft is not None
    assert (entry.draft.bank, entry.draft.difficulty, entry.draft.analysis) == ("党章", "易", "见总纲")


def test_the_csv_headers() -> None:
    """offices §3: 序号,题目内容,题型,级别,选项A…,答案; without a 分类 the sheet names the bank."""
    entry = read_one(1, "下列正确的是", "多选题", "初级", "甲", "乙", "丙", "丁", "A、C D", header=CSV)
    assert settle(entry) == ("多选题", "下列正确的是", ("甲", "乙", "丙", "丁"), ["A", "C", "D"])
    assert entry.draft is not None
    assert (entry.draft.bank, entry.draft.difficulty) == ("题库", "初级")


@pytest.mark.parametrize(
    ("stem", "answer"), [("党章规定__ACD___的权利", ["A", "C", "D"]), ("党章规定_AC_的权利", ["A", "C"])]
)
def test_the_answer_underlined_in_the_stem(stem: str, answer: list[str]) -> None:
    """D2 (16, 17)."""
    entry = read_one(stem, "多选题", "", "党章", "", "", "甲", "乙", "丙", "丁")
    assert settle(entry) == ("多选题", "党章规定____的权利", ("甲", "乙", "丙", "丁"), answer)
    assert entry.notes == (f"答案“{''.join(answer)}”取自题目里的括号或横线",)


def test_options_in_one_cell() -> None:
    """D2 (15): divided by “/”; also A. B. C. marks of mixed shapes in one cell."""
    head = ["题目", "题型", "选项", "答案"]
    entries = read([head, ["问", "单选", "甲/乙/丙", "B"], ["再问", "单选", "A.甲 B、乙　C．丙", "c"]]).entries
    assert settle(entries[1]) == ("单选题", "问", ("甲", "乙", "丙"), ["B"])
    assert entries[1].notes == ("一格里的 3 个选项已分开",)
    assert settle(entries[2]) == ("单选题", "再问", ("甲", "乙", "丙"), ["C"])


def test_option_marks_are_dropped_when_every_option_has_its_own() -> None:
    """D2 (17): . 、 ． and a space mixed."""
    entry = read_one("问", "单选题", "D", "党章", "", "", "A.甲", "B、乙", "C．丙", "D 丁")
    assert settle(entry)[2] == ("甲", "乙", "丙", "丁")
    kept = read_one("问", "单选题", "A", "党章", "", "", "A股", "B股", "H股", "")
    assert settle(kept)[2] == ("A股", "B股", "H股")


@pytest.mark.parametrize("word", ["正确", "对", "√", "✔", "是", "T", "A", True, "['正确']", "（√）"])
def test_true_in_all_its_spellings(word: Cell) -> None:
    """D2 (15, 16, 18): 正确/错误 in the option columns and the answer as a word, √ ×."""
    entry = read_one("地球是圆的", "判断题", word, "常识", "", "", "正确", "错误")
    assert settle(entry) == ("判断题", "地球是圆的", ("正确", "错误"), ["A"])


@pytest.mark.parametrize("word", ["错误", "错", "×", "✗", "x", "否", "F", "B", False])
def test_false_in_all_its_spellings(word: Cell) -> None:
    assert settle(read_one("地球是方的", "判断", word, "常识", "", "", "正确", "错误"))[3] == ["B"]


def test_options_of_a_true_false_question_may_stand_the_other_way_round() -> None:
    """A is 错误 in this file; the letter means what the file says."""
    assert settle(read_one("地球是方的", "判断题", "A", "常识", "", "", "错误", "正确"))[3] == ["B"]


def test_the_answer_as_the_options_own_words_or_as_a_list() -> None:
    """00§B2: full text of the option; a Python list of letters or of texts."""
    options = ("实事求是", "群众路线", "独立自主", "自力更生")
    rows = [
        ("实事求是", "单选题", ["A"]),
        ("['A', 'C']", "多选题", ["A", "C"]),
        ('["群众路线", "独立自主"]', "多选题", ["B", "C"]),
        ("实事求是、自力更生", "多选题", ["A", "D"]),
    ]
    for answer, kind, letters in rows:
        assert settle(read_one("精髓是", kind, answer, "理论", "", "", *options))[3] == letters


def test_fill_in_answers() -> None:
    """D2: “4或四”; several blanks divided by ；; a date keeps its slashes."""
    assert settle(read_one("有____个意识", "填空题", "4或四", "理论", "", ""))[3] == [["4或四", "4", "四"]]
    assert settle(read_one("一大在____召开，____年", "填空题", "上海；1921", "党史", "", ""))[3] == [["上海"], ["1921"]]
    assert settle(read_one("成立于（   ）", "填空题", "2021/7/1", "党史", "", ""))[3] == [["2021/7/1"]]


def test_a_kind_that_is_not_written_is_concluded_and_said() -> None:
    head = ["题目", "答案", "选项A", "选项B"]
    rows = [head, ["甲", "A", "一", "二"], ["乙", "AB", "一", "二"], ["丙", "×", "", ""], ["有____个", "四", "", ""]]
    entries = read(rows).entries[1:]
    assert [settle(entry)[0] for entry in entries] == ["单选题", "多选题", "判断题", "填空题"]
    assert entries[0].notes == ("没有写题型，按选项和答案看作单选题",)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["问", "单选题", "E", "党章", "", "", "甲", "乙"],
         "「题库」第 2 行 C 列（正确答案）：答案是“E”，选项只有 A 到 B。请改正答案，或者补上选项。"),
        (["问", "单选题", "AB", "党章", "", "", "甲", "乙"],
         "「题库」第 2 行 C 列（正确答案）：单选题的答案是“AB”。请改成一个选项，或者把题型改为多选题。"),
        (["问", "单选题", "", "党章", "", "", "甲", "乙"],
         "「题库」第 2 行 C 列（正确答案）：没有答案。请补上答案，或者排除这一题。"),
        (["问", "单选题", "2", "党章", "", "", "甲", "乙"],
         "「题库」第 2 行 C 列（正确答案）：答案“2”看不出是哪个选项。请写选项的字母，例如 A 或 ABD。"),
        (["（ B ）对", "单选题", "A", "党章", "", "", "甲", "乙"],
         "「题库」第 2 行 C 列（正确答案）：题目里写的答案是“B”，另外又写“A”，两处不同。请改正其中一处。"),
        (["问", "单选题", "A", "党章", "", "", "甲", "", "丙"],
         "「题库」第 2 行 G 列（选项A）：选项 B 是空的，后面却还有选项。请补上，或者把后面的选项前移。"),
        (["问", "单选题", "A", "党章", "", "", "甲"],
         "「题库」第 2 行 G 列（选项A）：只看到 1 个选项。请写齐选项 A、B、C、D，或者排除这一题。"),
        (["问", "简答题", "略", "党章"],
         "「题库」第 2 行 B 列（试题类型）：“简答题”不能自动判分，题库不收。请排除这一题，用纸笔作答。"),
        (["问", "连线题", "略", "党章"],
         "「题库」第 2 行 B 列（试题类型）：题型“连线题”认不出。请写单选题、多选题、判断题或填空题。"),
        (["____和____", "填空题", "甲", "党章"],
         "「题库」第 2 行 C 列（正确答案）：题目有 2 个空，答案“甲”对不上。请用“；”分开每个空的答案。"),
        (["问", "判断题", "也许", "党章"],
         "「题库」第 2 行 C 列（正确答案）：判断题的答案“也许”看不出对错。请写正确或错误。"),
        (["", "单选题", "A", "党章", "", "", "甲", "乙"],
         "「题库」第 2 行 A 列（题目）：没有题目。请补上题目，或者排除这一行。"),
        (['=DISPIMG("ID_1",1)', "单选题", "A", "党章", "", "", "甲", "乙"],
         "「题库」第 2 行 A 列（题目）：第 2 行含图片，不能读取。请把图中内容写成文字，或者排除这一行。"),
        (["问", "单选题", "#REF!", "党章", "", "", "甲", "乙"],
         "「题库」第 2 行 C 列（正确答案）：单元格是错误值 #REF!。请改正后再传。"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_names_sheet_row_and_column(row: list[Cell], sentence: str) -> None:
    """ux D0 rule 9."""
    assert read_one(*row).problems == (sentence,)


def test_the_same_question_three_times() -> None:
    """D2 (18: three): the same answer is taken once, another answer is stopped until one of them is left out."""
    rows = [WS, *(["问 题", "单选题", answer, "党章", "", "", "甲", "乙"] for answer in ("A", "A", "B"))]
    entries = read(rows).entries
    assert [bool(entry.draft and not entry.problems) for entry in entries] == [False, True, False, False]
    assert entries[2].skipped == "与「题库」第 2 行是同一道题，只收一次"
    assert entries[3].problems == (
        "「题库」第 4 行：与「题库」第 2 行题目相同，答案不同。请改正答案，或者排除其中一题。",
    )
    left = read(rows, frozenset([entries[3].key])).entries
    assert left[3].skipped == "已选择排除"
    other = read(rows, frozenset([entries[1].key, entries[2].key])).entries
    assert settle(other[3])[3] == ["B"]


def test_lines_that_are_no_questions_are_skipped_with_a_reason() -> None:
    """D cases 3, 5, 6, 27: title rows, blank rows, 必填 marks, headings of kinds, remarks, the header again."""
    rows: list[list[Cell]] = [
        ["党章知识题库"], WS, ["必填", "必填", "必填", "必填"], ["一、判断题"], ["甲", "", "对"], [None], WS,
        ["注：请勿改动表头"],
    ]  # fmt: skip
    reading = read(rows)
    assert [entry.skipped for entry in reading.entries] == [
        "表头以上的说明", "表头", "填写要求", "题型标题", "", "空行", "重复的表头", "填写说明",
    ]  # fmt: skip
    assert settle(reading.entries[4])[0] == "判断题"


def test_a_sheet_without_the_columns_says_what_stands_there() -> None:
    assert read([["姓名", "成绩"], ["张三", 90]], sheet="Sheet1").entries[0].problems == (
        "「Sheet1」没有找到“题目”和“答案”两列。第一行的列名是：姓名、成绩。请把列名改成“题目”“答案”后再传。",
    )


def test_hidden_sheets_are_not_read_and_unknown_columns_are_named() -> None:
    hidden = Sheet("旧题", [["题目", "答案"], ["甲____", "乙"]], hidden=True)
    reading = read_sheets([hidden, Sheet("题库", [["题目", "答案", "录入人"], ["甲____", "乙", "张三"]])], "")
    assert reading.entries[0].skipped == "隐藏的工作表，没有读取；要读取请先取消隐藏"
    assert reading.unread == ["录入人"]
    assert len(reading.drafts) == 1


CELLS = st.one_of(
    st.none(), st.integers(-5, 5), st.booleans(),
    st.sampled_from("题目 答案 甲（A） 乙____ A AB 正确 × 单选题 填空题 一、多选题 注： 甲/乙".split()),
    st.text(alphabet="甲乙AB_（）[]'、./1 ", max_size=8),
)  # fmt: skip


@given(st.lists(st.lists(CELLS, min_size=1, max_size=8), max_size=8), st.booleans())
@settings(max_examples=150, deadline=None)
def test_no_row_is_dropped_silently(rows: list[list[Cell]], headed: bool) -> None:
    """D1: drafts + problems + skipped = rows, each row in exactly one entry, whatever stands in them."""
    reading = read([["题目", "题型", "答案", "选项A", "选项B"], *rows] if headed else rows)
    seen = [row for entry in reading.entries for row in entry.rows]
    assert sorted(seen) == list(range(1, reading.line_count + 1))
    for entry in reading.entries:
        assert [entry.draft is not None and not entry.problems, bool(entry.problems), bool(entry.skipped)].count(
            True
        ) == 1
    assert read([["题目", "题型", "答案", "选项A", "选项B"], *rows] if headed else rows).entries == reading.entries
