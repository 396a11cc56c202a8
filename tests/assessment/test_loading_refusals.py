"""Scheme files that do not hold: every problem at once, each with file, clause and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from shanxue.assessment.rules.check import describe_check
from shanxue.assessment.rules.loading import SchemeRefused, load_scheme
from tests.assessment.test_loading import HEAD, ILLUSTRATION, ITEM

EVENTS = 'kind = "award_each"\neach = 1\ncount = { source = "events" }\n'


def refuse(text: str) -> tuple[str, ...]:
    with pytest.raises(SchemeRefused) as caught:
        load_scheme(text, "细则.toml")
    return caught.value.problems


def refuse_item(body: str) -> tuple[str, ...]:
    return refuse(HEAD + ITEM + body)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('full = 30; clause = "第五条"', "一行里用分号隔开了几项，或多了分号。请一行只写一项，删去分号"),
        ("full = 30；", "一行里用分号隔开了几项，或多了分号。请一行只写一项，删去分号"),
        ("clause = “第五条”", '引号是全角的。请换成英文引号 "'),
        ("full ＝ 30", "等号是全角的。请换成英文等号 ="),
        ('mark = ["到"，"迟到"]', "逗号或顿号是全角的。请换成英文逗号 ,"),
        ("full: 30", "用了冒号。请换成英文等号 ="),
        ("full 30", "名称后面没有等号。请写成 名称 = 内容"),
        ("full = 三十", "等号后面的内容不合写法。文字要加英文引号，日期写成 2025-01-01"),
        ("count = { source = 1,", "花括号 { } 里不能换行。请把这一项写在一行里"),
        ('clause = "第五条', "引号里有换行或不能用的字符。请删去"),
    ],
)
def test_syntax_error_names_line_and_slip(line: str, message: str) -> None:
    """DESIGN §5: a clerk who types ; or full-width marks is told the line."""
    problems = refuse(HEAD + ITEM + line + "\n")
    number = (HEAD + ITEM).count("\n") + 1
    assert problems[0] == f"细则.toml：第{number}行写法不对：{message}。这一行是：{line}"


def test_every_line_with_the_same_slip_is_listed() -> None:
    """One round of corrections, not five."""
    problems = refuse(HEAD + ITEM + "full = 30；\nfloor = 0；\n")
    number = (HEAD + ITEM).count("\n") + 2
    assert problems[1] == (
        f"细则.toml：第{number}行：一行里用分号隔开了几项，或多了分号。请一行只写一项，删去分号。这一行是：floor = 0；"
    )


def test_same_name_twice_is_told() -> None:
    assert "同一个名称写了两次。请留一个" in refuse(HEAD + ITEM + 'code = "A2"\n')[0]


def test_all_problems_are_listed_at_once() -> None:
    """Unknown key, unknown word, unknown source, missing clause: four problems, four sentences."""
    problems = refuse(
        HEAD
        + """
