"""The shelf: what stands on it, who has what, who waits, what members wish for, which issues came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau, Person
from shanxue.orgs.queries import Actor

from ..models import BorrowRequest, Copy, Issue, Loan, LoanTally, PaymentLine, Subscription, Suggestion, Title
from ..rules import CopyState, Frequency, IssueState, RequestState, SuggestionState
from ..rules.issues import find_grace
from ..rules.shelf import find_forgotten_before

HELD = (CopyState.SHELF, CopyState.LENT)  # a copy that still belongs to the shelf


def scope_titles(actor: Actor) -> QuerySet[Title]:
    """Every title with how many copies there are and how many stand on the shelf."""
    return Title.objects.filter(bureau=actor.bureau).annotate(
        held=Count("copies", filter=Q(copies__state__in=HELD)),
        on_shelf=Count("copies", filter=Q(copies__state=CopyState.SHELF)),
    )


def search_titles(actor: Actor, words: str) -> QuerySet[Title]:
    """Titles by part of the name, author or press, by ISBN, class or copy number; every word must be found."""
    found = scope_titles(actor)
    for word in words.split()[:6]:
        digits = word.replace("-", "")
        own = Copy.objects.filter(bureau=actor.bureau, number=word).values("title")
        found = found.filter(
            Q(name__contains=word) | Q(author__contains=word) | Q(press__contains=word) | Q(category__startswith=word)
            | Q(isbn=digits) | Q(pk__in=own)
        )  # fmt: skip
    return found.order_by("name", "pk")


def find_title(actor: Actor, title_id: int) -> Title:
    title = scope_titles(actor).filter(pk=title_id).first()
    if title is None:
        raise refuse_missing("这本书")
    return title


def list_copies(title: Title) -> list[Copy]:
    found = title.copies.select_related("line__payment").order_by("number")
    return list(found)


def map_open_loans(title: Title) -> dict[int, Loan]:
    """Who has which copy of a title, by copy: for the keeper only."""
    found = Loan.objects.filter(copy__title=title, returned_on__isnull=True).select_related("person")
    return {loan.copy_id: loan for loan in found}


def list_waiting(title: Title) -> list[BorrowRequest]:
    found = title.requests.filter(state=RequestState.WAITING).select_related("person")
    return list(found.order_by("at", "pk"))


@dataclass(frozen=True)
class Own:
    """What one person has to do with one title: their loan, their wish with its place in the queue."""

    loan: Loan | None
    request: BorrowRequest | None
    ahead: int


def describe_own(title: Title, person: Person | None) -> Own | None:
    if person is None:
        return None
    loan = (
        Loan.objects.filter(copy__title=title, person=person, returned_on__isnull=True).select_related("copy").first()
    )
    waiting = list_waiting(title)
    place = next((place for place, one in enumerate(waiting) if one.person_id == person.pk), None)
    return Own(loan, None if place is None else waiting[place], place or 0)


def list_own_loans(person: Person) -> list[Loan]:
    """What somebody has at home, the next due first."""
    found = Loan.objects.filter(person=person, returned_on__isnull=True).select_related("copy__title")
    return list(found.order_by("due_on", "pk"))


def list_own_requests(person: Person) -> list[BorrowRequest]:
    found = BorrowRequest.objects.filter(person=person, state=RequestState.WAITING).select_related("title")
    return list(found.order_by("at", "pk"))


def list_kept_loans(person: Person, today: date) -> list[Loan]:
    """Everything still held of somebody's loans: what is out, and what came back within the term."""
    kept = Q(returned_on__isnull=True) | Q(returned_on__gte=find_forgotten_before(today))
    return list(Loan.objects.filter(kept, person=person).select_related("copy__title").order_by("on", "pk"))


def scope_loans(actor: Actor) -> QuerySet[Loan]:
    """Loans that are out, for the keeper: the office."""
    found = Loan.objects.filter(copy__bureau=actor.bureau, returned_on__isnull=True)
    found = found if actor.keeps_whole_office else found.none()
    return found.select_related("copy__title", "person").order_by("due_on", "pk")


def find_loan(actor: Actor, loan_id: int) -> Loan:
    """Find a loan that is out, for the keeper or for whose it is."""
    found = Loan.objects.filter(copy__bureau=actor.bureau, returned_on__isnull=True, pk=loan_id)
    if not actor.keeps_whole_office:
        found = found.filter(person=actor.person if actor.reads_own else None)
    loan = found.select_related("copy__title", "person").first()
    if loan is None:
        raise refuse_missing("这笔借阅")
    return loan


