"""三员分立 (DESIGN §8): one makes accounts, one grants, one looks; nobody grants to themself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shanxue.accounts.models import User
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.orgs.commands import open_admins
from shanxue.orgs.models import Bureau, Grant
from shanxue.orgs.queries import find_actor
from tests.house import House, add_user

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]


def today() -> date:
    return timezone.localdate()


def ask(client: Client, house: House, key: str, **form: object) -> str:
    """Give a power to one of the house's accounts; what the page then says."""
    values = {"power": "leader", "unit": "", "from_on": today().isoformat(), "until_on": "", **form}
    answer = client.post(reverse("grants:give", args=[house.users[key].pk]), values, follow=True)
    return str(answer.content.decode())


def test_security_administrator_gives_a_power_with_its_dates(house: House, visit: Visit) -> None:
    """role × power × unit × dates, and the trail says who gave it."""
    fresh = User.objects.create(username="2001", display_name="钱一")
    house.users["fresh"] = fresh
    until, unit = today() + timedelta(days=30), house.units["第一支部"]
    page = ask(visit("security"), house, "fresh", power="secretary", unit=unit.pk, until_on=until.isoformat())
    assert "已授权：支部书记。" in page
    grant = Grant.objects.get(user=fresh)
    assert (grant.power, grant.unit, grant.from_on, grant.until_on) == ("secretary", unit, today(), until)
    entry = Entry.objects.get(verb="orgs.grant_power")
    assert (entry.actor, entry.subject, entry.detail["until_on"]) == ("u-security", "2001", until.isoformat())
    assert find_actor(fresh, until).leads is False
    assert find_actor(fresh, until - timedelta(days=1)).leads is True


@pytest.mark.parametrize(
    ("key", "form", "sentence"),
    [
        ("security", {}, "不能给自己授权，请另一位安全管理员办理。"),
        ("office", {"power": "auditor"}, "三员权限彼此分开，也不查看考核结果。请另开账号。"),
        ("system", {"power": "security"}, "三员权限彼此分开"),
        ("office", {"power": "office"}, "“u-office”已有这项授权（2025年1月1日起），不用再给。"),
        ("leader", {"power": "secretary"}, "支部书记的授权要写明是哪个单位。"),
        ("office", {"from_on": "2020-01-01"}, "授权从今天或者以后的日子起，不能倒填。"),
        ("office", {"until_on": date(2020, 1, 1).isoformat()}, "结束的日子要晚于开始的日子。"),
        ("office", {"power": "king"}, "king"),
    ],
)
def test_what_may_not_be_granted_is_said(
    house: House, visit: Visit, key: str, form: dict[str, object], sentence: str
) -> None:
    """Powers that exclude each other, oneself, the past, what stands already: each in its sentence."""
    before = Grant.objects.count()
    assert sentence in ask(visit("security"), house, key, **form)
    assert (Grant.objects.count(), Entry.objects.count()) == (before, 0)


def test_administrators_power_is_of_the_whole_bureau(house: House, visit: Visit) -> None:
    fresh = house.users["fresh"] = User.objects.create(username="2001")
    page = ask(visit("security"), house, "fresh", power="auditor", unit=house.units["第一支部"].pk)
    assert "审计管理员的权限不分单位，请选“全局”。" in page
    assert not Grant.objects.filter(user=fresh).exists()


def test_closed_account_is_granted_nothing(house: House, visit: Visit) -> None:
    User.objects.filter(username="u-leader").update(is_active=False)
    assert "账号“u-leader”已停用，不能授权。" in ask(visit("security"), house, "leader", power="inspector")


def test_grant_is_ended_from_a_day_on(house: House, visit: Visit) -> None:
    client, user = visit("security"), house.users["office"]
    grant = user.grants.get()
    place = reverse("grants:end", args=[user.pk, grant.pk])
    past = client.post(place, {f"g{grant.pk}-until_on": "2025-06-01"})
    assert (past.status_code, "授权从今天或者以后的日子起结束，不能倒填。" in past.content.decode()) == (400, True)
    day = today()
    page = client.post(place, {f"g{grant.pk}-until_on": day.isoformat()}, follow=True).content.decode()
    assert f"这项授权到{day.month}月{day.day}日结束。" in page
    assert find_actor(user, day).grants == ()
    again = client.post(place, {f"g{grant.pk}-until_on": day.isoformat()})
    assert (again.status_code, "这项授权已经结束。" in again.content.decode()) == (409, True)
    assert Entry.objects.filter(verb="orgs.end_grant").count() == 1


