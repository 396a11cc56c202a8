"""K3: numbers, caps, floors, gates and bands of a scheme as fields; one change is one value of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from shanxue.assessment.queries.schemes import find_first_shipped, list_shipped
from shanxue.assessment.rules.changes import change_text, plan_changes
from shanxue.assessment.rules.loading import SchemeRefused, load_scheme
from shanxue.assessment.rules.scheme import Scheme
from shanxue.assessment.rules.settings import Setting, list_settings
from shanxue.assessment.rules.wording import describe_scheme
from shanxue.base.errors import Refusal
from shanxue.base.toml_editing import read_tables

VALUE = re.compile(r'"[^"]*"|-?\d[\d./-]*|true|false')
PLACES = ("head", "component", "total", "item", "bands", "gate", "quota", "spare")


def say(**typed: str) -> list[str]:
    """What 机关通用 would have changed, as sentences. ``item_2_floor`` is item.2.floor."""
    codes = {key.replace("_", ".", 2): value for key, value in typed.items()}
    return [change.sentence for change in plan_changes(find_first_shipped().text, codes)]


def list_differing(before: Any, after: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from list_differing(before.get(key), after.get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from list_differing(one, other, (*path, at))
    elif before != after:
        yield path


def choose_other(one: Setting) -> str:
    if one.choices:
        return next(word for word in one.choices if word != one.value)
    if one.form == "text":
        return "江城局办法"
    if one.form in ("date", "last_day"):
        return "2024-06-01" if one.path[-1] == "from" else "2031-12-31"
    return "7" if one.value != "7" else "6"


@pytest.mark.parametrize("scheme", list_shipped(), ids=lambda scheme: scheme.code)
def test_one_change_is_one_value_and_every_other_byte_stays(scheme: Scheme) -> None:
    """Every setting of every shipped scheme: exactly the values that were said differ, in lines otherwise alike."""
    settings = list_settings(scheme.text)
    assert plan_changes(scheme.text, {one.code: one.value for one in settings}) == ()
    for one in settings:
        if one.choices and len(one.choices) < 2:
            continue
        changes = plan_changes(scheme.text, {one.code: choose_other(one)})
        text = change_text(scheme.text, changes)
        assert set(list_differing(read_tables(scheme.text), read_tables(text))) == {
            change.setting.path for change in changes
        }, one.code
        before, after = scheme.text.splitlines(), text.splitlines()
        if not one.value:  # set for the first time: a line of its own
            added = next(at for at, line in enumerate(after) if at == len(before) or line != before[at])
            assert after.pop(added).startswith(f"{one.path[-1]} = ")
        assert [VALUE.sub("", line) for line in after] == [VALUE.sub("", line) for line in before], one.code
        differing = sum(old != new for old, new in zip(before, after, strict=True))
        assert differing <= len(changes), one.code


@pytest.mark.parametrize("scheme", list_shipped(), ids=lambda scheme: scheme.code)
def test_all_changes_at_once_are_exactly_those_that_were_said(scheme: Scheme) -> None:
    """Every value turned, every limit that is set taken away and every other one added, in one go."""
    settings = [one for one in list_settings(scheme.text) if not one.choices or len(one.choices) > 1]
    typed = {one.code: "" if one.optional and one.value else choose_other(one) for one in settings}
    changes = plan_changes(scheme.text, typed)
    text = change_text(scheme.text, changes)
    assert set(list_differing(read_tables(scheme.text), read_tables(text))) == {one.path for one in settings}
    back = plan_changes(text, {one.code: one.value for one in settings})
    assert read_tables(change_text(text, back)) == read_tables(scheme.text)


@pytest.mark.parametrize("scheme", list_shipped(), ids=lambda scheme: scheme.code)
def test_every_setting_stands_at_a_clause(scheme: Scheme) -> None:
    """Only a component without a sentence of its own has none; its limits are shown behind the others."""
    shown = {clause.place for clause in describe_scheme(scheme)}
    for one in list_settings(scheme.text):
        assert one.place.split(":")[0] in PLACES
        assert one.place in shown or one.place.startswith("component:"), one.code


def test_a_change_is_said_as_a_sentence() -> None:
    """Brief: 第六条 无故缺席：下限 -10 分 → -15 分."""
    assert say(item_2_floor="-15") == ["第四条 无故缺席：下限 -6 分 → -15 分"]
    assert say(item_2_floor="") == ["第四条 无故缺席：下限 -6 分 → 不设"]
    assert say(item_2_zero_from="3") == ["第四条 无故缺席：归零（满几次） 不设 → 3 次"]
    assert say(gate_0_effect="x") == []
    codes = {"gate.0.effect.at_most": "基本称职", "gate.0.when.grade_below": "良好", "band.0.from": "９２"}
    assert [one.sentence for one in plan_changes(find_first_shipped().text, codes)] == [
        "等次（优秀）：分数线 90 分 → 92 分",
        "第九条 等次限制：未达 优秀 → 良好",
        "第九条 等次限制：年度考核最高评为 称职 → 基本称职",
    ]
    assert say(quota_0_share="1/3", quota_0_enabled="启用") == [
        "第十四条 名额（优秀）：不超过 20% → 1/3", "第十四条 名额（优秀）：是否启用 不启用 → 启用",
    ]  # fmt: skip


def test_what_follows_full_marks_is_said_and_what_was_typed_wins() -> None:
    """Full marks carry their component (and a cap that equalled them), never the whole; nothing is silent."""
    assert say(item_1_full="25") == [
        "第三条 到会：满分 30 分 → 25 分",
        "第三条 考勤：满分 30 分 → 25 分（随“到会”一起改）",
        "第三条 考勤：封顶 30 分 → 25 分（随“到会”一起改）",
    ]
    assert say(item_1_full="25", component_1_cap="28") == [
        "第三条 考勤：封顶 30 分 → 28 分",
        "第三条 到会：满分 30 分 → 25 分",
        "第三条 考勤：满分 30 分 → 25 分（随“到会”一起改）",
    ]


def test_caps_and_floors_are_offered_where_the_kind_takes_them() -> None:
    found = {one.code for one in list_settings(find_first_shipped().text)}
    assert {"item.2.zero_from", "item.2.floor", "item.4.cap", "item.7.cap"} <= found
    assert not {"item.2.cap", "item.7.floor", "item.7.zero_from", "item.1.zero_from"} & found


def test_a_changed_gate_and_cap_hold_in_the_scheme() -> None:
    text = find_first_shipped().text
    changes = plan_changes(text, {"gate.0.effect.at_most": "基本称职", "item.4.cap": "18", "component.1.floor": ""})
    scheme = load_scheme(change_text(text, changes), "细则").scheme
    assert (scheme.gates[0].effect.at_most, scheme.items[4].cap, scheme.components[1].floor) == ("基本称职", 18, None)


def test_sums_that_no_longer_hold_are_named() -> None:
    """K3, errors: 四项…合计 95…，还差 5…."""
    text = find_first_shipped().text
    with pytest.raises(SchemeRefused) as refused:
        load_scheme(change_text(text, plan_changes(text, {"item.0.full": "15"})), "细则")
    assert refused.value.problems == ("细则：四项满分合计 95分，还差 5分（应当是 100分）。",)
    weighted = next(one for one in list_shipped() if one.code == "ganbu-jiaoyu-niandu").text
    share = next(one for one in list_settings(weighted) if one.path[0] == "component" and one.path[-1] == "weight")
    less = str(int(share.value) - 5)
    with pytest.raises(SchemeRefused) as refused:
        load_scheme(change_text(weighted, plan_changes(weighted, {share.code: less})), "细则")
    assert refused.value.problems == ("细则：二项权重合计 95%，还差 5%。",)


@pytest.mark.parametrize(
    ("code", "words", "sentence"),
    [
        ("item.2.floor", "负六", "“第四条 无故缺席：下限”应填数字，现在是“负六”。"),
        ("item.1.full", "", "请填“第三条 到会：满分”；不想改变的，填原来的数。"),
        ("item.1.full", "-3", "“第三条 到会：满分”应在 0 到 100000 之间，现在是“-3”。"),
        ("item.1.full", "NaN", "“第三条 到会：满分”应填数字，现在是“NaN”。"),
        ("item.1.full", "1/0", "“第三条 到会：满分”应填数字，现在是“1/0”。"),
        ("quota.0.share", "120", "“第十四条 名额（优秀）：不超过”不能超过 100%，现在是“120”。"),
        ("quota.0.share", "4/3", "“第十四条 名额（优秀）：不超过”不能超过 100%，现在是“4/3”。"),
        ("gate.0.effect.at_most", "良好", "“第九条 等次限制：年度考核最高评为”不能写“良好”。"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(code: str, words: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        plan_changes(find_first_shipped().text, {code: words})
    assert refused.value.sentence == sentence
