"""A YearReport gathered from stored runs: the one thing every document of the year is written from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Count as RowCount

from shanxue.activities.models import Attendance
from shanxue.orgs.models import Bureau, Stint, Unit
from shanxue.orgs.rules import Line, UnitKind

from .models import PriorResult, ResultLine, Run
from .rules.formulas import describe_line
from .rules.loading import load_scheme
from .rules.report import (
    AttendanceCount,
    Excluded,
    GateNote,
    LineRow,
    Part,
    ResultRow,
    SchemeNote,
    YearReport,
)
from .rules.scheme import Gate, Scheme
from .rules.wording import describe_gate, describe_policies, find_item

EXCLUDED = "免考核"


def build_report(bureau: Bureau, runs: Sequence[Run], *, notices: Iterable[str] = ()) -> YearReport:
    """Gather the report of one bureau from its runs, at most one per subject; the first one gives the window."""
    parts = {run.scheme.subject: _build_part(bureau, run) for run in runs}
    scheme = read_scheme(runs[0])
    people = parts.get("person")
    return YearReport(
        bureau_name=bureau.name,
        year=scheme.window.last_on.year,
        from_on=scheme.window.from_on,
        until_on=scheme.window.until_on,
        computed_at=runs[0].at,
        people=people,
        branches=parts.get("branch"),
        departments=parts.get("department"),
        branch_names=_list_unit_names(bureau, UnitKind.GENERAL_BRANCH, UnitKind.BRANCH),
        department_names=_list_unit_names(bureau, UnitKind.DEPARTMENT),
        attendance=_count_attendance(bureau, scheme),
        policies=tuple(dict.fromkeys(text for run in runs for text in describe_policies(read_scheme(run)))),
        notices=tuple(notices),
        digests=_list_digests(runs),
    )


def read_scheme(run: Run) -> Scheme:
    """Read a run's scheme from the text it was run with."""
    return load_scheme(run.scheme.text, f"{run.scheme.code}.toml").scheme


def note_scheme(scheme: Scheme, sha256: str) -> SchemeNote:
    """Describe a scheme to the documents."""
    bands = sorted(scheme.bands, key=lambda band: band.from_points, reverse=True)
    return SchemeNote(
        code=scheme.code,
        title=scheme.title,
        subject=scheme.subject,
        scale=scheme.scale,
        grades=tuple(dict.fromkeys(band.label for band in bands)),
        components=tuple(component.name for component in scheme.components),
        component_full=tuple(
            None if component.full is None else int(component.full * component.weight * scheme.scale)
            for component in scheme.components
        ),
        clauses=scheme.clauses,
        source=scheme.source,
        sha256=sha256,
    )


def note_gate(scheme: Scheme, gate: Gate) -> GateNote:
    """Word a gate for those it holds for."""
    effect = gate.effect
    return GateNote(
        clause=gate.clause,
        sentence=describe_gate(scheme, gate),
        target=effect.target,
        at_most=effect.at_most or "",
        list_name=effect.list_name or "",
    )


def _build_part(bureau: Bureau, run: Run) -> Part:
    scheme = read_scheme(run)
    note = note_scheme(scheme, run.scheme.sha256)
    gates = {gate.code: note_gate(scheme, gate) for gate in scheme.gates}
    owner = "person" if scheme.subject == "person" else "unit"
    results = list(run.results.select_related(owner, "home").order_by("home__code", f"{owner}_id"))
    lines = _group_lines(run)
    departments = _map_departments(bureau) if owner == "person" else {}
    proposed = _map_proposals(bureau, owner)
    rows, excluded, said = [], [], []
    for result in results:
        subject = result.person if owner == "person" else result.unit
        assert subject is not None
        code = result.person.staff_no if result.person else subject.code  # type: ignore[union-attr]
        home = result.home.name if result.home else ""
        if result.grade == EXCLUDED:
            excluded.append(Excluded(code, subject.name, home, result.rank_note or EXCLUDED))
            continue
        own = lines.get(result.pk, [])
        rows.append(
            ResultRow(
                code=code,
                name=subject.name,
                home=home,
                department=departments.get(subject.pk, ""),
                total=result.total_points,
                grade=result.grade,
                rank_note=result.rank_note,
                gates=tuple(gates[gate] for gate in result.gates if gate in gates),
                components=sum_components(scheme, own),
                proposed=proposed.get(subject.pk, {}),
            )
        )
        said += [_word_line(scheme, code, subject.name, line) for line in own]
    return Part(note, tuple(rows), tuple(said), tuple(excluded))


