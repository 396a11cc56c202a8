"""Every verb that the code writes into the trail, read from the code itself: from each ``record_entry`` back to the
words its callers pass. What cannot be followed is an error, so that no verb is overlooked."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "shanxue"
WRITER = PACKAGE / "audit" / "actions.py"
SILENT = {"migrations", "rules", "engine", "demo"}  # write nothing: pure, or through the rooms' own actions
Function = ast.FunctionDef


class UnfollowedError(Exception):
    """A verb that this reading cannot follow back to its words."""


@dataclass(frozen=True)
class Place:
    """Where an expression stands: in a function, or in a module outside of one."""

    path: Path
    function: Function | None


@cache
def parse_modules() -> dict[Path, ast.Module]:
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if not SILENT & set(path.relative_to(PACKAGE).parts)]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def map_calls() -> dict[str, list[tuple[Place, ast.Call]]]:
    """Every call inside a function, by the name that is called."""
    found: dict[str, list[tuple[Place, ast.Call]]] = defaultdict(list)
    for path, tree in parse_modules().items():
        for function in (node for node in ast.walk(tree) if isinstance(node, Function)):
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    found[_name_of(node.func)].append((Place(path, function), node))
    return found


@cache
def map_imports() -> dict[Path, dict[str, tuple[Path, str]]]:
    """For each module, what a name in it was imported from and was called there."""
    found: dict[Path, dict[str, tuple[Path, str]]] = defaultdict(dict)
    for path, tree in parse_modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (source := _find_source(node, path)) is not None:
                for alias in node.names:
                    found[path][alias.asname or alias.name] = (source, alias.name)
    return found


def _find_source(node: ast.ImportFrom, path: Path) -> Path | None:
    base = path.parents[node.level - 1] if node.level else PACKAGE.parent
    target = base.joinpath(*(node.module or "").split("."))
    places = (target.with_suffix(".py"), target / "__init__.py")
    return next((one for one in places if one in parse_modules()), None)


def collect_verbs() -> set[str]:
    """Every ``room.verb`` that some call of ``record_entry`` can write."""
    return set(_follow_callers("verb", WRITER, _find_function(WRITER, "record_entry")))


def _find_function(path: Path, name: str) -> Function:
    return next(node for node in parse_modules()[path].body if isinstance(node, Function) and node.name == name)


def _name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _follow(node: ast.expr, place: Place) -> Iterator[str]:
    """Every text an expression can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _follow(node.body, place)
        yield from _follow(node.orelse, place)
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        yield from ("".join(chosen) for chosen in product(*(list(_follow(part, place)) for part in parts)))
    elif isinstance(node, ast.Name):
        yield from _follow_name(node.id, place)
    else:
        raise UnfollowedError(f"{place.path}:{node.lineno}: {ast.unparse(node)}")


def _follow_name(name: str, place: Place) -> Iterator[str]:
    function = place.function
    if function is not None and name in _list_arguments(function):
        yield from _follow_callers(name, place.path, function)
    elif function is not None and (assigned := _list_assigned(name, ast.walk(function))):
        for value in assigned:
            yield from _follow(value, place)
    elif assigned := _list_assigned(name, iter(parse_modules()[place.path].body)):
        yield from _follow(assigned[0], Place(place.path, None))
    elif name in (imported := map_imports()[place.path]):
        source, former = imported[name]
        yield from _follow_name(former, Place(source, None))
    else:
        raise UnfollowedError(f"{place.path}: {name}")


def _list_arguments(function: Function) -> list[str]:
    return [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]


def _list_assigned(name: str, nodes: Iterator[ast.AST]) -> list[ast.expr]:
    assigns = [node for node in nodes if isinstance(node, ast.Assign)]
    return [node.value for node in assigns if any(_name_of(target) == name for target in node.targets)]


def _follow_callers(name: str, path: Path, function: Function) -> Iterator[str]:
    """What the callers of a function pass for one of its arguments."""
    position = _list_arguments(function).index(name)
    if position >= len(function.args.args):
        position = 10**6  # only by its name
    calls = [(place, call) for place, call in _list_callers(path, function) if place.function is not function]
    if not calls:
        raise UnfollowedError(f"{path}:{function.lineno}: nobody calls {function.name}")
    for place, call in calls:
        words = {keyword.arg: keyword.value for keyword in call.keywords}
        if name in words:
            yield from _follow(words[name], place)
        elif position < len(call.args):
            yield from _follow(call.args[position], place)
        else:
            raise UnfollowedError(f"{place.path}:{call.lineno}: {ast.unparse(call)}")


def _list_callers(path: Path, function: Function) -> Iterator[tuple[Place, ast.Call]]:
    """Calls of a function in its own module, under the name it was imported by, and through its module's name."""
    source = (path, function.name)
    names = {name for imports in map_imports().values() for name, origin in imports.items() if origin == source}
    for place, call in (one for name in {function.name, *names} for one in map_calls()[name]):
        imports, called = map_imports()[place.path], _name_of(call.func)
        if isinstance(call.func, ast.Attribute):
            module = imports.get(_name_of(call.func.value))
            fits = module is not None and module[0].parent / f"{module[1]}.py" == path
        else:
            fits = imports.get(called, (place.path, called)) == source
        if fits:
            yield place, call
