"""Writing the rule book, the working-day calendar, and what is said of a duty."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Bureau, Person, Unit

from ..models import DayOverride, DutyRemark, Institution, InstitutionVersion
from ..rules import RemarkKind
from ..rules.calendar import write_day
from ..rules.institution_loading import load_institution


@transaction.atomic
def adopt_institution(
    bureau: Bureau, *, text: str, from_on: date, reason: str, actor: str, at: datetime
) -> InstitutionVersion:
    """Take an institution into the rule book with its first version, which may have begun before today."""
    loaded = load_institution(text, "制度").institution
    if Institution.objects.filter(bureau=bureau, code=loaded.code).exists():
        raise Refusal("institution_exists", f"制度汇编里已经有“{loaded.title}”。要改内容，请打开它再发布新版。")
    institution = Institution.objects.create(bureau=bureau, code=loaded.code, title=loaded.title)
    return _write_version(institution, text, from_on, reason, actor, at, "plans.adopt_institution")


@transaction.atomic
def issue_version(
    institution: Institution, *, text: str, from_on: date, reason: str, actor: str, at: datetime, today: date
) -> InstitutionVersion:
    """Issue a new version from today or a later day on; periods that have begun keep the version they began with."""
    loaded = load_institution(text, institution.title)
    last = institution.versions.order_by("-from_on").first()
    assert last is not None
    if institution.ended_on is not None:
        ended = write_day(institution.ended_on)
        raise Refusal("institution_ended", f"“{institution.title}”已定于{ended}废止，不能再发布新版。")
    if loaded.institution.code != institution.code:
        code = loaded.institution.code
        raise Refusal("other_institution", f"文本里的代号是 {code}，这项制度是 {institution.code}。请改回来。")
    if loaded.sha256 == last.sha256:
        raise Refusal("same_version", "和现行的一版相同，没有改动，不用发布。")
    if from_on < today:
        raise Refusal(
            "version_in_the_past",
            f"新版不能从{write_day(from_on)}起执行：已经过去的日子仍按原来的规定。请填今天或以后的日期。",
        )
    if from_on <= last.from_on:
        raise Refusal("version_before_last", f"上一版自{write_day(last.from_on)}起执行，新版要晚于这一天。")
    if institution.title != loaded.institution.title:
        institution.title = loaded.institution.title
        institution.save(update_fields=["title"])
    return _write_version(institution, text, from_on, reason, actor, at, "plans.issue_version")


def _write_version(
    institution: Institution, text: str, from_on: date, reason: str, actor: str, at: datetime, verb: str
) -> InstitutionVersion:
    digest = load_institution(text, institution.title).sha256
    version = InstitutionVersion.objects.create(
        institution=institution, from_on=from_on, text=text, sha256=digest, reason=reason, at=at, actor=actor
    )
    record_entry(
        chain=institution.bureau.code, actor=actor, at=at, verb=verb, subject=institution.code,
        detail={"from_on": from_on.isoformat(), "sha256": digest, "reason": reason},
    )  # fmt: skip
    return version


@transaction.atomic
def repeal_institution(
    institution: Institution, *, on: date, reason: str, actor: str, at: datetime, today: date
) -> None:
    """Let an institution end: from this day on it asks nothing; what was due before stays."""
    if institution.ended_on is not None and institution.ended_on <= today:
        raise Refusal("institution_ended", f"“{institution.title}”已在{write_day(institution.ended_on)}废止。")
    if on < today:
        raise Refusal("repeal_in_the_past", "废止日期不能早于今天：以前的任务仍然算数。请填今天或以后的日期。")
    institution.ended_on = on
    institution.save(update_fields=["ended_on"])
    record_entry(
        chain=institution.bureau.code, actor=actor, at=at, verb="plans.repeal_institution", subject=institution.code,
        detail={"on": on.isoformat(), "reason": reason},
    )  # fmt: skip


@transaction.atomic
def enter_day(bureau: Bureau, *, on: date, is_workday: bool, source: str, actor: str, at: datetime) -> DayOverride:
    """Enter a day off or a working day, as a notice says; entered again, the later entry holds."""
    day, _made = DayOverride.objects.update_or_create(
        bureau=bureau, on=on, defaults={"is_workday": is_workday, "source": source}
    )
    record_entry(
        chain=bureau.code, actor=actor, at=at, verb="plans.enter_day", subject=on.isoformat(),
        detail={"is_workday": is_workday, "source": source},
    )  # fmt: skip
    return day


@transaction.atomic
def remove_day(day: DayOverride, *, actor: str, at: datetime) -> None:
    record_entry(
        chain=day.bureau.code, actor=actor, at=at, verb="plans.remove_day", subject=day.on.isoformat(),
        detail={"is_workday": day.is_workday, "source": day.source},
    )  # fmt: skip
    day.delete()


@transaction.atomic
def remark_duty(
    bureau: Bureau, *, duty: str, unit: Unit | None, person: Person | None, kind: RemarkKind, text: str,
    until_on: date | None, actor: str, at: datetime,
) -> DutyRemark:  # fmt: skip
    """Write down what is said of a duty. Rows are never changed; the rule stays as it is."""
    remark = DutyRemark.objects.create(
        bureau=bureau, duty=duty, unit=unit, person=person, kind=kind, text=text, until_on=until_on, at=at, actor=actor
    )
    record_entry(
        chain=bureau.code, actor=actor, at=at, verb="plans.remark_duty", subject=duty,
        detail={"kind": str(kind), "text": text, "until_on": until_on.isoformat() if until_on else None},
    )  # fmt: skip
    return remark
