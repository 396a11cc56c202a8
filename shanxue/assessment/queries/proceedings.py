"""Reads of the year's proceeding: its steps, what is open, what branches have checked, what is settled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from shanxue.base.errors import refuse_missing
from shanxue.base.periods import Period
from shanxue.orgs.models import Bureau, Grant, Unit
from shanxue.orgs.queries import Actor, is_under, is_year_closed, list_led, match_granted_units
from shanxue.plans.rules.calendar import WorkCalendar, write_day, write_short

from ..models import (
    Amendment,
    Appeal,
    LateRecord,
    Objection,
    PriorResult,
    Proceeding,
    ProceedingScheme,
    QuotaCase,
    QuotaDecision,
    Result,
    Run,
    SchemeVersion,
    StepEntry,
)
from ..rules.appeals import AppealState
from ..rules.proceedings import (
    FROZEN,
    SOURCE_WORDS,
    STEPS,
    LateState,
    Step,
    count_days,
    join_processes,
    write_late_sentence,
    write_overflow_sentence,
)
from ..rules.scheme import Process, Scheme
from ..rules.wording import name_assessment
from .results import Shown, read_version


def scope_proceedings(actor: Actor) -> QuerySet[Proceeding]:
    """Proceedings of the actor's bureau: they name nobody. 三员 see none."""
    if actor.is_admin:
        return Proceeding.objects.none()
    return Proceeding.objects.filter(bureau=actor.bureau).select_related("bureau").order_by("-until_on", "-pk")


def find_proceeding(actor: Actor, proceeding_id: int) -> Proceeding:
    found = scope_proceedings(actor).filter(pk=proceeding_id).first()
    if found is None:
        raise refuse_missing("这次年度考核")
    return found


def list_versions(actor: Actor) -> list[SchemeVersion]:
    """List the newest text of each scheme the bureau has used, for windows whose assessment is not opened yet."""
    newest: dict[str, SchemeVersion] = {}
    for version in SchemeVersion.objects.filter(bureau=actor.bureau).order_by("pk"):
        newest[version.code] = version
    opened = set(scope_proceedings(actor).values_list("from_on", "until_on"))
    rows = [(read_version(version).window, version) for version in newest.values()]
    free = [row for row in rows if (row[0].from_on, row[0].until_on) not in opened]
    return [version for _, version in sorted(free, key=lambda row: (-row[0].until_on.toordinal(), row[1].pk))]


def list_scheme_parts(proceeding: Proceeding) -> list[ProceedingScheme]:
    found = proceeding.parts.select_related("version", "run__scheme", "former_run__scheme", "frozen_run__scheme")
    return list(found.order_by("place", "pk"))


def show_part(part: ProceedingScheme) -> Shown | None:
    """The run of a part that pages show: the frozen one, else the last 试算."""
    run = part.frozen_run or part.run
    return Shown(run, read_version(run.scheme)) if run else None


def list_shown_of(proceeding: Proceeding) -> list[Shown]:
    found = (show_part(part) for part in list_scheme_parts(proceeding))
    return [shown for shown in found if shown is not None]


def read_process(proceeding: Proceeding) -> Process:
    return join_processes([read_version(part.version) for part in list_scheme_parts(proceeding)])


@dataclass(frozen=True)
class Task:
    """One row of the task list: what, whether it is done, waits or is still ahead, and who did it when."""

    step: Step
    state: str  # 已办, 现在办, 以后
    entry: StepEntry | None
    times: int


def list_tasks(proceeding: Proceeding) -> list[Task]:
    """The steps in order; 归档 is done once the year is sealed in the archive. Two queries."""
    last: dict[str, StepEntry] = {}
    times: Counter[str] = Counter()
    for entry in proceeding.entries.order_by("turn"):
        last[entry.step] = entry
        times[entry.step] += 1
    now = STEPS.index(Step(proceeding.stage))
    if is_year_closed(proceeding.bureau_id, proceeding.year):
        now = len(STEPS)
    return [
        Task(step, "已办" if at < now else "现在办" if at == now else "以后", last.get(step), times[step])
        for at, step in enumerate(STEPS)
    ]


