"""Forms of plans, their items and measures. Field names are those of the actions' mappings."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm

from ..models import Campaign, Measure, Plan
from ..queries.planning import list_measures, list_responsible_units
from ..rules import Level
from ..rules.planning import ITEM_KINDS, PlanTier


def make_reason() -> forms.CharField:
    return forms.CharField(
        label=_("修改原因"),
        max_length=300,
        required=False,
        help_text=_("计划已经批准，修改要写明原因，留在修改记录里。"),
    )


def make_area(label: Any, rows: int = 4, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": rows}), **options)


class ChangingForm(PlainForm):
    """A form that knows what it showed (``shown``) and asks for a reason when the plan is approved."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, explains: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if explains:
            self.fields["reason"] = make_reason()
            self.fields["reason"].widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values.setdefault("reason", "")
        return values

    def show_again(self, shown: str) -> None:
        """Keep what was typed, but take the state that stands now as seen."""
        self.data = {**{name: self.data.get(name) for name in self.data}, "shown": shown}


class TextsForm(ChangingForm):
    """The texts of a plan: guiding idea, goals and content at three levels, methods of assessment (D2)."""

    def __init__(self, *args: Any, tier: PlanTier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields.pop("reason", None)
        self.fields["title"] = forms.CharField(label=_("标题"), max_length=120)
        self.fields["guiding_idea"] = make_area(_("指导思想"))
        for level in Level if tier is PlanTier.BUREAU else LEVELS_BELOW[tier]:
            self.fields[f"goals_{level.name}"] = make_area(_("%(level)s的目标") % {"level": level})
            self.fields[f"content_{level.name}"] = make_area(_("%(level)s的学习内容") % {"level": level})
        if tier is not PlanTier.PERSON:
            self.fields["assessment"] = make_area(_("考核办法和措施"))
        if reason is not None:
            self.fields["reason"] = reason
        for name, field in self.fields.items():
            if name != "shown":
                field.widget.attrs.setdefault("class", "form-control")
                field.error_messages["required"] = _("请填写“%(label)s”。") % {"label": field.label}


LEVELS_BELOW = {PlanTier.UNIT: (Level.BRANCH, Level.MEMBER), PlanTier.PERSON: (Level.MEMBER,)}


class ItemForm(ChangingForm):
    """One item of a plan. Whose it is and what it belongs to is offered where the plan's tier knows it."""

    title = forms.CharField(label=_("事项"), max_length=200)
    kind = forms.ChoiceField(label=_("类别"), choices=[(kind, kind) for kind in ITEM_KINDS])
    due_on = forms.DateField(label=_("完成时限"), widget=forms.DateInput())
    content = forms.CharField(label=_("内容"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    unit_id = forms.TypedChoiceField(label=_("责任单位"), coerce=int)
    measure_id = forms.TypedChoiceField(label=_("属于哪项举措"), coerce=int, required=False, empty_value=None)
    campaign_id = forms.TypedChoiceField(label=_("属于哪个专题"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, plan: Plan, campaigns: list[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = (self.initial or {}).get("kind")
        if kind and kind not in ITEM_KINDS:  # an imported item's own word stays
            choices: Any = self.fields["kind"]
            choices.choices = [(kind, kind), *choices.choices]
        self._offer("unit_id", [(one.pk, one.name) for one in list_responsible_units(plan)])
        self._offer("measure_id", [(one.pk, "　" * depth + one.name) for one, depth in list_measures(plan)], empty=True)
        self._offer("campaign_id", [(one.pk, one.name) for one in campaigns], empty=True)
        if plan.person_id is not None or len(self.fields["unit_id"].choices) < 2:  # type: ignore[attr-defined]
            del self.fields["unit_id"]
        for name in ("measure_id", "campaign_id"):
            if len(self.fields[name].choices) < 2:  # type: ignore[attr-defined]
                del self.fields[name]

    def _offer(self, name: str, choices: list[tuple[int, str]], *, empty: bool = False) -> None:
        self.fields[name].choices = [("", "—"), *choices] if empty else choices  # type: ignore[attr-defined]

    def list_values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields if name not in ("shown", "reason")}


class ExtraForm(PlainForm):
    """Something done without having been planned (计划外)."""

    title = forms.CharField(label=_("做了什么"), max_length=200)
    kind = forms.ChoiceField(label=_("类别"), choices=[(kind, kind) for kind in ITEM_KINDS])
    done_on = forms.DateField(label=_("哪一天"), widget=forms.DateInput())


class DoneForm(PlainForm):
    on = forms.DateField(label=_("完成日"), widget=forms.DateInput())


class PostponeForm(PlainForm):
    on = forms.DateField(label=_("新的时限"), widget=forms.DateInput())
    reason = forms.CharField(label=_("延期原因"), max_length=200)


class ReasonForm(PlainForm):
    reason = forms.CharField(label=_("原因"), max_length=200)


class DecideForm(PlainForm):
    """Approve or give back. ``decision``: which meeting passed it, or what to change."""

    decision = forms.CharField(label=_("审批意见"), max_length=300, required=False)

    def __init__(self, *args: Any, tier: PlanTier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_texts = {
            PlanTier.BUREAU: _("批准请写明是哪次会议通过的，如“2026年1月15日局党委会议审议通过”；退回请写明改什么。"),
        }
        self.fields["decision"].help_text = help_texts.get(tier, _("批准可以不写；退回请写明改什么。"))


class MeasureForm(ChangingForm):
    name = forms.CharField(label=_("名称"), max_length=60)
    text = forms.CharField(label=_("说明"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    parent_id = forms.TypedChoiceField(label=_("放在哪一项下面"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, measures: list[tuple[Measure, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("最上一层")), *((str(one.pk), "　" * depth + one.name) for one, depth in measures)]
        self.fields["parent_id"].choices = choices  # type: ignore[attr-defined]


class IssueForm(PlainForm):
    on = forms.DateField(label=_("印发日期"), widget=forms.DateInput())


def offer_year(text: str | None, today: date) -> int:
    """Read the year of a list's address; the current one for anything else."""
    return int(text) if text and text.isdecimal() and 2000 <= int(text) <= 2999 else today.year
