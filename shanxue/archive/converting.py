"""Turning documents into PDF/A-2b with LibreOffice: hundreds of files in few runs, while the others are still written.

Where the program is not installed, there are no PDFs, and the package says so.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

FILTER = "pdf:writer_pdf_Export:" + json.dumps({"SelectPdfVersion": {"type": "long", "value": "2"}})  # 2: PDF/A-2b
BATCH = 60  # files of one run; starting the program costs as much as ten of them
RUNS = 2  # at a time, each with a profile of its own
PATIENCE_SECONDS = 900
PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")


def find_program() -> str:
    """The command of LibreOffice on this machine; empty where there is none."""
    return shutil.which(settings.OFFICE_PROGRAM) or "" if settings.OFFICE_PROGRAM else ""


def count_pages(pdf: bytes) -> int:
    return len(PAGE.findall(pdf))


class Converter:
    """Files given to ``put`` become PDFs of the same name in ``folder``; ``finish`` waits for the last of them."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.waiting: list[Path] = []
        self.runs: dict[int, subprocess.Popen[bytes]] = {}

    def put(self, path: Path) -> None:
        if not self.program:
            return
        self.waiting.append(path)
        if len(self.waiting) >= BATCH:
            self._start_if_free()

    def finish(self, tell: Callable[[int], None]) -> None:
        """Convert what is left; ``tell`` is called with how many files still wait."""
        while self.waiting or self.runs:
            self._start_if_free()
            tell(len(self.waiting))
            self._wait_for_one()

    def stop(self) -> None:
        """End what still runs: somebody broke off."""
        for run in self.runs.values():
            run.kill()
            run.wait()
        self.runs.clear()

    def _start_if_free(self) -> None:
        for number in list(self.runs):
            if self.runs[number].poll() is not None:
                del self.runs[number]
        for number in range(RUNS):
            if self.waiting and number not in self.runs:
                share = min(BATCH, max(1, -(-len(self.waiting) // (RUNS - len(self.runs)))))
                batch, self.waiting = self.waiting[:share], self.waiting[share:]
                self.runs[number] = self._start(number, batch)

    def _start(self, number: int, batch: list[Path]) -> subprocess.Popen[bytes]:
        profile = (self.folder / f"profile-{number}").as_uri()
        command = [self.program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", FILTER]
        return subprocess.Popen(
            [*command, "--outdir", str(self.folder), *map(str, batch)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _wait_for_one(self) -> None:
        for number in list(self.runs):
            try:
                self.runs[number].wait(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.runs[number].kill()
                self.runs[number].wait()
            del self.runs[number]
            return
