"""Tables of this room: the year's money, books and periodicals, places."""

from .books import BorrowRequest, Copy, Issue, Loan, LoanTally, Subscription, Suggestion, Title
from .funds import Adjustment, Carry, Commitment, Fund, Payment, PaymentLine, Purpose, Receipt, Source
from .venues import Booking, Equipment, Venue

__all__ = [
    "Adjustment",
    "Booking",
    "BorrowRequest",
    "Carry",
    "Commitment",
    "Copy",
    "Equipment",
    "Fund",
    "Issue",
    "Loan",
    "LoanTally",
    "Payment",
    "PaymentLine",
    "Purpose",
    "Receipt",
    "Source",
    "Subscription",
    "Suggestion",
    "Title",
    "Venue",
]
