"""Reading the rule book: institutions with their versions, and the shipped ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau

from ..models import Institution, InstitutionVersion
from ..rules.institution_loading import LoadedInstitution, load_institution
from ..rules.obligations import Obligation, list_events
from ..rules.versions import Change, Issue, Version, compare_institutions

SHIPPED = Path(__file__).resolve().parents[3] / "institutions"


@dataclass(frozen=True)
class ShownVersion:
    """One version with what it changed from the one before."""

    row: InstitutionVersion
    number: int
    loaded: LoadedInstitution
    changes: tuple[Change, ...]
    until_on: date | None

    def is_in_force(self, day: date) -> bool:
        return self.row.from_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True)
class ShownInstitution:
    """An institution with its versions, the oldest first."""

    row: Institution
    versions: tuple[ShownVersion, ...]

    def find_current(self, day: date) -> ShownVersion:
        """Find the version in force on a day: else the next one, else the last."""
        held = [version for version in self.versions if version.is_in_force(day)]
        later = [version for version in self.versions if version.row.from_on > day]
        return held[0] if held else later[0] if later else self.versions[-1]

    def is_ended(self, day: date) -> bool:
        return self.row.ended_on is not None and self.row.ended_on <= day


def _show(row: Institution, versions: list[InstitutionVersion]) -> ShownInstitution:
    loaded = [load_institution(version.text, row.title) for version in versions]
    shown: list[ShownVersion] = []
    for at, version in enumerate(versions):
        following = versions[at + 1].from_on if at + 1 < len(versions) else None
        ends = [day for day in (following, row.ended_on) if day is not None]
        changes = compare_institutions(loaded[at - 1].institution, loaded[at].institution) if at else []
        shown.append(ShownVersion(version, at + 1, loaded[at], tuple(changes), min(ends) if ends else None))
    return ShownInstitution(row, tuple(shown))


def list_institutions(bureau: Bureau | None) -> list[ShownInstitution]:
    """List a bureau's institutions by title, those in force first. One query."""
    rows = InstitutionVersion.objects.filter(institution__bureau=bureau).select_related("institution")
    found: dict[int, list[InstitutionVersion]] = {}
    for version in rows.order_by("institution__code", "from_on"):
        found.setdefault(version.institution_id, []).append(version)
    shown = [_show(versions[0].institution, versions) for versions in found.values()]
    return sorted(shown, key=lambda one: (one.row.ended_on is not None, one.row.title))


def find_institution(bureau: Bureau | None, code: str) -> ShownInstitution:
    versions = InstitutionVersion.objects.filter(institution__bureau=bureau, institution__code=code)
    rows = list(versions.select_related("institution__bureau").order_by("from_on"))
    if not rows:
        raise refuse_missing("这项制度")
    return _show(rows[0].institution, rows)


def read_issues(bureau: Bureau) -> list[Issue]:
    """Read all institutions with their versions as plain values for the expansion. One query."""
    return [
        Issue(shown.row.code, shown.row.title, tuple(map(_read_version, shown.versions)), shown.row.ended_on)
        for shown in list_institutions(bureau)
    ]


def _read_version(shown: ShownVersion) -> Version:
    return Version(shown.row.from_on, shown.loaded.institution, shown.row.reason)


@cache
def list_shipped() -> list[LoadedInstitution]:
    """List the institutions that come with the product, by title."""
    loaded = [load_institution(path.read_text("utf-8"), path.name) for path in SHIPPED.glob("*.toml")]
    return sorted(loaded, key=lambda one: one.institution.code)


def read_shipped_text(code: str) -> str:
    """Read the text of a shipped institution by its code."""
    path = SHIPPED / f"{code}.toml"
    if code not in [one.institution.code for one in list_shipped()] or not path.is_file():
        raise refuse_missing("这项制度")
    return path.read_text("utf-8")


def list_rivals(shown: Iterable[ShownInstitution], code: str, obligations: Iterable[Obligation], on: date) -> list[str]:
    """List where another institution in force asks the same kind of thing of the same: both would make duties."""
    wanted = {_name_demand(one): one for one in obligations}
    found: list[str] = []
    for other in shown:
        if other.row.code == code or other.is_ended(on):
            continue
        for one in other.find_current(on).loaded.institution.obligations:
            if _name_demand(one) in wanted:
                mine = wanted[_name_demand(one)]
                found.append(f"《{other.row.title}》{one.clause}也要求“{mine.title}”，两处都会产生任务。")
    return found


def _name_demand(obligation: Obligation) -> tuple[object, ...]:
    events = list_events(obligation.demand)
    return (obligation.who, type(obligation.demand), tuple((one.source, one.kinds) for one in events))
