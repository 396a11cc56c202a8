"""What the roster expects: transfers to receive, requests to answer, and answers to read."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from shanxue.base.lights import Due, Light

from .models import Correction, ExemptionRequest, Person, Unit
from .queries import list_waiting_transfers
from .rules import CorrectionState, Line, RequestState

READ_DAYS = 14  # how long an answer stays among what is new


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """Answers of the last two weeks to one's own requests for correction: one query."""
    since = now - timedelta(days=READ_DAYS)
    answered = person.corrections.filter(decided_at__gt=since).exclude(state=CorrectionState.ASKED).order_by("pk")
    return [
        Due(
            key=f"correction-{one.pk}", kind="更正", title=f"“{one.what}”的更正申请已答复",
            href=reverse("orgs:mine"), light=Light.FINE, state=f"{one.state}：{one.decision}",
        )
        for one in answered
    ]  # fmt: skip


def list_for_unit(unit: Unit, now: datetime) -> list[Due]:
    """Transfers waiting out of or into the unit; at the root of the party line also requests to the office."""
    today = timezone.localdate(now)
    rows = []
    for transfer in list_waiting_transfers(unit):
        receives = transfer.to_unit.path.startswith(unit.path)
        waited = (today - transfer.on).days
        if receives:
            light, state = (Light.NEAR, f"从{transfer.stint.unit.name}转来，等你确认接收")
        else:
            light, state = (Light.FINE, f"转往{transfer.to_unit.name}，接收以前仍由本支部负责")
        if waited > MONTH_DAYS:
            light, state = Light.LATE, f"{state}，已等 {waited} 天"
        rows.append(
            Due(
                key=f"transfer-{transfer.pk}", kind="转接", title=f"{transfer.person.name}的组织关系转接",
                href=reverse("orgs:transfers"), light=light, state=state,
            )
        )  # fmt: skip
    return rows + (_list_requests(unit) if unit.parent_id is None and unit.line == Line.PARTY else [])


MONTH_DAYS = 30  # R03: a transfer is received within a month


def _list_requests(root: Unit) -> list[Due]:
    """What waits for the office: corrections and exemptions, one row each."""
    whose = Q(person__bureau=root.bureau_id)
    corrections = Correction.objects.filter(whose, state=CorrectionState.ASKED).select_related("person")
    requests = ExemptionRequest.objects.filter(whose, state=RequestState.ASKED).select_related("person")
    href = reverse("orgs:corrections")
    return [
        Due(f"correction-{one.pk}", "更正", f"{one.person.name}申请更正“{one.what}”", href, Light.NEAR, "等答复")
        for one in corrections.order_by("asked_at")
    ] + [
        Due(f"exemption-{one.pk}", "免考核", f"{one.person.name}的免考核申请", href, Light.NEAR, "等审批")
        for one in requests.order_by("asked_at")
    ]
