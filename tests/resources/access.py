"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from datetime import date, time

from shanxue.resources.actions.lending import ask_to_borrow, lend
from shanxue.resources.actions.shelf import suggest
from shanxue.resources.actions.spending import attach_receipt
from shanxue.resources.actions.venues import add_equipment, book_venue
from shanxue.resources.rules import Condition, LineKind
from shanxue.resources.rules.bookings import Slot
from shanxue.resources.uploads import keep_receipt
from tests.house import House
from tests.roles import BUREAU, HAS_OWN, LEADING

from .rows import AT, act_as, buy, make_fund, make_venue, order, put_on_shelf, subscribe

OFFICE: set[str | None] = {"office"}
VISITORS: set[str | None] = {*HAS_OWN, *BUREAU}
OPEN_TO: dict[str, set[str | None]] = {
    "resources:fund": BUREAU,
    "resources:new_fund": OFFICE,
    "resources:new_source": OFFICE,
    "resources:new_purpose": OFFICE,
    "resources:close_fund": OFFICE,
    "resources:account": BUREAU,
    "resources:purpose": BUREAU,
    "resources:adjust": OFFICE,
    "resources:commit": OFFICE,
    "resources:pay": OFFICE,
    "resources:commitment": BUREAU,
    "resources:change_commitment": OFFICE,
    "resources:end_commitment": set(),
    "resources:payment": BUREAU,
    "resources:attach_receipt": set(),
    "resources:refund": OFFICE,
    "resources:remove_line": set(),
    "resources:receipt": BUREAU,
    "resources:shelf": VISITORS,
    "resources:new_title": OFFICE,
    "resources:title": VISITORS,
    "resources:edit_title": OFFICE,
    "resources:add_copies": OFFICE,
    "resources:ask": set(),
    "resources:take_back": set(),
    "resources:move_copy": set(),
    "resources:loans": OFFICE,
    "resources:give_back": set(),
    "resources:report_lost": set(),
    "resources:renew": set(),
    "resources:mine": HAS_OWN,
    "resources:suggest": HAS_OWN,
    "resources:suggestions": OFFICE,
    "resources:suggestion": OFFICE,
    "resources:subscriptions": VISITORS,
    "resources:new_subscription": OFFICE,
    "resources:subscription": VISITORS,
    "resources:edit_subscription": OFFICE,
    "resources:tick": set(),
    "resources:claim": set(),
    "resources:used": BUREAU,
    "resources:venues": VISITORS,
    "resources:new_venue": OFFICE,
    "resources:venue": VISITORS,
    "resources:edit_venue": OFFICE,
    "resources:end_venue": set(),
    "resources:book": LEADING,
    "resources:add_equipment": OFFICE,
    "resources:place_equipment": OFFICE,
    "resources:equipment": OFFICE,
    "resources:free_booking": set(),
}
POST_ONLY = {
    f"resources:{name}"
    for name in (
        "end_commitment attach_receipt remove_line ask take_back move_copy give_back report_lost renew tick claim"
        " end_venue free_booking"
    ).split()
}


def make(house: House) -> dict[str, list[object]]:
    """A fund with an order, a payment of twenty copies and its receipt."""
    fund = make_fund(house)
    line, commitment = buy(house), order(house, 30_000)
    receipt = attach_receipt(
        act_as(house), line.payment_id, keep_receipt(house.bureau.pk, "发票.pdf", b"%PDF-1.4\n"), at=AT
    )
    title, subscription = put_on_shelf(house, "中国共产党简史", copies=3), subscribe(house)
    loan = lend(act_as(house), "00001", house.people["张三"].staff_no, at=AT)
    request = ask_to_borrow(act_as(house, "secretary"), title.pk, at=AT)
    wish = suggest(act_as(house, "member"), "论语译注", "", "", at=AT)
    venue, placed = make_venue(house), buy(house, 10_000, 2, LineKind.EQUIPMENT)
    item = add_equipment(act_as(house), venue.pk, "投影仪", 1, Condition.GOOD, line_id=placed.pk, at=AT)
    slot = Slot(date(2026, 12, 4), time(9), time(10))
    booking = book_venue(act_as(house, "secretary"), venue.pk, house.units["第一支部"], "支部学习", slot, at=AT)
    names = {
        "new_source new_purpose close_fund account": [fund.pk],
        "purpose adjust commit pay": [commitment.purpose_id],
        "commitment change_commitment end_commitment": [commitment.pk],
        "payment attach_receipt refund": [line.payment_id],
        "remove_line": [line.pk],
        "receipt": [receipt.pk],
        "title edit_title add_copies ask": [title.pk],
        "take_back": [request.pk],
        "move_copy": [loan.copy_id],
        "give_back report_lost renew": [loan.pk],
        "suggestion": [wish.pk],
        "venue edit_venue end_venue book add_equipment": [venue.pk],
        "place_equipment": [placed.pk],
        "equipment": [item.pk],
        "free_booking": [booking.pk],
        "subscription edit_subscription tick claim": [subscription.pk],
    }
    return {f"resources:{name}": list(found) for words, found in names.items() for name in words.split()}
