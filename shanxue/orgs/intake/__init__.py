"""Spreadsheets about people and units: rosters, transfers, exemptions."""

from __future__ import annotations

from datetime import date

from shanxue.intake.checking import Desk
from shanxue.intake.drafts import Draft, Model

from ..actions.closing import demand_open_year
from ..directory import open_directory
from ..models import Bureau, Exemption, Person, Stint, Unit, UnitAlias
from . import exemptions, roster, transfers

HANDLERS = (roster.HANDLER, transfers.HANDLER, exemptions.HANDLER)
KINDS = tuple(handler.kind for handler in HANDLERS)
MODELS: tuple[Model, ...] = (Bureau, Unit, UnitAlias, Person, Stint, Exemption)


def settle_paths(units: list[Draft]) -> None:
    """Write each new unit's chain of ids, now that ids are known."""
    paths = dict(
        Unit.objects.filter(bureau_id__in={_id(unit.values["bureau_id"]) for unit in units}).values_list("id", "path")
    )
    rows = []
    for unit in units:  # parents come before their children
        above = unit.values["parent_id"]
        paths[unit.id or 0] = f"{paths[_id(above)] if above is not None else ''}{unit.id}/"
        rows.append(Unit(id=unit.id, path=paths[unit.id or 0]))
    Unit.objects.bulk_update(rows, ["path"], batch_size=500)


def _id(reference: object) -> int:
    return reference.id or 0 if isinstance(reference, Draft) else int(str(reference))


def describe_known(desk: Desk) -> tuple[int | None, frozenset[str]]:
    """What the reader asks: how many digits staff numbers have here, and which names and numbers are real people."""
    directory = open_directory(desk)
    return directory.count_digits(), frozenset(directory.by_no) | frozenset(directory.by_name)


def demand_open(bureau_code: str, days: set[date]) -> None:
    """Refuse to bring in records of a year that is sealed; a bureau that is not there yet has sealed nothing."""
    bureau = Bureau.objects.filter(code=bureau_code).first()
    if bureau is not None:
        demand_open_year(bureau.pk, *days)


AFTER = {Unit: settle_paths}

__all__ = ["AFTER", "HANDLERS", "KINDS", "MODELS", "describe_known"]
