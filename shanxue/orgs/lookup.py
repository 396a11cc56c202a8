"""Finding the unit and the person that a row speaks of. Never guesses: what is not certain becomes a question."""

from __future__ import annotations

from datetime import date
from typing import Any

from shanxue.intake.answers import THIS_LINE
from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.drafts import Draft
from shanxue.intake.matching import clean_text, join_names
from shanxue.intake.rules import Row

from .directory import Directory, open_directory
from .rules import Line

NEW_UNIT = "新建"
NOT_IN_ROSTER = "本单位还没有名册，对不上人员。请先导入名册，或与名册一起导入。"


def find_unit(
    planned: TablePlan,
    desk: Desk,
    row: Row | None,
    name: str,
    text: str,
    line: Line | None = None,
    *,
    day: date | None = None,
) -> Draft | None:
    """Find the unit a text names; None when a question or problem was kept instead."""
    directory = open_directory(desk)
    found = directory.find_units(text, line)
    if not found and is_without_roster(directory, planned):
        return directory.add_unit(text, line or (Line.PARTY if "支部" in text or "党" in text else Line.ADMIN))
    if len(found) == 1:
        unit = found[0]
        if row is not None and clean_text(unit.values["name"]) != clean_text(text) != clean_text(unit.values["code"]):
            planned.tidy(row, name, text, unit.values["name"])
        until = unit.values["until_on"]
        if until is not None and until <= (day or desk.today):
            planned.stop(row, name, "closed_unit", f"“{text}”已于 {write_day(until)} 撤销。请改成现在的单位。")
            return None
        return unit
    return _ask_unit(planned, directory, row, name, text, line, found)


def _ask_unit(
    planned: TablePlan,
    directory: Directory,
    row: Row | None,
    name: str,
    text: str,
    line: Line | None,
    found: list[Draft],
) -> Draft | None:
    if found:
        names = [unit.values["name"] for unit in found]
        sentence = f"“{text}”可能是{'或'.join(names)}，分不清。请选一个。"
        choices = names
    else:
        near = directory.find_nearest_units(text, line)
        sentence = f"“{text}”没有找到，最接近：{near[0]}。" if near else f"“{text}”没有找到，请选对应的单位。"
        choices = [*near, *(n for n in directory.list_unit_names(line) if n not in near), NEW_UNIT]
    answer = planned.ask(row, name, "unknown_unit", sentence, choices, f"单位:{text}")
    if answer is None:
        return None
    if answer == NEW_UNIT:
        planned.note(f"新增单位：{text}")
        return directory.add_unit(text, line or (Line.PARTY if "支部" in text else Line.ADMIN))
    unit = directory.find_units(answer, line)[0]
    directory.learn_alias(unit, text)
    if row is not None:
        planned.tidy(row, name, text, answer)
    return unit


def is_without_roster(directory: Directory, planned: TablePlan) -> bool:
    """Whether nobody is known, neither stored nor in a roster of this import; nothing can be written then."""
    if planned.kind.code == "roster" or not directory.was_empty or directory.has_roster:
        return False
    if all(problem.code != "no_roster" for problem in planned.problems):
        planned.stop(None, None, "no_roster", NOT_IN_ROSTER)
    return True


def find_person(
    planned: TablePlan, desk: Desk, row: Row, *, unit: Draft | None = None, day: date | None = None
) -> Draft | None:
    """Find the person of a row by number, else by name within ``unit`` and then the bureau; None when unsettled."""
    directory = open_directory(desk)
    number, name = row.values.get("staff_no"), row.values.get("name")
    if is_without_roster(directory, planned):
        return _stand_in(directory, row, unit)
    if number:
        return _find_by_number(planned, directory, row, str(number), name)
    if not name:
        planned.stop(row, "name", "no_person", "没有写姓名，也没有写工号。请补上，或删去这一行。")
        return None
    return _find_by_name(planned, directory, row, str(name), unit, day)