[[item]]
code = "A1"
title = "到会"
clause = "第五条"
kind = "award_each"
each = 1
count = { source = "attendance", marks = ["到"], tier = ["支部学习"] }
[[item]]
code = "A2"
title = "笔记"
kind = "award_each"
each = 1
count = { source = "note" }
"""
    )
    assert problems == (
        "细则.toml：第五条（A1 到会）的 count 的 tier 里“支部学习”不认识，是不是 支部集体学？",
        "细则.toml：第五条（A1 到会）的 count 的 marks 不认识，是不是 mark？",
        '细则.toml：第2个 [[item]] 没有写 clause。请写上依据第几条，如 "第五条"。',
        "细则.toml：没有写条款的一项（A2 笔记）的 count 的 source 不能是“note”，是不是 notes？",
    )


@pytest.mark.parametrize("word", ["在线时长", "学习时长", "登录次数", "点赞", "转发"])
def test_online_duration_is_refused(word: str) -> None:
    """ux F1, K3: use of software is never an input."""
    body = f'kind = "award_each"\neach = 1\ncount = {{ source = "hours", kind = ["{word}"], measure = "hours" }}\n'
    assert refuse_item(body) == (
        f'细则.toml：第五条（A1 到会）的 count 用到“{word}”，不能作为考评依据。可改用“认定学时”（source = "hours"）。',
    )


def test_online_duration_as_source_is_refused() -> None:
    body = 'kind = "award_each"\neach = 1\ncount = { source = "在线时长" }\n'
    assert "用到“在线时长”，不能作为考评依据。可改用“认定学时”" in refuse_item(body)[0]


def test_weights_that_do_not_make_a_whole_are_refused() -> None:
    """ux K3: 四项权重合计 95%，还差 5%。"""
    names = {"计划": 0.2, "考勤": 0.3, "笔记": 0.2, "成效": 0.25}
    parts = "".join(f'[[component]]\nname = "{name}"\nweight = {weight}\n' for name, weight in names.items())
    assert refuse(HEAD + parts + ITEM + EVENTS) == ("细则.toml：四项权重合计 95%，还差 5%。",)


def test_full_marks_that_do_not_make_the_declared_sum_are_refused() -> None:
    """ux K3, for a scheme that says full = 100."""
    head = HEAD.replace("precision", "full = 100\nprecision")
    parts = '[[component]]\nname = "考勤"\nfull = 70\n[[component]]\nname = "笔记"\nfull = 25\n'
    assert refuse(head + parts + ITEM + EVENTS) == ("细则.toml：二项满分合计 95分，还差 5分（应当是 100分）。",)


def test_unknown_kind_is_refused() -> None:
    assert refuse_item('kind = "deduct"\n') == (
        "细则.toml：第五条（A1 到会）的 kind 不认识“deduct”，是不是 deduct_each？",
    )


def test_key_of_another_kind_is_told_apart_from_a_typing_error() -> None:
    assert refuse_item(EVENTS + "out_of = 3\n") == (
        "细则.toml：第五条（A1 到会）用不到 out_of，请删去，或换一个 kind。",
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('full = "三十"\n', '的 full 写成了 “三十”，应当是数字，如 3、0.5、"1/45"。'),
        ("full = true\n", '的 full 写成了 true，应当是数字，如 3、0.5、"1/45"。'),
        ("full = nan\n", '的 full 写成了 “NaN”，应当是数字，如 3、0.5、"1/45"。'),
        ("full = 1e999999999\n", "超出能精确计算的范围（不超过100万，小数不超过6位）。请改小。"),
        ("full = 99999999999999999999\n", "超出能精确计算的范围（不超过100万，小数不超过6位）。请改小。"),
        ("full = 0.12345678\n", "超出能精确计算的范围（不超过100万，小数不超过6位）。请改小。"),
        ('soft = "是"\n', "的 soft 写成了 “是”，应当是 true 或 false。"),
        ("component = [1]\n", "的 component 写成了 一个列表，应当是加英文引号的文字。"),
    ],
)
def test_wrong_type_is_refused(body: str, sentence: str) -> None:
    problem = refuse_item(EVENTS + body)[0]
    assert problem.startswith("细则.toml：第五条（A1 到会）")
    assert problem.endswith(sentence)


def test_numbers_that_would_overflow_are_refused() -> None:
    """Int64: each part is small enough, together they are not."""
    body = """
kind = "ratio"
full = 999999
out_of = 7
baseline = "1/999983"
count = { source = "events" }
"""
    assert refuse_item(body) == (
        "细则.toml：第五条（A1 到会）的数字太大或小数位太多，不能精确计算。请减少小数位，或改小分值。",
    )


def test_codes_written_twice_are_refused() -> None:
    assert refuse(HEAD + (ITEM + EVENTS) * 2)[0] == "细则.toml：代号“A1”写了2次（第五条）。请改成各不相同。"


def test_overlapping_ranges_are_refused() -> None:
    """R44: 60–80 and 80–90 both closed."""
    body = """
