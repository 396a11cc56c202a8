"""The built files: readable by the browsers in use, small, and complete (ux A3)."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
pytestmark = pytest.mark.browser  # needs `make assets`


def read_built(name: str) -> str:
    names = json.loads((VENDOR / "files.json").read_text())
    return (VENDOR / names[name]).read_text()


def test_style_sheet_takes_nothing_from_outside() -> None:
    """One machine, no internet: no font, picture or sheet is fetched from elsewhere."""
    assert re.findall(r"@import|@font-face|url\((?!\"?data:)", read_built("site.css")) == []


def run_node(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(["node", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_everything_built_and_written_is_readable_by_the_floor() -> None:
    """ux A3: the style sheet and every script (acorn at ES2018), our own sources and templates, and the budget."""
    code, said, failed = run_node("assets/check.mjs")
    assert (code, failed) == (0, "")
    assert re.fullmatch(r"\d+ bytes compressed\n", said)


REFUSED = {
    "checkStyles": [
        "a{color:color-mix(in srgb,red,blue)}", "a{color:light-dark(#000,#fff)}", "@layer a{}", "@container (x){}",
        "a:has(b){}", "a:is(b,c){}", "a:where(b){}", "a:not(b,c){}", "a{b{color:red}&:hover{}}", "a{inset:0}",
        "a{aspect-ratio:1}", "a{height:100dvh}", "@media (width>=1px){a{}}", "a{color:oklch(1 0 0)}",
    ],
    "checkScript": ["a?.b", "a ?? b", "class A { #b = 1 }", "a ||= b", "import 'x'"],
    "checkSource": [
        "structuredClone(a)", "a.at(-1)", "Object.hasOwn(a, b)", "crypto.randomUUID()", "crypto.subtle.digest(a)",
        "navigator.clipboard.writeText(a)", "navigator.serviceWorker.register(a)", "d.showModal()",
        "document.createElement('dialog')", "a.findLast(b)", "form.requestSubmit()", "q(':has(a)')",
    ],
    "checkMarkup": ["<dialog open>", "<div popover>", '<button class="a" popovertarget="b">', "<main inert>"],
}  # fmt: skip
TAKEN = {
    "checkStyles": ["a{color:red}b:not(.c):focus-visible{gap:1px}", "@media (min-width:1px){a{}}"],
    "checkScript": ["const a = async () => ({ ...b });"],
    "checkSource": ["// structuredClone is too new\nlocalStorage.getItem(a)", "a[a.length - 1]", "a.flat()"],
    "checkMarkup": ['<input type="search">', '<div role="dialog">'],
}


def test_the_check_refuses_what_is_newer_than_the_floor() -> None:
    """Chromium 86 and Safari 14.5 over plain HTTP: each sample by itself is refused, and what they know is taken."""
    script = """
      import * as checks from "./assets/check.mjs";
      const refuses = (name, text) => { try { checks[name](text, "x"); return false; } catch { return true; } };
      const sort = (table) => Object.entries(table).flatMap(([name, texts]) => texts.map((t) => [t, refuses(name, t)]));
      console.log(JSON.stringify(JSON.parse(process.argv[1]).map(sort)));
    """
    code, said, failed = run_node("--input-type=module", "-e", script, json.dumps([REFUSED, TAKEN]))
    assert (code, failed) == (0, "")
    refused, taken = json.loads(said)
    assert [text for text, is_refused in refused if not is_refused] == []
    assert [text for text, is_refused in taken if is_refused] == []


def test_lock_holds_no_download_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
