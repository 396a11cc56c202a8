"""Forms of accounts and grants."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm

from .models import Grant, Unit

POWERS = [(power.value, power.label) for power in Grant.Power]


class SearchForm(PlainForm):
    q = forms.CharField(
        label=_("登录名或姓名"), required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )
    power = forms.ChoiceField(label=_("权限"), required=False, choices=[("", _("全部")), *POWERS])

    def read(self) -> dict[str, str]:
        """Give what was asked for; a wrong choice asks for nothing."""
        values = self.cleaned_data if self.is_valid() else {}
        return {"words": values.get("q", "").strip(), "power": values.get("power", "")}


class AccountForm(PlainForm):
    username = forms.CharField(
        label=_("登录名"), max_length=32,
        help_text=_("一般用工号。字母、数字，也可以有点、横线和下划线。"),
        validators=[RegexValidator(r"^[0-9A-Za-z._-]+\Z", _("登录名只能用字母、数字、点、横线和下划线。"))],
    )  # fmt: skip
    display_name = forms.CharField(label=_("姓名"), max_length=64)


class GiveForm(PlainForm):
    power = forms.ChoiceField(label=_("权限"), choices=[("", _("请选择")), *POWERS])
    unit = forms.TypedChoiceField(
        label=_("单位"), coerce=int, empty_value=None, required=False,
        help_text=_("包括下级单位。三员的权限选“全局”。"),
    )  # fmt: skip
    from_on = forms.DateField(label=_("从哪天起"), widget=forms.DateInput())
    until_on = forms.DateField(
        label=_("到哪天为止"), widget=forms.DateInput(), required=False, help_text=_("不含这一天。长期的可以空着。")
    )

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.pk: unit for unit in units}
        choices = [("", _("全局")), *((unit.pk, unit.name) for unit in units)]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]

    def get_unit(self) -> Unit | None:
        return self.units.get(self.cleaned_data["unit"])


class EndForm(PlainForm):
    until_on = forms.DateField(label=_("从哪天起结束"), widget=forms.DateInput())
