"""Institution files: what is refused, what each obligation says, what changes from version to version (D4, K01–K10)."""

from __future__ import annotations

import pytest

from shanxue.plans.queries.institutions import SHIPPED, list_shipped
from shanxue.plans.rules.editing import edit_numbers, list_numbers
from shanxue.plans.rules.institution_loading import InstitutionRefused, load_institution
from shanxue.plans.rules.versions import compare_institutions
from shanxue.plans.rules.wording import describe_obligation

from .duty_rules import write_institution, write_meeting

WHERE = "制度.toml：第一条（DH 支部党员大会）"


def list_problems(text: str) -> list[str]:
    with pytest.raises(InstitutionRefused) as refused:
        load_institution(text, "制度.toml")
    return list(refused.value.problems)


def change(old: str, new: str) -> str:
    text = write_institution(write_meeting())
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('kind = "frequency"', 'kind = "frequncy"', "的 kind 不能是“frequncy”，是不是 frequency？"),
        (
            'period = "quarter"',
            'period = "seaso"',
            "的 period 不能是 “seaso”，可以用：week、month、quarter、half、year。",
        ),
        ("least = 1", "least = 0", "的 least 写成了 “0”，应当是不小于1的整数。"),
        (
            "least = 1",
            "least = 100",
            "要求每季度100次，一天一次也做不到。请核对次数和周期。",
        ),
        (
            'who = { unit = ["党支部"] }',
            "who = { }",
            "的 who 里没有写要求谁。请写 unit（单位类型），或 status、rank_class、role、staff_state（人员）。",
        ),
        (
            'kind = ["支部党员大会"]',
            'kind = ["支部大会"]',
            "的 event 的 kind 里“支部大会”不认识，是不是 支部党员大会？",
        ),
        (
            'kind = ["支部党员大会"] }',
            'kind = ["支部党员大会"], quorum = { over = 1 } }',
            "的 event 的 quorum 要求超过百分之百，任何会议都达不到。全部到会请写 least = 1。",
        ),
        (
            '{ source = "session", kind = ["支部党员大会"] }',
            '{ source = "note" }',
            "要求的是单位，但 source = note 的记录是个人的。请改 who，或改用 session、plan。",
        ),
        (
            '{ source = "session", kind = ["支部党员大会"] }',
            '{ source = "credit", kind = ["在线时长"] }',
            "的 event 用到“在线时长”，不能作为要求（国办函〔2026〕12号）。可改用认定学时（source = \"credit\"）。",
        ),
        ("least = 1", "least = 1\ngrace_days = 400", "的 grace_days 是400天，超过一年。宽限不长于366天，请改小。"),
        ("least = 1", "least = 1\ngrace_day = 2", "的 grace_day 不认识，是不是 grace_days？"),
    ],
)  # fmt: skip
def test_an_impossible_rule_is_refused_with_its_clause_and_what_to_do(old: str, new: str, problem: str) -> None:
    """Bad input: impossible rules in a TOML."""
    found = list_problems(change(old, new))
    assert f"{WHERE}{problem}" in found


def test_every_problem_is_told_at_once() -> None:
    text = write_institution(
        write_meeting().replace("least = 1", "least = 0").replace('clause = "第一条"', 'clause = "第九条"'),
        write_meeting("month"),
    )
    assert list_problems(text) == [
        "制度.toml：第九条（DH 支部党员大会）的 clause “第九条”在条款里没有，是不是 第一条？",
        "制度.toml：第九条（DH 支部党员大会）的 least 写成了 “0”，应当是不小于1的整数。",
        f"{WHERE}的 code “DH”已经用过。请换一个。",
    ]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            'kind = "fixed_day"\nperiod = "month"\nweekday = "五"\nday = 5\nevent = { kind = ["主题党日"] }',
            "要写 weekday（星期几）或 day（几日）中的一个，只写一个。",
        ),
        (
            'kind = "fixed_day"\nperiod = "month"\nday = 31\nevent = { kind = ["主题党日"] }',
            "的 day 写成了31。每月都有的日子是1至28日，按周的用 weekday。",
        ),
        (
            'kind = "fixed_day"\nperiod = "week"\nweekday = "五"\nshift_days = 7\nevent = { kind = ["主题党日"] }',
            "可以前后调整7天，超过一个周期，等于没有固定日。请把 shift_days 改小。",
        ),
        (
            'kind = "deadline"\non = { month = 2, day = 30 }\nevent = { source = "plan", kind = ["总结"] }',
            "的 on 的 month 和 day 写成了2月30日，每年都有的日子才行。请核对。",
        ),
        (
            'kind = "deadline"\nafter = { milestone = ["晋升"] }\nmonths = 6\nevent = { kind = ["培训"] }',
            "的 after 与 who 对不上：单位从 founded（成立）起算，人员从其他几件事起算。",
        ),
        (
            'kind = "cycle"\nyears = 5\nfrom_year = 2026\nyearly = "1/4"\n'
            'any_of = [{ source = "plan", measure = "项", least = 5 }]',
            "每年完成1/4，5年就是5/4，超过全部。请核对 yearly。",
        ),
        (
            'kind = "pairs"\nperiod = "year"\nleast = 1\nbetween = ["书记-群众"]\nevent = { kind = ["谈心谈话"] }',
            "的 between 里“书记-群众”不认识。请写成 委员-委员、委员-党员 或 党员-党员。",
        ),
    ],
)
def test_each_kind_refuses_what_cannot_be(body: str, problem: str) -> None:
    text = write_institution(
        f'\n[[obligation]]\ncode = "X"\ntitle = "某事"\nclause = "第一条"\nwho = {{ unit = ["党支部"] }}\n{body}\n'
    )
    assert f"制度.toml：第一条（X 某事）{problem}" in list_problems(text)


