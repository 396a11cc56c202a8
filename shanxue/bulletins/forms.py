"""What people fill in about documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.base.errors import Refusal
from shanxue.base.lettering import tidy_number
from shanxue.orgs.models import Unit
from shanxue.web.forms import PlainForm

from .models import OfficialDocument
from .rules import FROM_RECORDS, DocumentKind, NamedChoice, Section
from .rules.briefing import Practice
from .rules.marking import Marked
from .rules.periods import NamedPeriod

WHOLE = "0"
NAMED_WORDS = {
    NamedChoice.MISSED: _("缺席后没有安排补学的人"),
    NamedChoice.BEST: _("学习考核优秀的人"),
    NamedChoice.LIMITED: _("年度考核等次受限制的人"),
    NamedChoice.LOWEST: _("学习考核为末等的人"),
}
BRIEFING_LENGTH = 20  # as a 机关代字: its issues are numbered under it
CODE_HELP = _("登记简报的期号时，填简报名称。")
HEADER_FIELDS = ("title", "to", "copies", "mark", "issuer", "code", "printed_by")


def _list_scopes(scopes: Sequence[Unit | None]) -> list[tuple[str, Any]]:
    return [(str(unit.pk), unit.name) if unit else (WHOLE, _("全局")) for unit in scopes]


class ScopeForm(PlainForm):
    """``find_unit`` gives the unit chosen, ``None`` for the whole bureau."""

    unit = forms.ChoiceField(label=_("范围"))

    def __init__(self, scopes: Sequence[Unit | None], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._units = {str(unit.pk): unit for unit in scopes if unit is not None}
        self.fields["unit"].choices = _list_scopes(scopes)  # type: ignore[attr-defined]

    def find_unit(self) -> Unit | None:
        return self._units.get(self.cleaned_data["unit"])


class PeriodForm(ScopeForm):
    period = forms.ChoiceField(label=_("期间"), widget=forms.RadioSelect(attrs={"chips": True}))
    field_order = ("period", "unit")

    def __init__(self, periods: Sequence[NamedPeriod], scopes: Sequence[Unit | None], *args: Any, **kw: Any) -> None:
        super().__init__(scopes, *args, **kw)
        self.fields["period"].choices = [(one.code, one.label) for one in periods]  # type: ignore[attr-defined]


class NoticeForm(ScopeForm):
    title = forms.CharField(label=_("标题"), max_length=120)
    to = forms.CharField(label=_("主送机关"), max_length=200, initial="各党支部、各部门")
    text = forms.CharField(
        label=_("正文"),
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("一段一行。以“一、”“（一）”开头的短行排成标题。"),
    )
    field_order = ("title", "to", "unit", "text")


class EditForm(PlainForm):
    """Header, choices and the text of every section the document has."""

    title = forms.CharField(label=_("标题"), max_length=120)
    to = forms.CharField(label=_("主送机关"), max_length=200)
    copies = forms.CharField(label=_("抄送"), max_length=200, required=False)
    due_on = forms.DateField(
        label=_("整改期限"), required=False, widget=forms.DateInput(),
        help_text=_("填了才写“于×月×日前”，不填写“及时”。"),
    )  # fmt: skip
    answer_days = forms.IntegerField(label=_("点名单位几日内可以说明"), min_value=1, max_value=60)
    line_percent = forms.IntegerField(
        label=_("到会率的界线（%）"), required=False, min_value=1, max_value=100,
        help_text=_("填了才点名低于界线的单位，同时写明出自哪一条。"),
    )  # fmt: skip
    line_clause = forms.CharField(label=_("界线出自哪一条"), required=False, max_length=80)
    named = forms.MultipleChoiceField(
        label=_("列出姓名"), required=False, widget=forms.CheckboxSelectMultiple(),
        help_text=_("默认不列。选了的写成附件里的一张表，点名的人自己看得到。"),
    )  # fmt: skip
    mark = forms.CharField(label=_("发文机关标志"), max_length=60)
    issuer = forms.CharField(label=_("署名"), max_length=60)
    code = forms.CharField(label=_("机关代字"), max_length=20, required=False)
    printed_by = forms.CharField(label=_("印发机关"), max_length=60)
    revision = forms.IntegerField(widget=forms.HiddenInput())

    practices = forms.TypedMultipleChoiceField(
        label=_("写进经验做法"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple(),
        help_text=_("这段时间采纳的学习成果，选了的写进“经验做法”，不写姓名。也可以自己写。"),
    )  # fmt: skip

    def __init__(
        self, document: OfficialDocument, sections: dict[Section, Marked], practices: Sequence[Practice], *args: Any,
        **kw: Any,
    ) -> None:  # fmt: skip
        initial = {name: getattr(document, name) for name in (*HEADER_FIELDS, *CHOICE_FIELDS, "revision")}
        texts = {_field(section): marked.text for section, marked in sections.items()}
        super().__init__(*args, initial=initial | texts, **kw)
        self.sections = tuple(sections)
        for section in self.sections:
            rows = 3 if section == Section.OPENING else 12
            self.fields[_field(section)] = forms.CharField(
                label=section, required=False, widget=forms.Textarea(attrs={"rows": rows, "class": "form-control"})
            )
        self.fields["named"].choices = [  # type: ignore[attr-defined]
            (one, NAMED_WORDS[one]) for one in NamedChoice if one == NamedChoice.MISSED or document.period.endswith("y")
        ]
        self.fields["practices"].choices = [  # type: ignore[attr-defined]
            (one.id, f"{one.unit}《{one.title}》：{one.measure}") for one in practices
        ]
        dropped = () if document.kind in FROM_RECORDS else CHOICE_FIELDS
        for name in (*dropped, *(["practices"] if not practices and not dropped else [])):
            del self.fields[name]
        if document.kind == DocumentKind.BRIEFING:
            self._name_briefing()
        self.order_fields(["title", "to", "copies", "practices", *(_field(one) for one in self.sections)])

    def _name_briefing(self) -> None:
        """A 简报 says to whom it goes at its foot, and is numbered under its own name."""
        self.fields["mark"] = forms.CharField(max_length=BRIEFING_LENGTH)
        for name, label in BRIEFING_LABELS.items():
            self.fields[name].label = label
        for name in ("code", "due_on"):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("line_percent") and not values.get("line_clause"):
            self.add_error("line_clause", _("请写明这条界线出自哪一条，没有依据的界线不能用来点名。"))
        return values

    def read_header(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*HEADER_FIELDS, *CHOICE_FIELDS) if name in self.fields}

    def read_texts(self) -> dict[Section, str]:
        return {section: self.cleaned_data[_field(section)] for section in self.sections}


CHOICE_FIELDS = ("due_on", "answer_days", "line_percent", "line_clause", "named", "practices")
BRIEFING_LABELS = {"to": _("发送"), "copies": _("报送"), "mark": _("简报名称"), "issuer": _("编印单位")}


def _field(section: Section) -> str:
    return f"text{list(Section).index(section)}"


class EvidenceForm(PlainForm):
    unit = forms.ModelChoiceField(label=_("单位"), queryset=Unit.objects.none())
    fact = forms.CharField(label=_("依据"), max_length=300, help_text=_("哪一天、什么事。会和通报一起给这个单位看。"))

    def __init__(self, units: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class FileForm(PlainForm):
    file = forms.FileField(label=_("附件"), widget=forms.FileInput())


class ReasonForm(PlainForm):
    reason = forms.CharField(label=_("原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}), required=False)


class AnswerForm(PlainForm):
    text = forms.CharField(label=_("说明"), max_length=1000, widget=forms.Textarea(attrs={"rows": 6}), required=False)


class LetterheadForm(PlainForm):
    mark = forms.CharField(
        label=_("发文机关标志"), max_length=60, required=False, help_text=_("红头上的字。不填时用单位名称加“文件”。")
    )
    issuer = forms.CharField(label=_("署名"), max_length=60, required=False, help_text=_("不填时用单位名称。"))
    code = forms.CharField(label=_("机关代字"), max_length=20, help_text=_("发文字号里年份前面的字，如“江城管”。"))
    briefing = forms.CharField(
        label=_("简报名称"), max_length=BRIEFING_LENGTH, help_text=_("简报报头上的字，期号按它编，如“学习简报”。")
    )
    printed_by = forms.CharField(label=_("印发机关"), max_length=60, required=False)
    copies = forms.CharField(label=_("抄送"), max_length=200, required=False)
    office = forms.CharField(label=_("向谁说明和报送"), max_length=60)
    answer_days = forms.IntegerField(label=_("点名单位几日内可以说明"), min_value=1, max_value=60)

    def clean_code(self) -> str:
        return _read_code(self.cleaned_data["code"])


def _read_code(text: str) -> str:
    """A 机关代字 makes a number that the standard knows."""
    code = text.strip()
    try:
        tidy_number(f"{code}〔2026〕1号")
    except Refusal:
        raise forms.ValidationError(_("机关代字只写字，不写年份、括号和数字，如“江城管”。")) from None
    return code


class SeriesForm(PlainForm):
    code = forms.CharField(label=_("机关代字"), max_length=20, help_text=CODE_HELP)
    year = forms.IntegerField(label=_("年份"), min_value=2000, max_value=2999)
    used = forms.IntegerField(
        label=_("纸质登记簿已经用到几号"), min_value=0, max_value=99999, help_text=_("这里从下一号开始编。")
    )

    def clean_code(self) -> str:
        return _read_code(self.cleaned_data["code"])


class NumberForm(PlainForm):
    """A document that was issued on paper."""

    code = forms.CharField(label=_("机关代字"), max_length=20, help_text=CODE_HELP)
    number = forms.IntegerField(label=_("顺序号"), min_value=1, max_value=99999)
    title = forms.CharField(label=_("标题"), max_length=120)
    on = forms.DateField(label=_("成文日期"), widget=forms.DateInput())

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_code(self) -> str:
        return _read_code(self.cleaned_data["code"])

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self._today:
            raise forms.ValidationError(_("成文日期不能晚于今天。"))
        return on


class TemplateForm(PlainForm):
    file = forms.FileField(label=_("自己的模板"), widget=forms.FileInput(attrs={"accept": ".docx"}))
