"""What is typed when the rule book or the working-day calendar changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm, look_plain

from ..rules.editing import Number, list_numbers
from ..rules.obligations import Institution, Obligation

MOST_NUMBER = 1_000_000


class AdoptForm(PlainForm):
    """Since when an institution is in force here."""

    from_on = forms.DateField(
        label=_("从哪天起执行"), widget=forms.DateInput(),
        help_text=_("从这一天以后的第一个完整周期起计；今年就要算的，填今年1月1日。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("哪份文件或哪次会议决定的，写文号或会议名称。")
    )


class IssueForm(PlainForm):
    """A new version: its numbers, whether each is a general requirement, its clauses, or the whole text."""

    from_on = forms.DateField(label=_("新版从哪天起执行"), widget=forms.DateInput())
    reason = forms.CharField(label=_("修改的原因"), max_length=200, help_text=_("哪份文件或哪次会议决定的。"))
    text = forms.CharField(
        label=_("全文"), required=False, widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"})
    )

    def __init__(self, *args: Any, institution: Institution, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.institution = institution
        for at, clause in enumerate(institution.clauses):
            self._add(
                f"clause{at}",
                forms.CharField(label=clause.number, initial=clause.text, widget=forms.Textarea(attrs={"rows": 3})),
            )
        for obligation in institution.obligations:
            for number in list_numbers(obligation):
                self._add(number.name, _build_number(number))
            self._add(
                f"{obligation.code}.soft",
                forms.BooleanField(label=_("一般要求（只作提示）"), required=False, initial=obligation.soft),
            )

    def _add(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field
        look_plain(field)

    def list_groups(self) -> list[tuple[Obligation, list[forms.BoundField]]]:
        """List each obligation with the fields that change it."""
        return [
            (one, [self[name] for name in self.fields if name.startswith(f"{one.code}.")])
            for one in self.institution.obligations
        ]

    def list_clauses(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("clause")]

    @property
    def values(self) -> dict[str, str]:
        """The numbers as typed, by the names of ``rules.editing``."""
        names = [number.name for one in self.institution.obligations for number in list_numbers(one)]
        return {name: _write_plain(self.cleaned_data[name]) for name in names}

    @property
    def soft(self) -> dict[str, bool]:
        return {one.code: self.cleaned_data[f"{one.code}.soft"] for one in self.institution.obligations}

    @property
    def clauses(self) -> dict[str, str]:
        given = self.cleaned_data
        return {one.number: given[f"clause{at}"].strip() for at, one in enumerate(self.institution.clauses)}


def _build_number(number: Number) -> forms.Field:
    return forms.DecimalField(
        label=number.label, initial=number.value, min_value=0, max_value=MOST_NUMBER, decimal_places=3,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip


def _write_plain(value: Any) -> str:
    return f"{value.normalize():f}"


class RepealForm(PlainForm):
    """From which day an institution asks nothing any more."""

    on = forms.DateField(label=_("从哪天起不再执行"), widget=forms.DateInput())
    reason = forms.CharField(label=_("废止的原因"), max_length=200, help_text=_("哪份文件或哪次会议决定的。"))


class DayForm(PlainForm):
    """One day that differs from Monday to Friday, as the notice says."""

    on = forms.DateField(label=_("日期"), widget=forms.DateInput())
    is_workday = forms.ChoiceField(label=_("这一天"), choices=[("0", _("放假")), ("1", _("上班（调休）"))])
    source = forms.CharField(label=_("依据"), max_length=100, help_text=_("例如：国务院办公厅2027年放假安排通知。"))