def list_late(proceeding: Proceeding, state: LateState | None = LateState.OPEN) -> QuerySet[LateRecord]:
    rows = LateRecord.objects.filter(proceeding=proceeding).select_related("person", "unit")
    if state is not None:
        rows = rows.filter(state=state)
    return (rows.filter(stands=True) if state == LateState.OPEN else rows).order_by("source", "pk")


def count_late(proceeding: Proceeding) -> dict[str, int]:
    """Count the records that wait for a decision, by what they are: 签到 → 4."""
    rows = list_late(proceeding).order_by().values_list("source").annotate(Count("id"))
    found: Counter[str] = Counter()
    for source, number in rows:
        found[SOURCE_WORDS.get(source, source)] += number
    return dict(found)


@dataclass(frozen=True)
class QuotaView:
    """A quota that was exceeded, with those who reached the grade and what was decided."""

    part: ProceedingScheme
    case: QuotaCase
    decision: QuotaDecision | None

    @property
    def reached(self) -> int:
        return len(self.case.holders)

    @property
    def sentence(self) -> str:
        sentence = write_overflow_sentence(self.case.grade, self.reached, self.case.seats)
        return f"{self.case.group}：{sentence}" if self.case.group else sentence


def list_quotas(proceeding: Proceeding) -> list[QuotaView]:
    """List the exceeded quotas of the newest runs, each with its decision where there is one. Three queries."""
    parts = list_scheme_parts(proceeding)
    runs = {(part.frozen_run_id or part.run_id): part for part in parts}
    cases = QuotaCase.objects.filter(run__in=[run for run in runs if run]).order_by("pk")
    decisions = {(row.part_id, row.digest): row for row in QuotaDecision.objects.filter(part__in=parts)}
    return [
        QuotaView(runs[case.run_id], case, decisions.get((runs[case.run_id].pk, case.digest)))
        for case in cases
    ]  # fmt: skip


def find_quota(proceeding: Proceeding, case_id: int) -> QuotaView:
    for view in list_quotas(proceeding):
        if view.case.pk == case_id:
            return view
    raise refuse_missing("这个名额")


@dataclass(frozen=True)
class Holder:
    result: Result
    beyond: bool
    tied: bool


def list_holders(view: QuotaView) -> list[Holder]:
    """Name those who reached the grade, best total first; the tied are marked."""
    marks = {subject: (beyond, tied) for subject, beyond, tied in view.case.holders}
    person = read_version(view.part.version).subject == "person"
    owner = "person_id" if person else "unit_id"
    found = Result.objects.filter(run=view.case.run_id, **{f"{owner}__in": list(marks)})
    rows = found.select_related("person", "unit", "home").order_by("-total_points", "person__staff_no", "unit__code")
    return [Holder(row, *marks[getattr(row, owner)]) for row in rows]


def list_frozen_runs(proceeding: Proceeding) -> list[Run]:
    return [part.frozen_run for part in list_scheme_parts(proceeding) if part.frozen_run]


@dataclass(frozen=True)
class BranchRow:
    """How far one unit's check is: of its people, and of the results that are its own. ``silent``: nothing done yet.

    ``kept``: somebody speaks for the unit as its secretary; for the others the office may confirm, with a reason.
    """

    unit: Unit
    subjects: int
    confirmed: int
    own: int
    own_confirmed: int
    objected: int
    open_objections: int
    kept: bool

    @property
    def is_done(self) -> bool:
        return self.confirmed >= self.subjects and self.own_confirmed >= self.own and not self.open_objections

    @property
    def silent(self) -> bool:
        return not self.confirmed and not self.own_confirmed and not self.objected


def match_checked(unit: object) -> Q:
    """Match what a unit checks: the results of its people, and its own (a unit's ``home`` is the unit above it)."""
    return Q(home=unit, person__isnull=False) | Q(unit=unit)