def test_own_grant_is_ended_by_somebody_else(house: House, visit: Visit) -> None:
    """So that a bureau never loses its last security administrator by a slip."""
    user = house.users["security"]
    grant = user.grants.get()
    answer = visit("security").post(
        reverse("grants:end", args=[user.pk, grant.pk]), {f"g{grant.pk}-until_on": today().isoformat()}
    )
    assert "不能结束自己的授权，请另一位安全管理员办理。" in answer.content.decode()
    assert user.grants.get().until_on is None


def test_system_administrator_makes_an_account_that_may_nothing(house: House, visit: Visit) -> None:
    """A one-time password, shown once; the account sees nothing until somebody else grants."""
    client = visit("system")
    answer = client.post(reverse("grants:new_account"), {"username": "2001", "display_name": "钱一"})
    password = answer.context["password"]
    assert (answer.headers["Cache-Control"], password in answer.content.decode()) == ("no-store", True)
    user = User.objects.get(username="2001")
    assert (user.must_change_password, user.check_password(password), find_actor(user, today()).grants) == (
        True, True, (),
    )  # fmt: skip
    assert password not in client.get(reverse("grants:account", args=[user.pk])).content.decode()
    twice = client.post(reverse("grants:new_account"), {"username": "2001", "display_name": "别人"})
    assert (twice.status_code, "工号“2001”已经有账号。" in twice.content.decode()) == (400, True)
    odd = client.post(reverse("grants:new_account"), {"username": "钱 一", "display_name": "钱一"})
    assert "登录名只能用字母、数字、点、横线和下划线。" in odd.content.decode()


def test_account_is_closed_and_opened_again(house: House, visit: Visit) -> None:
    """Open sessions end at once; a repeated click leaves one entry."""
    system, leader, user = visit("system"), visit("leader"), house.users["leader"]
    assert leader.get(reverse("home:more")).status_code == 200
    place = reverse("grants:switch", args=[user.pk])
    for _click in range(2):
        page = system.post(place, {"act": "close"}, follow=True).content.decode()
        assert "账号已停用，不能再登录；已有的登录已经退出，记录都保留。" in page
    assert leader.get(reverse("home:more")).status_code == 302
    assert "账号已恢复使用，口令不变。" in system.post(place, {"act": "open"}, follow=True).content.decode()
    assert visit("leader").get(reverse("home:more")).status_code == 200
    assert [entry.verb for entry in Entry.objects.order_by("pk")] == ["accounts.close", "accounts.reopen"]
    own = system.post(reverse("grants:switch", args=[house.users["system"].pk]), {"act": "close"})
    assert "不能停用自己的账号，请另一位系统管理员办理。" in own.content.decode()


def test_new_password_ends_the_sessions(house: House, visit: Visit) -> None:
    system, leader, user = visit("system"), visit("leader"), house.users["leader"]
    password = system.post(reverse("grants:password", args=[user.pk])).context["password"]
    assert User.objects.get(pk=user.pk).check_password(password)
    assert leader.get(reverse("home:more")).status_code == 302


@pytest.mark.parametrize("key", ["system", "auditor", "office", "leader", "member", "secretary", "inspector"])
def test_nobody_but_the_security_administrator_grants(house: House, visit: Visit, key: str) -> None:
    """三员分立: every role against the deeds of another."""
    target, grant = house.users["member"], house.users["member"].grants.get()
    client = visit(key)
    client.post(reverse("grants:give", args=[target.pk]), {"power": "office", "from_on": today().isoformat()})
    client.post(reverse("grants:end", args=[target.pk, grant.pk]), {f"g{grant.pk}-until_on": today().isoformat()})
    assert list(target.grants.values_list("power", "until_on")) == [("member", None)]


@pytest.mark.parametrize("key", ["security", "auditor", "office", "leader", "member", "secretary", "inspector"])
def test_nobody_but_the_system_administrator_makes_or_closes_accounts(house: House, visit: Visit, key: str) -> None:
    client, user = visit(key), house.users["member"]
    before = user.password
    assert client.post(reverse("grants:new_account"), {"username": "x", "display_name": "x"}).status_code == 403
    client.post(reverse("grants:password", args=[user.pk]))
    client.post(reverse("grants:switch", args=[user.pk]), {"act": "close"})
    user.refresh_from_db()
    assert (user.is_active, user.password, User.objects.filter(username="x").exists()) == (True, before, False)


