"""How much of one text stands in another: a hint for whoever reads it, never a verdict. Pure.

Texts are compared by their letters, digits and Chinese characters only: spaces, punctuation, case and full width do
not matter. What stands in both is a run of at least LENGTH such characters.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

LENGTH = 12  # shorter runs are set phrases
WINDOW = 89  # of every 89 neighbouring runs one is kept: any 100 characters in common share a fingerprint
SURE_LENGTH = LENGTH + WINDOW - 1
LEAST_SHARE_MILLI = 200  # below a fifth nothing is said
MOST_HOLDERS = 50  # a passage that stands in so many texts is a quotation: further texts are not listed under it


@dataclass(frozen=True)
class Piece:
    """A stretch of a text, and whether it stands in the other text too."""

    text: str
    same: bool


def reduce_text(text: str) -> tuple[str, list[int]]:
    """Give what counts of a text, and for each of its characters the place it had in the text."""
    kept: list[str] = []
    places: list[int] = []
    for place, one in enumerate(text):
        for plain in unicodedata.normalize("NFKC", one).casefold():
            if plain.isalnum():
                kept.append(plain)
                places.append(place)
    return "".join(kept), places


def list_prints(text: str, salt: int) -> set[int]:
    """List a text's fingerprints: 64-bit, about 2 per 90 characters (winnowing, Schleimer et al. 2003).

    Two texts with SURE_LENGTH neighbouring characters in common always share one. ``salt`` keeps bureaus apart.
    """
    plain, _ = reduce_text(text)
    key = salt.to_bytes(8, "big")
    hashes = [_hash(plain[start : start + LENGTH], key) for start in range(len(plain) - LENGTH + 1)]
    return set(_pick_smallest(hashes))


def _hash(run: str, key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8, key=key).digest(), "big", signed=True)


def _pick_smallest(hashes: list[int]) -> Iterator[int]:
    """Pick the smallest of each window; a text shorter than one window has one."""
    rising: deque[int] = deque()  # places of ever greater hashes
    for place, value in enumerate(hashes):
        while rising and hashes[rising[-1]] >= value:
            rising.pop()
        rising.append(place)
        if rising[0] <= place - WINDOW:
            rising.popleft()
        if place >= WINDOW - 1 or place == len(hashes) - 1:
            yield hashes[rising[0]]


def measure_share(text: str, other: str) -> int:
    """Measure how many thousandths of a text's characters stand in the other; a text of nothing shares nothing."""
    plain, _ = reduce_text(text)
    return sum(_find_common(plain, other)) * 1000 // len(plain) if plain else 0


def mark_common(text: str, other: str) -> list[Piece]:
    """Cut a text into pieces that stand in the other text and pieces that do not; joined they are the text."""
    plain, places = reduce_text(text)
    same_at = dict(zip(places, _find_common(plain, other), strict=True))
    last = False
    marks: list[bool] = []
    waiting = 0  # marks and spaces between two characters belong to a common passage when both do
    for place in range(len(text)):
        if place not in same_at:
            waiting += 1
            continue
        now = same_at[place]
        marks += [last and now] * waiting + [now]
        last, waiting = now, 0
    marks += [False] * waiting
    return _join_pieces(text, marks)


def _find_common(plain: str, other: str) -> list[bool]:
    there, _ = reduce_text(other)
    runs = {there[start : start + LENGTH] for start in range(len(there) - LENGTH + 1)}
    found = [False] * len(plain)
    for start in range(len(plain) - LENGTH + 1):
        if plain[start : start + LENGTH] in runs:
            found[start : start + LENGTH] = [True] * LENGTH
    return found


def _join_pieces(text: str, marks: list[bool]) -> list[Piece]:
    pieces: list[Piece] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or marks[place] != marks[start]:
            pieces.append(Piece(text[start:place], marks[start]))
            start = place
    return pieces