def list_branch_rows(actor: Actor, proceeding: Proceeding) -> list[BranchRow]:
    """List the units that check, each with its numbers, in the order of their codes. Five queries."""
    results = Result.objects.filter(run__in=list_frozen_runs(proceeding))
    found = Unit.objects.filter(match_granted_units(actor, ""), bureau=actor.bureau)
    units = {unit.pk: unit for unit in found.order_by("code")}
    people, own = (
        _count_confirmed(results.filter(person__isnull=column == "unit_id"), column)
        for column in ("home_id", "unit_id")
    )
    objected: dict[int, list[bool]] = defaultdict(list)
    rows = Objection.objects.filter(proceeding=proceeding).annotate(keeper=Coalesce("result__unit", "result__home"))
    for keeper, answered_at in rows.values_list("keeper", "answered_at"):
        objected[keeper].append(answered_at is None)
    kept = list_led(proceeding.bureau_id, actor.on)
    return [
        BranchRow(unit, *people[pk], *own[pk], len(objected[pk]), sum(objected[pk]), is_under(unit, kept))
        for pk, unit in units.items()
        if people[pk][0] or own[pk][0]
    ]


def _count_confirmed(results: QuerySet[Result], column: str) -> dict[int, tuple[int, int]]:
    """Count results and those confirmed by one of their units."""
    rows = results.order_by().values_list(column).annotate(Count("pk"), Count("confirmation"))
    return defaultdict(lambda: (0, 0), {pk: (count, confirmed) for pk, count, confirmed in rows if pk})


def find_checked_unit(actor: Actor, unit_id: int) -> Unit:
    """Find a unit whose people the actor may look at for the check."""
    found = Unit.objects.filter(match_granted_units(actor, ""), bureau=actor.bureau, pk=unit_id).first()
    if found is None:
        raise refuse_missing("这个单位")
    return found


def is_checker(actor: Actor, unit: Unit) -> bool:
    """Whether the actor is a secretary of this very unit (or of one above it): who confirms speaks for the branch."""
    return any(
        grant.power == Grant.Power.SECRETARY and grant.unit is not None and unit.path.startswith(grant.unit.path)
        for grant in actor.leading_grants
    )


def list_checked(proceeding: Proceeding, unit: Unit) -> list[Result]:
    """List what a unit checks of the frozen results: its own, then its people by staff number."""
    rows = Result.objects.filter(match_checked(unit), run__in=list_frozen_runs(proceeding))
    found = rows.select_related("person", "unit", "run__scheme", "confirmation").prefetch_related("objections")
    return list(found.order_by(F("unit").asc(nulls_last=True), "run_id", "person__staff_no"))


def _match_objections(actor: Actor) -> Q:
    """Match the objections of the units the actor reads, about their people or about themselves."""
    of_people = match_granted_units(actor, "result__home") & Q(result__person__isnull=False)
    return of_people | match_granted_units(actor, "result__unit") & Q(result__unit__isnull=False)


def list_objections(actor: Actor, proceeding: Proceeding, *, open_only: bool = False) -> list[Objection]:
    rows = Objection.objects.filter(_match_objections(actor), proceeding=proceeding).select_related(
        "result__person", "result__unit", "result__home", "result__run__scheme"
    )
    if open_only:
        rows = rows.filter(answered_at__isnull=True)
    return list(rows.order_by("answered_at", "at"))


def find_objection(actor: Actor, objection_id: int) -> Objection:
    found = (
        Objection.objects.filter(_match_objections(actor), proceeding__bureau=actor.bureau)
        .select_related("proceeding__bureau", "result__person", "result__unit", "result__home", "result__run__scheme")
        .filter(pk=objection_id)
        .first()
    )
    if found is None or actor.is_admin:
        raise refuse_missing("这条异议")
    return found


