"""How an entry is hashed, and what a broken chain is called. Pure; ``docs/archive.md`` says the same for people."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64
SWITCH = "audit.switch_algorithm"  # the last entry of the former algorithm; its detail names the next one
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Algorithm(StrEnum):
    """What a chain is hashed with; both give 64 hexadecimal digits."""

    SHA256 = "sha256"
    SM3 = "sm3"  # GB/T 32905-2016, where this machine's OpenSSL has it


class Fault(StrEnum):
    """What an entry shows when the chain is walked."""

    EDITED = "edited"
    REMOVED = "removed"
    UNLINKED = "unlinked"
    SWITCHED = "switched"
    CUT = "cut"
    REWRITTEN = "rewritten"


SENTENCES = {
    Fault.EDITED: "第 {seq} 条留痕的内容和它的校验值不符，这一条被改动过。",
    Fault.REMOVED: "第 {seq} 条留痕不见了，被删除过。",
    Fault.UNLINKED: "第 {seq} 条留痕和它前面的一条接不上，这里被插入、替换或重排过。",
    Fault.SWITCHED: "第 {seq} 条留痕换了算法，前面却没有一条说明要换。",
    Fault.CUT: "链头登记到第 {seq} 条，现在只有 {entries} 条，后面的留痕被删除过。",
    Fault.REWRITTEN: "第 {seq} 条留痕和登记的链头不同，链被整段改写过。",
}


@dataclass(frozen=True)
class ChainReport:
    """The outcome of walking one chain. ``broken_at`` is the first entry that does not fit, or None."""

    chain: str
    entries: int
    head: str
    broken_at: int | None
    fault: Fault | None = None
    algorithm: str = Algorithm.SHA256

    @property
    def sentence(self) -> str:
        """What is wrong, in words; empty when nothing is."""
        return SENTENCES[self.fault].format(seq=self.broken_at, entries=self.entries) if self.fault else ""


def is_available(algorithm: str) -> bool:
    return algorithm in set(Algorithm) and algorithm in hashlib.algorithms_available


def hash_content(algorithm: str, content: list[Any]) -> str:
    """Hash one entry: ``[chain, seq, at in UTC, actor, verb, subject, detail, previous hash]`` as canonical JSON.

    Canonical: keys in order, no spaces, characters as they are, UTF-8.
    """
    if algorithm == Algorithm.SHA256:
        return hashlib.sha256(_encode(content).encode()).hexdigest()
    return hashlib.new(algorithm, encode_content(content)).hexdigest()


def encode_content(content: list[Any]) -> bytes:
    """The very bytes that are hashed."""
    return _encode(content).encode()


def next_algorithm(algorithm: str, verb: str, detail: dict[str, Any]) -> str:
    """Tell what the entry after this one is hashed with."""
    return str(detail.get("algorithm", algorithm)) if verb == SWITCH else algorithm
