"""Evaluations as somebody may see them; votes only after the count, and then as numbers."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet

from shanxue.activities.models import Attendance
from shanxue.activities.rules import SessionKind
from shanxue.activities.rules.presence import PRESENT
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.models import Bureau, Unit
from shanxue.orgs.queries import Actor, is_leading, match_granted_units, match_led_units, scope_led_units
from shanxue.orgs.rules import UnitKind

from ..models import BallotCode, Evaluation, EvaluationMember, EvaluationRemark, Event
from ..rules.ballots import GRADES, Stage, Tally, count_slips, digest_slips, read_code, suggest_grade
from ..rules.scheme import Scheme
from .results import list_shown

VOTE_KINDS = ("民主测评票", "民主评议票")
OPINION_KIND = "评定意见"
MEETING_KINDS = (SessionKind.MEMBER_REVIEW, SessionKind.LIFE_MEETING, SessionKind.PARTY_MEETING)
HOLDING_KINDS = (UnitKind.BRANCH, UnitKind.GROUP)


def scope_evaluations(actor: Actor) -> QuerySet[Evaluation]:
    """Evaluations of units the actor reads, and those the actor takes part in."""
    own = Q(members__person=actor.person) if actor.reads_own and actor.person else Q(pk__in=[])
    found = Evaluation.objects.filter(match_granted_units(actor, "unit") | own, bureau=actor.bureau)
    return found.select_related("unit", "bureau").distinct()


def find_evaluation(actor: Actor, evaluation_id: int) -> Evaluation:
    """Raises the same refusal for one that does not exist and for one the actor may not see."""
    found = scope_evaluations(actor).filter(pk=evaluation_id).first()
    if found is None:
        raise refuse_missing("这次民主评议")
    return found


def find_led_evaluation(actor: Actor, evaluation_id: int, *, lock: bool = False) -> Evaluation:
    """Find an evaluation of a unit the actor writes for; locked for a write."""
    found = Evaluation.objects.filter(match_led_units(actor, "unit"), bureau=actor.bureau)
    found = found.select_related("unit", "bureau")
    evaluation = (found.select_for_update(of=("self",)) if lock else found).filter(pk=evaluation_id).first()
    if evaluation is None:
        raise refuse_missing("这次民主评议")
    return evaluation


def reads_whole(actor: Actor, evaluation: Evaluation) -> bool:
    """Whether the actor reads the unit itself, not only their own row in it."""
    return any(grant.unit is None or evaluation.unit.path.startswith(grant.unit.path) for grant in actor.reading_grants)


def list_evaluations(actor: Actor) -> list[Evaluation]:
    return list(scope_evaluations(actor).order_by("-year", "unit__code"))


def list_holding_units(actor: Actor, year: int) -> list[Unit]:
    """The units the actor writes for that have no evaluation of the year yet, by code."""
    held = Evaluation.objects.filter(year=year).values("unit")
    return list(scope_led_units(actor).filter(kind__in=HOLDING_KINDS).exclude(pk__in=held).order_by("code"))


def list_members(evaluation: Evaluation) -> list[EvaluationMember]:
    """The evaluation's people in staff-number order, the rater groups one after the other."""
    return list(evaluation.members.select_related("person").order_by("-level", "person__staff_no"))


def find_own_row(actor: Actor, evaluation: Evaluation) -> EvaluationMember | None:
    if actor.person is None or not actor.reads_own:
        return None
    return evaluation.members.select_related("person").filter(person=actor.person).first()


def list_remarks_about(evaluation: Evaluation, person_ids: Iterable[int]) -> list[EvaluationRemark]:
    found = evaluation.remarks.filter(about__in=list(person_ids)).select_related("author", "about")
    return list(found.order_by("about__staff_no", "author__staff_no"))


def map_own_remarks(evaluation: Evaluation, actor: Actor) -> dict[int, str]:
    """What the actor said of whom."""
    return dict(evaluation.remarks.filter(author=actor.person).values_list("about_id", "text"))


def list_present(evaluation: Evaluation) -> set[int]:
    """Who was marked present at the unit's meeting of that day: nobody types it a second time."""
    marks = Attendance.objects.filter(
        session__unit=evaluation.unit, session__on=evaluation.meets_on, session__kind__in=MEETING_KINDS,
        mark__in=PRESENT,
    )  # fmt: skip
    return set(marks.values_list("person_id", flat=True))


