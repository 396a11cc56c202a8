"""The English catalogue is whole: every sentence of the frame has its translation, in the text and compiled."""

from __future__ import annotations

import ast
import gettext
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation.template import templatize

import shanxue

PACKAGE = Path(shanxue.__file__).parent
CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
HAN = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")
MARKUP = re.compile(r"</?\w[^>]*>")
TAG_LITERAL = re.compile(r"""{%\s*trans(?:late)?\s+(?:"([^"]*)"|'([^']*)')""")
TEMPLATE_CALL = re.compile(r"\b(?:gettext|ngettext|_)\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
DAY = re.compile(r"\d+年\d+月\d+日")
MARKERS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


@dataclass
class Entry:
    """One message of the catalogue; ``texts`` has one translation for each plural form."""

    flags: set[str] = field(default_factory=set)
    msgid: str = ""
    plural: str = ""
    texts: dict[int, str] = field(default_factory=dict)


def read_entry(block: str) -> Entry | None:
    """Read one paragraph of a .po file; obsolete ones and bare comments give nothing."""
    entry, keyword = Entry(), ""
    for line in block.splitlines():
        if line.startswith("#"):
            if line.startswith("#,"):
                entry.flags |= {flag.strip() for flag in line[2:].split(",")}
            continue
        if not line.startswith('"'):
            keyword, line = line.split(" ", 1)
        text = json.loads(line)
        if keyword == "msgid":
            entry.msgid += text
        elif keyword == "msgid_plural":
            entry.plural += text
        elif number := re.fullmatch(r"msgstr(?:\[(\d)\])?", keyword):
            form = int(number[1] or 0)
            entry.texts[form] = entry.texts.get(form, "") + text
        else:
            raise ValueError(f"unknown keyword {keyword!r}")
    return entry if keyword else None


def read_catalogue() -> list[Entry]:
    """Read every message but the header."""
    blocks = re.split(r"\n\s*\n", CATALOGUE.read_text(encoding="utf-8").strip())
    return [entry for block in blocks if (entry := read_entry(block)) and entry.msgid]


ENTRIES = read_catalogue()
MSGIDS = {entry.msgid for entry in ENTRIES}


def list_template_literals() -> set[tuple[str, str]]:
    """List what the templates ask to have translated: by the tags themselves, and as Django's own reader sees them."""
    found = set()
    for path in PACKAGE.glob("*/templates/**/*.html"):
        source = path.read_text(encoding="utf-8")
        place = str(path.relative_to(PACKAGE))
        found |= {(place, double or single) for double, single in TAG_LITERAL.findall(source)}
        found |= {(place, ast.literal_eval(call)) for call in TEMPLATE_CALL.findall(templatize(source))}
    return found


def list_code_literals() -> set[tuple[str, str]]:
    """List the literals in calls of ``_`` and ``gettext``."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            first = node.args[0]
            if name in MARKERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add((str(path.relative_to(PACKAGE)), first.value))
    return found


def test_the_catalogue_names_no_message_twice() -> None:
    assert len(MSGIDS) == len(ENTRIES) > 0


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.msgid[:20])
def test_every_message_is_translated(entry: Entry) -> None:
    assert "fuzzy" not in entry.flags
    assert set(entry.texts) == ({0, 1} if entry.plural else {0})
    for text in entry.texts.values():
        assert text.strip()
        assert not HAN.search(text)
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(entry.msgid))
        assert sorted(MARKUP.findall(text)) == sorted(MARKUP.findall(entry.msgid))


def test_every_sentence_of_a_template_is_in_the_catalogue() -> None:
    found = {(place, text) for place, text in list_template_literals() if HAN.search(text)}
    assert found
    known = {msgid.replace("%%", "%") for msgid in MSGIDS}  # Django doubles the sign when it reads a template
    assert sorted(pair for pair in found if pair[1].replace("%%", "%") not in known) == []


def test_every_sentence_of_the_code_is_in_the_catalogue() -> None:
    found = {(place, text) for place, text in list_code_literals() if HAN.search(text)}
    assert found
    assert sorted(pair for pair in found if pair[1] not in MSGIDS) == []


def test_the_compiled_catalogue_says_the_same() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    expected: dict[str | tuple[str, int], str] = {}
    for entry in ENTRIES:
        for form, text in entry.texts.items():
            expected[(entry.msgid, form) if entry.plural else entry.msgid] = text
    held = {key: text for key, text in compiled._catalog.items() if key}  # type: ignore[attr-defined]
    assert held == expected


@pytest.mark.parametrize("path", ["/accounts/sign-in/", "/about/feedback/"])
def test_a_page_before_signing_in_has_no_chinese_left(db: None, path: str) -> None:
    with translation.override("en"):
        answer = Client().get(path)
    assert answer.status_code == 200
    text = DAY.sub("", answer.content.decode())  # a date is data
    assert "Shanxue" in text
    assert HAN.findall(text) == []
