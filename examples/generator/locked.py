"""A compound file as Excel writes one that asks for a password. What is locked in it is noise; there is no password."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STREAM_SECTORS = 16  # 8 KB each: small streams would need a second allocation table


def write_locked(path: Path) -> None:
    """Write header, FAT (sector 0), directory (1) and the two streams of an encrypted workbook."""
    streams = ("EncryptionInfo", "EncryptedPackage")
    starts = [2 + place * STREAM_SECTORS for place in range(len(streams))]
    size = STREAM_SECTORS * SECTOR
    chains = [FAT, END]
    for start in starts:
        chains += [*range(start + 1, start + STREAM_SECTORS), END]
    chains += [FREE] * (SECTOR // 4 - len(chains))
    directory = _write_entry("Root Entry", 5, child=1, start=END, size=0)
    directory += _write_entry(streams[0], 2, right=2, start=starts[0], size=size)
    directory += _write_entry(streams[1], 2, start=starts[1], size=size) + bytes(128)
    body = b"".join(_make_noise(name, size) for name in streams)
    path.write_bytes(_write_header() + struct.pack("<128I", *chains) + directory + body)


def _write_header() -> bytes:
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)  # versions, byte order, sector sizes
    head += struct.pack(
        "<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0
    )  # one FAT sector, directory at 1, no small streams
    return head + struct.pack("<109I", 0, *[FREE] * 108)


def _write_entry(name: str, kind: int, *, right: int = FREE, child: int = FREE, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    entry = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1)
    entry += struct.pack("<III", FREE, right, child) + bytes(16) + struct.pack("<I", 0) + bytes(16)
    return entry + struct.pack("<IQ", start, size)


def _make_noise(name: str, size: int) -> bytes:
    blocks = (hashlib.sha256(f"{name}{number}".encode()).digest() for number in range(size // 32))
    return b"".join(blocks)
