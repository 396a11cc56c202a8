"""Lending at the desk, giving back, waiting in line; and forgetting what is over."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.models import Bureau, Person
from shanxue.orgs.queries import Actor

from ..models import BorrowRequest, Copy, Loan, LoanTally
from ..queries.people import demand_office, demand_person
from ..queries.shelf import find_loan, find_title, list_waiting
from ..rules import CopyState, RequestState
from ..rules.shelf import MOST_LOANS, MOST_RENEWALS, find_due_day, find_forgotten_before
from .funds import record


@transaction.atomic
def ask_to_borrow(actor: Actor, title_id: int, *, at: datetime) -> BorrowRequest:
    """Ask for a title: the keeper lends a copy at the desk. A second click gives the same wish."""
    person = demand_person(actor)
    title = find_title(actor, title_id)
    if Loan.objects.filter(copy__title=title, person=person, returned_on__isnull=True).exists():
        raise Refusal("borrowed_already", f"您已借到《{title}》，还书以前不用再申请。")
    _demand_room(person)
    try:
        with transaction.atomic():
            request, made = BorrowRequest.objects.get_or_create(
                title=title, person=person, state=RequestState.WAITING, defaults={"at": at}
            )
    except IntegrityError:  # pressed twice at once
        return BorrowRequest.objects.get(title=title, person=person, state=RequestState.WAITING)
    if made:
        record(actor, "ask_to_borrow", f"title:{title.pk}", at)
    return request


def _demand_room(person: Person) -> None:
    if Loan.objects.filter(person=person, returned_on__isnull=True).count() >= MOST_LOANS:
        raise Refusal("loans_full", f"一个人同时最多借 {MOST_LOANS} 册，{person}已借满。请先还书。")


@transaction.atomic
def take_back_request(actor: Actor, request_id: int, *, at: datetime) -> BorrowRequest:
    """Take a wish back: one's own, or as the keeper one that nobody waits for any more."""
    found = BorrowRequest.objects.filter(title__bureau=actor.bureau, pk=request_id).select_related("title")
    if not actor.keeps_whole_office:
        found = found.filter(person=demand_person(actor))
    request = found.first()
    if request is None:
        raise refuse_missing("这条借阅申请")
    settled = BorrowRequest.objects.filter(pk=request.pk, state=RequestState.WAITING).update(
        state=RequestState.TAKEN_BACK, settled_on=timezone.localdate(at)
    )
    if settled:
        record(actor, "take_back_request", f"title:{request.title_id}", at)
    return request


@transaction.atomic
def lend(actor: Actor, number: str, staff_no: str, *, at: datetime) -> Loan:
    """Lend the copy of a number to the person of a staff number.

    Two keepers who lend the same copy at once: the copy's own row decides, the other reads who has it.
    """
    demand_office(actor)
    copy = Copy.objects.select_related("title").filter(bureau=actor.bureau, number=number.strip()).first()
    if copy is None:
        raise Refusal("no_such_copy", f"没有编号“{number.strip()}”的书。请核对书上的编号。")
    person = _find_reader(actor, staff_no, timezone.localdate(at))
    return _lend_copy(actor, copy, person, at)


def _find_reader(actor: Actor, staff_no: str, today: date) -> Person:
    person = Person.objects.filter(bureau=actor.bureau, staff_no=staff_no.strip()).first()
    if person is None:
        raise Refusal("no_such_person", f"没有工号“{staff_no.strip()}”的人。请核对工号。")
    if person.left_on is not None and person.left_on <= today:
        raise Refusal("person_left", f"{person}已离开本单位，不能再借。")
    return person


def _lend_copy(actor: Actor, copy: Copy, person: Person, at: datetime) -> Loan:
    Person.objects.select_for_update().get(pk=person.pk)  # so that two desks do not pass the most of one person
    today = timezone.localdate(at)
    open_loan = Loan.objects.filter(copy=copy, returned_on__isnull=True).select_related("person").first()
    if open_loan is not None and open_loan.person_id == person.pk:
        return open_loan  # a second click
    _demand_room(person)
    taken = Copy.objects.filter(pk=copy.pk, state=CopyState.SHELF).update(state=CopyState.LENT)
    if not taken:
        raise _refuse_copy(copy)
    loan = Loan.objects.create(
        copy=copy, person=person, on=today, due_on=find_due_day(today), at=at, actor=str(actor.user)
    )
    BorrowRequest.objects.filter(title=copy.title_id, person=person, state=RequestState.WAITING).update(
        state=RequestState.LENT, settled_on=today
    )
    record(actor, "lend", f"copy:{copy.pk}", at, due_on=loan.due_on.isoformat())
    forget_loans(actor.bureau, today)
    return loan


