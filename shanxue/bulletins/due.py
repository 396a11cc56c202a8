"""What documents ask of people: a signature of whoever may sign, an answer of a unit that was named."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.accounts.models import User
from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor, find_actor

from .models import OfficialDocument
from .queries.documents import is_late, list_to_answer, list_waiting_signature

KIND = "公文"
NEAR_DAYS = 2


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """List what waits for this person's signature; nothing for whoever may not sign."""
    account = person.account
    return list_for_account(account, now) if account is not None else []


def list_for_account(account: User, now: datetime) -> list[Due]:
    """The same for an account without a person, as leaders mostly have."""
    return list_for_actor(find_actor(account, timezone.localdate(now)), now)


def list_for_actor(actor: Actor, now: datetime) -> list[Due]:
    """One row per document, with how long it has waited; no row names anybody."""
    today = timezone.localdate(now)
    return [
        Due(
            key=f"sign-{one.pk}", kind=KIND, title=_("签发《%(title)s》") % {"title": one.title},
            href=reverse("bulletins:sign", args=[one.pk]), light=Light.NEAR, state=_say_waiting(one, today),
        )
        for one in list_waiting_signature(actor)
    ]  # fmt: skip


def _say_waiting(document: OfficialDocument, today: date) -> str:
    assert document.submitted_at is not None
    days = (today - timezone.localdate(document.submitted_at)).days
    return _("送签 %(days)d 天，等你签发") % {"days": days} if days else _("今天送签，等你签发")


def list_for_unit(unit: Unit, now: datetime) -> list[Due]:
    """List the documents that name this unit and that it has not answered, while there is time to."""
    today = timezone.localdate(now)
    found = []
    for named in list_to_answer(unit):
        if is_late(named, today) or named.answer_until_on is None:
            continue
        left = (named.answer_until_on - today).days
        title = _("对《%(title)s》的说明") % {"title": named.document.title}
        found.append(
            Due(
                key=f"bulletin-{named.pk}", kind=KIND, title=title,
                href=reverse("bulletins:answer", args=[named.pk]),
                light=Light.NEAR if left <= NEAR_DAYS else Light.FINE,
                state=_("可以说明，还有 %(left)d 天") % {"left": left}, on=named.answer_until_on,
            )
        )  # fmt: skip
    return found
