"""The example bureau as a lived-in product: its year imported and assessed, someone to sign in as for every role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from shanxue.accounts.actions import create_account
from shanxue.accounts.models import User
from shanxue.assess_folder import Progress, assess_folder
from shanxue.assessment.models import Result
from shanxue.assessment.rules.report import YearReport
from shanxue.orgs.actions import grant_power, link_account
from shanxue.orgs.actions.administering import FIRST_ACCOUNTS
from shanxue.orgs.models import Bureau, Grant, Person, Stint, Unit
from shanxue.orgs.queries import find_actor
from shanxue.orgs.rules import Role

from .proceedings import BEGUN, open_this_year, settle_last_year
from .year import assess_so_far, load_desks, load_year

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "chengguan-2025"
PASSWORD = "shanxue-demo"
KEYS = ("member", "secretary", "office", "leader")
CODE = "default"
ACTOR = "示例"


@dataclass(frozen=True)
class DemoAccount:
    role: str
    username: str
    password: str
    name: str


def load_demo(
    folder: Path, out: Path, *, at: datetime, progress: Progress
) -> tuple[YearReport, int, list[DemoAccount]]:
    """Import and assess the example year in the current, empty database; make one account for every role.

    Returns the report, how many notices the import left, and the accounts.
    """
    report, imported = assess_folder(folder, out, bureau_code=CODE, actor=ACTOR, at=min(at, BEGUN), progress=progress)
    bureau = Bureau.objects.get(code=CODE)
    secretary = (
        Stint.objects.filter(unit__bureau=bureau, role=Role.SECRETARY, unit__line="党组织")
        .select_related("person", "unit")
        .order_by("unit__code", "person__staff_no")
        .first()
    )
    assert secretary is not None
    member = _pick_member(bureau, secretary.unit)
    accounts = [
        _open_personal(member, "党员", Grant.Power.MEMBER, None, at),
        _open_personal(secretary.person, "支部书记", Grant.Power.SECRETARY, secretary.unit, at),
    ]
    for username, name, power in (
        ("office", "学习办公室", Grant.Power.OFFICE),
        ("leader", "局领导", Grant.Power.LEADER),
        ("inspector", "检查人员", Grant.Power.INSPECTOR),
        *FIRST_ACCOUNTS,
    ):
        user = create_account(username=username, password=PASSWORD, display_name=name, actor=ACTOR, at=at)
        grant_power(user, bureau=bureau, power=power, unit=None, from_on=at.date(), actor=ACTOR, at=at)
        accounts.append(DemoAccount(name, username, PASSWORD, bureau.name))
    branches = load_year(bureau, at=at, progress=progress)
    users = {key: User.objects.get(username=account.username) for key, account in zip(KEYS, accounts, strict=False)}
    actors = {key: find_actor(users[key], timezone.localdate(at)) for key in ("office", "secretary")}
    if at > BEGUN:
        settle_last_year(bureau, actors["office"], actors["secretary"], secretary.unit)
    load_desks(bureau, branches, users, at=at)
    assess_so_far(bureau, folder, actor=ACTOR, at=at)
    if at > BEGUN:
        open_this_year(bureau, actors["office"], at)
    return report, len(imported.notices), accounts


def _pick_member(bureau: Bureau, branch: Unit) -> Person:
    """Pick the secretary's branch member who stands closest below 优秀: their page has the most to show."""
    result = (
        Result.objects.filter(run__bureau=bureau, person__isnull=False, home=branch, grade="良好")
        .select_related("person")
        .order_by("-total_points", "person__staff_no")
        .first()
    )
    person = result.person if result else Person.objects.filter(bureau=bureau, stints__unit=branch).first()
    assert person is not None
    return person


def _open_personal(person: Person, role: str, power: Grant.Power, unit: Unit | None, at: datetime) -> DemoAccount:
    user = create_account(username=person.staff_no, password=PASSWORD, display_name=person.name, actor=ACTOR, at=at)
    link_account(person, user, actor=ACTOR, at=at)
    grant_power(user, bureau=person.bureau, power=power, unit=unit, from_on=at.date(), actor=ACTOR, at=at)
    return DemoAccount(role, person.staff_no, PASSWORD, person.name)
