"""What an inspection may draw from: the records of the rooms below, as plain candidates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from shanxue.activities.queries import evidence as activities
from shanxue.activities.queries.arranging import find_home_units, find_session
from shanxue.activities.queries.records import find_own_minutes, list_handed_in
from shanxue.activities.queries.sessions import count_figures
from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor
from shanxue.study.queries import evidence as study

from ..models import Sample
from ..rules.sampling import Candidate, RecordKind

DAY = timedelta(days=1)
MOST_NAMED = 300  # with more units than this the whole bureau is read, as for the board


def list_population(actor: Actor, unit: Unit, period: Period, kinds: Iterable[str]) -> list[Candidate]:
    """List the records of these kinds and days of a unit and all below it. At most one query a kind, and the units."""
    wanted = set(kinds)
    first, last = period.from_on, period.until_on - DAY
    found: list[Candidate] = []
    if wanted & {RecordKind.SESSION, RecordKind.ATTENDANCE}:
        found += _list_sessions(unit, period, wanted)
    if RecordKind.MINUTES in wanted:
        rows = list_handed_in(actor, unit, first, last).values_list(
            "session_id", "session__unit_id", "session__on", "session__topic"
        )
        found += [Candidate(RecordKind.MINUTES, pk, of, on, f"{topic}的会议记录") for pk, of, on, topic in rows]
    if RecordKind.NOTE in wanted:
        for note in study.list_written_under(unit, actor.on, first, last):
            found.append(Candidate(RecordKind.NOTE, note.id, None, note.on, note.title or note.kind, note.person_id))
    return found


def _list_sessions(unit: Unit, period: Period, wanted: set[str]) -> Iterator[Candidate]:
    units = list(Unit.objects.filter(bureau=unit.bureau_id, path__startswith=unit.path).values_list("pk", flat=True))
    spans = [activities.Wanted(frozenset(), period.from_on, period.until_on - DAY)]
    inside = set(units)
    for row in activities.list_held(unit.bureau_id, spans, units if len(units) <= MOST_NAMED else None):
        if row.unit_id not in inside:
            continue
        if RecordKind.SESSION in wanted:
            yield Candidate(RecordKind.SESSION, row.id, row.unit_id, row.on, f"{row.kind}：{row.topic}")
        if RecordKind.ATTENDANCE in wanted:
            yield Candidate(RecordKind.ATTENDANCE, row.id, row.unit_id, row.on, f"{row.topic}的考勤")


def name_drawn(actor: Actor, drawn: Iterable[Candidate]) -> list[Candidate]:
    """Say of drawn notes whose they are and in which unit that person stands. Two queries for any number of them."""
    listed = list(drawn)
    people = {one.person_id for one in listed if one.person_id is not None}
    if not people:
        return listed
    names = dict(Person.objects.filter(pk__in=people).values_list("pk", "name"))
    homes = find_home_units(people, actor.on)
    return [_name_one(one, names, homes) for one in listed]


def _name_one(one: Candidate, names: dict[int, str], homes: dict[int, Unit]) -> Candidate:
    if one.person_id is None:
        return one
    home = homes.get(one.person_id)
    return one._replace(unit_id=home.pk if home else None, title=f"{names[one.person_id]}：{one.title}")


def list_facts(actor: Actor, sample: Sample) -> list[tuple[str, str]]:
    """List what is known of a drawn record as it is now, for whoever checks it; gone records say so."""
    if sample.kind == RecordKind.NOTE:
        return [("查看", "正文只有作者和审阅人能看，请支部提供原件。")]
    try:
        session = find_session(actor, sample.ref)
        facts = [("单位", session.unit.name), ("类型", session.kind), ("主题", session.topic), ("状态", session.state)]
        figures = count_figures([session.pk]).get(session.pk)
        if figures is not None:
            marks = "，".join(f"{mark} {count}" for mark, count in figures.marks.items())
            facts.append(("到会", f"应到 {figures.expected}，实到 {figures.present}（{marks}）"))
        if sample.kind == RecordKind.MINUTES:
            facts += _list_elements(actor, sample.ref)
    except Refusal as refusal:
        return [("查看", refusal.sentence)]
    return facts


def _list_elements(actor: Actor, session_id: int) -> list[tuple[str, str]]:
    minutes = find_own_minutes(actor, session_id)
    missing = [one.missing for one in minutes.elements if one.missing]
    whole = len(minutes.elements)
    words = "".join(missing) if missing else "八项要素都有。"
    return [("记录状态", minutes.state), (f"要素 {whole - len(missing)}/{whole}", words)]
