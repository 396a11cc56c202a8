"""What is wrong with a file that is not TOML, for a clerk: the line, the likely slip, what to type instead."""

from __future__ import annotations

import re

PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'")
SLIPS = (
    (re.compile("[;；]"), "一行里用分号隔开了几项，或多了分号。请一行只写一项，删去分号"),
    (re.compile("[“”＂‘’]"), '引号是全角的。请换成英文引号 "'),
    (re.compile("[＝]"), "等号是全角的。请换成英文等号 ="),
    (re.compile("[，、]"), "逗号或顿号是全角的。请换成英文逗号 ,"),
    (re.compile("[｛｝［］【】]"), "括号是全角的。请换成英文括号 { } [ ]"),
    (re.compile("[：:]"), "用了冒号。请换成英文等号 ="),
    (re.compile("[＃]"), "井号是全角的。请换成英文井号 #"),
    (re.compile("[０-９]"), "数字是全角的。请换成半角数字"),
)
PHRASES = (
    ("Cannot overwrite a value", "同一个名称写了两次。请留一个"),
    ("Cannot declare", "同一段写了两次。请合并，或把 [名称] 改成 [[名称]]"),
    ("Cannot mutate", "这一段前面已经写完了。请合并"),
    ("Unterminated string", "引号没有配对。请补上英文引号"),
    ("Illegal character", "引号里有换行或不能用的字符。请删去"),
    ("Unclosed array", "方括号没有配对，或两项之间少了英文逗号"),
    ("Unclosed inline table", "花括号没有配对，或两项之间少了英文逗号"),
    ("Expected ']", "方括号没有配对"),
    ("Expected '='", "名称后面没有等号。请写成 名称 = 内容"),
    ("Expected newline", "一行里写了不止一项。请一行只写一项"),
    ("Invalid value", "等号后面的内容不合写法。文字要加英文引号，日期写成 2025-01-01"),
    ("Invalid initial character", "名称里有不能用的字符"),
    ("Invalid statement", "这一行不合写法。请写成 名称 = 内容"),
    ("Invalid date", "日期不存在。请核对"),
    ("Unescaped '\\'", "引号里有反斜杠。请写成两个 \\\\"),
)
# TOML 1.0 wants names in Chinese quoted; a clerk writes 半天 = 4.
KEPT = re.compile(r"(\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|#[^\n]*)", re.DOTALL)
CHINESE_KEY = re.compile(r"(?<![\w-])([\w-]*[^\W\x00-\x7f][\w-]*)(?=\s*=|\s*\.\s*[\w\"]|\s*\])")


def quote_chinese_keys(text: str) -> str:
    """Put quotes around names that hold Chinese, outside texts and remarks. Lines stay where they are."""
    parts = KEPT.split(text)
    return "".join(part if at % 2 else CHINESE_KEY.sub(r'"\1"', part) for at, part in enumerate(parts))


def explain_syntax(text: str, error: Exception) -> list[str]:
    """Explain why ``text`` is not TOML: the line the reader stopped at, and every other line with the same slip."""
    message = str(error)
    place = PLACE.search(message)
    lines = text.replace("\r\n", "\n").split("\n")
    number = int(place.group(1)) if place else len(lines)
    number = _find_written_line(lines, number)
    found = [f"第{number}行写法不对：{_explain_line(lines, number, message)}。这一行是：{_quote(lines, number)}"]
    for at in range(1, len(lines) + 1):
        slip = _find_slip(lines[at - 1]) if at != number else ""
        if slip and at > number:
            found.append(f"第{at}行：{slip}。这一行是：{_quote(lines, at)}")
    return found


def _find_written_line(lines: list[str], number: int) -> int:
    """Step back from an empty or missing line (end of file) to the last one with something on it."""
    number = min(number, len(lines))
    while number > 1 and not lines[number - 1].strip():
        number -= 1
    return number


def _explain_line(lines: list[str], number: int, message: str) -> str:
    line = lines[number - 1] if lines else ""
    slip = _find_slip(line)
    if slip:
        return slip
    if _opens_table(line):
        return "花括号 { } 里不能换行。请把这一项写在一行里"
    return next((words for phrase, words in PHRASES if phrase in message), "请对照样例改写这一行")


def _find_slip(line: str) -> str:
    """Find a slip outside the quoted texts and the remark of a line."""
    bare = QUOTED.sub('""', line).split("#")[0]
    return next((words for pattern, words in SLIPS if pattern.search(bare)), "")


def _opens_table(line: str) -> bool:
    bare = QUOTED.sub('""', line).split("#")[0]
    return bare.count("{") > bare.count("}")


def _quote(lines: list[str], number: int) -> str:
    line = lines[number - 1].strip() if lines else ""
    return line if len(line) <= 60 else line[:60] + "…"
