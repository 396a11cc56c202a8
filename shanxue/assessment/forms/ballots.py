"""What is written in the course of a 民主评议. Grids of people are read here from their field names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.orgs.models import Unit
from shanxue.web.forms import PlainForm, look_plain

from ..rules.ballots import GRADES, Means


class OpenForm(PlainForm):
    written_until_on = forms.DateField(label=_("自评和互评写到哪天"), widget=forms.DateInput())
    meets_on = forms.DateField(label=_("评议会日期"), widget=forms.DateInput())
    delegates = forms.CharField(
        label=_("群众代表的工号"), required=False, max_length=300,
        help_text=_("请群众代表参加测评的才填，用空格隔开。他们的票单独计。"),
    )  # fmt: skip

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = forms.TypedChoiceField(label=_("支部"), choices=[(one.pk, one.name) for one in units], coerce=int)
        look_plain(field)
        self.fields = {"unit": field, **self.fields}


class SelfForm(PlainForm):
    text = forms.CharField(
        label=_("个人自评"), max_length=3000,
        help_text=_("一年来的学习、工作和不足。书记和本支部上级看得到，别的同志看不到。"),
        widget=forms.Textarea(attrs={"rows": 10}),
    )  # fmt: skip


class HandOutForm(PlainForm):
    means = forms.ChoiceField(
        label=_("怎样投票"),
        choices=[
            (Means.PAPER.value, _("纸质票：投进票箱，由监票人计票")),
            (Means.PHONE.value, _("凭票码投票：抽一张票码，用任何一部手机或会场的电脑投")),
        ],
        initial=Means.PAPER.value,
        widget=forms.RadioSelect(),
    )


class VoidForm(PlainForm):
    reason = forms.CharField(
        label=_("为什么作废重投"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip


class TellersForm(PlainForm):
    tellers = forms.CharField(label=_("监票人、计票人"), max_length=64)


class PaperCountForm(TellersForm):
    returned = forms.IntegerField(label=_("收回票数"), min_value=0, max_value=9999)
    valid = forms.IntegerField(label=_("有效票数"), min_value=0, max_value=9999)


def read_choices(posted: Mapping[str, str]) -> dict[int, str]:
    """Read a ballot: fields ``grade-<person>``; what is left out or emptied is 弃权."""
    found = {}
    for name, value in posted.items():
        if name.startswith("grade-") and name[6:].isdecimal() and value:
            found[int(name[6:])] = value
    return found


def read_texts(posted: Mapping[str, str], word: str) -> dict[int, str]:
    """Read texts from fields ``<word>-<person>``."""
    start = f"{word}-"
    return {
        int(name.removeprefix(start)): value
        for name, value in posted.items()
        if name.startswith(start) and name.removeprefix(start).isdecimal()
    }


def name_votes(level_number: int, person_id: int, grade: str) -> str:
    """Name the field of one count: ``votes-<group>-<person>-<grade>``."""
    return f"votes-{level_number}-{person_id}-{GRADES.index(grade)}"


def read_votes(
    posted: Mapping[str, str], levels: list[str], people: Iterable[int]
) -> tuple[dict[tuple[str, int], dict[str, int]], list[str]]:
    """Read counts per group, person and grade; an empty field is none. Also returns the names of misspelt fields."""
    votes: dict[tuple[str, int], dict[str, int]] = {}
    wrong = []
    for number, level in enumerate(levels):
        for person in people:
            for grade in GRADES:
                name = name_votes(number, person, grade)
                text = posted.get(name, "").strip()
                if text and not (text.isascii() and text.isdecimal() and len(text) <= 4):
                    wrong.append(name)
                votes.setdefault((level, person), {})[grade] = int(text) if text.isascii() and text.isdecimal() else 0
    return votes, wrong
