"""The form of 试算: one field per number that may be turned."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm

from ..rules.scheme import Scheme
from ..rules.trial import Knob, list_knobs


class TrialForm(forms.Form):
    """Fields are named ``knob-0``, ``knob-1`` … in the order of ``list_knobs``; what they mean stays in the scheme."""

    def __init__(self, scheme: Scheme, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.knobs = list_knobs(scheme)
        for index, knob in enumerate(self.knobs):
            self.fields[f"knob-{index}"] = forms.CharField(
                label=f"{knob.label}（{knob.unit}）",
                initial=knob.value,
                max_length=12,
                widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "decimal", "autocomplete": "off"}),
                error_messages={"required": _("请填数字；不想改变的，填原来的数。")},
            )

    @property
    def groups(self) -> list[tuple[str, list[tuple[Knob, forms.BoundField]]]]:
        """The fields by group, in the scheme's order."""
        found: dict[str, list[tuple[Knob, forms.BoundField]]] = {}
        for index, knob in enumerate(self.knobs):
            found.setdefault(knob.group, []).append((knob, self[f"knob-{index}"]))
        return list(found.items())

    @property
    def wishes(self) -> dict[str, str]:
        """What was typed, by the knob's code."""
        return {knob.code: self.cleaned_data[f"knob-{index}"] for index, knob in enumerate(self.knobs)}

    @property
    def turned(self) -> list[tuple[Knob, str]]:
        """The knobs whose number differs from the scheme's, with what was typed."""
        return [(knob, text) for knob in self.knobs if (text := self.wishes[knob.code].strip()) != knob.value]


class SearchForm(forms.Form):
    """A name, part of one, or the beginning of a staff number."""

    q = forms.CharField(
        label=_("姓名或工号"),
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"class": "form-control", "type": "search", "autocomplete": "off"}),
    )


class AppealForm(PlainForm):
    """One sentence; the records attach themselves."""

    sentence = forms.CharField(
        label=_("哪里不对，应当是什么"),
        max_length=300,
        help_text=_("一两句话即可。这一项的记录会自动附上，不用再交材料。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DecisionForm(PlainForm):
    """The second assessor's answer."""

    decision = forms.CharField(
        label=_("理由"), max_length=300, help_text=_("本人会看到这段话。"), widget=forms.Textarea(attrs={"rows": 4})
    )