def list_requests(actor: Actor) -> list[BorrowRequest]:
    """Wishes that wait for the keeper, the oldest first, with how many copies stand on the shelf."""
    if not actor.keeps_whole_office:
        return []
    shelf = Copy.objects.filter(title=OuterRef("title"), state=CopyState.SHELF).values("title").annotate(n=Count("pk"))
    found = BorrowRequest.objects.filter(title__bureau=actor.bureau, state=RequestState.WAITING)
    found = found.annotate(on_shelf=Coalesce(Subquery(shelf.values("n")), 0)).select_related("title", "person")
    return list(found.order_by("at", "pk"))


def count_loans(bureau: Bureau, year: int) -> int:
    """How many loans began in a year: those still held, and those of which only the count is left."""
    rows = Loan.objects.filter(copy__bureau=bureau, on__year=year).count()
    tallied = LoanTally.objects.filter(title__bureau=bureau, year=year).aggregate(sum=Sum("count"))["sum"] or 0
    return rows + int(tallied)


def count_title_loans(title: Title, year: int) -> int:
    """How often a title was lent in a year: a number without people."""
    rows = Loan.objects.filter(copy__title=title, on__year=year).count()
    return rows + (LoanTally.objects.filter(title=title, year=year).aggregate(sum=Sum("count"))["sum"] or 0)


def scope_suggestions(actor: Actor) -> QuerySet[Suggestion]:
    """The office reads all suggestions; everybody reads their own."""
    found = Suggestion.objects.filter(bureau=actor.bureau)
    if not actor.keeps_whole_office:
        found = found.filter(person=actor.person if actor.reads_own else None)
    return found.select_related("person", "title").order_by("-at", "-pk")


def find_suggestion(actor: Actor, suggestion_id: int) -> Suggestion:
    found = scope_suggestions(actor).filter(pk=suggestion_id).first()
    if found is None or not actor.keeps_whole_office:
        raise refuse_missing("这条荐购")
    return found


def count_waiting(bureau: Bureau) -> tuple[int, int]:
    """How many wishes to borrow and how many suggestions wait for the office."""
    requests = BorrowRequest.objects.filter(title__bureau=bureau, state=RequestState.WAITING).count()
    return requests, Suggestion.objects.filter(bureau=bureau, state=SuggestionState.ASKED).count()


def find_line(actor: Actor, line_id: int) -> PaymentLine:
    """A receipt line that books, periodicals or equipment may be entered from: for the office."""
    found = PaymentLine.objects.filter(payment__purpose__fund__bureau=actor.bureau, pk=line_id)
    line = found.select_related("payment__purpose__fund").first() if actor.keeps_whole_office else None
    if line is None:
        raise refuse_missing("这条明细")
    return line


def count_entered(line: PaymentLine) -> int:
    """How many copies stand on the shelf from a receipt line."""
    return line.copies.count()


def scope_subscriptions(actor: Actor, year: int) -> QuerySet[Subscription]:
    found = Subscription.objects.filter(bureau=actor.bureau, year=year)
    return found.annotate(
        received=Count("issues", filter=Q(issues__state=IssueState.RECEIVED)),
        missed=Count("issues", filter=Q(issues__state=IssueState.MISSED)),
        expected=Count("issues"),
        waiting=Count("issues", filter=Q(issues__state=IssueState.EXPECTED, issues__expected_on__lte=actor.on)),
    ).order_by("name", "pk")


def list_subscription_years(actor: Actor) -> list[int]:
    found = Subscription.objects.filter(bureau=actor.bureau).values_list("year", flat=True).distinct()
    return sorted(found, reverse=True)


def find_subscription(actor: Actor, subscription_id: int) -> Subscription:
    found = Subscription.objects.filter(bureau=actor.bureau, pk=subscription_id).select_related("line__payment")
    subscription = found.first()
    if subscription is None:
        raise refuse_missing("这份报刊")
    return subscription


def list_issues(subscription: Subscription) -> list[Issue]:
    return list(subscription.issues.order_by("number"))


def is_overdue(issue: Issue, subscription: Subscription, today: date) -> bool:
    """Whether an issue should have come by now, the post's usual days included."""
    waits = issue.state == IssueState.EXPECTED
    return waits and issue.expected_on + find_grace(Frequency(subscription.frequency)) < today
