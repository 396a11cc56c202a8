"""Forms of the roster. Each deed of a person's page has one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm

from .models import Person, Stint, Unit
from .rules import EXEMPTION_CATEGORIES, MilestoneKind, PartyStatus, RankClass, Role, StaffState

Choices = list[tuple[Any, Any]]


def list_words(words: Iterable[str]) -> Choices:
    return [(str(word), str(word) or _("未填")) for word in words]


def choose_id(label: Any, **options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, coerce=int, empty_value=None, **options)


def ask_day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(), **options)


class RosterForm(PlainForm):
    """What the roster is narrowed by; everything may be empty."""

    q = forms.CharField(label=_("姓名或工号"), max_length=32, required=False)
    unit = choose_id(_("单位"), required=False)
    state = forms.ChoiceField(label=_("人员状态"), required=False, choices=[("", _("在册的"))] + list_words(StaffState))

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", _("全部")), *offer_units(units)]  # type: ignore[attr-defined]


def offer_units(units: Iterable[Unit]) -> Choices:
    """Units as choices, set in by their depth in the tree."""
    return [(unit.pk, "　" * (unit.path.count("/") - 1) + unit.name) for unit in units]


class AddPersonForm(PlainForm):
    staff_no = forms.CharField(label=_("工号"), max_length=32)
    name = forms.CharField(label=_("姓名"), max_length=64)
    party_status = forms.ChoiceField(label=_("党籍状态"), choices=list_words(PartyStatus), initial=PartyStatus.UNKNOWN)
    branch = choose_id(_("所在支部"))
    department = choose_id(_("所在部门"), required=False)
    joined_on = ask_day(_("到职日期"))

    def __init__(self, *args: Any, parties: list[Unit], departments: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = offer_units(parties)  # type: ignore[attr-defined]
        self.fields["department"].choices = [("", "—"), *offer_units(departments)]  # type: ignore[attr-defined]


class DeedForm(PlainForm):
    """A deed about one person. ``stints`` are those still open, ``units`` those the office keeps."""

    def __init__(self, *args: Any, person: Person, stints: list[Stint], units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.stints, self.units = person, stints, units
        if "stint" in self.fields:
            self._offer("stint", [(one.pk, f"{one.unit.name}（{one.role}）") for one in stints])
        if "unit" in self.fields:
            self._offer("unit", offer_units(units))
        self.fit()

    def fit(self) -> None:
        """Fit the fields to the person."""

    def _offer(self, name: str, choices: Choices) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def get_stint(self) -> Stint:
        return next(one for one in self.stints if one.pk == self.cleaned_data["stint"])

    def get_unit(self) -> Unit:
        return next(one for one in self.units if one.pk == self.cleaned_data["unit"])


class TransferForm(DeedForm):
    stint = choose_id(_("从哪里转出"))
    unit = choose_id(_("转到哪里"))
    on = ask_day(_("转出日期"), help_text=_("接收以前，仍由原支部负责。"))


class PostForm(DeedForm):
    stint = choose_id(_("在哪个单位"))
    role = forms.ChoiceField(label=_("新的职务"), choices=list_words(Role))
    on = ask_day(_("从哪天起"), help_text=_("原来的职务到这一天为止。"))


class PlaceForm(DeedForm):
    unit = choose_id(_("编入哪个单位"))
    role = forms.ChoiceField(label=_("职务"), choices=list_words(Role), initial=Role.MEMBER)
    on = ask_day(_("从哪天起"))


class EndStintForm(DeedForm):
    stint = choose_id(_("哪一段"))
    on = ask_day(_("到哪天为止"), help_text=_("不含这一天。"))


class ExemptForm(DeedForm):
    category = forms.ChoiceField(
        label=_("类别"), choices=list_words(EXEMPTION_CATEGORIES), help_text=_("只选类别，不写病情。")
    )
    from_on = ask_day(_("从哪天起"))
    last_on = ask_day(_("最后一天"), required=False, help_text=_("不确定的可以空着。"))
    approved_by = forms.CharField(label=_("谁批准的"), max_length=64)


class RequestForm(DeedForm):
    category = forms.ChoiceField(
        label=_("类别"), choices=list_words(EXEMPTION_CATEGORIES), help_text=_("只选类别，不写病情。")
    )
    from_on = ask_day(_("从哪天起"))
    last_on = ask_day(_("最后一天"), required=False, help_text=_("不确定的可以空着。"))


class EndExemptionForm(DeedForm):
    exemption = choose_id(_("哪一项"))
    on = ask_day(_("从哪天起恢复考核"))

    def fit(self) -> None:
        open_ones = self.person.exemptions.filter(until_on__isnull=True).order_by("pk")
        self._offer("exemption", [(one.pk, one.category) for one in open_ones])


class MilestoneForm(DeedForm):
    kind = forms.ChoiceField(label=_("事项"), choices=list_words(MilestoneKind))
    on = ask_day(_("日期"))
    rank_class = forms.ChoiceField(
        label=_("晋升后的职级类别"), choices=list_words(RankClass), required=False, help_text=_("只有晋升要选。")
    )


class DayForm(DeedForm):
    on = ask_day(_("日期"))


class ReturnForm(DeedForm):
    unit = choose_id(_("回到哪个支部"))
    on = ask_day(_("日期"))


class FactsForm(DeedForm):
    name = forms.CharField(label=_("姓名"), max_length=64)
    party_status = forms.ChoiceField(label=_("党籍状态"), choices=list_words(PartyStatus))
    staff_state = forms.ChoiceField(label=_("人员状态"), choices=list_words(StaffState))
    rank_class = forms.ChoiceField(label=_("职级类别"), choices=list_words(RankClass), required=False)
    birth_year = forms.IntegerField(
        label=_("出生年份"), min_value=1900, max_value=2100, required=False, help_text=_("细则有年龄条款时才要填。")
    )
    joined_on = ask_day(_("到职日期"), required=False)

    def fit(self) -> None:
        for name in self.fields:
            self.fields[name].initial = getattr(self.person, name)


class ReceiveForm(PlainForm):
    on = ask_day(_("接收日期"))


class AnswerForm(PlainForm):
    """The answer to a request, read by who asked."""

    decision = forms.CharField(label=_("说明"), max_length=200, required=False)


class CorrectForm(PlainForm):
    """A request to correct what is held (个人信息保护法第46条)."""

    what = forms.ChoiceField(label=_("哪一项"))
    wanted = forms.CharField(label=_("应当是什么"), max_length=200)

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = list_words(names)  # type: ignore[attr-defined]
