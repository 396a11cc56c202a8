"""Forms of papers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.base.points import MILLI, format_scaled, scale_decimal
from shanxue.orgs.models import Unit
from shanxue.orgs.rules import PartyStatus
from shanxue.web.forms import PlainForm

from ..actions.papers import PaperValues
from ..models import Paper
from ..queries.bank import BankCount
from ..rules import Counts
from ..rules.papers import Draw, read_rule

STATUSES = [(status.value, status.value) for status in PartyStatus if status != PartyStatus.UNKNOWN]
MOMENT = "%Y-%m-%dT%H:%M"


def make_moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(
        label=label, help_text=help_text, widget=widget, error_messages={"invalid": _("请写成 2026-06-30 18:00。")}
    )


class PaperForm(PlainForm):
    title = forms.CharField(
        label=_("名称"), max_length=100, help_text=_("成绩按这个名称记，例如：2026年第二季度测试。")
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("参加范围"), empty_label=None, help_text=_("这个单位和下属单位的人参加。")
    )
    statuses = forms.MultipleChoiceField(
        label=_("党籍状态"), choices=STATUSES, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("不勾选就是全部人员。"),
    )  # fmt: skip
    opens_at = make_moment(_("开始时间"))
    closes_at = make_moment(_("结束时间"), _("到这个时间不能再答，没有答完的按现有作答交卷。"))
    minutes = forms.IntegerField(
        label=_("时限（分钟）"),
        required=False,
        min_value=1,
        max_value=600,
        help_text=_("不填就不限时，到结束时间为止。"),
    )
    attempts = forms.IntegerField(label=_("可答次数"), min_value=1, max_value=20, initial=1)
    counts = forms.ChoiceField(
        label=_("哪一次算数"), choices=[(one.value, one.value) for one in Counts], initial=Counts.BEST.value
    )
    pass_points = forms.DecimalField(
        label=_("及格线（分）"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(1000),
        decimal_places=1,
        help_text=_("可以不填。"),
    )

    def __init__(self, units: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        opens, closes = values.get("opens_at"), values.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("结束时间要晚于开始时间。"))
        return values

    def read(self) -> PaperValues:
        values = self.cleaned_data
        mark = values["pass_points"]
        return PaperValues(
            unit=values["unit"], statuses=values["statuses"], title=values["title"].strip(),
            opens_at=values["opens_at"], closes_at=values["closes_at"], minutes=values["minutes"],
            attempts=values["attempts"], counts=values["counts"],
            pass_milli=None if mark is None else scale_decimal(mark, MILLI),
        )  # fmt: skip


def describe_paper(paper: Paper) -> dict[str, Any]:
    """Write a stored paper as the form shows it."""
    names = ("title", "statuses", "opens_at", "closes_at", "minutes", "attempts", "counts")
    mark = paper.pass_milli
    return {
        **{name: getattr(paper, name) for name in names},
        "unit": paper.unit_id,
        "pass_points": None if mark is None else format_scaled(mark, MILLI, trim=True),
    }


class RuleForm(PlainForm):
    """How many questions to draw: one pair of fields for each bank and kind that holds questions."""

    def __init__(self, paper: Paper, banks: list[BankCount], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = {(draw.bank, draw.kind): draw for draw in read_rule(paper.rule)}
        self.pairs = [(bank.bank, kind, count) for bank in banks for kind, count in bank.by_kind if count]
        self.pairs += [(*pair, 0) for pair in now if pair not in {(bank, kind) for bank, kind, _count in self.pairs}]
        for index, (bank, kind, _count) in enumerate(self.pairs):
            draw = now.get((bank, kind))
            label = f"{bank} {kind}"
            self.fields[f"count-{index}"] = forms.IntegerField(
                label=_("%(what)s抽几道") % {"what": label}, required=False, min_value=0, max_value=300,
                initial=draw.count if draw else None, widget=_small_number(),
            )  # fmt: skip
            self.fields[f"points-{index}"] = forms.DecimalField(
                label=_("%(what)s每题几分") % {"what": label}, required=False, min_value=Decimal("0.1"),
                max_value=Decimal(100), decimal_places=1, widget=_small_number(),
                initial=format_scaled(draw.points_milli, MILLI, trim=True) if draw else None,
            )  # fmt: skip

    @property
    def rows(self) -> list[tuple[str, str, int, forms.BoundField, forms.BoundField]]:
        """One row per pair: bank, kind, how many there are, and the two fields."""
        return [
            (bank, kind, count, self[f"count-{index}"], self[f"points-{index}"])
            for index, (bank, kind, count) in enumerate(self.pairs)
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for index, (bank, kind, _count) in enumerate(self.pairs):
            if values.get(f"count-{index}") and not values.get(f"points-{index}"):
                self.add_error(f"points-{index}", _("请填“%(bank)s”%(kind)s每题几分。") % {"bank": bank, "kind": kind})
        return values

    def read(self) -> list[Draw]:
        values = self.cleaned_data
        return [
            Draw(bank, kind, values[f"count-{index}"], scale_decimal(values[f"points-{index}"], MILLI))
            for index, (bank, kind, _count) in enumerate(self.pairs)
            if values.get(f"count-{index}")
        ]


def _small_number() -> forms.NumberInput:
    return forms.NumberInput(attrs={"class": "form-control short", "inputmode": "decimal", "autocomplete": "off"})
