"""What the rules expect of a person and of a unit, as rows; and a unit's obligations as lights (ux M1, S1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.base.days import name_day
from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor
from shanxue.plans.rules.settling import Settled

from .models import Finding, Inspection, Instruction, Rectification, RectificationReport, Reminder
from .queries.duties import list_open_reminders, list_shown
from .queries.inspecting import (
    list_asked_actions,
    list_own_checks,
    list_passed_reports,
    list_unanswered_findings,
    list_waiting_reports,
)
from .queries.instructions import list_kept_instructions, list_open_instructions
from .rules.inspecting import ActionState, InspectionState

KIND, EXPLAINING, RECTIFYING, RECHECKING, CHECKING = "任务", "说明", "整改", "复核", "自查"
NEAR_DAYS = 7


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """List what the rules ask of a person now: what is near, late or was reminded of."""
    return _list_due(person, now)


def list_for_unit(unit: Unit, now: datetime) -> list[Due]:
    """List what the rules ask of a unit now, a row per duty; what inspections ask of it; what a leader wrote to it."""
    return _list_due(unit, now) + list_inspected(unit, now) + list_instructed(unit, now)


def list_inspected(unit: Unit, now: datetime) -> list[Due]:
    """List what inspections ask of a unit: to put right, to look at again what it passed down, to check itself."""
    today = timezone.localdate(now)
    asked = [_show_action(one, today) for one in list_asked_actions(unit)]
    asked += [_show_unanswered(one) for one in list_unanswered_findings(unit)]
    asked += [_show_recheck(one) for one in list_passed_reports(unit)]
    asked += [_show_self_check(one, today) for one in list_own_checks(unit)]
    return asked


def list_instructed(unit: Unit, now: datetime) -> list[Due]:
    """List a leader's open instructions to a unit: they wait for 已阅 and 已办."""
    return [_show_instruction(one, now) for one in list_open_instructions(unit)]


def list_for_office(actor: Actor, now: datetime) -> list[Due]:
    """List a leader's open instructions to the units that the actor keeps the office of. One query."""
    return [_show_instruction(one, now, of_unit=True) for one in list_kept_instructions(actor)]


def _show_instruction(one: Instruction, now: datetime, *, of_unit: bool = False) -> Due:
    on = timezone.localdate(one.at)
    words = {"state": one.state, "day": name_day(on, timezone.localdate(now))}
    return Due(
        key=f"instruction-{one.pk}",
        kind="批示",
        title=f"{one.unit.name}：{one.text}" if of_unit else _("批示：%(text)s") % {"text": one.text},
        href=reverse("supervision:instruction", args=[one.pk]),
        light=Light.NEAR,
        state=_("%(state)s · %(day)s批示") % words,
    )


def list_for_checkers(actor: Actor) -> list[Due]:
    """List what waits for this actor to look at it again (待复核), the longest waiting first."""
    return [_show_recheck(one) for one in list_waiting_reports(actor)]


def _show_action(action: Rectification, today: date) -> Due:
    late = (today - action.due_on).days
    light, state = Light.NEAR, _("按期整改后报告")
    if action.state == ActionState.RETURNED:
        state = _("复核退回，请再改")
    if late > 0:
        light, state = Light.LATE, _("已逾期 %(days)d 天") % {"days": late}
    elif late < -NEAR_DAYS:
        light = Light.FINE
    return Due(
        key=f"rectify-{action.pk}", kind=RECTIFYING, title=_("整改：%(text)s") % {"text": action.text},
        href=reverse("supervision:finding", args=[action.finding_id]), light=light, state=state, on=action.due_on,
    )  # fmt: skip


def _show_unanswered(finding: Finding) -> Due:
    return Due(
        key=f"finding-{finding.pk}", kind=RECTIFYING, title=_("写整改措施：%(text)s") % {"text": finding.sentence},
        href=reverse("supervision:finding", args=[finding.pk]), light=Light.NEAR, state=_("还没有写整改措施"),
    )  # fmt: skip


def _show_recheck(report: RectificationReport) -> Due:
    words = {"unit": report.action.unit.name, "text": report.action.text}
    return Due(
        key=f"recheck-{report.pk}", kind=RECHECKING, title=_("复核：%(unit)s，%(text)s") % words,
        href=reverse("supervision:finding", args=[report.action.finding_id]), light=Light.NEAR,
        state=_("%(who)s已报告，等着复核") % {"who": report.user},
    )  # fmt: skip


def _show_self_check(check: Inspection, today: date) -> Due:
    late = check.visit_on < today
    return Due(
        key=f"check-{check.pk}", kind=CHECKING, title=check.title,
        href=reverse("supervision:inspection", args=[check.pk]), light=Light.LATE if late else Light.NEAR,
        state=_("自查还没有开始") if check.state == InspectionState.PLANNED else _("自查还没有结束"), on=check.visit_on,
    )  # fmt: skip


def _list_due(subject: Unit | Person, now: datetime) -> list[Due]:
    today = timezone.localdate(now)
    shown = [one for one in list_shown(subject, today) if one.asks]
    reminders = list_open_reminders(subject)
    questions = sorted((one for one in reminders.values() if one.answer_until_on), key=lambda one: one.pk)
    asked = [_show_question(one, today) for one in questions]
    return asked + [_show(one, reminders.get(one.duty.key)) for one in shown]


def _show_question(question: Reminder, today: date) -> Due:
    until_on = question.answer_until_on
    assert until_on is not None
    late = (today - until_on).days
    words = {"who": question.actor, "days": late}
    state = _("%(who)s要求说明，已过 %(days)d 天") % words if late > 0 else _("%(who)s要求说明") % words
    return Due(
        key=f"question-{question.pk}", kind=EXPLAINING, title=question.text,
        href=reverse("supervision:answer", args=[question.pk]), light=Light.LATE if late > 0 else Light.NEAR,
        state=state, on=until_on,
    )  # fmt: skip


def _show(settled: Settled, reminder: Reminder | None) -> Due:
    state = settled.sentence
    if reminder is not None and reminder.answer_until_on is None:
        state = _("%(state)s · %(who)s已提醒，请回复") % {"state": state, "who": reminder.actor}
    return Due(
        key=f"duty-{settled.duty.key}",
        kind=KIND,
        title=_name(settled),
        href=reverse("supervision:duty", args=[settled.duty.key]),
        light=settled.light,
        state=state,
        on=settled.last_on,
    )


def _name(settled: Settled) -> str:
    slot = settled.duty.slot
    return f"{slot.rule.obligation.title}（{slot.label}）"


def list_lights(unit: Unit, today: date) -> list[Due]:
    """List every obligation of a unit with its light and its next last day, the most pressing first (S1)."""
    return show_lights(list_shown(unit, today))


def show_lights(shown: Iterable[Settled]) -> list[Due]:
    return [_show(one, None) for one in shown]
