"""What is typed about books and periodicals."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm

from ..rules import Frequency
from ..rules.isbn import read_isbn
from ..rules.shelf import MOST_COPIES
from .money import YuanField


class TitleForm(PlainForm):
    name = forms.CharField(label=_("书名"), max_length=120)
    author = forms.CharField(label=_("作者（可不写）"), max_length=80, required=False)
    press = forms.CharField(label=_("出版社（可不写）"), max_length=60, required=False)
    isbn = forms.CharField(label=_("ISBN（可不写）"), max_length=24, required=False)
    price = YuanField(label=_("单价（元，可不写）"), required=False, zero=True)
    category = forms.CharField(label=_("分类号（可不写）"), max_length=20, required=False)

    def clean_isbn(self) -> str:
        text = self.cleaned_data["isbn"].strip()
        try:
            return read_isbn(text) if text else ""
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class CopiesForm(PlainForm):
    count = forms.IntegerField(label=_("册数"), min_value=1, max_value=MOST_COPIES, initial=1)
    place = forms.CharField(label=_("存放地点（可不写）"), max_length=60, required=False)
    first_number = forms.CharField(
        label=_("起始编号（可不写）"), max_length=32, required=False, help_text=_("空着就接着现有的编号往下编。")
    )


class NewTitleForm(TitleForm, CopiesForm):
    """A title with its first copies."""

    field_order = ("name", "author", "press", "isbn", "price", "category", "count", "place", "first_number")


class LendForm(PlainForm):
    number = forms.CharField(label=_("书上的编号"), max_length=32)
    staff_no = forms.CharField(label=_("借书人工号"), max_length=32)


class SuggestForm(PlainForm):
    name = forms.CharField(label=_("书名"), max_length=120)
    author = forms.CharField(label=_("作者（可不写）"), max_length=80, required=False)
    why = forms.CharField(label=_("一句理由（可不写）"), max_length=200, required=False)


class AnswerForm(PlainForm):
    answer = forms.CharField(
        label=_("答复"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("不采纳的，请写理由。"),
    )  # fmt: skip


class SubscriptionChangeForm(PlainForm):
    code = forms.CharField(label=_("邮发代号（可不写）"), max_length=20, required=False)
    copies = forms.IntegerField(label=_("份数"), min_value=1, max_value=500, initial=1)
    place = forms.CharField(label=_("放在哪里（可不写）"), max_length=60, required=False)


class SubscriptionForm(SubscriptionChangeForm):
    name = forms.CharField(label=_("报刊名称"), max_length=80)
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    frequency = forms.ChoiceField(label=_("多久一期"), choices=[(str(word), str(word)) for word in Frequency])
    from_month = forms.TypedChoiceField(
        label=_("从几月起"), coerce=int, choices=[(month, f"{month}月") for month in range(1, 13)], initial=1
    )
    field_order = ("name", "year", "frequency", "from_month", "code", "copies", "place")