def list_appeals(proceeding: Proceeding, *states: AppealState) -> list[Appeal]:
    """List the appeals against any run of the proceeding's schemes, the oldest first."""
    codes = [part.code for part in list_scheme_parts(proceeding)]
    rows = Appeal.objects.filter(result__run__bureau=proceeding.bureau, result__run__scheme__code__in=codes)
    if states:
        rows = rows.filter(state__in=states)
    found = rows.select_related("result__person", "result__home", "result__run__scheme", "result__run__bureau")
    return list(found.order_by("asked_at", "pk"))


@dataclass(frozen=True)
class Open:
    """One thing that must be dealt with before the step at hand: a sentence, and the page where it is done."""

    sentence: str
    page: str = ""  # URL name
    arguments: tuple[object, ...] = ()


def list_open(actor: Actor, proceeding: Proceeding, step: Step, today: date) -> list[Open]:
    """Name everything that stands between now and a step: 公示 or 定档. Empty: it may be done."""
    found = []
    late = write_late_sentence(count_late(proceeding))
    if late:
        found.append(Open(late, "assessment:late", (proceeding.pk,)))
    let_in = _count_let_in_since(proceeding)
    if let_in:
        sentence = f"截止后的记录 {let_in} 条已决定计入，还没有重新冻结。"
        found.append(Open(sentence, "assessment:freeze", (proceeding.pk,)))
    found += [
        Open(view.sentence, "assessment:quota", (proceeding.pk, view.case.pk))
        for view in list_quotas(proceeding) if view.decision is None
    ]  # fmt: skip
    stale = [view for view in list_quotas(proceeding) if view.decision and not _is_applied(proceeding, view)]
    if stale:
        found.append(Open("名额已有会议决定，还没有重新冻结。", "assessment:freeze", (proceeding.pk,)))
    found += _list_open_checks(actor, proceeding, step, today)
    if step != Step.PUBLICITY:
        found += _list_open_appeals(proceeding, today)
    return found


def _count_let_in_since(proceeding: Proceeding) -> int:
    """Count the late records that were let in after the freeze, which therefore does not hold them."""
    rows = LateRecord.objects.filter(proceeding=proceeding, state=LateState.IN, stands=True)
    return rows.filter(decided_at__gt=proceeding.frozen_at).count() if proceeding.frozen_at else 0


def _is_applied(proceeding: Proceeding, view: QuotaView) -> bool:
    return view.decision is None or (proceeding.frozen_at is not None and view.decision.at <= proceeding.frozen_at)


def _list_open_checks(actor: Actor, proceeding: Proceeding, step: Step, today: date) -> list[Open]:
    found = []
    checks = ("assessment:checks", (proceeding.pk,))
    objections = Objection.objects.filter(proceeding=proceeding)
    number = objections.filter(answered_at__isnull=True).count()
    if number:
        found.append(Open(f"支部异议 {number} 条还没有答复。", *checks))
    agreed = objections.filter(agreed=True, answered_at__gt=proceeding.frozen_at).count() if proceeding.frozen_at else 0
    if agreed:
        found.append(Open(f"支部异议 {agreed} 条已同意，更正后还没有重新冻结。", "assessment:freeze", (proceeding.pk,)))
    if step == Step.PUBLICITY and proceeding.check_until_on and today <= proceeding.check_until_on:
        rows = [row for row in list_branch_rows(actor, proceeding) if not row.is_done]
        if rows:
            names = "、".join(row.unit.name for row in rows[:5]) + ("等" if len(rows) > 5 else "")
            last = f"{proceeding.check_until_on.month}月{proceeding.check_until_on.day}日"
            found.append(Open(f"{len(rows)} 个单位还没有核对完：{names}。核对到{last}为止。", *checks))
    return found


