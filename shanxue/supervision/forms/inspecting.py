"""What an inspection is to look at, and what is written in its course."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.orgs.models import Unit
from shanxue.web.forms import PlainForm

from ..actions.inspecting import Scope
from ..models import Checklist
from ..rules.inspecting import Carried, InspectionKind, Recheck
from ..rules.sampling import MOST_DRAWN, RecordKind, read_seed

DAY = timedelta(days=1)
SHIPPED = "0"  # the checklist that comes with the product


def list_unit_choices(units: Iterable[Unit]) -> list[tuple[str, str]]:
    """Name each unit with its place in the tree: what is below something stands further in."""
    listed = list(units)
    least = min((unit.path.count("/") for unit in listed), default=1)
    return [(str(unit.pk), "　" * (unit.path.count("/") - least) + unit.name) for unit in listed]


class ScopeForm(PlainForm):
    """Unit, days, kinds of records, how many."""

    unit = forms.TypedChoiceField(label=_("检查范围"), coerce=int, help_text=_("这个单位和它的下级。"))
    from_on = forms.DateField(label=_("记录从"), widget=forms.DateInput())
    until_on = forms.DateField(label=_("到"), widget=forms.DateInput(), help_text=_("含这一天。"))
    records = forms.MultipleChoiceField(
        label=_("查哪些记录"), choices=[(one.value, one.value) for one in RecordKind],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    count = forms.IntegerField(label=_("抽几条"), min_value=1, max_value=MOST_DRAWN)
    checklist = forms.ChoiceField(label=_("检查表"))

    def __init__(self, *args: Any, units: Sequence[Unit], checklists: Sequence[Checklist], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.pk: unit for unit in units}
        choices: Any = list_unit_choices(units)
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]
        own: Any = [(str(one.pk), one.title) for one in checklists]
        self.fields["checklist"].choices = [*own, (SHIPPED, _("学习督查检查表（随系统提供）"))]  # type: ignore[attr-defined]
        self.fields["records"].error_messages["required"] = _("还没有选查哪些记录。至少选一种。")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("from_on") and found.get("until_on") and found["until_on"] < found["from_on"]:
            self.add_error("until_on", _("结束日期不能早于开始日期。"))
        return found

    @property
    def scope(self) -> Scope:
        found = self.cleaned_data
        period = Period(found["from_on"], found["until_on"] + DAY)
        return Scope(self.units[found["unit"]], period, tuple(found["records"]), found["count"])


class SpotForm(ScopeForm):
    """A1: the seed stands in the form, so that anybody can draw the same records again."""

    seed = forms.CharField(label=_("种子"), max_length=20, help_text=_("同一范围、同一种子，抽到的是同样的记录。"))

    def clean_seed(self) -> int:
        try:
            return read_seed(self.cleaned_data["seed"])
        except Refusal as refusal:
            raise forms.ValidationError(refusal.sentence) from None


class InspectionForm(ScopeForm):
    title = forms.CharField(label=_("名称"), max_length=100, help_text=_("例如：2026年第三季度学习督查。"))
    kind = forms.ChoiceField(label=_("性质"))
    visit_on = forms.DateField(label=_("检查日期"), widget=forms.DateInput())

    def __init__(self, *args: Any, kinds: Sequence[InspectionKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {InspectionKind.FROM_ABOVE: _("督查（查下级）"), InspectionKind.SELF: _("自查（查本单位）")}
        self.fields["kind"].choices = [(one.value, words[one]) for one in kinds]  # type: ignore[attr-defined]
        self.order_fields(["title", "kind", "unit", "visit_on", "from_on", "until_on", "records", "count", "checklist"])


class SeedForm(PlainForm):
    seed = forms.CharField(label=_("种子"), max_length=20, help_text=_("同一范围、同一种子，抽到的是同样的记录。"))
    clean_seed = SpotForm.clean_seed


class ChecklistForm(PlainForm):
    title = forms.CharField(label=_("名称"), max_length=80)
    text = forms.CharField(
        label=_("条目"), widget=forms.Textarea(attrs={"rows": 18}), max_length=20_000,
        help_text=_("每行一条：考评项目 | 考评内容 | 分值 | 考评方式；从表格里复制过来也可以。"
                    "方括号单独一行写记录的种类，例如 [会议记录]，管下面几条。"),
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CarriedForm(PlainForm):
    verdict = forms.ChoiceField(label=_("现在的情况"), choices=[(one.value, one.value) for one in Carried])
    note = forms.CharField(label=_("说明"), required=False, max_length=200)


class FindingForm(PlainForm):
    """A finding; with a day also the first thing to be done."""

    unit = forms.TypedChoiceField(label=_("责任单位"), coerce=int)
    sentence = forms.CharField(
        label=_("问题"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写事实，一个问题写一句。不写评价，不写人的姓名。"),
    )  # fmt: skip
    text = forms.CharField(
        label=_("整改要求"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("不填时，由责任单位写整改措施。"),
    )  # fmt: skip
    due_on = forms.DateField(label=_("整改期限"), required=False, widget=forms.DateInput())

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.pk: unit for unit in units}
        choices: Any = list_unit_choices(units)
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("text") and not found.get("due_on"):
            self.add_error("due_on", _("写了整改要求，请填整改期限。"))
        if found.get("due_on") and not found.get("text"):
            self.add_error("text", _("填了整改期限，请写整改要求。"))
        return found


class TaskForm(PlainForm):
    text = forms.CharField(label=_("整改措施"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    due_on = forms.DateField(label=_("整改期限"), widget=forms.DateInput())


class PassForm(TaskForm):
    """Which units below, and what is theirs of it."""

    units = forms.TypedMultipleChoiceField(label=_("转交给"), coerce=int, widget=forms.CheckboxSelectMultiple)
    sentence = forms.CharField(label=_("下级要改的问题"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, lower: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lower = {unit.pk: unit for unit in lower}
        choices: Any = [(str(unit.pk), unit.name) for unit in lower]
        self.fields["units"].choices = choices  # type: ignore[attr-defined]
        self.fields["units"].error_messages["required"] = _("还没有选转交给哪些单位。")
        self.order_fields(["units", "sentence", "text", "due_on"])


class ReportForm(PlainForm):
    text = forms.CharField(
        label=_("整改情况"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("做了什么、什么时候做的、在哪里可以查到。"),
    )  # fmt: skip


class RecheckForm(PlainForm):
    number = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(label=_("复核结果"), choices=[(one.value, one.value) for one in Recheck])
    answer = forms.CharField(
        label=_("复核意见"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("退回重改时要写还差什么。"),
    )  # fmt: skip


class ClosingForm(PlainForm):
    closing = forms.CharField(label=_("销号说明"), required=False, max_length=300)


class ReasonForm(PlainForm):
    closing = forms.CharField(label=_("撤回的原因"), max_length=300)


class ConclusionForm(PlainForm):
    conclusion = forms.CharField(
        label=_("检查结论"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