kind = "lookup"
count = { source = "scores", measure = "mean" }
ranges = [{ from = 60, to = 80, points = 0.5 }, { from = 80, to = 90, points = 1 }]
"""
    assert refuse_item(body) == (
        "细则.toml：第五条（A1 到会）的 ranges 里“60至80得0.5分”与“80至90得1分”重叠。"
        '请改开，或写 precedence = "first"（取前档）或 "last"（取后档）。',
    )


def refuse_bands(*bands: str) -> tuple[str, ...]:
    written = "".join(f"[[band]]\n{band}\n" for band in bands)
    return refuse(HEAD + ITEM + EVENTS + written)


def test_totals_without_a_band_are_refused() -> None:
    """Bands must cover every total."""
    assert refuse_bands('label = "优秀"\nfrom = 90', 'label = "合格"\nfrom = 60') == (
        "细则.toml：60分以下没有等次，总分可能落在其间。"
        "请把最低的等次“合格”的 from 删去，或再写一个不带 from 的 [[band]]。",
    )


def test_bands_out_of_order_are_refused() -> None:
    assert refuse_bands('label = "优秀"\nfrom = 80', 'label = "良好"\nfrom = 90', 'label = "合格"') == (
        "细则.toml：等次没有按分数从高到低写：优秀、良好、合格。请调整顺序或分数。",
    )


def test_overlapping_bands_are_refused() -> None:
    assert refuse_bands('label = "优秀"\nfrom = 90', 'label = "良好"\nfrom = 80\nto = 92', 'label = "合格"') == (
        "细则.toml：等次“良好”写到92，与“优秀”的90重叠。请改开。",
    )


def test_bands_with_one_threshold_are_refused() -> None:
    assert refuse_bands('label = "优秀"\nfrom = 90', 'label = "良好"\nfrom = 90', 'label = "合格"') == (
        "细则.toml：等次“优秀”和“良好”的分数线相同。请改成不同的分数。",
    )


def test_gate_on_an_unknown_grade_is_refused() -> None:
    text = ILLUSTRATION.replace('grade_below = "优秀"', 'grade_below = "优"')
    assert refuse(text) == ("细则.toml：第九条（G1）里的“优”不是本细则的等次，是不是 优秀？",)


def test_gate_with_several_conditions_must_say_how_they_join() -> None:
    text = ILLUSTRATION.replace('grade_below = "优秀"', 'grade_below = "优秀", total_below = 60')
    assert refuse(text) == (
        "细则.toml：第九条（G1）的 when 里写了几个条件，没有写是同时还是任一。"
        "请改成 all = [{ … }, { … }] 或 any = [{ … }, { … }]。",
    )


def test_veto_cannot_rest_on_the_grade_it_makes() -> None:
    """K44: the total decides the grade, so the grade cannot decide the total."""
    text = ILLUSTRATION.replace('effect = { target = "年度考核", at_most = "称职" }', "effect = { total = 0 }")
    assert refuse(text) == (
        "细则.toml：第九条（G1）改总分，不能以等次为条件：等次要等总分定了才有。请改用分数或次数作条件。",
    )


def test_quota_on_an_unknown_grade_is_refused() -> None:
    text = ILLUSTRATION + '[[quota]]\ngrade = "优秀等次"\nshare = 20\nclause = "第十条"\n'
    assert refuse(text) == (
        "细则.toml：第十条（名额）的 share 写成了 “20”，应当在 0 和 1 之间，如 0.2（20%）。",
        "细则.toml：第十条（名额）里的“优秀等次”不是本细则的等次，是不是 优秀？",
    )


def test_exemption_of_an_unknown_item_is_refused() -> None:
    text = ILLUSTRATION + '[[exempt]]\ncategory = ["长期病休"]\nmode = "waive"\nitems = ["A9"]\nclause = "第十一条"\n'
    assert refuse(text) == ("细则.toml：第十一条的 items 里“A9”没有这一项，是不是 A2？",)


def test_source_of_units_is_refused_for_persons() -> None:
    body = 'kind = "award_each"\neach = 1\ncount = { source = "sessions" }\n'
    assert refuse_item(body) == (
        "细则.toml：第五条（A1 到会）的 count 的 source 是 sessions，个人考核没有这种数据。"
        "可以用：attendance、notes、plan、scores、hours、credits、selfstudy、outcomes、events、prior。",
    )


def test_members_need_the_scheme_they_come_from() -> None:
    """K48."""
    head = HEAD.replace('"person"', '"branch"')
    body = 'kind = "ratio"\nfull = 30\nout_of = 100\ncount = { source = "members", measure = "mean" }\n'
    assert refuse(head + ITEM + body) == (
        "细则.toml：第五条（A1 到会）用到 members（成员或下级单位的结果），[scheme] 里没有写 members。"
        '请写上那份考核的 code，如 members = "jiguan-2025"。',
    )


def test_empty_file_says_what_a_scheme_needs() -> None:
    problems = refuse("")
    assert problems[0] == (
        "细则.toml：没有 [scheme] 一段。请在开头写 [scheme]，再写 code、title、subject、window、precision。"
    )
    assert problems[-1] == "细则.toml：没有一项 [[item]]。请至少写一项计分内容。"


def test_window_backwards_is_refused() -> None:
    text = HEAD.replace("from = 2025-01-01, until = 2026-01-01", "from = 2026-01-01, until = 2025-01-01")
    assert refuse(text + ITEM + EVENTS) == (
        "细则.toml：[scheme]的 window 的 until 不晚于 from。until 是期间之后的第一天，如全年写 2026-01-01。",
    )


def test_check_scheme_reads_the_scheme_back(tmp_path: Path) -> None:
    """``shanxue check-scheme``: 0 and the clauses in words."""
    path = tmp_path / "scheme.toml"
    path.write_text(ILLUSTRATION, encoding="utf-8")
    code, text = describe_check(path)
    assert code == 0
    assert "《机关学习考核办法》可以使用，共2项。" in text
    assert "按《机关学习考核办法》第九条，学习考核未达优秀的，年度考核不评优秀。" in text


def test_check_scheme_numbers_the_problems(tmp_path: Path) -> None:
    """2 and every problem; GBK is read as well (ux D case 9)."""
    path = tmp_path / "细则.toml"
    path.write_bytes((HEAD + ITEM + 'kind = "deduct"\n').encode("gb18030"))
    code, text = describe_check(path)
    assert (code, text) == (
        2,
        "细则不能使用，有1处要改：\n  1. 细则.toml：第五条（A1 到会）的 kind 不认识“deduct”，是不是 deduct_each？\n",
    )


def test_check_scheme_says_when_there_is_no_file(tmp_path: Path) -> None:
    code, text = describe_check(tmp_path / "无.toml")
    assert (code, text) == (2, f"读不到文件“{tmp_path / '无.toml'}”。请核对文件名和位置。\n")
