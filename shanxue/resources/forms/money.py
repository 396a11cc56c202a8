"""What is typed about money. Amounts are typed as yuan and become fen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm

from ..models import Purpose
from ..rules import LineKind
from ..rules.money import read_yuan, write_yuan

DAY = {"invalid": _("请写成 2026-06-12 这样的日期。")}


class YuanField(forms.CharField):
    """An amount in yuan with at most two decimals; its cleaned value is fen."""

    def __init__(self, *, signed: bool = False, zero: bool = False, **kwargs: Any) -> None:
        super().__init__(max_length=24, **kwargs)
        self.signed, self.zero = signed, zero
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            fen = read_yuan(text, str(self.label), signed=self.signed)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        if fen == 0 and not self.zero:
            raise forms.ValidationError(_("“%(label)s”要大于 0。") % {"label": self.label})
        return fen

    def prepare_value(self, value: Any) -> Any:
        return write_yuan(value) if isinstance(value, int) else value


class KeyedForm(PlainForm):
    """A form whose second click writes nothing: the key it was shown with goes into the row."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)


class FundForm(PlainForm):
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)


class SourceForm(PlainForm):
    name = forms.CharField(label=_("来源"), max_length=40, help_text=_("如：财政拨款、上级下拨、工会补助。"))
    amount = YuanField(label=_("金额（元）"))
    document = forms.CharField(label=_("依据的文件（可不写）"), max_length=80, required=False)


class PurposeForm(PlainForm):
    name = forms.CharField(label=_("用途"), max_length=30, help_text=_("如：图书、报刊、培训、阵地。"))
    parent = forms.TypedChoiceField(label=_("上级用途"), coerce=int, empty_value=None, required=False)
    amount = YuanField(label=_("批准金额（元）"), zero=True, help_text=_("只用来归类、下面还要分项的，写 0。"))

    def __init__(self, *args: Any, parents: Iterable[Purpose], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("没有上级")), *((str(one.pk), one.name) for one in parents)]
        self.fields["parent"].choices = choices  # type: ignore[attr-defined]


class DecisionForm(KeyedForm):
    """Who decided, when, why. Subclasses add what was decided."""

    meeting = forms.CharField(
        label=_("哪次会议决定的"), max_length=60, help_text=_("如：局党委会 2026 年第 8 次会议。")
    )
    decided_on = forms.DateField(label=_("决定日期"), widget=forms.DateInput, error_messages=DAY)
    reason = forms.CharField(label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class AdjustForm(DecisionForm):
    amount = YuanField(label=_("金额（元）"), signed=True, help_text=_("追加写正数，调减写负数；调剂写调出的数。"))
    to = forms.TypedChoiceField(label=_("调剂到"), coerce=int, empty_value=None, required=False)
    field_order = ("amount", "to", "meeting", "decided_on", "reason", "key")

    def __init__(self, *args: Any, others: Iterable[Purpose], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("不是调剂")), *((str(one.pk), one.name) for one in others)]
        self.fields["to"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("to") and (given.get("amount") or 0) < 0:
            self.add_error("amount", _("调剂时“金额（元）”写调出的数，不写负数。"))
        return given


class ChangeCommitmentForm(DecisionForm):
    amount = YuanField(label=_("新的金额（元）"))
    field_order = ("amount", "meeting", "decided_on", "reason", "key")


class BillForm(KeyedForm):
    supplier = forms.CharField(label=_("供应单位"), max_length=60)
    what = forms.CharField(label=_("买什么"), max_length=120)
    amount = YuanField(label=_("金额（元）"))
    on = forms.DateField(label=_("日期"), widget=forms.DateInput, error_messages=DAY)


class PayForm(BillForm):
    number = forms.CharField(label=_("凭证号（可不写）"), max_length=40, required=False)
    receipt = forms.FileField(
        label=_("凭据（可以之后再传）"), required=False, help_text=_("JPG、PNG 或 PDF，不超过 10 MB。"),
        error_messages={"empty": _("“凭据”是空文件。请重新选择。")},
    )  # fmt: skip
    field_order = ("supplier", "what", "amount", "on", "number", "receipt", "key")


class ReceiptForm(PlainForm):
    receipt = forms.FileField(
        label=_("凭据"), help_text=_("JPG、PNG 或 PDF，不超过 10 MB。"),
        error_messages={"empty": _("“凭据”是空文件。请重新选择。")},
    )  # fmt: skip


class LineForm(PlainForm):
    kind = forms.ChoiceField(label=_("种类"), choices=[(str(word), str(word)) for word in LineKind])
    name = forms.CharField(label=_("名称"), max_length=120)
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=9999, initial=1)
    amount = YuanField(label=_("小计（元）"), zero=True)


class RefundForm(KeyedForm):
    how = forms.ChoiceField(
        label=_("是哪一种"), widget=forms.RadioSelect, initial="refund",
        choices=[("refund", _("退款：钱退回来了")), ("reverse", _("冲销：这笔登记错了，整笔取消"))],
    )  # fmt: skip
    amount = YuanField(label=_("退回金额（元）"), required=False, help_text=_("冲销不用填，按整笔算。"))
    on = forms.DateField(label=_("退回日期"), widget=forms.DateInput, required=False, error_messages=DAY)
    reason = forms.CharField(label=_("原因"), max_length=120)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("how") == "refund":
            for name in ("amount", "on"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _("请填写“%(label)s”。") % {"label": self.fields[name].label})
        return given
