"""名册: who is here, in which branch and department, and in what standing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from shanxue.intake.answers import THIS_LINE
from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.drafts import Draft, Outcome
from shanxue.intake.matching import clean_text, join_names, shorten_unit
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Row

from ..directory import Directory, guess_kind, open_directory
from ..lookup import ask_which, find_unit
from ..rules import Line, PartyStatus, RankClass, Role, StaffState
from ..words import read_party_status, read_rank, read_role, read_staff_state
from .roster_kind import KIND
from .twice import settle_twice

_TITLE = re.compile(
    r"^(?:\d{4}年(?:度)?)?(.{3,40}?)(?:\d{4}年?(?:度)?)?(?:在职|全体|机关|在册|党支部|支部|离退休)*"
    r"(?:党员|职工|人员|干部|工作人员|党员信息|人员信息).*$"
)
_BUREAU = re.compile(r".*(?:局|委|办|院|厅|署|中心|政府|大学|学院|公司|集团|委员会|总队|支队)$")
_MOVE = re.compile(r"^(转入|兼参加)(?:\s*[:：]?\s*(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?)?$")
NOT_MOVED = "不变"


class RosterTable:
    """One roster being planned."""

    def __init__(self, planned: TablePlan, desk: Desk) -> None:
        self.planned, self.desk = planned, desk
        self.directory: Directory = open_directory(desk)
        self.directory.has_roster = True
        self.directory.need_bureau(read_bureau_name(planned))
        self.codes: dict[str, str] = {}
        self.seen: set[Any] = desk.rooms.setdefault("orgs.seen", set())
        self.may_create = not self.directory.had_units
        self.moves: set[str] = desk.rooms.setdefault("orgs.moves", list_moves(desk))
        self.dropped = settle_twice(planned)
        self.spelling = self._choose_spelling()
        self.temporary = 0

    def _choose_spelling(self) -> dict[str, str]:
        """For each new unit, the spelling that the roster uses most, by its shortened form."""
        counts: Counter[str] = Counter()
        for row in self.planned.table.rows:
            counts.update(str(row.values[name]) for name in ("unit", "department") if row.values.get(name))
        best: dict[str, str] = {}
        for text, _ in counts.most_common():
            best.setdefault(shorten_unit(text, self.directory.bureau_name), text)
        return best

    # -- one row ------------------------------------------------------------------------------------------------

    def plan_row(self, row: Row) -> None:
        if row.number in self.dropped:
            reason = self.dropped[row.number]
            if reason is None:
                self.planned._mark(row, "blocked")
            else:
                self.planned.skip(row, reason)
            return
        self._split_place(row)
        branch, settled = self._find_home(row, "unit", Line.PARTY)
        department, also = self._find_home(row, "department", Line.ADMIN)
        words, understood = self._read_words(row)
        if not (settled and also and understood):
            return
        values = row.values
        found = self._find_known(row, branch)
        if found is _WAITING:
            return
        person = found if isinstance(found, Draft) else None
        columns: dict[str, Any] = {**words, **self._read_dates(row)}
        role = read_role(str(values.get("role") or values.get("post") or "")) or Role.MEMBER
        outcome: Outcome | None
        if person is None:
            outcome = self._add(row, columns, branch, department, role)
        else:
            outcome = self._update(row, person, columns, branch, department, role)
        if outcome is not None:
            self._settle(row, outcome)

    def _settle(self, row: Row, outcome: Outcome) -> None:
        person = self.current
        directory = self.directory
        self.seen.add(person.key)
        stint = next(iter(directory.list_open(person, Line.PARTY)), None)
        self.planned.settle(
            row,
            outcome,
            staff_no=person.values["staff_no"],
            name=person.values["name"],
            unit=directory.name_unit(directory.find_unit_on(person, None)),
            department=directory.name_unit(directory.find_unit_on(person, None, Line.ADMIN)),
            party_status=str(person.values.get("party_status") or PartyStatus.UNKNOWN),
            staff_state=str(person.values.get("staff_state") or StaffState.SERVING),
            rank_class=str(person.values.get("rank_class") or ""),
            role=str(stint.values["role"]) if stint else str(Role.MEMBER),
        )

    def _split_place(self, row: Row) -> None:
        """A column that only says 单位 holds a branch or a department: the words tell."""
        place = row.values.get("place")
        if place:
            line = "unit" if "支部" in place or "党" in place else "department"
            row.values.setdefault(line, place)

    def _find_home(self, row: Row, name: str, line: Line) -> tuple[Draft | None, bool]:
        """Find or make the unit a row names; (None, True) when it names none, (None, False) when it must be asked."""
        text = row.values.get(name)
        above = self.planned.get_fact("unit")
        if not text and name == "unit" and above and ("支部" in above or "党" in above):
            text = above
        if not text:
            return None, True
        directory = self.directory
        text = str(text)
        code = str(row.values.get("unit_code") or "") if name == "unit" else ""
        found = directory.find_units(text, line) or (directory.find_units(code, line) if code else [])
        if found and len(found) == 1 and not code:
            unit = find_unit(self.planned, self.desk, row, name, text, line)
            return unit, unit is not None
        if found:
            return found[0], True
        if not self.may_create:
            unit = find_unit(self.planned, self.desk, row, name, text, line)
            return unit, unit is not None
        return self._make_unit(row, name, text, line, code), True

    def _make_unit(self, row: Row, name: str, text: str, line: Line, code: str) -> Draft:
        spelling = self.spelling.get(shorten_unit(text, self.directory.bureau_name), text)
        parent = None
        above = row.values.get("parent")
        if above and line == Line.PARTY:
            parent = next(iter(self.directory.find_units(str(above), line)), None)
            parent = parent or self.directory.add_unit(str(above), line)
        unit = self.directory.add_unit(clean_text(spelling), line, code=code, parent=parent)
        word = {"党支部": "支部", "部门": "部门"}.get(guess_kind(spelling, line), str(guess_kind(spelling, line)))
        self.planned.note(f"新增{word}：{unit.values['name']}")
        if clean_text(text) != unit.values["name"]:
            self.planned.tidy(row, name, text, unit.values["name"])
        return unit

    def _read_words(self, row: Row) -> tuple[dict[str, Any], bool]:
        """Read party status, staff state and rank; False when a word is not understood and has been asked about."""
        planned, values, words = self.planned, row.values, dict[str, Any]()
        readers: tuple[tuple[str, Callable[[str], Any], type[PartyStatus] | type[StaffState]], ...] = (
            ("party_status", read_party_status, PartyStatus),
            ("staff_state", read_staff_state, StaffState),
        )
        understood = True
        for name, read, words_known in readers:
            text = values.get(name)
            if not text:
                continue
            word = read(str(text)) or self._ask_word(row, name, str(text), words_known)
            understood = understood and word is not None
            if word is not None:
                words[name] = word
                if clean_text(str(text)) != str(word):
                    planned.tidy(row, name, str(text), str(word))
        self._read_class(row, words)
        if values.get("rank_class"):
            rank = read_rank(str(values["rank_class"]))
            words["rank_class"] = rank or RankClass.NONE
            if rank is None:
                planned.note(f"职级“{values['rank_class']}”没有归入任何层次，按未填登记。")
        return words, understood

    def _read_class(self, row: Row, words: dict[str, Any]) -> None:
        """人员类别 is a party status in some offices, a staff state in others, neither in the rest."""
        text = str(row.values.get("person_class") or "")
        if not text:
            return
        status, state = read_party_status(text), read_staff_state(text)
        if status is not None:
            words.setdefault("party_status", status)
        elif state is not None:
            words.setdefault("staff_state", state)
        else:
            self.planned.note(f"“{text}”既不是党籍状态也不是人员状态，没有采用。")

    def _ask_word(self, row: Row, name: str, text: str, known: type[PartyStatus] | type[StaffState]) -> Any:
        title = next(f.title for f in self.planned.kind.fields if f.name == name)
        choices = tuple(str(word) for word in known)
        answer = self.planned.ask(
            row, name, "unknown_word", f"“{text}”不在可选值里。请选一个。", choices, f"{title}:{text}"
        )
        return known(answer) if answer is not None else None

    def _read_dates(self, row: Row) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        born = row.values.get("birth_on")
        if born is not None:
            columns["birth_year"] = born.year
        for name in ("joined_on", "left_on"):
            if row.values.get(name) is not None:
                columns[name] = row.values[name]
        return columns

    def _find_known(self, row: Row, branch: Draft | None) -> Draft | object | None:
        """The person a row is about, None for a new one, or ``_WAITING`` while it must be asked."""
        directory, values = self.directory, row.values
        number, name = values.get("staff_no"), str(values.get("name") or "")
        if number:
            person = directory.by_no.get(str(number))
            if person is not None and person.values["name"] != name:
                return self._ask_renamed(row, person, name)
            return person or self._find_unnumbered(row, str(number), name, branch)
        people = [p for p in directory.by_name.get(name, []) if p.key not in self.seen]
        inside = [p for p in people if branch is not None and directory.stands_in(p, branch, None)]
        people = inside or people
        if len(people) > 1:
            where = branch.values["name"] if branch is not None and inside else "本单位"
            return ask_which(self.planned, row, name, people, where) or _WAITING
        return people[0] if people else None

    def _find_unnumbered(self, row: Row, number: str, name: str, branch: Draft | None) -> Draft | None:
        """Someone known so far by a temporary number only, who now gets the real one."""
        for person in self.directory.by_name.get(name, []):
            temporary = str(person.values["staff_no"]).startswith("临")
            if temporary and branch is not None and self.directory.stands_in(person, branch, None):
                self.planned.tidy(row, "staff_no", person.values["staff_no"], number)
                self.directory.renumber_person(person, number)
                return person
        return None

    def _ask_renamed(self, row: Row, person: Draft, name: str) -> Draft | object:
        before, number = person.values["name"], person.values["staff_no"]
        answer = self.planned.ask(
            row,
            "name",
            "name_differs",
            f"工号 {number} 现在是“{before}”，名册写“{name}”。是改名，还是工号写错了？",
            ("改名", "工号写错，排除这一行"),
            f"{THIS_LINE}:{self.planned.sheet}:{row.number}:{number}",
        )
        if answer is None:
            return _WAITING
        if answer == "改名":
            self.directory.rename_person(person, name)
            self.renamed = True
            return person
        self.planned.skip(row, "工号写错", excluded=True)
        return _WAITING

    def _add(
        self, row: Row, columns: dict[str, Any], branch: Draft | None, department: Draft | None, role: Role
    ) -> Outcome:
        directory = self.directory
        number = row.values.get("staff_no")
        if not number:
            number = directory.make_number()
            self.planned.tidy(row, "staff_no", "", number)
            self.planned.note(
                "名册没有工号，按文件顺序编了临时工号（临0001 起）。以后的名册写上工号，就按姓名和支部换成正式工号。"
            )
        person = directory.add_person(str(number), str(row.values["name"]), **columns)
        since = row.values.get("since")
        if branch is not None:
            directory.add_stint(person, branch, role=role, from_on=since)
        if department is not None:
            directory.add_stint(person, department)
        self.current = person
        return "added"

    def _update(
        self,
        row: Row,
        person: Draft,
        columns: dict[str, Any],
        branch: Draft | None,
        department: Draft | None,
        role: Role,
    ) -> Outcome | None:
        self.current = person
        self.seen.add(person.key)
        moved = self._move(row, person, branch, Line.PARTY, "unit", role)
        also = self._move(row, person, department, Line.ADMIN, "department", Role.MEMBER)
        if moved is None or also is None:
            return None
        changed = self.directory.ledger.change(person, **columns) or getattr(self, "renamed", False)
        self.renamed = False
        return "updated" if changed or moved or also else "unchanged"

    def _move(self, row: Row, person: Draft, unit: Draft | None, line: Line, name: str, role: Role) -> bool | None:
        """See to it that a person stands in a unit; True when that changed anything, None when it must be asked."""
        if unit is None:
            return False
        directory = self.directory
        stints = directory.list_open(person, line)
        here = next((stint for stint in stints if stint.values["unit_id"] == unit.key), None)
        if here is not None:
            named = row.values.get("role") or (row.values.get("post") and role is not Role.MEMBER)
            return bool(named) and line == Line.PARTY and directory.ledger.change(here, role=role)
        if not stints:
            directory.add_stint(
                person, unit, role=role, from_on=row.values.get("since") if line == Line.PARTY else None
            )
            return True
        if {str(person.values["staff_no"]), str(person.values["name"])} & self.moves and line == Line.PARTY:
            self.planned.note("支部有变化的人，按同时导入的调动表办理。")
            return False
        return self._ask_move(row, person, stints, unit, name, role)

    def _ask_move(
        self, row: Row, person: Draft, stints: list[Draft], unit: Draft, name: str, role: Role
    ) -> bool | None:
        before = self.directory.name_unit(stints[-1].values["unit_id"])
        answer = self.planned.ask(
            row,
            name,
            "moved",
            f"“{person.values['name']}”（工号 {person.values['staff_no']}）现在在{before}，"
            f"名册写{unit.values['name']}。"
            "转入，还是兼参加？从哪天起？",
            ("转入", "兼参加", NOT_MOVED),
            f"{THIS_LINE}:{self.planned.sheet}:{row.number}:{name}",
            free=True,
        )
        if answer is None:
            return None
        if answer == NOT_MOVED:
            return False
        found = _MOVE.match(answer)
        if found is None:
            self.planned.stop(row, name, "moved", f"回答“{answer}”看不懂。请写“转入 2025-07-01”或“兼参加 2025-07-01”。")
            return None
        day = (
            date(int(found[2]), int(found[3]), int(found[4]))
            if found[2]
            else row.values.get("since") or self.desk.today
        )
        if found[1] == "转入":
            self.directory.ledger.change(stints[-1], until_on=day, received_on=day)
        self.directory.add_stint(person, unit, role=role, from_on=day)
        return True


_WAITING = object()


def list_moves(desk: Desk) -> set[str]:
    """Names and numbers of those whom a transfers table of the same import speaks of."""
    return {
        str(row.values[name])
        for planned in desk.tables
        if planned.kind.code == "transfers"
        for row in planned.table.rows
        for name in ("staff_no", "name")
        if row.values.get(name)
    }


def read_bureau_name(planned: TablePlan) -> str:
    """The agency's name as the roster's title has it: 滨江市城市管理局2025年党员名册 → 滨江市城市管理局."""
    title = clean_text(str(planned.table.facts.get("title") or ""))
    found = _TITLE.match(title)
    name = re.sub(r"^中共", "", found[1]) if found else ""
    name = re.sub(r"(?:机关)?(?:党委|党组|委员会)$", "", name) if name.endswith(("党委", "党组", "局委员会")) else name
    return name if _BUREAU.match(name) else ""


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    return RosterTable(planned, desk).plan_row


def ask_absent(desk: Desk) -> None:
    """Ask about people of the roster's units who are stored and not in any roster of this import (ux D 20)."""
    directory = open_directory(desk)
    seen: set[Any] = desk.rooms["orgs.seen"]
    if directory.was_empty:
        return
    rosters = [planned for planned in desk.tables if planned.kind is KIND]
    if any(planned.open or planned.problems for planned in rosters):
        return  # those rows are not settled yet; whoever they are, they are not absent
    homes = {stint.values["unit_id"] for key in seen for stint in directory.stints.get(key, ())}
    absent = [
        person
        for person in directory.by_no.values()
        if person.key not in seen
        and person.id is not None
        and person.values["staff_state"] != StaffState.LEFT
        and person.values["left_on"] is None
        and any(
            s.values["unit_id"] in homes for s in directory.stints.get(person.key, ()) if s.values["until_on"] is None
        )
    ]
    if not absent:
        return
    people = join_names(person.values["name"] for person in absent)
    key = f"名册里没有:{','.join(sorted(person.values['staff_no'] for person in absent))}"[:200]
    answer = rosters[0].ask(
        None,
        None,
        "absent_people",
        f"名册里没有、系统里有 {len(absent)} 人（{people}）。保留，还是标为离开？",
        ("保留", "标为离开"),
        key,
    )
    if answer == "标为离开":
        for person in absent:
            desk.ledger.change(person, staff_state=StaffState.LEFT)


HANDLER = Handler(KIND, prepare, ask_absent)
