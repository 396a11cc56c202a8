"""The trail speaks in words: every act that any room writes down has a name people read."""

from __future__ import annotations

from shanxue.archive.rules.verbs import ROOMS, VERBS, name_verb

from .verbs import collect_verbs


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
