"""Forms of M4: a line of self-study, a note."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.plans.models import PlanItem
from shanxue.web.forms import PlainForm, look_plain

from ..models import Note
from ..rules import Audience

KINDS = ("笔记", "心得", "读书笔记", "调研报告", "思想汇报")


def list_item_choices(items: Iterable[PlanItem]) -> list[tuple[str, str]]:
    return [("", str(_("不对应"))), *((str(item.pk), item.title) for item in items)]


def choose_item(items: Iterable[PlanItem]) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("对应的计划条目（可不选）"),
        choices=list_item_choices(items),
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": _("这一条已不在个人计划里。请重新选，或选“不对应”。")},
    )


class EntryForm(PlainForm):
    """A line of self-study. What is picked from a list stands beside the form as ``pick``."""

    title = forms.CharField(
        label=_("或者写下学了什么"),
        max_length=120,
        required=False,
        error_messages={"max_length": _("最多 120 个字，现在 %(show_value)d 个。请写短一些。")},
    )
    on = forms.DateField(
        label=_("日期"),
        widget=forms.DateInput,
        error_messages={"invalid": _("请写成 2026-06-12 这样的日期。")},
    )
    gain = forms.CharField(
        label=_("收获一句话（可不写）"),
        max_length=200,
        required=False,
        error_messages={"max_length": _("最多 200 个字，现在 %(show_value)d 个。更长的可以写成笔记。")},
    )

    def __init__(self, *args: Any, items: Iterable[PlanItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan_item"] = choose_item(items)
        look_plain(self.fields["plan_item"])


class NoteForm(PlainForm):
    """A note. ``key`` names the draft, ``revision`` the text it builds on, ``owner`` is signed: whose text it is."""

    title = forms.CharField(label=_("题目"), required=False, strip=False, help_text=_("不写题目，就用正文第一行。"))
    body = forms.CharField(
        label=_("正文"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 14, "class": "form-control"})
    )
    audience = forms.ChoiceField(
        label=_("写给谁看"),
        choices=[(str(word), str(word)) for word in Audience],
        widget=forms.RadioSelect,
        initial=Audience.SECRETARY,
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, items: Iterable[PlanItem], kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = dict.fromkeys((*KINDS, kind) if kind else KINDS)
        self.fields["kind"] = forms.ChoiceField(label=_("种类"), choices=[(one, one) for one in kinds])
        self.fields["plan_item"] = choose_item(items)
        look_plain(self.fields["kind"])
        look_plain(self.fields["plan_item"])


def read_note(note: Note) -> dict[str, Any]:
    """Give a note as the form shows it."""
    return {
        "title": note.title,
        "body": note.body,
        "kind": note.kind,
        "audience": note.audience,
        "plan_item": note.plan_item_id or "",
        "key": note.key,
        "revision": note.revision,
    }
