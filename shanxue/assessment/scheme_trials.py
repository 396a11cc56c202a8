"""试算 of a scheme that is still being written: whom each clause reaches, the grades, and one subject's own lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from shanxue.base.errors import Refusal
from shanxue.orgs.models import Bureau, Person
from shanxue.orgs.queries import Actor, scope_people

from .models import ResultLine
from .queries.results import Extent, Reach
from .rules.pages import ComponentView, LineView, list_components, list_grades, show_grade
from .rules.scheme import Scheme
from .runs import Computed, try_scheme

AT_ONCE = 3000  # people in a bureau up to which a page computes without being asked: well under a second


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
    reach: Reach
    one: One | None

    @property
    def lines(self) -> dict[str, LineView]:
        """The lines of whom it was tried on, by the item's code."""
        return {line.code: line for part in (self.one.components if self.one else ()) for line in part.lines}


def try_draft(actor: Actor, bureau: Bureau, scheme: Scheme, staff_no: str = "") -> DraftTrial:
    """Compute a scheme over the records of today; nothing is stored. Raises ``Refusal`` as ``try_scheme`` does."""
    person = _find_person(actor, scheme, staff_no) if staff_no else None
    computed = try_scheme(bureau, scheme)
    return DraftTrial(
        subjects=computed.assessed.results.height,
        grades=_count_grades(scheme, computed),
        reach=_measure(computed),
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


def reach_draft(bureau: Bureau, scheme: Scheme) -> tuple[Reach | None, str]:
    """How far each clause would reach today, or why that is not said before somebody asks for a trial."""
    if bureau.people.count() > AT_ONCE:
        return None, "人数较多，试算以后显示每一条影响多少人。"
    try:
        return _measure(try_scheme(bureau, scheme)), ""
    except Refusal as refusal:
        return None, refusal.sentence


def _measure(computed: Computed) -> Reach:
    homes = dict(computed.subjects.select("subject", "home").iter_rows())
    everybody = computed.assessed.results.get_column("subject").to_list()
    items: dict[str, list[int]] = defaultdict(list)
    for subject, item, awarded in computed.assessed.lines.select("subject", "item", "awarded").iter_rows():
        if awarded is not None:
            items[item].append(subject)
    gates: dict[str, list[int]] = defaultdict(list)
    for subject, gate in computed.assessed.gates.select("subject", "gate").iter_rows():
        gates[gate].append(subject)

    def extend(subjects: Collection[int]) -> Extent:
        return Extent(len(subjects), len({homes[one] for one in subjects} - {None}))

    return Reach(
        extend(everybody), {item: extend(found) for item, found in items.items()},
        {gate: extend(found) for gate, found in gates.items()},
    )  # fmt: skip


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
