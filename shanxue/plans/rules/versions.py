"""Which rule is in force when: versions with effective dates (K65), and what changed from one to the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from .obligations import Institution, Obligation
from .wording import describe_obligation


@dataclass(frozen=True)
class Version:
    """One version as issued: its text holds from ``from_on`` until the next one begins."""

    from_on: date
    institution: Institution
    reason: str = ""


@dataclass(frozen=True)
class Issue:
    """An institution with all its versions, in any order. ``ended_on``: repealed from this day on."""

    code: str
    title: str
    versions: tuple[Version, ...]
    ended_on: date | None = None

    def list_versions(self) -> list[Version]:
        return sorted(self.versions, key=lambda version: version.from_on)


@dataclass(frozen=True)
class Rule:
    """An obligation as one version put it, and the days this version is in force. ``until_on`` open.

    ``first_on``: since when the obligation exists at all, in whatever version.
    """

    code: str
    title: str
    obligation: Obligation
    clause_text: str
    number: int
    from_on: date
    until_on: date | None
    ended_on: date | None
    first_on: date

    @cached_property
    def line(self) -> str:
        """Name the obligation across its versions: ``sanhui/DYDH``."""
        return f"{self.code}/{self.obligation.code}"

    def is_in_force(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


def list_rules(issues: Iterable[Issue]) -> list[Rule]:
    """List every obligation of every version with its days in force, in the order of codes, then of versions."""
    found: list[Rule] = []
    for issue in sorted(issues, key=lambda one: one.code):
        versions = issue.list_versions()
        for at, version in enumerate(versions):
            clauses = {one.number: one.text for one in version.institution.clauses}
            following = versions[at + 1].from_on if at + 1 < len(versions) else None
            ends = [day for day in (following, issue.ended_on) if day is not None]
            until_on = min(ends) if ends else None
            if until_on is not None and until_on <= version.from_on:
                continue
            found += [
                Rule(
                    issue.code, issue.title, obligation, clauses.get(obligation.clause, ""), at + 1, version.from_on,
                    until_on, issue.ended_on, _find_first(versions[: at + 1], obligation.code),
                )
                for obligation in version.institution.obligations
            ]  # fmt: skip
    return found


def _find_first(versions: list[Version], code: str) -> date:
    first = versions[-1].from_on
    for version in reversed(versions):
        if code not in [one.code for one in version.institution.obligations]:
            break
        first = version.from_on
    return first


@dataclass(frozen=True)
class Change:
    """One thing that differs between two versions. Empty ``before``: new; empty ``after``: no longer asked."""

    what: str
    before: str
    after: str


def compare_institutions(old: Institution, new: Institution) -> list[Change]:
    """List what a new version changes: clauses by their number, obligations by their code, each as a sentence."""
    clauses = _compare({one.number: one.text for one in old.clauses}, {one.number: one.text for one in new.clauses})
    before = {one.code: one for one in old.obligations}
    after = {one.code: one for one in new.obligations}
    titles = {code: one.title for code, one in (before | after).items()}
    duties = _compare(
        {code: describe_obligation(one) for code, one in before.items()},
        {code: describe_obligation(one) for code, one in after.items()},
    )
    return [*clauses, *(Change(titles[change.what], change.before, change.after) for change in duties)]


def _compare(old: dict[str, str], new: dict[str, str]) -> list[Change]:
    names = [*old, *(name for name in new if name not in old)]
    return [
        Change(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name, "") != new.get(name, "")
    ]
