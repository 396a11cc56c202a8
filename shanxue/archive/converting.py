"""Turning documents into PDF/A-2b with LibreOffice: hundreds of files in few runs, while the others are still written.

A copy is kept under the SHA-256 of the document it was made from, so that it is found again as long as the document is
the same byte by byte, and never for another one. Where the program is not installed, there are no PDFs, and the
package says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

FILTER = "pdf:writer_pdf_Export:" + json.dumps({"SelectPdfVersion": {"type": "long", "value": "2"}})  # 2: PDF/A-2b
BATCH = 100  # files of one run; starting the program costs as much as ten of them
RUNS = 2  # at a time, each with a profile of its own
PATIENCE_SECONDS = 900
PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
END = b"%%EOF"


def find_program() -> str:
    """The command of LibreOffice on this machine; empty where there is none."""
    return shutil.which(settings.OFFICE_PROGRAM) or "" if settings.OFFICE_PROGRAM else ""


def count_pages(pdf: bytes) -> int:
    return len(PAGE.findall(pdf))


class Converter:
    """Documents given to ``put`` become PDFs in ``kept``, those that lie there already at once; ``finish`` waits.

    ``work`` is a folder on the same disk as ``kept``: a copy appears there whole or not at all.
    """

    def __init__(self, program: str, kept: Path, work: Path) -> None:
        self.program, self.kept = program, kept
        self.work = work / "converting"  # apart from files that are PDFs already
        self.waiting: list[str] = []
        self.known: set[str] = set()  # digests of all that was asked for
        self.asked = 0  # how many of them had no copy yet
        self.runs: dict[int, tuple[subprocess.Popen[bytes], list[str]]] = {}
        if program:
            kept.mkdir(parents=True, exist_ok=True)
            self.work.mkdir()

    def put(self, document: bytes) -> str:
        """Ask for the copy of a document; gives the digest by which ``find`` knows it."""
        digest = hashlib.sha256(document).hexdigest()
        if self.program and digest not in self.known and not self._locate(digest).exists():
            (self.work / f"{digest}.docx").write_bytes(document)
            self.waiting.append(digest)
            self.asked += 1
            if len(self.waiting) >= BATCH:
                self._start_if_free()
        self.known.add(digest)
        return digest

    def find(self, digest: str) -> bytes:
        """The copy of a document; empty where it could not be made."""
        path = self._locate(digest)
        return path.read_bytes() if self.program and path.exists() else b""

    def finish(self, tell: Callable[[int], None]) -> None:
        """Convert what is left; ``tell`` is called with how many files still wait."""
        while self.waiting or self.runs:
            self._start_if_free()
            tell(len(self.waiting))
            self._wait_for_one()

    def stop(self) -> None:
        """End what still runs: somebody broke off."""
        for number in list(self.runs):
            self.runs[number][0].kill()
            self._end(number)

    def forget_others(self) -> None:
        """Remove copies of documents that are no longer asked for: they have changed since."""
        for path in self.kept.glob("*.pdf"):
            if path.stem not in self.known:
                path.unlink()

    def _locate(self, digest: str) -> Path:
        return self.kept / f"{digest}.pdf"

    def _start_if_free(self) -> None:
        for number in list(self.runs):
            if self.runs[number][0].poll() is not None:
                self._end(number)
        for number in range(RUNS):
            if self.waiting and number not in self.runs:
                share = min(BATCH, max(1, -(-len(self.waiting) // (RUNS - len(self.runs)))))
                batch, self.waiting = self.waiting[:share], self.waiting[share:]
                self.runs[number] = self._start(number, batch), batch

    def _start(self, number: int, batch: list[str]) -> subprocess.Popen[bytes]:
        profile = (self.work / f"profile-{number}").as_uri()
        command = [self.program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", FILTER]
        return subprocess.Popen(
            [*command, "--outdir", str(self.work), *(str(self.work / f"{digest}.docx") for digest in batch)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _wait_for_one(self) -> None:
        for number, (run, _) in self.runs.items():
            try:
                run.wait(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                run.kill()
            self._end(number)
            return

    def _end(self, number: int) -> None:
        """Put the copies of a run in their place; one that broke off in the middle is none."""
        run, batch = self.runs.pop(number)
        run.wait()
        for digest in batch:
            path = self.work / f"{digest}.pdf"
            if path.exists() and path.read_bytes()[-32:].rstrip().endswith(END):
                os.replace(path, self._locate(digest))
