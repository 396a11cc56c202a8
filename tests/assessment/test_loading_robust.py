"""Whatever is typed into a scheme file, the clerk gets sentences: never a traceback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shanxue.assessment.rules.check import describe_check
from shanxue.assessment.rules.formulas import describe_formula, describe_line
from shanxue.assessment.rules.loading import SchemeRefused, load_scheme
from shanxue.assessment.rules.wording import describe_scheme

SCHEMES = sorted((Path(__file__).resolve().parents[2] / "schemes").glob("*.toml"))
WRONG = ("{}", "[]", "[{}]", '""', "-1", "0", "1.5", "true", "2025-01-01", '"甲"', "[1]", "1e99", "inf", '["甲"]')
VALUE = re.compile(r"^(\s*[\w\"]+\s*=\s*)(.+)$")
INNER = re.compile(r"(\w+ = )(\[[^\]]*\]|\"[^\"]*\"|[\d.]+|true|false)")


def mutate(text: str) -> list[str]:
    """Replace the value of each line, and of each name inside it, by something of another kind, in turn."""
    lines, found = text.split("\n"), []
    for at, line in enumerate(lines):
        changed = []
        whole = VALUE.match(line)
        if whole:
            changed.append(whole.group(1) + WRONG[at % len(WRONG)])
        for number, inner in enumerate(INNER.finditer(line)):
            wrong = WRONG[(at + number + 3) % len(WRONG)]
            changed.append(line[: inner.start(2)] + wrong + line[inner.end(2) :])
        found += ["\n".join([*lines[:at], one, *lines[at + 1 :]]) for one in changed]
    return found


def list_problems(text: str) -> tuple[str, ...]:
    """The problems of a text; none when it loads and can be read back in words."""
    try:
        loaded = load_scheme(text, "细则.toml")
    except SchemeRefused as refused:
        return refused.problems or ("",)
    return () if describe_scheme(loaded.scheme) else ("",)


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_wrong_values_give_sentences(path: Path) -> None:
    """Each value of each shipped scheme replaced: a scheme or sentences that name the file, nothing else."""
    for text in mutate(path.read_text(encoding="utf-8")):
        assert all(problem.startswith("细则.toml：") for problem in list_problems(text))


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_cut_files_give_sentences(path: Path) -> None:
    """A file cut anywhere (a copy that broke off)."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for at in range(0, len(lines), 3):
        text = "\n".join(lines[:at]) + lines[at][: len(lines[at]) // 2]
        assert all(problem.startswith("细则.toml：") for problem in list_problems(text))


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_shipped_schemes_read_back_in_words(path: Path) -> None:
    """check-scheme accepts each shipped file and names every item in Chinese, without a key of the file format."""
    code, text = describe_check(path)
    assert code == 0
    scheme = load_scheme(path.read_text(encoding="utf-8"), path.name).scheme
    for item in scheme.items:
        assert item.title in text
        for words in (describe_formula(item), describe_line(scheme, item, 3000, 4000, 100, 200, "封顶")):
            assert words
            assert not re.search("[a-z_]{3,}", words)
