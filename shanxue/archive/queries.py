"""Reading the archive: what a year holds now, what was sealed, who may see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib import import_module

from django.conf import settings
from django.db.models import Max, Min

from shanxue.activities.models import Session
from shanxue.base.errors import refuse_missing
from shanxue.base.periods import Period
from shanxue.base.volumes import Piece, Table
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor, Power

from .models import ArchiveYear
from .rules import Choice, Volume, YearState, arrange_volume


def may_read(actor: Actor) -> bool:
    """The archive is the whole bureau's: the office, its leaders and inspectors without a narrower grant read it."""
    wanted = {Power.OFFICE, Power.LEADER, Power.INSPECTOR}
    return any(grant.power in wanted and grant.unit_id is None for grant in actor.reading_grants)


def may_seal(actor: Actor) -> bool:
    return any(grant.power == Power.OFFICE and grant.unit_id is None for grant in actor.leading_grants)


def may_audit(actor: Actor) -> bool:
    """The trail's pages are the audit administrator's (三员): they show accounts and acts, nobody's records."""
    return Power.AUDIT_ADMIN in actor.powers and actor.bureau is not None


def may_choose_algorithm(actor: Actor) -> bool:
    """What the trail is hashed with is a matter of security policy: the security administrator's (三员)."""
    return actor.administers(Power.SECURITY_ADMIN) and actor.bureau is not None


def get_period(year: int) -> Period:
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


def list_years(bureau: Bureau, today: date) -> list[ArchiveYear]:
    """The years that hold anything, latest first; those nobody touched yet are not stored. Two queries."""
    days = Session.objects.filter(bureau=bureau).aggregate(first=Min("on"), last=Max("on"))
    stored = {one.year: one for one in ArchiveYear.objects.filter(bureau=bureau)}
    years = set(stored)
    if days["first"] is not None:
        years |= set(range(days["first"].year, min(days["last"].year, today.year) + 1))
    return [stored.get(year) or ArchiveYear(bureau=bureau, year=year) for year in sorted(years, reverse=True)]


def find_year(actor: Actor, year: int) -> ArchiveYear:
    """The archive of a year, stored or not yet; refused to whoever may not read it."""
    if not may_read(actor) or actor.bureau is None:
        raise refuse_missing("这一年的档案")
    found = {one.year: one for one in list_years(actor.bureau, actor.on)}
    if year not in found:
        raise refuse_missing("这一年的档案")
    return found[year]


def find_archive(bureau: Bureau, year: int) -> ArchiveYear:
    """The archive of a year, stored or not yet."""
    return ArchiveYear.objects.filter(bureau=bureau, year=year).first() or ArchiveYear(bureau=bureau, year=year)


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    """What every room leaves for the archive."""
    return [piece for name in settings.VOLUMES for piece in import_module(name).list_pieces(bureau, period)]


def list_tables(bureau: Bureau, period: Period) -> Iterator[Table]:
    for name in settings.VOLUMES:
        module = import_module(name)
        if hasattr(module, "list_tables"):
            yield from module.list_tables(bureau, period)


def read_choices(archive: ArchiveYear) -> dict[str, Choice]:
    if archive.pk is None:
        return {}
    rows = archive.choices.values_list("key", "retention", "position", "left_out")
    return {key: Choice(retention, position, left_out) for key, retention, position, left_out in rows}


def read_volume(archive: ArchiveYear) -> Volume:
    """A year as it would be sealed now."""
    pieces = list_pieces(archive.bureau, get_period(archive.year))
    return arrange_volume(pieces, read_choices(archive), fonds=archive.fonds or "全宗号", year=archive.year)


def find_former_head(bureau: Bureau, year: int) -> tuple[int, str]:
    """Where the trail of the latest package sealed before this one ends: this one's begins after it."""
    former = ArchiveYear.objects.filter(bureau=bureau, state=YearState.SEALED).exclude(year=year)
    last = former.order_by("-head_seq").first()
    return (last.head_seq or 0, last.head_hash) if last else (0, "")


def find_fonds(bureau: Bureau) -> str:
    """The 全宗号 as last written: it is the same every year."""
    rows = ArchiveYear.objects.filter(bureau=bureau).exclude(fonds="").order_by("-year")
    return rows.values_list("fonds", flat=True).first() or ""