def test_a_file_that_is_not_toml_says_line_and_remedy() -> None:
    assert list_problems(change("least = 1", "least ＝ 1")) == [
        "制度.toml：第18行写法不对：等号是全角的。请换成英文等号 =。这一行是：least ＝ 1"
    ]


def test_counting_characters_quotes_the_rule_of_2024() -> None:
    """DESIGN §4: characters may be counted, off by default, and the loader quotes the 减负 rule."""
    body = '\n[[obligation]]\ncode = "BJ"\ntitle = "笔记"\nclause = "第一条"\nkind = "documents"\nperiod = "year"\n'
    rest = 'who = { rank_class = ["乡科级"] }\nall_of = [{ source = "note", measure = "字", least = 10000 }]\n'
    loaded = load_institution(write_institution(body + rest), "制度.toml")
    assert loaded.warnings == (
        "制度.toml：第一条（BJ 笔记）按字数要求。2024年《整治形式主义为基层减负若干规定》以后，"
        "建议写 soft = true 只作提示，或者改按篇数。",
    )


def test_every_shipped_institution_holds_and_names_its_source() -> None:
    """D4: the shipped set; nothing without a source and how certain it is."""
    assert len(list_shipped()) == len(list(SHIPPED.glob("*.toml"))) >= 12
    assert [one.institution.code for one in list_shipped() if not one.institution.certainty] == []
    assert [one.warnings for one in list_shipped() if one.warnings] == []


@pytest.mark.parametrize(
    ("code", "obligation", "sentence"),
    [
        ("zhibu-gongzuo", "DYDH", "一般要求：党支部每季度至少1次支部党员大会（到会超过应到正式党员的半数）。"),
        ("zhibu-gongzuo", "ZWH", "一般要求：党支部（正式党员7人以上）每月至少1次支委会（到会不少于支部委员的半数）。"),
        ("zhibu-gongzuo", "TXTH", "党支部每年谈心谈话：委员与委员、委员与党员、党员与党员之间，每人至少1次。"),
        ("dangyuan-jiaoyu", "XS32", "一般要求：正式党员、预备党员每年完成不少于32学时。"),
        ("ganbu-jiaoyu", "ND", "乡科级、科级以下人员每年完成不少于12天或者不少于90学时。"),
        ("ganbu-jiaoyu", "WN", "县处级以上人员每5年累计不少于550学时或者不少于90天（从2023年起计周期）。"),
        ("jiaoyu-guihua-2019", "XRSJ", "书记任书记后6个月内完成培训。"),
        (
            "xuefen-wunian",
            "KJ60",
            "乡科级人员每5年累计不少于60学分（从2026年起计周期），每年完成1/5，不足的周期内可以补上。",
        ),
        ("zhongxinzu-yue", "CQL", "党委每半年的中心组学习，到会不少于应到人数的90%。"),
        ("baosong", "PJ", "部门每季度最后5个工作日内完成学时凭据。"),
        (
            "zhibu-difang",
            "ZTDR",
            "党支部每月第一个周五开展主题党日（时长不少于180分钟），遇节假日顺延到下一个工作日，可在前后7天内调整。",
        ),
    ],
)
def test_an_obligation_says_in_plain_words_what_it_asks(code: str, obligation: str, sentence: str) -> None:
    loaded = next(one for one in list_shipped() if one.institution.code == code)
    found = next(one for one in loaded.institution.obligations if one.code == obligation)
    assert describe_obligation(found) == sentence


def test_numbers_are_changed_in_the_text_and_remarks_stay() -> None:
    text = write_institution("# 出处：第二手\n" + write_meeting(grace_days=5))
    institution = load_institution(text, "制度.toml").institution
    names = [number.name for number in list_numbers(institution.obligations[0])]
    assert names == ["DH.least", "DH.grace_days"]
    edited = edit_numbers(text, institution, {"DH.least": "2", "DH.grace_days": "5"}, {"DH": True}, {})
    assert "# 出处：第二手" in edited
    changes = compare_institutions(institution, load_institution(edited, "制度.toml").institution)
    assert [(one.what, one.before, one.after) for one in changes] == [
        (
            "支部党员大会",
            "党支部每季度至少1次支部党员大会；宽限5天。",
            "一般要求：党支部每季度至少2次支部党员大会；宽限5天。",
        )
    ]


@pytest.mark.parametrize("loaded", list_shipped(), ids=lambda one: one.institution.code)
def test_every_number_of_the_shipped_set_can_be_changed_alone(loaded: object) -> None:
    """Each number of the form changes exactly its own obligation, and the text still holds."""
    institution = loaded.institution  # type: ignore[attr-defined]
    text = (SHIPPED / f"{institution.code}.toml").read_text("utf-8")
    for obligation in institution.obligations:
        for number in list_numbers(obligation):
            edited = edit_numbers(text, institution, {number.name: "3"}, {}, {})
            if number.value == "3" or number.name.endswith("from_year"):
                continue
            changes = compare_institutions(institution, load_institution(edited, "制度.toml").institution)
            assert [change.what for change in changes] == [obligation.title], number


def test_a_clause_with_quotes_and_lines_is_changed_and_read_back() -> None:
    text = write_institution(write_meeting())
    institution = load_institution(text, "制度.toml").institution
    new = '按期召开"三会"。\n因故延期的说明原因。'
    edited = load_institution(edit_numbers(text, institution, {}, {}, {"第一条": new}), "制度.toml")
    assert edited.institution.clauses[0].text == new
