"""A BagIt package (RFC 8493) as one zip file: written in one pass, complete only when sealed.

Own code, thirty lines of format: the library's ``make_bag`` moves files on disk and changes the whole process's
working folder, which a web server with threads cannot have (docs/adr/0006). The tests prove our bags with the library.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

MOMENT = (1980, 1, 1, 0, 0, 0)  # of every file inside, so that equal contents are equal bytes
PACKED = (".pdf", ".docx", ".xlsx", ".zip")  # compressed already
DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
CHUNK = 1 << 20


class BagWriter:
    """Payload goes in through ``add``; ``seal`` writes the tag files. ``folder`` is the one folder of the zip."""

    def __init__(self, path: Path, folder: str) -> None:
        self.folder = folder
        self.sums: dict[str, str] = {}
        self.bytes = 0
        self._zip = zipfile.ZipFile(path, "w", allowZip64=True)

    def add(self, name: str, parts: bytes | Path | Iterable[bytes]) -> str:
        """Add a payload file from its bytes, from a file or in pieces; returns its SHA-256."""
        name = f"data/{name}"
        self.sums[name], size = self._write(name, parts)
        self.bytes += size
        return self.sums[name]

    def seal(self, info: Mapping[str, str]) -> str:
        """Write the tag files and close the zip; returns the SHA-256 of the tag manifest, which seals all others."""
        info = {**info, "Payload-Oxum": f"{self.bytes}.{len(self.sums)}"}
        tags = {
            "bagit.txt": DECLARATION,
            "bag-info.txt": "".join(f"{name}: {value}\n" for name, value in info.items()),
            MANIFEST: _write_manifest(self.sums),
        }
        sums = {name: self._write(name, text.encode())[0] for name, text in tags.items()}
        sealed = self._write(TAG_MANIFEST, _write_manifest(sums).encode())[0]
        self._zip.close()
        return sealed

    def close(self) -> None:
        self._zip.close()

    def _write(self, name: str, parts: bytes | Path | Iterable[bytes]) -> tuple[str, int]:
        info = zipfile.ZipInfo(f"{self.folder}/{name}", MOMENT)
        info.external_attr = 0o100644 << 16
        info.compress_type = zipfile.ZIP_STORED if name.endswith(PACKED) else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=not isinstance(parts, bytes)) as target:
            for block in _list_blocks(parts):
                digest.update(block)
                size += len(block)
                target.write(block)
        return digest.hexdigest(), size


def _list_blocks(parts: bytes | Path | Iterable[bytes]) -> Iterable[bytes]:
    if isinstance(parts, bytes):
        yield parts
    elif isinstance(parts, Path):
        with parts.open("rb") as file:
            while block := file.read(CHUNK):
                yield block
    else:
        yield from parts


def _write_manifest(sums: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))


def hash_file(path: Path) -> str:
    digest = hashlib.sha256()
    for block in _list_blocks(path):
        digest.update(block)
    return digest.hexdigest()
