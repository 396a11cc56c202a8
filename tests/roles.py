"""The roles of the tests' house, by the keys of ``House.users``; None is a visitor."""

from __future__ import annotations

READERS: set[str | None] = {"secretary", "head", "office", "leader", "inspector"}
BUREAU: set[str | None] = {"head", "office", "leader", "inspector"}  # head: a leader whose grant is one department
LEADING: set[str | None] = {"secretary", "office"}  # write for a unit
HAS_OWN: set[str | None] = {"member", "secretary"}  # have a person of their own
SIGNED_IN: set[str | None] = {
    "member", "secretary", "head", "office", "leader", "inspector", "system", "security", "auditor",
}  # fmt: skip
EVERYBODY: set[str | None] = {None, *SIGNED_IN}
