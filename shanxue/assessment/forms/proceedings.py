"""Forms of the year's proceeding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm

from ..models import SchemeVersion
from ..rules.proceedings import Cause
from ..rules.scheme import Term

MOST_BYTES = 500_000


class OpenForm(PlainForm):
    """What the assessment is called and which schemes go together."""

    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("如：2026年度学习考核。"))
    versions = forms.MultipleChoiceField(label=_("用哪些细则"), widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, versions: Iterable[SchemeVersion], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {str(version.pk): version for version in versions}
        self.fields["versions"].choices = [(key, one.title) for key, one in self.found.items()]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[SchemeVersion]:
        return [self.found[key] for key in self.cleaned_data["versions"]]


class SchemeFileForm(PlainForm):
    file = forms.FileField(
        label=_("细则文件"), help_text=_("扩展名是 .toml 的文本文件。代号相同的，用新的换掉原来的。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".toml,text/plain"}),
    )  # fmt: skip

    def read_text(self) -> str:
        """The file's text. An unreadable file fails the field, in words."""
        upload = self.cleaned_data["file"]
        try:
            return str(upload.read(MOST_BYTES + 1).decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.add_error("file", _("文件编码认不出。请另存为 UTF-8 再试。"))
            return ""


class RosterForm(PlainForm):
    words = forms.CharField(
        label=_("说明"), max_length=200, required=False, help_text=_("可以不写。如：已和组织人事部门核对。")
    )


class CutoffForm(PlainForm):
    """The instant up to which records count."""

    on = forms.DateField(label=_("截止日期"), widget=forms.DateInput())
    time = forms.TimeField(
        label=_("截止时间"), widget=forms.TimeInput(),
        help_text=_("这一刻以后登记、改动、删去的记录，逐条决定计入或不计入。"),
    )  # fmt: skip


class LateForm(PlainForm):
    reason = forms.CharField(label=_("理由"), max_length=200, help_text=_("一句话。会写在这几条记录后面。"))


class FreezeForm(PlainForm):
    """The first freeze asks until when branches check; a later one asks why."""

    check_until_on = forms.DateField(label=_("支部核对到"), widget=forms.DateInput(), required=False)
    reason = forms.CharField(label=_("为什么重新冻结"), max_length=200, required=False)

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason" if first else "check_until_on"]


class ObjectionForm(PlainForm):
    sentence = forms.CharField(
        label=_("哪里不对，应当是什么"), max_length=300, help_text=_("一两句话即可。这一项的记录会自动附上。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class AnswerForm(PlainForm):
    answer = forms.CharField(
        label=_("答复"), max_length=300, help_text=_("支部会看到这段话。"), widget=forms.Textarea(attrs={"rows": 4})
    )


class PublishForm(PlainForm):
    """Days only where the scheme is silent (K60)."""

    publicity_days = forms.IntegerField(label=_("公示几天"), min_value=1, max_value=60, required=False)
    appeal_days = forms.IntegerField(label=_("申诉期几个工作日"), min_value=1, max_value=60, required=False)

    def __init__(self, *args: Any, publicity: Term, appeal: Term, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, term in (("publicity_days", publicity), ("appeal_days", appeal)):
            if term.days is not None:
                del self.fields[name]
            else:
                self.fields[name].help_text = _("细则没有规定，由学习办公室定。")


class QuotaForm(PlainForm):
    """Who keeps the grade, and which meeting decided so."""

    kept = forms.MultipleChoiceField(label=_("保留的人"), widget=forms.CheckboxSelectMultiple, required=False)
    meeting = forms.CharField(label=_("哪次会议"), max_length=60, help_text=_("如：局党委会议。"))
    held_on = forms.DateField(label=_("会议日期"), widget=forms.DateInput())
    reason = forms.CharField(label=_("理由"), max_length=200)

    def __init__(self, holders: Iterable[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kept"].choices = [(str(one), str(one)) for one in holders]  # type: ignore[attr-defined]


class AmendForm(PlainForm):
    """What a meeting decided on a settled result."""

    points = forms.CharField(
        label=_("更正后的总分"), max_length=12, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    grade = forms.ChoiceField(label=_("更正后的等次"))
    cause = forms.ChoiceField(label=_("因为"), choices=[(one.value, one.value) for one in Cause])
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    decided_by = forms.CharField(label=_("谁决定的"), max_length=60, help_text=_("如：局党委。"))
    meeting = forms.CharField(label=_("哪次会议"), max_length=60, help_text=_("如：第3次党委会议。"))
    held_on = forms.DateField(label=_("会议日期"), widget=forms.DateInput())

    def __init__(self, grades: Iterable[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].choices = [(one, one) for one in grades]  # type: ignore[attr-defined]