def _stand_in(directory: Directory, row: Row, unit: Draft | None) -> Draft:
    """Someone to show a row with while there is no roster; never written, because the table has a problem."""
    number, name = str(row.values.get("staff_no") or ""), str(row.values.get("name") or "")
    known = directory.by_no.get(number) if number else next(iter(directory.by_name.get(name, [])), None)
    if known is None:
        known = directory.add_person(number, name)
        if unit is not None:
            directory.add_stint(known, unit)
    return known


def _find_by_number(planned: TablePlan, directory: Directory, row: Row, number: str, name: Any) -> Draft | None:
    person = directory.by_no.get(number) or _find_padded(planned, directory, row, number)
    if person is None:
        if not any(line == row.number for question in planned.open.values() for line in question.lines):
            planned.stop(row, "staff_no", "unknown_person", f"工号 {number} 没有找到。请先在名册里加入，或改正工号。")
        return None
    if name and clean_text(str(name)) != clean_text(person.values["name"]):
        planned.stop(
            row,
            "name",
            "name_differs",
            f"工号 {number} 在名册里是“{person.values['name']}”，这里是“{name}”。请改正工号或姓名。",
        )
        return None
    return person


def _find_padded(planned: TablePlan, directory: Directory, row: Row, number: str) -> Draft | None:
    """A number that lost its leading zeros: ask once, then pad."""
    width = directory.count_digits()
    if width is None or not number.isdecimal() or len(number) >= width:
        return None
    padded = number.zfill(width)
    person = directory.by_no.get(padded)
    if person is None:
        return None
    answer = planned.ask(
        row,
        "staff_no",
        "leading_zeros",
        f"编号少了前导零，按 {width} 位补齐吗？（{number} → {padded}）",
        ("补齐", "不补"),
        f"补零:{width}",
    )
    if answer != "补齐":
        return None
    planned.tidy(row, "staff_no", number, padded)
    return person


def _find_by_name(
    planned: TablePlan, directory: Directory, row: Row, name: str, unit: Draft | None, day: date | None
) -> Draft | None:
    everyone = directory.by_name.get(name, [])
    here = [
        person for person in everyone if person.values["left_on"] is None or (day and day < person.values["left_on"])
    ]
    people = here or everyone
    where = "本单位"
    if unit is not None:
        inside = [person for person in people if directory.stands_in(person, unit, day)]
        inside = inside or [person for person in people if directory.stands_in(person, unit, None)]
        if inside:
            people, where = inside, unit.values["name"]
    if len(people) == 1:
        return people[0]
    if not people:
        planned.stop(row, "name", "unknown_person", f"“{name}”在名册里没有找到。请先在名册里加入，或改正姓名。")
        return None
    return ask_which(planned, row, name, people, where)


def ask_which(planned: TablePlan, row: Row, name: str, people: list[Draft], where: str) -> Draft | None:
    """Let the clerk say which of several people with one name is meant (ux D 19)."""
    choices = {f"{person.values['staff_no']} {person.values['name']}": person for person in people}
    key = f"{THIS_LINE}:{planned.sheet}:{row.number}:{name}"
    answer = planned.ask(
        row,
        "name",
        "ambiguous_person",
        f"“{name}”在{where}有 {len(people)} 人，分不清。请选一位，或补工号。",
        tuple(choices),
        key,
    )
    return choices[answer] if answer is not None else None


def show_person(directory: Directory, person: Draft, unit: Draft | None) -> dict[str, Any]:
    """The columns every accepted row starts with: staff_no, name, unit."""
    return {
        "staff_no": person.values["staff_no"],
        "name": person.values["name"],
        "unit": directory.name_unit(unit) if unit is not None else "",
    }


def write_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


__all__ = [
    "NEW_UNIT",
    "ask_which",
    "find_person",
    "find_unit",
    "is_without_roster",
    "join_names",
    "show_person",
    "write_day",
]
