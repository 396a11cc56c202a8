"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from shanxue.resources.actions.spending import attach_receipt
from shanxue.resources.uploads import keep_receipt
from tests.house import House
from tests.roles import BUREAU

from .rows import AT, act_as, buy, make_fund, order

OFFICE: set[str | None] = {"office"}
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
}
POST_ONLY = {"resources:end_commitment", "resources:attach_receipt", "resources:remove_line"}


def make(house: House) -> dict[str, list[object]]:
    """A fund with an order, a payment of twenty copies and its receipt."""
    fund = make_fund(house)
    line, commitment = buy(house), order(house, 30_000)
    receipt = attach_receipt(
        act_as(house), line.payment_id, keep_receipt(house.bureau.pk, "发票.pdf", b"%PDF-1.4\n"), at=AT
    )
    names = {
        "new_source new_purpose close_fund account": [fund.pk],
        "purpose adjust commit pay": [commitment.purpose_id],
        "commitment change_commitment end_commitment": [commitment.pk],
        "payment attach_receipt refund": [line.payment_id],
        "remove_line": [line.pk],
        "receipt": [receipt.pk],
    }
    return {f"resources:{name}": list(found) for words, found in names.items() for name in words.split()}
