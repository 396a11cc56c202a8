"""Tables of this room: the year's money, books and periodicals, places."""

from .funds import Adjustment, Carry, Commitment, Fund, Payment, PaymentLine, Purpose, Receipt, Source

__all__ = [
    "Adjustment",
    "Carry",
    "Commitment",
    "Fund",
    "Payment",
    "PaymentLine",
    "Purpose",
    "Receipt",
    "Source",
]