def _list_open_appeals(proceeding: Proceeding, today: date) -> list[Open]:
    found = []
    waiting = len(list_appeals(proceeding, AppealState.ASKED))
    if waiting:
        found.append(Open(f"申诉 {waiting} 条还没有答复。", "assessment:appeals"))
    upheld = [
        one for one in list_appeals(proceeding, AppealState.UPHELD)
        if one.decided_at and proceeding.frozen_at and one.decided_at > proceeding.frozen_at
    ]  # fmt: skip
    if upheld:
        sentence = f"申诉成立 {len(upheld)} 条，更正记录后还没有重新冻结。"
        found.append(Open(sentence, "assessment:freeze", (proceeding.pk,)))
    if proceeding.appeal_until_on and today <= proceeding.appeal_until_on:
        day = proceeding.appeal_until_on
        found.append(Open(f"申诉期到{day.month}月{day.day}日，还没有满。"))
    return found


def find_pinned(run: Run) -> Proceeding | None:
    """The proceeding in which a run's scheme is frozen or settled, for the run's window; None where there is none."""
    scheme = read_version(run.scheme)
    part = (
        ProceedingScheme.objects.filter(
            code=run.scheme.code, proceeding__bureau=run.bureau_id, proceeding__from_on=scheme.window.from_on,
            proceeding__until_on=scheme.window.until_on,
        )
        .select_related("proceeding__bureau")
        .first()
    )  # fmt: skip
    return part.proceeding if part else None


def list_settled(bureau: Bureau, period: Period) -> list[Proceeding]:
    """List the settled proceedings whose window ends within a period (the year's archive)."""
    rows = Proceeding.objects.filter(
        bureau=bureau, settled_at__isnull=False, until_on__gt=period.from_on, until_on__lte=period.until_on
    )
    return list(rows.select_related("bureau").order_by("until_on", "pk"))


def map_last_year(proceeding: Proceeding, scheme: Scheme) -> dict[int, PriorResult]:
    """Map subjects to what they had a year before in the same assessment (与去年差)."""
    person = scheme.subject == "person"
    rows = PriorResult.objects.filter(
        bureau=proceeding.bureau, year=proceeding.year - 1, assessment=name_assessment(scheme), proposed=False,
        person__isnull=not person,
    ).order_by("pk")  # fmt: skip
    return {row.person_id if person else row.unit_id: row for row in rows}  # type: ignore[misc]


def list_amendments(proceeding: Proceeding) -> list[Amendment]:
    rows = Amendment.objects.filter(result__run__in=list_frozen_runs(proceeding))
    found = rows.select_related("result__person", "result__unit", "result__home", "result__run__scheme", "by")
    return scale_amendments(found.order_by("at", "pk"))


def scale_amendments(rows: Iterable[Amendment]) -> list[Amendment]:
    """Give each amendment the scale its points are written with."""
    found = list(rows)
    for row in found:
        row.scale = read_version(row.result.run.scheme).scale  # type: ignore[attr-defined]
    return found


def write_standing(proceeding: Proceeding | None) -> str:
    """Say how final a result is: 试算, 冻结, 公示 with the last day to appeal, 定档."""
    if proceeding is None:
        return ""
    if proceeding.settled_at is not None:
        return f"{proceeding.title}已于{write_day(timezone.localdate(proceeding.settled_at))}定档。"
    stage = Step(proceeding.stage)
    if stage == Step.CHECK:
        return "结果已经冻结，支部核对中，还不是最后结果。"
    if proceeding.publicity_until_on and proceeding.appeal_until_on and stage in FROZEN:
        last, appeal = write_short(proceeding.publicity_until_on), write_short(proceeding.appeal_until_on)
        return f"公示到{last}，可申诉到{appeal}；定档以后为最后结果。"
    return "这是试算，不是最后结果。"


def find_answer_day(appeal: Appeal, calendar: WorkCalendar) -> date | None:
    """The last day on which an appeal is to be answered, by the scheme's term (K61); None where it names none."""
    term = read_version(appeal.result.run.scheme).process.answer
    if term.days is None:
        return None
    return count_days(timezone.localdate(appeal.asked_at), term, calendar)
