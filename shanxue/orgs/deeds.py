"""What may be done about one person, as one table: a form, the action it feeds, and its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import forms
from .actions import moves, people
from .models import Exemption, Person
from .queries import Actor

Words = str | Promise
Run = Callable[[Actor, forms.DeedForm, datetime], object]


@dataclass(frozen=True)
class Deed:
    """``by``: who may do it: the office, or a secretary of the own branch. ``when``: on which people it is offered."""

    title: Words
    lead: Words
    form: type[forms.DeedForm]
    run: Run
    said: Words
    by: str = "office"
    when: Callable[[Person], bool] = lambda person: person.left_on is None


def _is_exempt(person: Person) -> bool:
    return person.left_on is None and person.exemptions.filter(until_on__isnull=True).exists()


def _has_left(person: Person) -> bool:
    return person.left_on is not None


def _change_facts(actor: Actor, form: forms.DeedForm, at: datetime) -> object:
    return people.change_person(actor, form.person, form.cleaned_data, at=at)


def _transfer(actor: Actor, form: forms.DeedForm, at: datetime) -> object:
    return moves.transfer_person(actor, form.get_stint(), form.get_unit(), form.cleaned_data["on"], at=at)


def _change_post(actor: Actor, form: forms.DeedForm, at: datetime) -> object:
    return moves.change_post(actor, form.get_stint(), form.cleaned_data["role"], form.cleaned_data["on"], at=at)


def _place(actor: Actor, form: forms.DeedForm, at: datetime) -> object:
    values = form.cleaned_data
    return moves.place_person(actor, form.person, form.get_unit(), values["role"], values["on"], at=at)


def _end_stint(actor: Actor, form: forms.DeedForm, at: datetime) -> object:
    return moves.end_stint(actor, form.get_stint(), form.cleaned_data["on"], at=at)


def _exempt(actor: Actor, form: forms.DeedForm, at: datetime) -> object:
    values = form.cleaned_data
    return people.exempt_person(
        actor, form.person, values["category"], values["from_on"], values["last_on"], values["approved_by"], at=at
    )


def _request(actor: Actor, form: forms.DeedForm, at: datetime) -> object:
    values = form.cleaned_data
    return people.request_exemption(actor, form.person, values["category"], values["from_on"], values["last_on"], at=at)


def _end_exemption(actor: Actor, form: forms.DeedForm, at: datetime) -> object:
    exemption = Exemption.objects.select_related("person").get(pk=form.cleaned_data["exemption"], person=form.person)
    return people.end_exemption(actor, exemption, form.cleaned_data["on"], at=at)


def _record_milestone(actor: Actor, form: forms.DeedForm, at: datetime) -> object:
    values = form.cleaned_data
    return people.record_milestone(
        actor, form.person, values["kind"], values["on"], rank_class=values["rank_class"], at=at
    )


def _leave(actor: Actor, form: forms.DeedForm, at: datetime) -> object:
    return moves.record_leaving(actor, form.person, form.cleaned_data["on"], at=at)


def _return(actor: Actor, form: forms.DeedForm, at: datetime) -> object:
    return moves.record_return(actor, form.person, form.get_unit(), form.cleaned_data["on"], at=at)


DEEDS: dict[str, Deed] = {
    "transfer": Deed(
        _("转接"), _("从哪天起转到哪里。对方书记确认接收以前，仍由原支部负责。"), forms.TransferForm, _transfer,
        _("已登记。转支部的，等对方书记确认接收；换部门的，从那天起生效。"),
    ),
    "post": Deed(
        _("职务变动"), _("写明从哪天起任什么职务，原来的职务到那天为止。"), forms.PostForm, _change_post,
        _("职务变动已登记。要办理支部事务的，再给账号授权。"),
    ),
    "place": Deed(
        _("编入单位"), _("编入党小组、部门，或者给还没有支部的人登记支部。"), forms.PlaceForm, _place, _("已编入。")
    ),
    "end-stint": Deed(
        _("结束一段"), _("不再在某个小组或部门的，写明到哪天为止。"), forms.EndStintForm, _end_stint,
        _("已结束这一段。"),
    ),
    "exempt": Deed(
        _("免考核"), _("写明类别、起止日期和谁批准的。不写病情。"), forms.ExemptForm, _exempt,
        _("免考核已登记，从那天起不作硬性要求。"),
    ),
    "end-exemption": Deed(
        _("结束免考核"), _("写明从哪天起恢复。"), forms.EndExemptionForm, _end_exemption, _("免考核已结束。"),
        when=_is_exempt,
    ),
    "request-exemption": Deed(
        _("申请免考核"), _("写明类别和起止日期，由学习办公室审批。不写病情。"), forms.RequestForm, _request,
        _("申请已提交，学习办公室审批后生效。"), by="secretary",
    ),
    "milestone": Deed(
        _("转正、晋升等"), _("登记日期。有的期限从这一天算起。"), forms.MilestoneForm, _record_milestone, _("已登记。"),
    ),
    "facts": Deed(
        _("修改基本信息"), _("改错的改正，缺的补上。原来的内容留在记录里。"), forms.FactsForm, _change_facts,
        _("已保存。"),
    ),
    "leaving": Deed(
        _("登记离开"), _("调出本单位、离职等。以前的记录都保留。"), forms.DayForm, _leave,
        _("已登记离开，以前的记录都保留。"),
    ),
    "return": Deed(
        _("登记返回"), _("写明从哪天起回到哪个支部。"), forms.ReturnForm, _return, _("已登记返回。"), when=_has_left,
    ),
}  # fmt: skip
