"""Forms of the question bank."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm

from ..actions.bank import QuestionValues
from ..models import Question
from ..rules import QuestionKind
from ..rules.questions import Draft, Raw, settle_question
from ..rules.scoring import write_answer

KINDS = [(kind.value, kind.value) for kind in QuestionKind]


class BankUploadForm(PlainForm):
    file = forms.FileField(
        label=_("题库文件"),
        help_text=_(
            "Excel（.xlsx、.xls、.csv）或 Word（.docx），最多 20 MB。不用删说明行和示例，有问题的行会先列出来。"
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.docx,.doc"}),
        error_messages={"empty": _("文件是空的，没有内容。"), "invalid": _("请选择一个文件。")},
    )
    bank = forms.CharField(
        label=_("题库名称"), required=False, max_length=60,
        help_text=_("文件里有“分类”列时按分类；没有时用这里的名称，再没有就用文件名。"),
    )  # fmt: skip


class BankSearchForm(PlainForm):
    q = forms.CharField(
        label=_("题目或出处中的字"), required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )
    bank = forms.ChoiceField(label=_("题库"), required=False)
    kind = forms.ChoiceField(label=_("题型"), required=False, choices=[("", _("全部")), *KINDS])
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("在用")), ("停用", _("停用"))])

    def __init__(self, banks: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = [("", _("全部")), *((bank, bank) for bank in banks)]  # type: ignore[attr-defined]

    def read(self) -> dict[str, str]:
        """Give what was asked for; a wrong choice asks for nothing."""
        values = self.cleaned_data if self.is_valid() else {}
        names = {"q": "words", "bank": "bank", "kind": "kind", "state": "state"}
        return {to: values.get(name, "") for name, to in names.items()}


class QuestionForm(PlainForm):
    """One question; options and answers are written as on paper and settled by the same rules as a file's."""

    bank = forms.CharField(label=_("题库"), max_length=60)
    kind = forms.ChoiceField(label=_("题型"), choices=KINDS)
    stem = forms.CharField(
        label=_("题目"), widget=forms.Textarea(attrs={"rows": 3}), help_text=_("填空题的空写四个下划线 ____。")
    )
    options = forms.CharField(
        label=_("选项"), required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("一行一个，从 A 开始。判断题和填空题不写。"),
    )  # fmt: skip
    answer = forms.CharField(
        label=_("答案"), max_length=400,
        help_text=_("选择题写字母，如 A 或 ABD；判断题写正确或错误；填空题几个空用“；”分开，可以写“4或四”。"),
    )  # fmt: skip
    source = forms.CharField(
        label=_("出处"), required=False, max_length=200, help_text=_("答错后给答题人看，例如：党章第三条。")
    )
    analysis = forms.CharField(label=_("解析"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    difficulty = forms.CharField(label=_("难度"), required=False, max_length=8)

    draft: Draft

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        raw = Raw(
            stem=values["stem"], kind=values["kind"], answer=values["answer"], bank=values["bank"],
            options=values["options"].splitlines(), difficulty=values["difficulty"], analysis=values["analysis"],
            source=values["source"],
        )  # fmt: skip
        places: dict[str, Any] = {"answer": "答案", "options": "选项", "kind": "题型", "stem": "题目"}
        draft, problems, _notes = settle_question(raw, places, "题目", "这道题")
        for problem in problems:
            part, _colon, sentence = problem.partition("：")
            field = next((name for name, title in places.items() if title == part), None)
            self.add_error(field, sentence)
        if draft:
            self.draft = draft
        return values

    def read(self) -> QuestionValues:
        draft = self.draft
        return QuestionValues(
            draft.bank, str(draft.kind), draft.stem, list(draft.options), draft.answer, draft.analysis, draft.source,
            draft.difficulty,
        )  # fmt: skip


def describe_question(question: Question) -> dict[str, str]:
    """Write a stored question as the form shows it."""
    options = [] if question.kind == QuestionKind.TRUE_FALSE else question.options
    put = {"kind": question.kind, "options": question.options}
    if question.kind == QuestionKind.BLANK:
        answer = "；".join(texts[0] if texts else "" for texts in question.answer)
    else:
        answer = write_answer(put, question.answer).replace("、", "")
    return {
        "bank": question.bank, "kind": question.kind, "stem": question.stem, "options": "\n".join(options),
        "answer": answer, "source": question.source, "analysis": question.analysis, "difficulty": question.difficulty,
    }  # fmt: skip
