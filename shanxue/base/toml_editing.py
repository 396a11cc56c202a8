"""Changing single values in a TOML text and leaving every other character as the clerk wrote it.

tomlkit does not: it moves tables that stand apart, loses a blank behind a date and wants Chinese names quoted. So the
text is cut here into its entries (one ``name = value`` each, over however many lines), and a value is replaced where
it stands. That nothing else moved is checked by reading the text before and after.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .errors import Refusal
from .toml_syntax import KEPT, quote_chinese_keys

Path = tuple[str | int, ...]
Value = int | Decimal | str | bool | date | None  # None: the entry goes
BLANKS = re.compile(r"(?:\s|#[^\n]*)*")
BARE = re.compile(r"[^\s,\]}#]+")
KEY = re.compile(r"""((?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^="'\n])+)=""")


@dataclass(frozen=True)
class Entry:
    """One ``name = value`` with the line ends it spans; ``path`` from the top of the file."""

    path: Path
    start: int
    end: int


@dataclass(frozen=True)
class Table:
    """One ``[name]`` or ``[[name]]`` with its entries; the first one is what stands before any of them."""

    path: Path
    end_of_head: int
    entries: tuple[Entry, ...]

    @property
    def end(self) -> int:
        """Where the last entry ends: what follows (remarks, empty lines) already belongs to the next table."""
        return self.entries[-1].end if self.entries else self.end_of_head


def read_tables(text: str) -> dict[str, Any]:
    """Read a text as it is loaded: Chinese names may stand without quotes, decimals stay exact."""
    clean = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return tomllib.loads(quote_chinese_keys(clean), parse_float=Decimal)


def change_values(text: str, changes: Mapping[Path, Value]) -> str:
    """Set, add or remove single values. Raises ``Refusal`` where that cannot be done without touching another."""
    changed = text
    for path, value in changes.items():
        changed = _change(changed, path, value)
    if read_tables(changed) != _expect(read_tables(text), changes):
        raise Refusal("change_as_text", "这一处不能单独改。请到“整份文本”里改。")
    return changed


def _expect(tables: dict[str, Any], changes: Mapping[Path, Value]) -> dict[str, Any]:
    found = deepcopy(tables)
    for path, value in changes.items():
        holder: Any = found
        for step in path[:-1]:
            holder = holder[step]
        if value is None:
            del holder[path[-1]]
        else:
            holder[path[-1]] = value
    return found


def _change(text: str, path: Path, value: Value) -> str:
    tables = list(list_tables(text))
    entry = next((one for table in tables for one in table.entries if path[: len(one.path)] == one.path), None)
    if entry is None:
        return _add(text, tables, path, value)
    if value is None:
        return text[: entry.start] + text[entry.end :] if entry.path == path else text  # refused by who compares
    start, end = _find_value(text, KEY.match(text, entry.start).end(), path[len(entry.path) :])  # type: ignore[union-attr]
    return text[:start] + _write(value) + text[end:] if end else text


def _find_value(text: str, at: int, path: Path) -> tuple[int, int]:
    """Where the value at a path begins and ends inside the one that begins here; (0, 0): it is not there."""
    at = _skip_blanks(text, at)
    if not path:
        return at, _skip_value(text, at)
    closing = {"{": "}", "[": "]"}.get(text[at])
    at, number = at + 1, 0
    while closing and text[at := _skip_blanks(text, at)] != closing:
        keys: Path = (number,)
        if closing == "}":
            key = KEY.match(text, at)
            assert key is not None
            keys, at = _read_keys(key[1]), key.end()
        if path[: len(keys)] == keys:
            return _find_value(text, at, path[len(keys) :])
        at = _skip_blanks(text, _skip_value(text, _skip_blanks(text, at)))
        at, number = at + (text[at] == ","), number + 1
    return 0, 0


def _skip_blanks(text: str, at: int) -> int:
    return BLANKS.match(text, at).end()  # type: ignore[union-attr]


def _skip_value(text: str, at: int) -> int:
    """Where the value that begins here ends: a text, what stands in brackets, or a word."""
    if text[at] in "[{":
        depth = 0
        while True:
            kept = KEPT.match(text, at)
            depth += 0 if kept else {"[": 1, "{": 1, "]": -1, "}": -1}.get(text[at], 0)
            at = kept.end() if kept else at + 1
            if not depth:
                return at
    found = KEPT.match(text, at) or BARE.match(text, at)
    assert found is not None
    return found.end()


def _add(text: str, tables: list[Table], path: Path, value: Value) -> str:
    """Write a new line behind the last entry of the table it belongs to."""
    table = next((one for one in tables if one.path == path[:-1]), None)
    if table is None or value is None:
        raise Refusal("change_as_text", "这一处不能单独改。请到“整份文本”里改。")
    newline = "\r\n" if "\r\n" in text else "\n"
    before = text[: table.end]
    gap = "" if not before or before.endswith("\n") else newline
    return f"{before}{gap}{path[-1]} = {_write(value)}{newline}{text[table.end :]}"


def list_tables(text: str) -> Iterator[Table]:
    """Cut a text that reads as TOML into its tables, in the order they stand in."""
    blank = KEPT.sub(_hide, text)
    arrays: dict[Path, int] = {}
    path: Path = ()
    at = head = 1 if text.startswith("\ufeff") else 0
    entries: list[Entry] = []
    while at < len(text):
        end = _find_end(blank, at)
        line = blank[at:end]
        if line.lstrip().startswith("["):
            yield Table(path, head, tuple(entries))
            path, head, entries = _step_into(text[at:end], blank[at:end], arrays), end, []
        elif line.strip():
            entries.append(Entry((*path, *_read_keys(text[at : at + line.index("=")])), at, end))
        at = end
    yield Table(path, head, tuple(entries))


def _hide(kept: re.Match[str]) -> str:
    """Blank out a text or remark, keeping its length; lines inside a text no longer end."""
    return " " * len(kept[0])


def _find_end(blank: str, at: int) -> int:
    """Where the entry or empty line that begins here ends: behind its line, or behind the brackets it opened."""
    depth = 0
    for found in re.compile(r"[\[\]{}\n]").finditer(blank, at):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if found[0] == "\n" and depth <= 0:
            return found.end()
    return len(blank)


def _step_into(line: str, blank: str, arrays: dict[Path, int]) -> Path:
    """The path of the table that a head opens; ``arrays`` counts the tables of each ``[[name]]``."""
    double = blank.lstrip().startswith("[[")
    inner = line[blank.index("[") : blank.rindex("]") + 1].strip("[]")
    keys = _read_keys(inner)
    path: Path = ()
    for key in keys[:-1]:
        path = (*path, key)
        path = (*path, arrays[path]) if path in arrays else path
    path = (*path, keys[-1])
    if double:
        arrays[path] = arrays.get(path, -1) + 1
        path = (*path, arrays[path])
    return path


def _read_keys(written: str) -> tuple[str, ...]:
    """Read a name, dotted or quoted as it may be."""
    found: Any = tomllib.loads(quote_chinese_keys(f"[{written.strip()}]"))
    keys: list[str] = []
    while found:
        ((key, found),) = found.items()
        keys.append(key)
    return tuple(keys)


def _write(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
