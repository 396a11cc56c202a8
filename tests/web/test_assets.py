"""The built files: readable by the browsers in use, small, and complete (ux A3)."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
TOO_NEW = re.compile(r"color-mix|oklch|@layer|:has\(|light-dark|@container|@nest|[{;]\s*&")

pytestmark = pytest.mark.browser  # needs `make assets`


def read_built(name: str) -> str:
    names = json.loads((VENDOR / "files.json").read_text())
    return (VENDOR / names[name]).read_text()


def test_style_sheet_uses_nothing_too_new() -> None:
    """ux A3: fail on color-mix, oklch, @layer, :has, light-dark, @container, nesting."""
    assert TOO_NEW.findall(read_built("site.css")) == []


def test_style_sheet_takes_nothing_from_outside() -> None:
    """One machine, no internet: no font, picture or sheet is fetched from elsewhere."""
    assert re.findall(r"@import|@font-face|url\((?!\"?data:)", read_built("site.css")) == []


def test_script_parses_as_es2018_and_both_fit_the_budget() -> None:
    """ux A3: acorn at ES2018, at most 60 kB compressed for a first view."""
    done = subprocess.run(["node", "assets/check.mjs"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    sizes = [len(gzip.compress(read_built(name).encode(), 9, mtime=0)) for name in ("site.css", "site.js")]
    assert sum(sizes) <= 60 * 1024


def test_lock_holds_no_download_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
