"""A bureau's units and people in memory while files are checked: six queries, then every name is looked up here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from shanxue.intake.checking import Desk
from shanxue.intake.drafts import Draft, Ledger
from shanxue.intake.matching import ROOT_WORDS, clean_text, find_nearest, shorten_unit

from .models import Bureau, Exemption, Person, Stint, Unit, UnitAlias
from .rules import Line, PartyStatus, Role, StaffState, UnitKind

UNNAMED = "本单位"
_BLANK: dict[str, Any] = {
    "party_status": PartyStatus.UNKNOWN, "staff_state": StaffState.SERVING, "rank_class": "", "birth_year": None,
    "joined_on": None, "left_on": None,
}  # fmt: skip


def open_directory(desk: Desk) -> Directory:
    """The directory of the import on this desk, read once."""
    if "orgs" not in desk.rooms:
        desk.rooms["orgs"] = Directory(desk)
    directory: Directory = desk.rooms["orgs"]
    return directory


class Directory:
    """Units by every way of writing them, people by number and by name, and where each stood when."""

    def __init__(self, desk: Desk) -> None:
        self.ledger: Ledger = desk.ledger
        self._desk = desk
        ledger, code = desk.ledger, desk.bureau_code
        found = ledger.load(Bureau, ("code", "name"), code=code)
        self.bureau: Draft | None = found[0] if found else None
        self.units = ledger.load(
            Unit, ("parent_id", "line", "kind", "code", "name", "from_on", "until_on"), bureau__code=code
        )
        aliases = ledger.load(UnitAlias, ("unit_id", "text"), bureau__code=code)
        people = ledger.load(
            Person,
            ("staff_no", "name", "party_status", "staff_state", "rank_class", "birth_year", "joined_on", "left_on"),
            bureau__code=code,
            person="id",
        )
        stints = ledger.load(
            Stint,
            ("person_id", "unit_id", "role", "from_on", "until_on", "received_on"),
            person__bureau__code=code,
            person="person_id",
        )
        self.was_empty = not people
        self.has_roster = False  # a roster of this import has been planned
        self.had_units = any(unit.values["parent_id"] is not None for unit in self.units)
        self.by_no: dict[str, Draft] = {}
        self.by_name: dict[str, list[Draft]] = {}
        self.by_key: dict[Any, Draft] = {}
        self.stints: dict[Any, list[Draft]] = {}
        self.exemptions: dict[Any, list[Draft]] | None = None
        self._unit_by_key: dict[Any, Draft] = {}
        self._exact: dict[str, list[Draft]] = {}
        self._short: dict[str, list[Draft]] = {}
        self._temporary = 0
        self._codes = {unit.values["code"] for unit in self.units}
        for unit in self.units:
            self._index_unit(unit)
        for alias in aliases:
            self._exact.setdefault(clean_text(alias.values["text"]), []).append(
                self._unit_by_key[alias.values["unit_id"]]
            )
        for person in people:
            self._index_person(person)
        for stint in stints:
            self.stints.setdefault(stint.values["person_id"], []).append(stint)

    # -- the bureau and its units -------------------------------------------------------------------------------

    def need_bureau(self, name: str = "") -> Draft:
        """The bureau, made with its two roots (party and administrative) when the import is the first of all."""
        if self.bureau is None:
            title = self._desk.bureau_name or name or UNNAMED
            self.bureau = self.ledger.create(Bureau, code=self._desk.bureau_code, name=title)
        return self.bureau

    @property
    def bureau_name(self) -> str:
        return str(self.bureau.values["name"]) if self.bureau else self._desk.bureau_name

    def need_root(self, line: Line) -> Draft:
        """The unit above all others of a line: 党委, or the bureau itself."""
        for unit in self.units:
            if unit.values["line"] == line and unit.values["parent_id"] is None:
                return unit
        bureau = self.need_bureau()
        if line == Line.PARTY:
            return self._create_unit(None, line, UnitKind.COMMITTEE, "DW", "党委")
        return self._create_unit(None, line, UnitKind.BUREAU, "JG", bureau.values["name"])

    def add_unit(
        self, name: str, line: Line, *, kind: UnitKind | None = None, code: str = "", parent: Draft | None = None
    ) -> Draft:
        """Make a new unit below ``parent`` (else the line's root)."""
        kind = kind or guess_kind(name, line)
        above = parent or self.need_root(line)
        return self._create_unit(above, line, kind, code or self._make_code(kind), name)

    def _create_unit(self, parent: Draft | None, line: Line, kind: UnitKind, code: str, name: str) -> Draft:
        unit = self.ledger.create(
            Unit,
            bureau_id=self.need_bureau(),
            parent_id=parent,
            line=line,
            kind=kind,
            code=code,
            name=name,
            from_on=None,
            until_on=None,
        )
        self.units.append(unit)
        self._codes.add(code)
        self._index_unit(unit)
        return unit

    def _make_code(self, kind: UnitKind) -> str:
        head = {UnitKind.DEPARTMENT: "BM", UnitKind.GROUP: "XZ", UnitKind.GENERAL_BRANCH: "ZZ"}.get(kind, "ZB")
        number = 1
        while f"{head}{number:02d}" in self._codes:
            number += 1
        return f"{head}{number:02d}"

    def _index_unit(self, unit: Draft) -> None:
        self._unit_by_key[unit.key] = unit
        self._exact.setdefault(clean_text(unit.values["name"]), []).append(unit)
        self._exact.setdefault(clean_text(unit.values["code"]), []).append(unit)
        self._short.setdefault(shorten_unit(unit.values["name"], self.bureau_name), []).append(unit)

    def name_unit(self, unit: Any) -> str:
        """The name of a unit given as draft or by key; empty for none."""
        found = unit if isinstance(unit, Draft) else self._unit_by_key.get(unit)
        return str(found.values["name"]) if found else ""

    def get_unit(self, key: Any) -> Draft | None:
        return self._unit_by_key.get(key)

    def find_units(self, text: str, line: Line | None = None) -> list[Draft]:
        """Find units written so: exact name, code or learnt alias first, then the built-in shortenings."""
        exact = self._fit(self._exact.get(clean_text(text), ()), line)
        if exact:
            return exact
        short = self._fit(self._short.get(shorten_unit(text, self.bureau_name), ()), line)
        if short:
            return short
        if line != Line.ADMIN:  # 执法一大队 for 执法一大队支部
            short = self._fit(self._short.get(shorten_unit(f"{text}支部", self.bureau_name), ()), Line.PARTY)
            if len(short) == 1:
                return short
        plain = clean_text(text)
        if (
            plain in ROOT_WORDS
            or plain == clean_text(self.bureau_name)
            or shorten_unit(text, self.bureau_name) in ROOT_WORDS
        ):
            return [self.need_root(line or Line.PARTY)]
        return []

    @staticmethod
    def _fit(units: Iterable[Draft], line: Line | None) -> list[Draft]:
        unique = dict.fromkeys(unit for unit in units if line is None or unit.values["line"] == line)
        return list(unique)

    def list_unit_names(self, line: Line | None) -> list[str]:
        return [
            unit.values["name"]
            for unit in self.units
            if unit.values["parent_id"] is not None and (line is None or unit.values["line"] == line)
        ]

    def find_nearest_units(self, text: str, line: Line | None) -> list[str]:
        return find_nearest(text, self.list_unit_names(line))

    def learn_alias(self, unit: Draft, text: str) -> None:
        """Remember another way of writing a unit."""
        known = self._exact.setdefault(clean_text(text), [])
        if unit not in known:
            known.append(unit)
            self.ledger.create(UnitAlias, bureau_id=self.need_bureau(), unit_id=unit, text=text[:80])

    # -- people -------------------------------------------------------------------------------------------------

    def _index_person(self, person: Draft) -> None:
        self.by_no[person.values["staff_no"]] = person
        self.by_name.setdefault(person.values["name"], []).append(person)
        self.by_key[person.key] = person

    def add_person(self, staff_no: str, name: str, **values: Any) -> Draft:
        columns = _BLANK | values
        person = self.ledger.create(Person, bureau_id=self.need_bureau(), staff_no=staff_no, name=name, **columns)
        self._index_person(person)
        return person

    def rename_person(self, person: Draft, name: str) -> None:
        self.by_name[person.values["name"]].remove(person)
        self.ledger.change(person, name=name)
        self.by_name.setdefault(name, []).append(person)

    def renumber_person(self, person: Draft, staff_no: str) -> None:
        del self.by_no[person.values["staff_no"]]
        self.ledger.change(person, staff_no=staff_no)
        self.by_no[staff_no] = person

    def make_number(self) -> str:
        """The next temporary number, 临0001 and on."""
        while True:
            self._temporary += 1
            number = f"临{self._temporary:04d}"
            if number not in self.by_no:
                return number

    def count_digits(self) -> int | None:
        """How many digits the known staff numbers have, when all are digits and as many."""
        widths = {len(number) if number.isdecimal() else 0 for number in self.by_no if not number.startswith("临")}
        width = widths.pop() if len(widths) == 1 else 0
        return width or None

    # -- who stood where ----------------------------------------------------------------------------------------

    def list_stints(self, person: Draft, line: Line | None = None) -> list[Draft]:
        """A person's stints, earliest first."""
        own = [stint for stint in self.stints.get(person.key, ()) if line is None or self._line_of(stint) == line]
        return sorted(own, key=lambda stint: stint.values["from_on"] or date.min)

    def _line_of(self, stint: Draft) -> str:
        unit = self._unit_by_key.get(stint.values["unit_id"])
        return str(unit.values["line"]) if unit else ""

    def list_open(self, person: Draft, line: Line) -> list[Draft]:
        return [stint for stint in self.list_stints(person, line) if stint.values["until_on"] is None]

    def find_unit_on(self, person: Draft, day: date | None, line: Line = Line.PARTY) -> Draft | None:
        """The unit a person stood in on a day (the latest begun when two run at once); now, without a day."""
        best: Draft | None = None
        for stint in self.stints.get(person.key, ()):
            unit = self._unit_by_key[stint.values["unit_id"]]
            if unit.values["line"] != line or not covers(stint, day):
                continue
            if best is None or (stint.values["from_on"] or date.min) >= (best.values["from_on"] or date.min):
                best = stint
        return self._unit_by_key[best.values["unit_id"]] if best else None

    def stands_in(self, person: Draft, unit: Draft, day: date | None) -> bool:
        """Whether a person stood in a unit (or below it) on a day; at any time, without a day."""
        for stint in self.stints.get(person.key, ()):
            if (day is None or covers(stint, day)) and self.is_within(self._unit_by_key[stint.values["unit_id"]], unit):
                return True
        return False

    def is_within(self, unit: Draft | None, above: Draft) -> bool:
        while unit is not None:
            if unit is above:
                return True
            unit = self._unit_by_key.get(unit.values["parent_id"])
        return False

    def add_stint(
        self,
        person: Draft,
        unit: Draft,
        *,
        role: str = Role.MEMBER,
        from_on: date | None = None,
        until_on: date | None = None,
        received_on: date | None = None,
    ) -> Draft:
        stint = self.ledger.create(
            Stint,
            person_id=person,
            unit_id=unit,
            role=role,
            from_on=from_on,
            until_on=until_on,
            received_on=received_on,
        )
        self.stints.setdefault(person.key, []).append(stint)
        return stint

    def list_exemptions(self, person: Draft) -> list[Draft]:
        if self.exemptions is None:
            self.exemptions = {}
            loaded = self.ledger.load(
                Exemption,
                ("person_id", "category", "from_on", "until_on", "approved_by"),
                person__bureau__code=self._desk.bureau_code,
                person="person_id",
            )
            for draft in loaded:
                self.exemptions.setdefault(draft.values["person_id"], []).append(draft)
        return self.exemptions.setdefault(person.key, [])


def covers(stint: Draft, day: date | None) -> bool:
    """Whether a stint runs on a day (upper bound open); without a day, whether it is still open."""
    from_on, until_on = stint.values["from_on"], stint.values["until_on"]
    if day is None:
        return until_on is None
    return (from_on is None or from_on <= day) and (until_on is None or day < until_on)


def guess_kind(name: str, line: Line) -> UnitKind:
    """Tell a unit's kind from its name; a party unit is a branch unless it says otherwise."""
    if line == Line.ADMIN:
        return UnitKind.DEPARTMENT
    if "总支" in name:
        return UnitKind.GENERAL_BRANCH
    if name.endswith("小组"):
        return UnitKind.GROUP
    if name.endswith(("党委", "党组")) or ("委员会" in name and "支部" not in name):
        return UnitKind.COMMITTEE
    return UnitKind.BRANCH
