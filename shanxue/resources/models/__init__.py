"""Tables of this room: the year's money, books and periodicals, places."""

from .books import BorrowRequest, Copy, Issue, Loan, LoanTally, Subscription, Suggestion, Title
from .funds import Adjustment, Carry, Commitment, Fund, Payment, PaymentLine, Purpose, Receipt, Source

__all__ = [
    "Adjustment",
    "BorrowRequest",
    "Carry",
    "Commitment",
    "Copy",
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
]