def digest_code(code: str) -> str:
    """The form in which a code is kept: a keyed hash, so that the database alone gives no code back."""
    return hmac.new(settings.SECRET_KEY.encode(), f"ballot:{code}".encode(), hashlib.sha256).hexdigest()


def find_code(typed: str) -> BallotCode:
    """Find the ballot a typed code opens. Raises ``no_such_code``, ``code_used`` and ``not_voting``."""
    found = BallotCode.objects.select_related("evaluation__unit").filter(digest=digest_code(read_code(typed))).first()
    if found is None:
        raise Refusal(
            "no_such_code", "没有这个票码，或者这次投票已经结束。请对照票上的字母和数字再输一次。", status=404
        )
    if found.used:
        raise Refusal("code_used", "这张票已经投过。一张票只能投一次。", status=409)
    if found.evaluation.stage != Stage.VOTING:
        raise Refusal("not_voting", "现在不在投票时间。", status=409)
    return found


def list_rated(evaluation: Evaluation) -> list[EvaluationMember]:
    """Whom a ballot asks about: 正式党员. 预备党员 stand on the paper as 不定等次."""
    return [row for row in list_members(evaluation) if row.rated]


@dataclass(frozen=True)
class Turnout:
    """How many ballots were made, taken and, by phone, cast. Never who cast one."""

    due: int
    given: int
    cast: int


def count_turnout(evaluation: Evaluation) -> Turnout:
    members = evaluation.members
    used = evaluation.codes.filter(used=True).count()
    return Turnout(members.count(), members.filter(has_ballot=True).count(), used)


def name_source(evaluation: Evaluation) -> str:
    """The mark on the events an evaluation wrote."""
    return f"evaluation-{evaluation.pk}"


def demand_counted(evaluation: Evaluation) -> None:
    if evaluation.stage not in (Stage.COUNTED, Stage.DECIDED):
        raise Refusal("not_counted", "投票还没有结束，票数在计票以后才能看。", status=409)


def read_tally(evaluation: Evaluation) -> Tally:
    """The published votes, as the events say that schemes count. Raises ``not_counted`` before the count."""
    demand_counted(evaluation)
    rows = Event.objects.filter(source=name_source(evaluation), kind=evaluation.vote_kind)
    tally: Tally = {}
    for level, person, mark, quantity in rows.values_list("level", "person_id", "mark", "quantity_milli"):
        tally.setdefault((level, person), Counter())[mark] = (quantity or 0) // 1000
    return tally


@dataclass(frozen=True)
class Recount:
    """The urn counted again, against what was published."""

    slips: int
    same_tally: bool
    same_digest: bool

    @property
    def agrees(self) -> bool:
        return self.same_tally and self.same_digest


def recount(evaluation: Evaluation) -> Recount | None:
    """Count the urn again from its slips; None where the ballots are paper and lie in an envelope."""
    urn = getattr(evaluation, "urn", None)
    published = read_tally(evaluation)
    if urn is None:
        return None
    counted = count_slips(urn.slips)
    digest = digest_slips(urn.slips)
    return Recount(len(urn.slips), _strip(counted) == _strip(published), digest == evaluation.slips_sha256)


def _strip(tally: Tally) -> dict[tuple[str, int], dict[str, int]]:
    return {key: {grade: count for grade, count in votes.items() if count} for key, votes in tally.items() if +votes}


@dataclass(frozen=True)
class Rated:
    """One rated person with the votes of all rater groups together, and those of each."""

    member: EvaluationMember
    votes: tuple[int, ...]  # in the order of GRADES
    groups: tuple[tuple[str, tuple[int, ...]], ...]
    suggested: str


def list_standings(evaluation: Evaluation) -> list[Rated]:
    """The rated people with their votes, by staff number: no ranks."""
    tally = read_tally(evaluation)
    levels = sorted({level for level, _person in tally}, reverse=True)
    standings = []
    for member in list_rated(evaluation):
        groups = [(level, tally.get((level, member.person_id), Counter())) for level in levels]
        whole = sum((votes for _level, votes in groups), Counter())
        shown = tuple((level, tuple(votes[grade] for grade in GRADES)) for level, votes in groups)
        standings.append(Rated(member, tuple(whole[grade] for grade in GRADES), shown, suggest_grade(whole)))
    return standings


