"""Attendance marks (ux D case 23). An empty cell never comes here: it means 未记录, never 缺席."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import NamedTuple

from shanxue.intake.rules import Cell, Context
from shanxue.intake.values_text import Doubt, Parsed, show, squeeze

MARKS = ("到", "迟到", "早退", "请假", "缺席", "已补学", "免", "未记录")


class Marked(NamedTuple):
    """A mark in the words of the attendance room; the leave's category; minutes late when said."""

    mark: str
    reason: str = ""
    minutes_late: int | None = None


_WORDS: dict[str, Marked] = {}


def _say(marked: Marked, words: str) -> None:
    _WORDS.update(dict.fromkeys(words.split(), marked))


_say(
    Marked("到"),
    "✓ ✔ √ ☑ ✅ v V 到 已到 到会 到场 到课 出席 出勤 参加 已参加 参会 在岗 实到 正常 "
    "签到 已签到 已签 是 有 Y y yes YES Yes 1 全勤",
)
_say(
    Marked("缺席"),
    "✗ ✘ × ╳ ❌ ☒ x X 缺 缺席 缺勤 缺课 缺会 未到 未到会 未参加 未出席 无故缺席 无故 "
    "旷 旷会 旷课 旷工 否 N n no NO No 0",
)
_say(Marked("迟到"), "迟 迟到 晚到")
_say(Marked("早退"), "早退 退")
_say(Marked("请假"), "假 请 请假 已请假 准假")
_say(Marked("请假", "病假"), "病 病假 请病假 因病 因病请假")
_say(Marked("请假", "事假"), "事 事假 请事假 因事 因事请假")
_say(Marked("请假", "出差"), "差 出差 外出 公差")
_say(Marked("请假", "公务"), "公 公务 公假 因公 因公请假 公出")
_say(Marked("请假", "休假"), "休假 年休 年假 年休假 探亲假 产假 婚假 丧假 护理假 育儿假 陪产假")
_say(Marked("请假", "值班"), "值 值班 执勤 备勤")
_say(Marked("已补学"), "补 补学 已补 已补学 补课 已补课 补会")
_say(Marked("免"), "免 免学 免会 豁免 不要求")
_say(Marked("未记录"), "未记录 未登记 待补充")
_WORDS = {squeeze(word): marked for word, marked in _WORDS.items()}
_LATE = re.compile(r"迟到?\(?(\d{1,3})分?(?:钟)?\)?")
_LEAVE = re.compile(r"(?:请假|假)?[(:：/\-](.+?)\)?")
_SYMBOL = re.compile(r"[✓✔√☑✗✘×╳○◯〇●△▲▽◎☆★□■◇◆⊙＋+※#*@∅Øø]|[A-Za-z]")
_TIME = re.compile(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")
_PAIR = re.compile(
    r"[“\"'「【\[(（]?\s*([✓✔√☑✗✘×╳○◯〇●△▲▽◎☆★□■◇◆⊙※#*@∅Øø]|[A-Za-zＡ-Ｚ](?![A-Za-z])|空白?(?=[格表为:：])|(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?=\s*[”\"'」】\])）]?\s*(?:表示|代表|为|[:：=＝])))"
    r"\s*[”\"'」】\])）]?\s*(?:表示|代表|为|是|[:：=＝\-—])?\s*([\u4e00-\u9fff]{1,6})"
)
_BACKWARDS = re.compile(r"([\u4e00-\u9fff]{1,4})\s*(?:用|[:：=＝])\s*[“\"'「]?([✓✔√☑✗✘×╳○◯〇●△▲▽◎☆★□■◇◆⊙※#*@∅Øø])")


def parse_mark(cell: Cell, context: Context) -> Parsed:
    """Read a mark as ``Marked``; an ambiguous sign (○ △) or an unknown word is asked about, once per sign."""
    if isinstance(cell, time | datetime):
        return Parsed(Marked("到"))
    text = show(cell)
    sign = squeeze(text)
    answer = context.answers.get(f"标记:{sign}")
    if answer is not None:
        chosen = _WORDS.get(squeeze(answer))
        if chosen is not None:
            return Parsed(chosen, text)
    known = read_mark(sign)
    if known is not None:
        return Parsed(known, text if text != known.mark else None)
    raise Doubt("unknown_mark", f"标记“{text.strip()}”表示什么？", MARKS, f"标记:{sign}")


def read_mark(sign: str) -> Marked | None:
    """Read a mark that needs nobody's word, or None."""
    if sign in _WORDS:
        return _WORDS[sign]
    if found := _LATE.fullmatch(sign):
        return Marked("迟到", "", int(found[1]))
    if _TIME.fullmatch(sign):
        return Marked("到")
    if found := _LEAVE.fullmatch(sign):
        inner = _WORDS.get(found[1])
        if inner is not None and inner.mark == "请假":
            return inner
        return Marked("请假", "其他") if sign.startswith(("请假", "假")) else None
    if re.fullmatch(r"请.{0,4}假|.{1,4}请假", sign):
        return Marked("请假", "其他")
    return None


def read_legend(text: str) -> Mapping[str, str]:
    """Read a line that explains the signs (√到 ○请假 ×缺席 △迟到), as sign → word; empty when it is none.

    >>> dict(read_legend("说明：√表示出勤，○ 请假，△：迟到"))
    {'√': '出勤', '○': '请假', '△': '迟到'}
    """
    found: dict[str, str] = {}
    backwards = _BACKWARDS.findall(text)
    pairs = [(sign, word) for word, sign in backwards] if len(backwards) >= 2 else _PAIR.findall(text)
    for sign, word in pairs:
        meaning = _longest(word)
        if meaning:
            found[squeeze(sign)] = meaning
    return found if len(found) >= 2 or (found and re.search(r"表示|代表|图例", text)) else {}


def _longest(word: str) -> str:
    """Find the longest known word that a run of characters begins or ends with (到会请假为 → 到会)."""
    pieces = [word[:size] for size in range(len(word), 0, -1)] + [word[at:] for at in range(1, len(word))]
    return next((piece for piece in pieces if squeeze(piece) in _WORDS), "")


def is_symbol(text: str) -> bool:
    return _SYMBOL.fullmatch(squeeze(text)) is not None
