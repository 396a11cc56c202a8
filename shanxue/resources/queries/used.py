"""What the fund bought and who uses it (D11): one page's worth of numbers, each with the page behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.urls import reverse

from shanxue.base.uses import VenueUse
from shanxue.orgs.queries import Actor

from ..models import Booking, Fund, Loan, LoanTally, PaymentLine, Venue
from ..rules import BookingState, CopyState, IssueState, LineKind
from .funds import PurposeRow, list_purposes


@dataclass(frozen=True)
class Bought:
    """One thing that was bought: what, how many, for how much, and how it is used, as (words, address) pairs."""

    kind: str
    name: str
    quantity: int
    fen: int
    href: str
    uses: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PurposeUse:
    row: PurposeRow
    bought: tuple[Bought, ...]


@dataclass(frozen=True)
class PlaceUse:
    """One place in a year: its meetings with 应到 and 实到, and its other bookings."""

    venue: Venue
    use: VenueUse | None
    bookings: int


@dataclass(frozen=True)
class _BookUses:
    """By title, in one year: loans, and entries of self-study where a material rests on the title."""

    loans: Counter[int]
    studies: dict[int, int]


def list_purpose_uses(fund: Fund) -> list[PurposeUse]:
    """Every purpose of a fund with what it bought. The same few queries, however much there is."""
    lines = list(
        PaymentLine.objects.filter(payment__purpose__fund=fund)
        .select_related("payment")
        .prefetch_related("copies", "subscriptions__issues", "equipment__venue")
        .order_by("kind", "name", "pk")
    )
    titles = {copy.title_id for line in lines for copy in line.copies.all()}
    used = _BookUses(_count_loans(fund, titles), map_studies(titles, fund.year))
    by_purpose: dict[int, list[Bought]] = {}
    for line in lines:
        by_purpose.setdefault(line.payment.purpose_id, []).append(_describe(line, used))
    return [PurposeUse(row, tuple(by_purpose.get(row.purpose.pk, ()))) for row in list_purposes(fund)]


def map_studies(titles: Collection[int], year: int) -> dict[int, int]:
    """How often these titles were studied in a year, by title; one that no material rests on is not in it."""
    modules = [import_module(name) for name in settings.TITLE_USES]
    uses = [use for module in modules for use in module.list_title_uses(titles, year)]
    return {use.title_id: use.studies for use in uses}


def _count_loans(fund: Fund, titles: Collection[int]) -> Counter[int]:
    """How often these titles were lent in the fund's year, by title; nobody is named."""
    rows = Loan.objects.filter(copy__title__in=titles, on__year=fund.year).values_list("copy__title")
    counted = Counter(dict(rows.annotate(n=Count("pk"))))
    tallies = LoanTally.objects.filter(title__in=titles, year=fund.year).values_list("title").annotate(n=Sum("count"))
    counted.update(dict(tallies))
    return counted


def _describe(line: PaymentLine, used: _BookUses) -> Bought:
    href = reverse("resources:payment", args=[line.payment_id])
    return Bought(line.kind, line.name, line.quantity, line.amount_fen, href, tuple(_list_uses(line, used)))


def _list_uses(line: PaymentLine, used: _BookUses) -> Iterable[tuple[str, str]]:
    if line.kind == LineKind.BOOKS:
        copies = list(line.copies.all())
        if not copies:
            yield "还没有入藏", ""
        for title in dict.fromkeys(copy.title_id for copy in copies):
            lent = sum(copy.state == CopyState.LENT for copy in copies if copy.title_id == title)
            studied = f"，记学习 {used.studies[title]} 条" if title in used.studies else ""
            words = f"现借出 {lent} 册，全年借 {used.loans[title]} 次{studied}"
            yield words, reverse("resources:title", args=[title])
    elif line.kind == LineKind.PERIODICALS:
        for one in line.subscriptions.all():
            states = Counter(issue.state for issue in one.issues.all())
            words = f"到 {states[IssueState.RECEIVED]} 期，缺 {states[IssueState.MISSED]} 期"
            yield words, reverse("resources:subscription", args=[one.pk])
    elif line.kind == LineKind.EQUIPMENT:
        for item in line.equipment.all():
            yield f"在{item.venue}，{item.count} 件{item.condition}", reverse("resources:venue", args=[item.venue_id])


def list_place_uses(actor: Actor, year: int) -> list[PlaceUse]:
    """Every place with what was held in it; the rooms above say what that was (settings.VENUE_USES)."""
    modules = [import_module(name) for name in settings.VENUE_USES]
    found = {use.venue_id: use for module in modules for use in module.list_uses(actor, year)}
    others = Booking.objects.filter(venue__bureau=actor.bureau, on__year=year, of_session=False)
    others = others.filter(state=BookingState.BOOKED)
    counts = dict(others.values_list("venue").annotate(n=Count("pk")).order_by("venue"))
    venues = Venue.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__year__gte=year), bureau=actor.bureau)
    return [PlaceUse(venue, found.get(venue.pk), counts.get(venue.pk, 0)) for venue in venues.order_by("name")]
