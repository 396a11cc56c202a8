"""The four steps of an import, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

State = Literal["done", "now", "later"]
TITLES = (_("上传"), _("对应列"), _("检查"), _("确认"))
WORDS: dict[State, str | Promise] = {"done": _("已完成"), "now": _("当前"), "later": _("未开始")}


@dataclass(frozen=True)
class Step:
    number: int
    title: str | Promise
    state: State

    @property
    def words(self) -> str | Promise:
        return WORDS[self.state]


def list_steps(now: int) -> list[Step]:
    """List the steps when one of them is being done; 5 says that all are done."""
    return [
        Step(number, title, "done" if number < now else "now" if number == now else "later")
        for number, title in enumerate(TITLES, start=1)
    ]
