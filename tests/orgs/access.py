"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from shanxue.orgs.models import Correction, ExemptionRequest, Grant, Stint, Transfer
from tests.house import AT, House
from tests.roles import HAS_OWN, LEADING, READERS

OFFICE: set[str | None] = {"office"}
ADMINISTRATORS: set[str | None] = {"system", "security", "auditor"}

OPEN_TO: dict[str, set[str | None]] = {
    "orgs:roster": READERS,
    "orgs:add": OFFICE,
    "orgs:person": {"member", *READERS},  # 张三; sent to the own page
    "orgs:deed": OFFICE,
    "orgs:account": set(),
    "orgs:grant": set(),
    "orgs:grant_end": set(),
    "orgs:transfers": LEADING,
    "orgs:receive": set(),
    "orgs:withdraw": set(),
    "orgs:mine": HAS_OWN,
    "orgs:correct": HAS_OWN,
    "orgs:export": HAS_OWN,
    "orgs:corrections": OFFICE,
    "orgs:correction": set(),
    "orgs:request": set(),
    "grants:accounts": ADMINISTRATORS,
    "grants:new_account": {"system"},
    "grants:trail": {"auditor"},
    "grants:account": ADMINISTRATORS,
    "grants:give": set(),
    "grants:end": set(),
    "grants:password": set(),
    "grants:switch": set(),
}
NAMES_ACCOUNTS = {"grants:accounts", "grants:account"}
POST_ONLY = {
    "orgs:account", "orgs:grant", "orgs:grant_end", "orgs:receive", "orgs:withdraw", "orgs:correction", "orgs:request",
    "grants:give", "grants:end", "grants:password", "grants:switch",
}  # fmt: skip


def make(house: House) -> dict[str, list[object]]:
    person, unit = house.people["张三"], house.units["第二支部"]
    stint = Stint.objects.get(person=person, unit=house.units["第一支部"])
    transfer = Transfer.objects.create(person=person, stint=stint, to_unit=unit, on="2026-01-01", asked_at=AT)
    correction = Correction.objects.create(person=person, what="姓名", held="张三", wanted="张珊", asked_at=AT)
    request = ExemptionRequest.objects.create(
        person=person, category="年老体弱", from_on="2026-01-01", asked_at=AT, asked_by="李四"
    )
    grant = Grant.objects.get(user=house.users["member"])
    account = house.users["member"].pk
    return {
        **{f"grants:{name}": [account] for name in ("account", "give", "password", "switch")},
        "grants:end": [account, grant.pk],
        "orgs:person": [person.pk],
        "orgs:deed": [person.pk, "transfer"],
        "orgs:account": [person.pk],
        "orgs:grant": [person.pk, unit.pk],
        "orgs:grant_end": [person.pk, grant.pk],
        "orgs:receive": [transfer.pk],
        "orgs:withdraw": [transfer.pk],
        "orgs:export": ["xlsx"],
        "orgs:correction": [correction.pk],
        "orgs:request": [request.pk],
    }
