"""What a form changes in a scheme's text: said as sentences first, then written where it stands.

Changing a setting changes that value and nothing else; what has to follow (the full marks of a component) is a change
of its own and is said as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from shanxue.base.errors import Refusal
from shanxue.base.toml_editing import Path, Value, change_values, read_tables
from shanxue.base.toml_fields import read_number

from .counting import write_number
from .settings import DAY, Setting, list_settings, write_percent_or_share

MOST = Fraction(100_000)


@dataclass(frozen=True)
class Change:
    """One value before it is kept. ``follows`` names what it was changed along with; "" for what was typed."""

    setting: Setting
    after: str
    value: Value
    follows: str = ""

    @property
    def sentence(self) -> str:
        """Say it as the clerk would: 第六条 无故缺席：下限 -10 分 → -15 分."""
        one = self.setting
        along = f"（随“{self.follows}”一起改）" if self.follows else ""
        return f"{one.full_name} {_show(one, one.value)} → {_show(one, self.after)}{along}"


def _show(setting: Setting, value: str) -> str:
    if not value:
        return "不设"
    unit = "" if "/" in value and setting.unit == "%" else setting.unit
    return f"{value}{unit}" if unit in ("", "%") else f"{value} {unit}"


def plan_changes(text: str, typed: Mapping[str, str]) -> tuple[Change, ...]:
    """List what a form changes in a text, in its order, with what has to follow. ``typed`` maps a setting's code to
    what was typed; codes that are not there stay. Raises ``Refusal`` naming what cannot be read.
    """
    settings, tables = {one.path: one for one in list_settings(text)}, read_tables(text)
    found: dict[Path, Change] = {}
    for path, one in settings.items():
        words = typed.get(one.code, one.value).strip()
        value, after = _read(one, words)
        if (value, after) != _read(one, one.value):
            found[path] = Change(one, after, _keep_percent(tables, path, value, after))
    return tuple({**found, **_follow(tables, settings, found)}.values())


def _keep_percent(tables: Mapping[str, Any], path: Path, value: Value, after: str) -> Value:
    """A share the clerk wrote as "10%" stays one."""
    held: Any = tables
    for step in path[:-1]:
        held = held[step]
    was = held.get(path[-1]) if isinstance(held, dict) else None
    return f"{after}%" if isinstance(was, str) and was.endswith("%") and "/" not in after else value


def change_text(text: str, changes: Sequence[Change]) -> str:
    """Write changes into a text; every other character stays."""
    return change_values(text, {one.setting.path: one.value for one in changes})


def _read(setting: Setting, words: str) -> tuple[Value, str]:
    """Read what was typed: the value as the text holds it, and as people write it."""
    if setting.form in ("number", "percent"):
        return _read_typed(setting, words)
    if setting.form in ("date", "last_day"):
        day = date.fromisoformat(words)
        return day + DAY * (setting.form == "last_day"), words
    if not words or (setting.choices and words not in setting.choices):
        raise Refusal("bad_word", f"“{setting.full_name}”不能写“{words}”。")
    return (words == "启用" if setting.form == "flag" else words), words


def _read_typed(setting: Setting, words: str) -> tuple[Value, str]:
    if not words:
        if setting.optional:
            return None, ""
        raise Refusal("bad_number", f"请填“{setting.full_name}”；不想改变的，填原来的数。")
    plain = words.rstrip("%％").replace("－", "-").replace("−", "-").replace("／", "/").strip()
    try:
        number = Fraction(*map(int, plain.split("/"))) if "/" in plain else Fraction(Decimal(plain))
    except (ValueError, TypeError, InvalidOperation, OverflowError, ZeroDivisionError) as error:
        raise Refusal("bad_number", f"“{setting.full_name}”应填数字，现在是“{words}”。") from error
    _check_range(setting, number, words, whole=number if "/" not in plain else number * 100)
    share = number / 100 if setting.form == "percent" and "/" not in plain else number
    return _settle(share), write_percent_or_share(share) if setting.form == "percent" else write_number(share)


def _check_range(setting: Setting, number: Fraction, words: str, *, whole: Fraction) -> None:
    least = -MOST if setting.is_signed else Fraction(0)
    if not least <= number <= MOST:
        bounds = f"{write_number(least)} 到 {write_number(MOST)}"
        raise Refusal("bad_number", f"“{setting.full_name}”应在 {bounds} 之间，现在是“{words}”。")
    if setting.form == "percent" and whole > 100:
        raise Refusal("bad_number", f"“{setting.full_name}”不能超过 100%，现在是“{words}”。")


def _settle(number: Fraction) -> Value:
    """A number as people write it: whole, with a point, or as a fraction in quotes."""
    text = write_number(number)
    return text if "/" in text else int(number) if number.denominator == 1 else Decimal(text)


def _follow(tables: Mapping[str, Any], settings: Mapping[Path, Setting], found: Mapping[Path, Change]) -> (
    dict[Path, Change]
):  # fmt: skip
    """What follows the full marks of items: a cap that equals them, and the full marks (and cap) of their component.

    The scheme's own full marks do not follow, so that the check says what is missing.
    """
    shifts: dict[str, Fraction] = {}
    leaders: dict[str, str] = {}
    more: dict[Path, Change] = {}
    for path, change in found.items():
        if path[0] != "item" or path[2:] != ("full",):
            continue
        item = tables["item"][path[1]]
        before, after = read_number(item["full"]) or Fraction(0), _count(change.value)
        component = item.get("component", "")
        shifts[component] = shifts.get(component, Fraction(0)) + after - before
        leaders.setdefault(component, item["title"])
        more |= _move(settings, found, (*path[:2], "cap"), before, after, item["title"])
    for at, part in enumerate(tables.get("component", ())):
        if part["name"] in shifts and "full" in part:
            before = read_number(part["full"]) or Fraction(0)
            after = before + shifts[part["name"]]
            for key in ("full", "cap"):
                more |= _move(settings, found, ("component", at, key), before, after, leaders[part["name"]])
    return more


def _move(
    settings: Mapping[Path, Setting], found: Mapping[Path, Change], path: Path, before: Fraction, after: Fraction,
    leader: str,
) -> dict[Path, Change]:  # fmt: skip
    """Move a value that equalled another one along with it, unless somebody typed it."""
    setting = settings.get(path)
    if setting is None or path in found or before == after or setting.value != write_number(before):
        return {}
    return {path: Change(setting, write_number(after), _settle(after), leader)}


def _count(value: Value) -> Fraction:
    return Fraction(str(value))
