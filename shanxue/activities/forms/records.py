"""The minutes as typed: text, what the session still lacked, and one row per decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.orgs.models import Person
from shanxue.web.forms import PlainForm

from ..models import Resolution, Session
from ..rules.records import Decision

MOST_DECISIONS = 30


class RecordForm(PlainForm):
    """Text of the minutes. Time, place, host and recorder are asked for only where the session has none."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    start_time = forms.TimeField(label=_("开始时间"), required=False, widget=forms.TimeInput)
    place = forms.CharField(label=_("地点"), required=False, max_length=80)
    host = forms.ModelChoiceField(Person.objects.none(), label=_("主持人"), required=False)
    recorder = forms.ModelChoiceField(Person.objects.none(), label=_("记录人"), required=False)
    end_time = forms.TimeField(label=_("散会时间"), required=False, widget=forms.TimeInput)
    content = forms.CharField(
        label=_("主要内容"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 16})
    )
    other = forms.CharField(label=_("其他"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, session: Session, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = session
        for name in ("host", "recorder"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Person.objects.filter(bureau=session.bureau_id)
            field.widget.choices = [("", _("请选择")), *((person.pk, person.name) for person in people)]
        for name in ("start_time", "place", "host", "recorder"):
            if getattr(session, f"{name}_id" if name in ("host", "recorder") else name):
                del self.fields[name]

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields that ask for what the session lacks."""
        return [self[name] for name in ("start_time", "place", "host", "recorder") if name in self.fields]

    def clean_content(self) -> str:
        return tidy_text(self.cleaned_data["content"])

    def clean_other(self) -> str:
        return tidy_text(self.cleaned_data["other"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("start_time") or self.session.start_time, cleaned.get("end_time")
        if end and not start:
            self.add_error("end_time", _("先写开始时间，再写散会时间。"))
        elif end and start and end <= start:
            self.add_error("end_time", _("散会时间在开始时间之前，请核对。"))
        return cleaned

    def read_facts(self) -> dict[str, Any]:
        """What is written to the session; ``minutes`` from beginning to end."""
        cleaned = self.cleaned_data
        facts = {name: cleaned.get(name) for name in ("start_time", "place", "host", "recorder")}
        start, end = cleaned.get("start_time") or self.session.start_time, cleaned.get("end_time")
        if start and end:
            facts["minutes"] = _count_minutes(end) - _count_minutes(start)
        return facts


def tidy_text(text: str) -> str:
    """Keep lines as typed, without the carriage returns of a browser and spaces at their ends."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip("\n")


def _count_minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def find_end(session: Session) -> time | None:
    """When the session ended, if its length is known."""
    if session.start_time is None or not session.minutes:
        return None
    end = datetime.combine(date.min, session.start_time) + timedelta(minutes=session.minutes)
    return end.time()


class DecisionForm(PlainForm):
    """One 决议. All of it may be empty: an empty row is not kept."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(label=_("决议"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    responsible = forms.TypedChoiceField(label=_("负责人"), required=False, coerce=int, empty_value=None)
    due_on = forms.DateField(label=_("期限"), required=False, widget=forms.DateInput)

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["responsible"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("请选择")), *((person.pk, person.name) for person in people)]
        field.error_messages["invalid_choice"] = _("请从这次会议的名单里选负责人。")

    def clean_text(self) -> str:
        return " ".join(str(self.cleaned_data["text"]).split())

    def read(self) -> Decision:
        cleaned = self.cleaned_data
        return Decision(cleaned["text"], cleaned["responsible"], cleaned["due_on"], cleaned["pk"])


def start_decisions(rows: Sequence[Resolution], people: Sequence[Person]) -> list[DecisionForm]:
    """One form per decision, and an empty one when there is none."""
    found = [
        {"pk": row.pk, "text": row.text, "responsible": row.responsible_id, "due_on": row.due_on} for row in rows
    ] or [{}]
    return [DecisionForm(initial=initial, prefix=f"d{number}", people=people) for number, initial in enumerate(found)]


def read_decisions(data: Any, people: Sequence[Person]) -> list[DecisionForm]:
    """The decision rows that were posted: ``rows`` says how many."""
    return [DecisionForm(data, prefix=f"d{number}", people=people) for number in range(_count_rows(data))]


def change_rows(data: Any, people: Sequence[Person]) -> list[DecisionForm]:
    """Give the posted rows back with one more (``act=add``) or without one (``act=remove-2``); nothing is saved."""
    names = ("pk", "text", "responsible", "due_on")
    rows = [{name: data.get(f"d{number}-{name}", "") for name in names} for number in range(_count_rows(data))]
    act = str(data.get("act", ""))
    if act == "add" and len(rows) < MOST_DECISIONS:
        rows.append(dict.fromkeys(names, ""))
    elif act.startswith("remove-") and act[7:].isdecimal():
        rows = [row for number, row in enumerate(rows) if number != int(act[7:])]
    return [DecisionForm(initial=row, prefix=f"d{number}", people=people) for number, row in enumerate(rows)]


def _count_rows(data: Any) -> int:
    text = str(data.get("rows", "0"))
    return min(int(text), MOST_DECISIONS) if text.isdecimal() else 0


class ReviewForm(PlainForm):
    """What a reviewer says. The sentence is needed only for a return."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    sentence = forms.CharField(label=_("退回时写一句话"), required=False, max_length=300)


class DoneForm(PlainForm):
    """A decision reported as carried out."""

    done_on = forms.DateField(label=_("完成日期"), widget=forms.DateInput)
    note = forms.CharField(label=_("完成情况"), max_length=200)
