"""Proving a package without the house: every file against its manifest, the trail from entry to entry. No database."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from shanxue.audit.rules import GENESIS, next_algorithm
from shanxue.base.errors import Refusal

from .bag import CHUNK, MANIFEST, TAG_MANIFEST

TRAIL, HEAD = "data/留痕/留痕.jsonl", "data/留痕/链头.json"


@dataclass
class Proof:
    """What a package turned out to be: how many files fit, and a sentence for each that does not."""

    files: int = 0
    entries: int = 0
    problems: list[str] = field(default_factory=list)


class Source(Protocol):
    """A package opened for reading: a zip with one folder, or a folder."""

    def list_names(self) -> set[str]: ...
    def open(self, name: str) -> BinaryIO: ...


class _Zip:
    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        names = [name for name in package.namelist() if not name.endswith("/")]
        self.top = names[0].split("/")[0] + "/" if names else ""
        self.names = {name.removeprefix(self.top) for name in names}

    def list_names(self) -> set[str]:
        return self.names

    def open(self, name: str) -> BinaryIO:
        return self.package.open(self.top + name)  # type: ignore[return-value]


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def list_names(self) -> set[str]:
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}

    def open(self, name: str) -> BinaryIO:
        return (self.folder / name).open("rb")


@contextmanager
def open_package(path: Path) -> Iterator[Source]:
    """Open a package, packed or unpacked. Raises Refusal ``not_a_package`` for anything else."""
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        package = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise Refusal("not_a_package", f"“{path.name}”不是归档包，或者已经损坏，打不开。") from error
    with package:
        yield _Zip(package)


def prove_package(path: Path) -> Proof:
    """Compare every file with its manifest, find what is missing and what is too much, and recompute the trail."""
    with open_package(path) as source:
        names = source.list_names()
        if "bagit.txt" not in names or MANIFEST not in names:
            raise Refusal("not_a_package", f"“{path.name}”里没有 BagIt 的清单，不是归档包。")
        proof = Proof()
        manifest = _read_manifest(source, MANIFEST, proof)
        tags = _read_manifest(source, TAG_MANIFEST, proof) if TAG_MANIFEST in names else {}
        if TAG_MANIFEST not in names:
            proof.problems.append(f"缺少“{TAG_MANIFEST}”。")
        for name, expected in sorted({**manifest, **tags}.items()):
            _prove_file(source, name, expected, names, proof)
        for name in sorted(names - manifest.keys() - tags.keys() - {TAG_MANIFEST}):
            proof.problems.append(f"多出一个清单里没有的文件“{name}”。")
        if not proof.problems and TRAIL in names and HEAD in names:
            _prove_trail(source, proof)
        return proof


def _read_manifest(source: Source, name: str, proof: Proof) -> dict[str, str]:
    found = {}
    try:
        with source.open(name) as file:
            lines = file.read().decode("utf-8").splitlines()
    except (OSError, zipfile.BadZipFile, zlib.error, UnicodeDecodeError):
        proof.problems.append(f"清单“{name}”读不出来，内容和封卷时不同。")
        return {}
    for line in lines:
        digest, _, place = line.partition("  ")
        found[place] = digest
    return found


def _prove_file(source: Source, name: str, expected: str, names: set[str], proof: Proof) -> None:
    if name not in names:
        proof.problems.append(f"缺少文件“{name}”。")
        return
    digest = hashlib.sha256()
    try:
        with source.open(name) as file:
            while block := file.read(CHUNK):
                digest.update(block)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError):
        digest = hashlib.sha256(b"unreadable")
    if digest.hexdigest() != expected:
        proof.problems.append(f"“{name}”的校验值与封卷时不同，文件被改动过。")
    else:
        proof.files += 1


def _prove_trail(source: Source, proof: Proof) -> None:
    """Each line hashed is what the next one names as its predecessor, and the last is the head."""
    with source.open(HEAD) as file:
        head = json.load(file)
    previous, algorithm, seq = head["previous_hash"] or GENESIS, head["first_algorithm"], head["after_seq"]
    with source.open(TRAIL) as file:
        for line in file:
            text = line.rstrip(b"\n")
            entry = json.loads(text)
            if entry[1] != seq + 1 or entry[7] != previous:
                proof.problems.append(f"第 {seq + 1} 条留痕和前一条接不上。")
                return
            previous, seq = hashlib.new(algorithm, text).hexdigest(), entry[1]
            algorithm = next_algorithm(algorithm, entry[4], entry[6])
            proof.entries += 1
    if (seq, previous) != (head["seq"], head["hash"]):
        proof.problems.append("留痕的最后一条和链头不同。")


def describe_package(path: Path) -> tuple[list[tuple[str, bool]], bool]:
    """Prove a package and say so: sentences, each with whether it is good news, and whether all is well."""
    proof = prove_package(path)
    if proof.problems:
        return [(sentence, False) for sentence in proof.problems], False
    trail = f"，留痕 {proof.entries} 条首尾相接" if proof.entries else ""
    return [(f"归档包完整：{proof.files} 个文件和封卷时一样{trail}。", True)], True
