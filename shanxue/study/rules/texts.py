"""A written text as it is kept and as it is counted. Pure."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 100_000  # of one text, every character and space counted: about 120 pages
MOST_TITLE = 200
TITLE_FROM_TEXT = 40

_LINE_ENDS = re.compile("\r\n|[\r\v\f\u0085\u2028\u2029]")  # \v is the soft line break of WPS and Word
# Zero-width marks, directional marks, soft hyphens. Variation selectors stay: they tell rare characters apart.
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_SPACES_AT_LINE_END = re.compile(r"[^\S\n]+(?=\n)")

_WIDE = (
    "\u2014\u2018\u2019\u201c\u201d\u2026\u00b7"  # — ‘ ’ “ ” … · are full-width in Chinese type
    "\u2e80-\u2fdf\u2ff0-\u2fff\u3001-\u303f\u3040-\u30ff\u3100-\u31bf\u31c0-\u31ef\u3200-\u33ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffee\U00020000-\U0003ffff"
)
_NOT_SEEN_IN_COUNT = "\ufe00-\ufe0f\U000e0100-\U000e01ef"  # variation selectors belong to the character before
_ONE = re.compile(f"[{_WIDE}]|[^\\s{_WIDE}{_NOT_SEEN_IN_COUNT}]+(?:\u2019[^\\s{_WIDE}{_NOT_SEEN_IN_COUNT}]+)*")


def clean_text(text: str) -> str:
    """Give a text as it is kept: paragraphs stand, one kind of line end, nothing that cannot be seen.

    Rare characters and full-width indents stay as they are; nothing is normalised (ux D0: never NFKC a text).
    """
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)).replace("\u00a0", " ")
    text = "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs"))
    return _SPACES_AT_LINE_END.sub("", text + "\n").strip("\n")


def clean_line(text: str) -> str:
    """Give a title or a sentence: as a text, in one line."""
    return " ".join(clean_text(text).split())


def count_characters(text: str) -> int:
    """Count 字数 as Word and WPS do, which is what rules that ask for characters mean (R50, R51, R54).

    A Chinese character or full-width punctuation mark is one; a run of letters, digits and half-width marks is one
    word (``2026年`` is two, ``don’t`` one); spaces and line breaks are nothing. No bar hangs on it here.
    """
    return len(_ONE.findall(text))


def take_title(title: str, body: str) -> str:
    """Give the title as written; without one the first line of the text, cut: the author's own words either way."""
    first = next((line.strip() for line in body.split("\n") if line.strip()), "")
    return title or (first if len(first) <= TITLE_FROM_TEXT else first[: TITLE_FROM_TEXT - 1] + "…")
