"""The trail speaks in words: every act that any room writes down has a name people read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import shanxue
from shanxue.archive.rules.verbs import ROOMS, SUBJECTS, VERBS, name_subject, name_verb, read_subject

from .verbs import collect_verbs

SUBJECT = re.compile(r"""(?:subject=|record\([^)]*?, )f"([a-z_]+):\{""")


def test_every_verb_that_is_written_anywhere_has_its_words() -> None:
    """And no words stand there for what nobody writes."""
    written = collect_verbs()
    assert {"orgs.read_person", "resources.pay", "accounts.close", "home.want_briefs"} <= written
    assert sorted(written - VERBS.keys()) == []
    assert sorted(VERBS.keys() - written) == []


def test_words_differ_and_rooms_have_names() -> None:
    """Two acts under one name could not be told apart."""
    assert len(set(VERBS.values())) == len(VERBS)
    assert {verb.partition(".")[0] for verb in VERBS} <= ROOMS.keys()
    assert name_verb("study.former_act") == "学习（former_act）"


def test_whatever_is_written_about_has_its_word() -> None:
    texts = (path.read_text("utf-8") for path in Path(shanxue.__file__).parent.rglob("*.py"))
    written = {code for text in texts for code in SUBJECT.findall(text)}
    assert {"session", "payment", "proceeding", "title"} <= written
    assert sorted(written - SUBJECTS.keys()) == []
    assert len(set(SUBJECTS.values())) == len(SUBJECTS)


@pytest.mark.parametrize(
    ("written", "shown"),
    [("session:12", "会议 12"), ("批次 9", "批次 9"), ("00004", "00004"), ("former:3", "former:3")],
)
def test_what_was_acted_upon_is_shown_and_found_in_words(written: str, shown: str) -> None:
    assert name_subject(written) == shown
    assert read_subject(shown) == read_subject(written) == written
    assert read_subject(" 会议12 ") == "session:12"
