"""Codes on the wall of a meeting: what a phone scans, what a hand types, what hangs there on paper.

Nothing is stored: each code is an HMAC of the server's secret, the session and a window of thirty seconds, and the
window before is taken too. Whoever opened the page with a code of the wall holds a ticket for five minutes, so that
signing in first costs nobody their place.
"""

from __future__ import annotations

import hmac
from enum import StrEnum

WINDOW_SECONDS = 30
TICKET_WINDOWS = 10  # five minutes to press the button
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that a reader confuses
_MAC_LETTERS = 10


class CodeKind(StrEnum):
    """What a presented code proves."""

    SCANNED = "现场码"
    TYPED = "口令"
    PRINTED = "纸质码"
    WRONG = "不符"


def find_window(epoch_seconds: float) -> int:
    """Number the thirty seconds in which an instant lies."""
    return int(epoch_seconds // WINDOW_SECONDS)


def write_wall_code(secret: str, session_id: int, window: int) -> str:
    """Write the code that the QR on the wall carries in this window."""
    return f"{_write_number(session_id)}-{_sign(secret, 'wall', session_id, window)}"


def write_printed_code(secret: str, session_id: int) -> str:
    """Write the code of the paper sheet: it never changes, so it proves little and waits for the secretary."""
    return f"{_write_number(session_id)}-{_sign(secret, 'paper', session_id, 0)}"


def write_ticket(secret: str, session_id: int, window: int) -> str:
    """Write what the page holds after a code of the wall was scanned in this window."""
    mac = _sign(secret, "ticket", session_id, window)
    return f"{_write_number(session_id)}-{_write_number(window)}-{mac}"


def write_word(secret: str, session_id: int, window: int) -> str:
    """Write the four digits (会议口令) of this window."""
    return f"{_hash(secret, 'word', session_id, window) % 10_000:04d}"


def read_session_id(code: str) -> int | None:
    """Read which session a scanned code names; None when it is no code of ours. Proves nothing."""
    head = code.split("-", 1)[0]
    if "-" not in code or not head or len(head) > 12 or set(head) - set(_LETTERS):
        return None
    number = 0
    for letter in head:
        number = number * len(_LETTERS) + _LETTERS.index(letter)
    return number


def judge_code(secret: str, code: str, session_id: int, window: int) -> CodeKind:
    """Say what a code proves for this session in this window."""
    code = code.strip().lower()
    recent = (window, window - 1)
    if len(code) == 4 and code.isdecimal():
        code = f"{int(code):04d}"  # full-width digits of a Chinese keyboard too
        words = (write_word(secret, session_id, number) for number in recent)
        return CodeKind.TYPED if any(_same(code, word) for word in words) else CodeKind.WRONG
    if code.count("-") == 2:
        return CodeKind.SCANNED if _holds_ticket(secret, code, session_id, window) else CodeKind.WRONG
    if any(_same(code, write_wall_code(secret, session_id, number)) for number in recent):
        return CodeKind.SCANNED
    return CodeKind.PRINTED if _same(code, write_printed_code(secret, session_id)) else CodeKind.WRONG


def _holds_ticket(secret: str, code: str, session_id: int, window: int) -> bool:
    scanned = read_session_id(code.split("-", 1)[1])
    if scanned is None or not window - TICKET_WINDOWS <= scanned <= window:
        return False
    return _same(code, write_ticket(secret, session_id, scanned))


def _same(given: str, ours: str) -> bool:
    return hmac.compare_digest(given.encode(), ours.encode())


def _hash(secret: str, use: str, session_id: int, window: int) -> int:
    text = f"shanxue.presence/{use}/{session_id}/{window}"
    return int.from_bytes(hmac.digest(secret.encode(), text.encode(), "sha256")[:16], "big")


def _sign(secret: str, use: str, session_id: int, window: int) -> str:
    return _write_number(_hash(secret, use, session_id, window))[-_MAC_LETTERS:]


def _write_number(number: int) -> str:
    letters = ""
    while True:
        number, rest = divmod(number, len(_LETTERS))
        letters = _LETTERS[rest] + letters
        if not number:
            return letters
