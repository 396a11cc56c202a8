"""Words about answers and about what comes after an import."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shanxue.intake.models import Batch

NEXT: dict[str, tuple[str, str | Promise]] = {
    "roster": ("orgs:roster", _("看名册")),
    "transfers": ("orgs:roster", _("看名册")),
    "exemptions": ("orgs:roster", _("看名册")),
    "plan": ("plans:plans", _("看学习计划")),
    "sessions": ("activities:sessions", _("看会议")),
    "attendance": ("activities:sessions", _("看会议和考勤")),
    "books": ("resources:shelf", _("看书架")),
    "scores": ("assessment:board", _("看考核情况")),
    "events": ("assessment:board", _("看考核情况")),
    "votes": ("assessment:board", _("看考核情况")),
    "results": ("assessment:lists", _("看名单")),
    "hours": ("assessment:board", _("看考核情况")),
    "notes": ("assessment:board", _("看考核情况")),
}
ABOUT: dict[str, str | Promise] = {
    "单位": _("单位“%(what)s”对应到"), "列名": _("列“%(what)s”读作"), "标记": _("标记“%(what)s”是"),
    "选列": _("哪一列是“%(what)s”"), "补零": _("编号按 %(what)s 位补齐"),
    "图书补零": _("编号按 %(what)s 位补齐"), "读隐藏表": _("隐藏的工作表“%(what)s”"),
    "行": _("关于“%(what)s”"), "不导入文件": _("读不了的文件“%(what)s”"),
}  # fmt: skip


def say_answer(key: str) -> str:
    """Say what an answer was about, from its key, when the question itself is not at hand."""
    head, _colon, tail = key.partition(":")
    words = ABOUT.get(head)
    return str(words) % {"what": tail.split("@")[0]} if words else key.replace(":", "：")


def next_steps(batches: Iterable[Batch]) -> list[tuple[str, str | Promise]]:
    """List where to go after an import, each place once: (address, words)."""
    places = dict(NEXT[batch.kind] for batch in batches if batch.kind in NEXT)
    return [(reverse(name), words) for name, words in places.items()]
