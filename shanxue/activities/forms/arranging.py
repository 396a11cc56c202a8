"""What is typed while a session is arranged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shanxue.orgs.models import Person
from shanxue.plans.models import Campaign
from shanxue.resources.models import Venue
from shanxue.web.forms import PlainForm

from ..models import Session
from ..rules import SessionKind, Tier
from ..rules.agenda import AgendaRow

MOST_AGENDA_ROWS = 30
Choices = list[tuple[str, Any]]


def _offer(first: Any, rows: Iterable[Person | Campaign | Venue]) -> Choices:
    return [("", first), *((str(row.pk), row.name) for row in rows)]


class ArrangeForm(PlainForm):
    """One session. The unit stands outside the form; whom it lets choose as host and recorder depends on it."""

    kind = forms.ChoiceField(label=_("类型"), choices=[(kind.value, kind.value) for kind in SessionKind])
    tier = forms.ChoiceField(label=_("层级"), required=False)
    topic = forms.CharField(label=_("主题"), max_length=200)
    on = forms.DateField(label=_("日期"), widget=forms.DateInput())
    start_time = forms.TimeField(label=_("开始时间"), required=False, widget=forms.TimeInput())
    end_time = forms.TimeField(label=_("结束时间"), required=False, widget=forms.TimeInput())
    venue = forms.ChoiceField(label=_("阵地"), required=False, help_text=_("选了就预约，别人不能再占。"))
    place = forms.CharField(label=_("地点"), required=False, max_length=80)
    credit = forms.DecimalField(
        label=_("认定学时"), required=False, min_value=Decimal(0), max_digits=5, decimal_places=2,
        help_text=_("由组织认定的学时，不是在线时长；没有就留空。"),
    )  # fmt: skip
    host = forms.ChoiceField(label=_("主持人"), required=False)
    recorder = forms.ChoiceField(label=_("记录人"), required=False)
    campaign = forms.ChoiceField(label=_("专题活动"), required=False)
    notice = forms.CharField(
        label=_("通知里另外要说的"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    late_entry = forms.BooleanField(label=_("补录：会议已经开过，现在登记"), required=False)

    def __init__(
        self, *args: Any, people: Sequence[Person], campaigns: Sequence[Campaign], sets_tier: bool,
        venues: Sequence[Venue] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.venues = offer_venues(self, venues)
        self.needs_start = True  # a notice says when; what was entered afterwards may not know
        self.people = {str(person.pk): person for person in people}
        self.campaigns = {str(campaign.pk): campaign for campaign in campaigns}
        for name in ("host", "recorder"):
            self.fields[name].choices = _offer(_("未定"), people)  # type: ignore[attr-defined]
        self.fields["campaign"].choices = _offer(_("不属于专题活动"), campaigns)  # type: ignore[attr-defined]
        tiers = [("", _("按类型"))] + [(tier.value, tier.value) for tier in (Tier.COMMITTEE, Tier.BRANCH)]
        self.fields["tier"].choices = tiers  # type: ignore[attr-defined]
        for name, unwanted in (("tier", not sets_tier), ("campaign", not campaigns)):
            if unwanted:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end = given.get("start_time"), given.get("end_time")
        if end and not start and "start_time" not in self.errors:
            self.add_error("start_time", _("写了结束时间，还缺开始时间。"))
        if start and end and end <= start:
            self.add_error("end_time", _("结束时间要晚于开始时间。"))
        if not start and self.needs_start and not given.get("late_entry") and "start_time" not in self.errors:
            self.add_error("start_time", _("请填写“开始时间”，通知里要写明。"))
        return given

    def read_minutes(self) -> int | None:
        start, end = self.cleaned_data.get("start_time"), self.cleaned_data.get("end_time")
        return count_minutes(start, end) if start and end else None


def offer_venues(form: PlainForm, venues: Sequence[Venue]) -> dict[str, Venue]:
    """Offer the places that may be booked; a bureau without any is not asked."""
    if venues:
        form.fields["venue"].choices = _offer(_("不用阵地"), venues)  # type: ignore[attr-defined]
    else:
        del form.fields["venue"]
    return {str(venue.pk): venue for venue in venues}


class PostponeForm(PlainForm):
    on = forms.DateField(label=_("新的日期"), widget=forms.DateInput())
    start_time = forms.TimeField(label=_("开始时间"), widget=forms.TimeInput())
    end_time = forms.TimeField(label=_("结束时间"), required=False, widget=forms.TimeInput())
    venue = forms.ChoiceField(label=_("阵地"), required=False, help_text=_("原来的预约会取消，按新的时间重新预约。"))
    place = forms.CharField(label=_("地点"), required=False, max_length=80)
    reason = forms.CharField(label=_("延期的原因"), max_length=100)

    def __init__(self, *args: Any, venues: Sequence[Venue] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.venues = offer_venues(self, venues)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end = given.get("start_time"), given.get("end_time")
        if start and end and end <= start:
            self.add_error("end_time", _("结束时间要晚于开始时间。"))
        return given


class CancelForm(PlainForm):
    reason = forms.CharField(label=_("取消的原因"), max_length=100)


def count_minutes(start: time, end: time) -> int:
    return (end.hour - start.hour) * 60 + end.minute - start.minute


def find_end(start: time | None, minutes: int | None) -> time | None:
    """The end of a session on its own day; None when it is not known or falls on the next day."""
    if start is None or minutes is None:
        return None
    total = start.hour * 60 + start.minute + minutes
    return time(total // 60, total % 60) if total < 24 * 60 else None


def describe_initial(session: Session, **changed: Any) -> dict[str, Any]:
    """A session as the form's first values, to change or to copy."""
    initial: dict[str, Any] = {
        "kind": session.kind, "tier": session.tier, "topic": session.topic, "on": session.on,
        "start_time": session.start_time, "end_time": find_end(session.start_time, session.minutes),
        "place": "" if session.venue and session.venue.name == session.place else session.place,
        "venue": str(session.venue_id or ""),
        "credit": Decimal(session.credit_milli) / 1000 if session.credit_milli else None,
        "host": str(session.host_id or ""), "recorder": str(session.recorder_id or ""),
        "campaign": str(session.campaign_id or ""), "notice": session.notice,
    }  # fmt: skip
    if initial["credit"] is not None:
        initial["credit"] = initial["credit"].normalize()
    return initial | changed


def read_agenda(data: QueryDict) -> list[AgendaRow]:
    """The agenda rows as typed, in their order; at most MOST_AGENDA_ROWS."""
    titles, speakers, materials = (data.getlist(f"agenda_{part}") for part in ("title", "speaker", "material"))
    rows = []
    for index, title in enumerate(titles[:MOST_AGENDA_ROWS]):
        speaker = speakers[index] if index < len(speakers) else ""
        material = materials[index] if index < len(materials) else ""
        rows.append(
            AgendaRow(title.strip()[:120], int(speaker) if speaker.isdecimal() else None, material.strip()[:200])
        )
    return rows


def read_day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        return None
