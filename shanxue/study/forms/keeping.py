"""Forms of materials, reading lists and outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shanxue.orgs.models import Unit
from shanxue.resources.models import Title
from shanxue.web.forms import PlainForm, look_plain

from ..models import Material
from ..rules import MaterialKind, OutcomeState

DAY = {"invalid": _("请写成 2026-06-12 这样的日期。")}
OUTCOME_KINDS = ("调研报告", "工作建议", "制度措施", "工作方法", "宣讲稿")


class MaterialForm(PlainForm):
    title = forms.CharField(label=_("名称"), max_length=120)
    kind = forms.ChoiceField(label=_("种类"), choices=[(str(word), str(word)) for word in MaterialKind])
    author = forms.CharField(label=_("作者或来源（可不写）"), max_length=60, required=False)
    place = forms.CharField(
        label=_("在哪里看（可不写）"), max_length=200, required=False, help_text=_("如：三楼书柜、内网地址。")
    )

    def __init__(
        self, *args: Any, units: Iterable[Unit], whole_bureau: bool, books: Iterable[Title], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        shelf = [(str(book.pk), " · ".join(filter(None, (book.name, book.author, book.press)))) for book in books]
        self.fields["book"] = forms.TypedChoiceField(
            label=_("馆藏图书（可不选）"), choices=[("", _("不是书架上的书")), *shelf], coerce=int, empty_value=None,
            required=False, help_text=_("选了以后，读它的记录计入这本书的使用，只计条数。"),
        )  # fmt: skip
        choices = [("", str(_("全局")))] if whole_bureau else []
        choices += [(str(unit.pk), unit.name) for unit in units]
        self.fields["unit"] = forms.TypedChoiceField(
            label=_("由谁登记"), choices=choices, coerce=int, empty_value=None, required=not whole_bureau
        )
        for name in ("book", "unit"):
            look_plain(self.fields[name])


class ReadingListForm(PlainForm):
    title = forms.CharField(label=_("名称"), max_length=100)
    from_on = forms.DateField(label=_("从哪天起"), widget=forms.DateInput, error_messages=DAY)
    until_on = forms.DateField(label=_("到哪天"), widget=forms.DateInput, error_messages=DAY)

    def __init__(self, *args: Any, units: Iterable[Unit], materials: QuerySet[Material], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(unit.pk), unit.name) for unit in units]
        self.fields["unit"] = forms.TypedChoiceField(label=_("给哪个单位"), choices=choices, coerce=int)
        self.fields["materials"] = forms.ModelMultipleChoiceField(
            materials, label=_("读什么"), widget=forms.CheckboxSelectMultiple
        )
        for name in ("unit", "materials"):
            look_plain(self.fields[name])


class OutcomeForm(PlainForm):
    """Research first; what it led to may be written later."""

    title = forms.CharField(label=_("成果名称"), max_length=120)
    kind = forms.ChoiceField(label=_("种类"), choices=[(one, one) for one in OUTCOME_KINDS])
    on = forms.DateField(label=_("完成日期"), widget=forms.DateInput, error_messages=DAY)
    summary = forms.CharField(
        label=_("主要内容"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    adopted_as = forms.CharField(
        label=_("采纳成了什么措施"), max_length=300, required=False, help_text=_("还没有采纳就空着。")
    )
    adopted_by = forms.CharField(label=_("由谁采纳、哪份文件"), max_length=100, required=False)
    adopted_on = forms.DateField(label=_("采纳日期"), widget=forms.DateInput, required=False, error_messages=DAY)
    evidence = forms.CharField(
        label=_("见效的依据"),
        max_length=500,
        required=False,
        help_text=_("如：办理时间从 10 天减到 6 天，见通报第 3 期。"),
    )

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind and kind not in OUTCOME_KINDS:
            self.fields["kind"].choices = [(kind, kind), *self.fields["kind"].choices]  # type: ignore[attr-defined]


class OutcomeFilter(PlainForm):
    state = forms.ChoiceField(
        label=_("进展"), choices=[("", _("全部")), *((str(word), str(word)) for word in OutcomeState)], required=False
    )
    year = forms.TypedChoiceField(label=_("年份"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = [(str(year), f"{year}年") for year in range(today.year, today.year - 6, -1)]
        self.fields["year"].choices = [("", _("全部")), *years]  # type: ignore[attr-defined]


class ReasonForm(PlainForm):
    reason = forms.CharField(
        label=_("暂不认定的理由"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
