"""``shanxue check-scheme``: what a scheme file says, read back in words, or what is wrong with it."""

from __future__ import annotations

from pathlib import Path

from shanxue.assessment.rules.loading import MOST_BYTES, Loaded, SchemeRefused, load_scheme
from shanxue.assessment.rules.wording import describe_scheme
from shanxue.base.errors import Refusal


def describe_check(path: Path) -> tuple[int, str]:
    """Check one scheme file. Returns the exit code (0 usable, 2 refused) and the Chinese text to print."""
    try:
        loaded = load_scheme(read_scheme_text(path), path.name)
    except SchemeRefused as refused:
        rows = "\n".join(f"  {at}. {problem}" for at, problem in enumerate(refused.problems, 1))
        return 2, f"细则不能使用，有{len(refused.problems)}处要改：\n{rows}\n"
    except Refusal as refused:
        return 2, refused.sentence + "\n"
    return 0, _describe_loaded(loaded)


def read_scheme_text(path: Path) -> str:
    """Read a scheme file's text: UTF-8, else GB18030 as Windows editors write it."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Refusal("scheme_unreadable", f"读不到文件“{path}”。请核对文件名和位置。") from error
    if len(raw) > MOST_BYTES * 4:
        raise Refusal("scheme_too_large", f"{path.name}：文件过大，不像考核细则。请核对文件。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("scheme_encoding", f"{path.name}：文字编码认不出。请用记事本另存为 UTF-8 再试。")


def _describe_loaded(loaded: Loaded) -> str:
    scheme = loaded.scheme
    lines = [f"《{scheme.title.strip('《》')}》可以使用，共{len(scheme.items)}项。", ""]
    for clause in describe_scheme(scheme):
        full = f"（{clause.full}分）" if clause.full else ""
        lines.append(f"  {f'{clause.number} ' if clause.number else ''}{clause.title}{full}：{clause.sentence}")
    if loaded.warnings:
        lines += ["", f"提示{len(loaded.warnings)}条（不影响使用）："]
        lines += [f"  {at}. {warning}" for at, warning in enumerate(loaded.warnings, 1)]
    return "\n".join(lines) + "\n"
