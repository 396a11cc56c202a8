"""What an entry of the trail says about an account or a grant, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from shanxue.audit.models import Entry

from .models import Grant, Unit


def say_entries(entries: Iterable[Entry]) -> list[tuple[Entry, str]]:
    """Pair entries with their sentences; the units they name are read in one query."""
    found = list(entries)
    codes = {entry.detail.get("unit") for entry in found if entry.detail.get("unit")}
    units = dict(Unit.objects.filter(code__in=codes, bureau__code__in={entry.chain for entry in found}).values_list(
        "code", "name"
    )) if codes else {}  # fmt: skip
    return [(entry, _say(entry, units)) for entry in found]


def _say(entry: Entry, units: dict[str, str]) -> str:
    detail = entry.detail
    if entry.verb in ("orgs.grant_power", "orgs.end_grant"):
        told = {
            "power": Grant.Power(detail["power"]).label,
            "unit": units.get(detail.get("unit") or "", detail.get("unit") or _("全局")),
            "from_on": _write_day(detail.get("from_on")),
            "until_on": _write_day(detail.get("until_on")),
        }
        if entry.verb == "orgs.end_grant":
            return _("结束授权：%(power)s，%(until_on)s起不再有效") % told
        if told["until_on"]:
            return _("授权：%(power)s（%(unit)s），%(from_on)s起，%(until_on)s止") % told
        return _("授权：%(power)s（%(unit)s），%(from_on)s起") % told
    words = {
        "accounts.create": _("开通账号"), "accounts.give_password": _("重置口令"), "accounts.close": _("停用账号"),
        "accounts.reopen": _("恢复使用"),
    }  # fmt: skip
    return words.get(entry.verb, entry.verb)


def _write_day(text: str | None) -> str:
    if not text:
        return ""
    day = date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"
