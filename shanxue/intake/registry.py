"""Which rooms take which spreadsheets. Rooms stand below this one and are fetched by name, in writing order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from .drafts import Draft, Ledger, Model
from .rules import Kind, Row
from .undoing import Undo

if TYPE_CHECKING:
    from .checking import Desk, TablePlan

ROOMS = ("orgs", "plans", "resources", "activities", "study", "exams", "assessment")

PlanRow = Callable[[Row], None]


@dataclass(frozen=True)
class Handler:
    """How one kind of table becomes rows.

    ``prepare`` looks at a whole table (what stands twice, which units it names, what is stored already: all its
    queries) and returns the function that plans one row; that function puts no query, and ends by
    ``TablePlan.settle`` or by a finding. ``finish`` speaks about the import as a whole once every table is planned.
    """

    kind: Kind
    prepare: Callable[[TablePlan, Desk], PlanRow]
    finish: Callable[[Desk], None] | None = None
    shown_as: str = ""  # the kind's code outside, when several shapes of table are one kind

    @property
    def code(self) -> str:
        return self.shown_as or self.kind.code


@dataclass(frozen=True)
class Registry:
    handlers: Mapping[str, Handler]  # by kind, in the order they are planned
    models: tuple[Model, ...]  # in the order they are written
    after: Mapping[Model, Callable[[list[Draft]], None]]  # run once a model's new rows have ids
    days: Mapping[Model, Callable[[list[Draft]], set[date]]]  # of which days a model's rows are, where not by ``on``
    describe_known: Callable[[Desk], tuple[int | None, frozenset[str]]]  # width of known numbers; known people
    demand_open: Callable[[str, set[date]], None]  # refuses days of a year of this bureau that is sealed
    locks: tuple[Callable[[Ledger], None], ...]  # hold what must not move between the last look and the writing
    on_undo: tuple[Callable[[Undo, datetime, str], None], ...]  # look at an undo first: refuse it, or leave some out

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(handler.kind for handler in self.handlers.values())


@cache
def open_registry() -> Registry:
    """Collect what every room's ``intake.py`` offers: HANDLERS, MODELS; where needed AFTER, DAYS, LOCK, ON_UNDO."""
    handlers: dict[str, Handler] = {}
    models: list[Model] = []
    after: dict[Model, Callable[[list[Draft]], None]] = {}
    days: dict[Model, Callable[[list[Draft]], set[date]]] = {}
    orgs = import_module("shanxue.orgs.intake")
    rooms = [import_module(f"shanxue.{room}.intake") for room in ROOMS]
    for module in rooms:
        handlers.update({handler.kind.code: handler for handler in module.HANDLERS})
        models += module.MODELS
        after |= getattr(module, "AFTER", {})
        days |= getattr(module, "DAYS", {})
    locks = tuple(module.LOCK for module in rooms if hasattr(module, "LOCK"))
    on_undo = tuple(module.ON_UNDO for module in rooms if hasattr(module, "ON_UNDO"))
    return Registry(handlers, tuple(models), after, days, orgs.describe_known, orgs.demand_open, locks, on_undo)
