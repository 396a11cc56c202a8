"""What the office writes before a year is sealed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.base.volumes import Retention
from shanxue.web.forms import PlainForm


class FondsForm(PlainForm):
    fonds = forms.RegexField(
        r"^[0-9A-Za-z-]{1,16}$", label=_("全宗号"), max_length=16,
        help_text=_("档案馆给本单位的编号，每个档号以它开头。"),
        error_messages={"invalid": _("全宗号只用数字、字母和短横，至多 16 位。")},
    )  # fmt: skip


class PieceForm(PlainForm):
    """One 件 before sealing. Empty fields leave what the rules say."""

    retention = forms.ChoiceField(
        label=_("保管期限"), required=False,
        choices=[("", _("按规定")), *((one.value, one.value) for one in Retention)],
    )  # fmt: skip
    position = forms.IntegerField(
        label=_("排在本类第几"), required=False, min_value=1, max_value=9999, help_text=_("不填按日期排。")
    )
    left_out = forms.CharField(
        label=_("不归档的原因"), required=False, max_length=200, help_text=_("写了原因，这一件就不装进归档包。")
    )


class SealForm(PlainForm):
    """Sealing with gaps needs the decision; without gaps there is nothing to write."""

    decision = forms.CharField(
        label=_("带缺件封卷的决定"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("谁、什么时候、为什么同意不补齐就封卷。写进目录，封卷以后看得到。"),
    )  # fmt: skip