def test_two_powers_by_mistake_administer_nothing(house: House, visit: Visit) -> None:
    """The three powers are disjoint even where the table is not."""
    Grant.objects.create(user=house.users["system"], bureau=house.bureau, power="security", from_on=date(2025, 1, 1))
    client = visit("system")
    assert client.get(reverse("grants:accounts")).status_code == 403
    assert client.get(reverse("grants:new_account")).status_code == 403
    assert "已授权" not in ask(client, house, "leader", power="inspector")


def test_another_bureaus_accounts_are_not_there(house: House, visit: Visit) -> None:
    other = Bureau.objects.create(code="other", name="别的局")
    foreign = User.objects.create(username="9001")
    Grant.objects.create(user=foreign, bureau=other, power="office", from_on=date(2025, 1, 1))
    for key in ("system", "security", "auditor"):
        assert visit(key).get(reverse("grants:account", args=[foreign.pk])).status_code == 404
        assert "9001" not in visit(key).get(reverse("grants:accounts")).content.decode()


def test_audit_administrator_reads_what_was_done(house: House, visit: Visit) -> None:
    """Everything is in the trail, in words."""
    ask(visit("security"), house, "leader", power="inspector", unit=house.units["综合科"].pk)
    visit("system").post(reverse("grants:switch", args=[house.users["head"].pk]), {"act": "close"})
    page = visit("auditor").get(reverse("grants:trail")).content.decode()
    day = today()
    assert f"授权：检查人员（综合科），{day.year}年{day.month}月{day.day}日起" in page
    assert ("停用账号" in page, "u-security" in page, "u-system" in page) == (True, True, True)


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_of_the_database(house: House, visit: Visit, count: int) -> None:
    for number in range(count):
        add_user(house, f"more{number}", "inspector", "综合科")
    client = visit("security")
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("grants:accounts"))
    assert len(queries) == 7


def test_no_grant_ends_before_it_begins(house: House) -> None:
    """A named CHECK: grant_ends_after_it_begins."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(
            user=house.users["leader"], bureau=house.bureau, power="leader", from_on="2025-02-01", until_on="2025-01-01"
        )


def test_first_administrators_are_made_once_on_the_machine(house: House) -> None:
    """``shanxue open-admins``: a new bureau gets its three; where somebody may grant already, that one decides."""
    with pytest.raises(Refusal) as missing:
        list(open_admins("new", "", at=timezone.now()))
    assert missing.value.sentence == "还没有代码为“new”的单位。第一次开通时用 --name 写明单位名称。"
    said = list(open_admins("new", "新城区分局", at=timezone.now()))
    assert said[0] == "新城区分局的管理账号（口令只显示这一次，第一次登录后要改成自己的）："
    powers = dict(Grant.objects.filter(bureau__code="new").values_list("user__username", "power"))
    assert powers == {"sysadmin": "system", "secadmin": "security", "auditor": "auditor"}
    assert User.objects.filter(must_change_password=True).count() == 3
    with pytest.raises(Refusal) as again:
        list(open_admins("new", "", at=timezone.now()))
    assert again.value.sentence == "“新城区分局”已有安全管理员，请由安全管理员在网站上授权。"


def test_office_takes_back_only_what_it_gives(house: House, visit: Visit) -> None:
    """三员分立: a person's administrator's power, and the password that leads to it, are not the office's to touch."""
    person, user = house.people["李四"], house.users["security"]
    person.account = user
    person.save()
    client, grant = visit("office"), user.grants.get()
    ended = client.post(reverse("orgs:grant_end", args=[person.pk, grant.pk]))
    assert (ended.status_code, "“安全管理员”的授权由安全管理员办理。" in ended.content.decode()) == (403, True)
    reset = client.post(reverse("orgs:account", args=[person.pk]), {"deed": "reset"})
    assert (reset.status_code, "李四的账号还有别的权限，口令请系统管理员重置。" in reset.content.decode()) == (
        403,
        True,
    )
    assert "结束授权" not in client.get(reverse("orgs:person", args=[person.pk])).content.decode()
    assert user.grants.get().until_on is None