def _refuse_copy(copy: Copy) -> Refusal:
    loan = Loan.objects.filter(copy=copy, returned_on__isnull=True).select_related("person").first()
    if loan is None:
        copy.refresh_from_db(fields=["state"])
        return Refusal("copy_not_there", f"编号 {copy} 的《{copy.title}》已登记为{copy.state}，不能借出。")
    day = f"{loan.due_on.month}月{loan.due_on.day}日"
    return Refusal(
        "copy_lent", f"编号 {copy} 的《{copy.title}》已由{loan.person}借走，{day}到期。请先登记归还，或另取一册。",
        status=409,
    )  # fmt: skip


@transaction.atomic
def give_back(actor: Actor, loan_id: int, *, at: datetime) -> Loan:
    """Take a copy back to the shelf. A second click finds it back already."""
    return _end_loan(actor, loan_id, CopyState.SHELF, at)


@transaction.atomic
def report_lost(actor: Actor, loan_id: int, *, at: datetime) -> Loan:
    """End a loan whose copy did not come back."""
    return _end_loan(actor, loan_id, CopyState.LOST, at)


def _end_loan(actor: Actor, loan_id: int, state: CopyState, at: datetime) -> Loan:
    demand_office(actor)
    today = timezone.localdate(at)
    loan = Loan.objects.filter(copy__bureau=actor.bureau, pk=loan_id).select_related("copy__title", "person").first()
    if loan is None:
        raise refuse_missing("这笔借阅")
    ended = Loan.objects.filter(pk=loan.pk, returned_on__isnull=True).update(
        returned_on=max(today, loan.on), lost=state == CopyState.LOST
    )
    if ended:
        Copy.objects.filter(pk=loan.copy_id).update(state=state)
        record(actor, "give_back" if state == CopyState.SHELF else "report_lost", f"copy:{loan.copy_id}", at)
    forget_loans(actor.bureau, today)
    return loan


@transaction.atomic
def renew(actor: Actor, loan_id: int, *, at: datetime) -> Loan:
    """Keep a book for another term, from today: once, while it is not late and nobody waits for the title."""
    today = timezone.localdate(at)
    loan = find_loan(actor, loan_id)
    if loan.renewed >= MOST_RENEWALS:
        raise Refusal("renewed_already", f"《{loan.copy.title}》续借过了，请按期归还。")
    if loan.due_on < today:
        raise Refusal("loan_late", f"《{loan.copy.title}》已过期，请先还书。")
    if list_waiting(loan.copy.title):
        raise Refusal("others_wait", f"有同志在等《{loan.copy.title}》，不能续借。请按期归还。")
    due_on = find_due_day(today)
    changed = Loan.objects.filter(pk=loan.pk, renewed=loan.renewed, returned_on__isnull=True).update(
        renewed=F("renewed") + 1, due_on=due_on
    )
    if changed:
        record(actor, "renew", f"copy:{loan.copy_id}", at, due_on=due_on.isoformat())
    loan.refresh_from_db()
    return loan


def forget_loans(bureau: Bureau | None, today: date) -> int:
    """Drop loans that came back before the term, and settled wishes with them; only counts by title and year stay.

    Called by every write of the desk and by the keeper's page: nobody's reading is kept (个人信息保护法第十九条).
    """
    before = find_forgotten_before(today)
    BorrowRequest.objects.filter(title__bureau=bureau, settled_on__lt=before).delete()
    old = Loan.objects.filter(copy__bureau=bureau, returned_on__lt=before)
    with transaction.atomic():
        rows = list(old.select_for_update(of=("self",)).values_list("pk", "copy__title", "on"))
        for (title, year), count in sorted(Counter((title, on.year) for _pk, title, on in rows).items()):
            LoanTally.objects.get_or_create(title_id=title, year=year)
            LoanTally.objects.filter(title=title, year=year).update(count=F("count") + count)
        Loan.objects.filter(pk__in=[pk for pk, _title, _on in rows]).delete()
    return len(rows)