def _group_lines(run: Run) -> dict[int, list[ResultLine]]:
    lines: dict[int, list[ResultLine]] = defaultdict(list)
    for line in ResultLine.objects.filter(result__run=run).order_by("id").iterator(chunk_size=5000):
        lines[line.result_id].append(line)
    return lines


def sum_components(scheme: Scheme, lines: Iterable[ResultLine]) -> tuple[int | None, ...]:
    """Add up a subject's lines by component, in the scheme's order; ``None`` where nothing could be counted."""
    sums: dict[str, int] = {}
    for line in lines:
        name = find_component(scheme, line.item)
        if line.awarded_points is not None:
            sums[name] = sums.get(name, 0) + line.awarded_points
    return tuple(sums.get(component.name) for component in scheme.components)


def find_component(scheme: Scheme, code: str) -> str:
    """Name the component a line belongs to; adjusting lines are named after theirs (=考勤)."""
    item = find_item(scheme, code)
    return item.component if item else code.removeprefix("=")


def _word_line(scheme: Scheme, code: str, name: str, line: ResultLine) -> LineRow:
    item = find_item(scheme, line.item)
    component = find_component(scheme, line.item)
    return LineRow(
        code=code,
        name=name,
        item=line.item,
        title=item.title if item else f"{component}调整",
        component=component,
        counted=line.counted_milli,
        out_of=line.out_of_milli,
        awarded=line.awarded_points,
        full=line.full_points,
        clause=item.clause if item else _find_component_clause(scheme, component),
        note=line.note,
        words=describe_line(
            scheme, item, line.counted_milli, line.out_of_milli, line.awarded_points, line.full_points, line.note
        )
        if item
        else line.note,
    )


def _find_component_clause(scheme: Scheme, name: str) -> str:
    return next((component.clause for component in scheme.components if component.name == name), "")


def _map_departments(bureau: Bureau) -> dict[int, str]:
    stints = Stint.objects.filter(unit__bureau=bureau, unit__line=Line.ADMIN).order_by("from_on", "id")
    return dict(stints.values_list("person_id", "unit__name"))


def _map_proposals(bureau: Bureau, owner: str) -> Mapping[int, dict[str, str]]:
    proposals: dict[int, dict[str, str]] = defaultdict(dict)
    rows = PriorResult.objects.filter(bureau=bureau, proposed=True, **{f"{owner}__isnull": False})
    for subject, assessment, grade in rows.values_list(f"{owner}_id", "assessment", "grade"):
        proposals[subject][assessment] = grade
    return proposals


def _list_unit_names(bureau: Bureau, *kinds: UnitKind) -> tuple[str, ...]:
    return tuple(Unit.objects.filter(bureau=bureau, kind__in=kinds).order_by("code").values_list("name", flat=True))


def _count_attendance(bureau: Bureau, scheme: Scheme) -> tuple[AttendanceCount, ...]:
    rows = (
        Attendance.objects.filter(
            session__bureau=bureau,
            session__state="已召开",
            session__on__gte=scheme.window.from_on,
            session__on__lt=scheme.window.until_on,
            unit__isnull=False,
        )
        .values_list("unit__name", "mark")
        .annotate(RowCount("id"))
        .order_by("unit__code", "mark")
    )
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for name, mark, count in rows:
        counts[name][mark] = count
    return tuple(AttendanceCount(name, marks) for name, marks in counts.items())


def _list_digests(runs: Sequence[Run]) -> dict[str, str]:
    words = {"person": "人员", "branch": "支部", "department": "部门"}
    digests: dict[str, str] = {}
    for run in runs:
        word = words[run.scheme.subject]
        digests |= {
            f"{word}细则": run.scheme.sha256,
            f"{word}输入": run.inputs_sha256,
            f"{word}结果": run.results_sha256,
            f"{word}明细": run.lines_sha256,
        }
    return digests