def list_imported_votes(evaluation: Evaluation) -> dict[tuple[str, int], dict[str, Event]]:
    """Votes of the year that a spreadsheet already brought for these people: (rater group, person) → grade → event."""
    found: dict[tuple[str, int], dict[str, Event]] = {}
    for level, row in _place_imported(evaluation):
        if row.person_id is not None:
            found.setdefault((level, row.person_id), {}).setdefault(row.mark, row)
    return found


def demand_clear_votes(evaluation: Evaluation) -> None:
    """Refuse a count beside imported votes that cannot be compared with it: they would count twice.

    Raises ``votes_without_group`` and ``votes_repeated``.
    """
    seen = set()
    for level, row in _place_imported(evaluation):
        name = row.person.name if row.person else ""
        if not level:
            raise Refusal(
                "votes_without_group",
                f"{name}的测评票已从表格导入，没有写测评主体，分不清是哪一组的票。"
                "请撤销那个批次，补上测评主体再导入，然后计票。",
            )
        key = (level, row.person_id, row.mark)
        if key in seen:
            raise Refusal(
                "votes_repeated",
                f"{name}的{level}测评票从表格导入了不止一次（{row.mark}）。请撤销多余的批次，只留一份，再计票。",
            )
        seen.add(key)


def _place_imported(evaluation: Evaluation) -> list[tuple[str, Event]]:
    """Imported votes with their rater group. Votes that name none are of the only group; "" where there are several."""
    people = evaluation.members.filter(rated=True).values("person")
    last = max(date(evaluation.year, 12, 31), evaluation.meets_on)
    of_year = Q(on=None) | Q(on__gte=date(evaluation.year, 1, 1), on__lte=last)
    rows = Event.objects.filter(of_year, person__in=people, kind__in=VOTE_KINDS, mark__in=GRADES, source="")
    levels = set(evaluation.members.filter(has_ballot=True).values_list("level", flat=True))
    only = levels.pop() if len(levels) == 1 else ""
    return [(row.level or only, row) for row in rows.select_related("person").order_by("pk")]


def list_counted_votes(bureau_code: str) -> dict[int, list[tuple[Evaluation, str, str, int]]]:
    """Votes that ballots counted, by person: the evaluation, rater group, grade and votes."""
    counted = Evaluation.objects.filter(bureau__code=bureau_code, counted_at__isnull=False).select_related("unit")
    sources = {name_source(one): one for one in counted}
    rows = Event.objects.filter(bureau__code=bureau_code, kind__in=VOTE_KINDS, source__in=sources).order_by("pk")
    found: dict[int, list[tuple[Evaluation, str, str, int]]] = {}
    for person, source, level, mark, milli in rows.values_list("person", "source", "level", "mark", "quantity_milli"):
        found.setdefault(person, []).append((sources[source], level, mark, (milli or 0) // 1000))
    return found


def find_vote_kind(bureau: Bureau) -> str:
    """The kind of votes the bureau's schemes count, so that no second entry is needed; 民主测评票 where none does."""
    named = {kind for shown in list_shown(bureau) for kind in _list_kinds(shown.scheme)}
    return next((kind for kind in VOTE_KINDS if kind in named), VOTE_KINDS[0])


def _list_kinds(scheme: Scheme) -> set[str]:
    counts = [count for item in scheme.items for count in (item.count, item.out_of)]
    conditions = [one for count in counts for one in getattr(count, "where", ()) if one.column == "kind"]
    return {str(value) for one in conditions if isinstance(one.value, tuple) for value in one.value}


def may_decide(actor: Actor, evaluation: Evaluation, member: EvaluationMember) -> bool:
    """Whoever writes for the unit decides, never on themselves."""
    own = actor.person is not None and actor.person.pk == member.person_id
    return is_leading(actor, evaluation.unit) and not own


def list_open_for(person_id: int, on: date) -> list[EvaluationMember]:
    """A person's rows in evaluations that still ask something, or gave an opinion not yet read."""
    rows = EvaluationMember.objects.filter(person=person_id, evaluation__year__gte=on.year - 1)
    rows = rows.exclude(evaluation__stage=Stage.COUNTED).select_related("evaluation__unit")
    return list(rows.order_by("evaluation__meets_on", "pk"))
