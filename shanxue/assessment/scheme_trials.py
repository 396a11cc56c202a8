"""试算 of a scheme that is still being written: whom each clause reaches, the grades, and one subject's own lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from shanxue.base.errors import Refusal
from shanxue.orgs.models import Bureau, Person
from shanxue.orgs.queries import Actor, scope_people

from .models import ResultLine
from .queries.results import ClauseRow, Reach, join_reach
from .rules.pages import ComponentView, list_components, list_grades, show_grade
from .rules.scheme import Scheme
from .rules.wording import describe_scheme
from .runs import Computed, try_scheme


@dataclass(frozen=True)
class One:
    """What one person would get."""

    person: Person
    total: int | None
    grade: str
    components: tuple[ComponentView, ...]


@dataclass(frozen=True)
class DraftTrial:
    subjects: int
    grades: tuple[tuple[str, int], ...]
    clauses: tuple[ClauseRow, ...]
    one: One | None


def try_draft(actor: Actor, bureau: Bureau, scheme: Scheme, staff_no: str = "") -> DraftTrial:
    """Compute a scheme over the records of today; nothing is stored. Raises ``Refusal`` as ``try_scheme`` does."""
    person = _find_person(actor, scheme, staff_no) if staff_no else None
    computed = try_scheme(bureau, scheme)
    return DraftTrial(
        subjects=computed.subjects.height,
        grades=_count_grades(scheme, computed),
        clauses=tuple(join_reach(scheme, describe_scheme(scheme), _measure(computed))),
        one=_take_one(scheme, computed, person) if person else None,
    )


def _find_person(actor: Actor, scheme: Scheme, staff_no: str) -> Person:
    if scheme.subject != "person":
        raise Refusal("not_of_people", "这份细则考核单位，不能在一个人身上试。请把工号留空。")
    person = scope_people(actor).filter(staff_no=staff_no.strip()).first()
    if person is None:
        raise Refusal("no_such_person", f"没有找到工号“{staff_no}”。请核对，或者留空。")
    return person


def _count_grades(scheme: Scheme, computed: Computed) -> tuple[tuple[str, int], ...]:
    rows = computed.assessed.results.select("total", "grade").iter_rows()
    numbers = Counter(show_grade(total, grade) for total, grade in rows)
    grades = list_grades(scheme)
    return tuple((grade, numbers[grade]) for grade in (*grades, *sorted(set(numbers) - set(grades))))


def _measure(computed: Computed) -> Reach:
    lines = computed.assessed.lines.select("item", "awarded").iter_rows()
    items = Counter(item for item, awarded in lines if awarded is not None)
    gates = Counter(code for (code,) in computed.assessed.gates.select("gate").iter_rows())
    return Reach(computed.subjects.height, dict(items), dict(gates))


def _take_one(scheme: Scheme, computed: Computed, person: Person) -> One:
    columns = ["subject", "item", "counted", "out_of", "awarded", "full", "note"]
    lines = [
        ResultLine(
            item=item, counted_milli=counted, out_of_milli=out_of, awarded_points=awarded, full_points=full, note=note
        )
        for subject, item, counted, out_of, awarded, full, note in computed.assessed.lines.select(columns).iter_rows()
        if subject == person.pk
    ]
    found = computed.assessed.results.select("subject", "total", "grade").iter_rows()
    row = next(((total, grade) for subject, total, grade in found if subject == person.pk), None)
    if row is None:
        raise Refusal("not_assessed_by_scheme", f"{person.name}不在这份细则的考核对象里。")
    return One(person, row[0], show_grade(*row), list_components(scheme, lines))
