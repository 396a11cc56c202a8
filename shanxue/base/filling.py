"""Filling a .docx template that an office may replace: in a sandbox, every variable known, or a sentence why not.

Plain Python. The same variables and template give the same document.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from .errors import Refusal


def read_template(data: bytes, name: str) -> DocxTemplate:
    """Open a template from its bytes, as it was uploaded."""
    return _open(DocxTemplate(io.BytesIO(data)), name)


def open_template(path: Path) -> DocxTemplate:
    """Open a template; a file that is no .docx is refused."""
    return _open(DocxTemplate(str(path)), path.name)


def _open(template: DocxTemplate, name: str) -> DocxTemplate:
    try:
        template.init_docx()
    except Exception as error:  # python-docx raises half a dozen unrelated types for a broken package
        sentence = f"模板“{name}”打不开，可能不是 .docx 文件。请用 WPS 或 Word 另存为 .docx，或删去它改用自带的模板。"
        raise Refusal("template_unreadable", sentence) from error
    return template


def fill_template(template: DocxTemplate, variables: dict[str, Any], name: str) -> None:
    """Fill a template. A variable without a value is refused, never left empty."""
    rooms = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    advice = "变量名见 docs/documents.md。"
    try:
        template.render(variables, jinja_env=rooms, autoescape=True)
    except UndefinedError as error:
        found = re.findall(r"'([^']+)'", str(error))
        variable = found[-1] if found else str(error)
        raise Refusal(
            "template_variable", f"模板“{name}”里的变量“{variable}”没有内容可填。请改名或删去，{advice}"
        ) from error
    except TemplateSyntaxError as error:
        raise Refusal(
            "template_syntax", f"模板“{name}”里有写得不完整的标记{_quote_place(error)}。请对照自带的模板补全，{advice}"
        ) from error
    except (TemplateError, SecurityError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise Refusal(
            "template_broken", f"模板“{name}”里的标记不能执行（{error}）。请对照自带的模板改正，{advice}"
        ) from error


def _quote_place(error: TemplateSyntaxError) -> str:
    """Quote the marks around the place, when docxtpl knows it."""
    lines: Iterable[str] = getattr(error, "docx_context", ())
    marks = [mark for line in lines for mark in re.findall(r"\{[{%#].*?(?:[}%#]\}|$)", line)]
    return f"，在“{'”“'.join(marks[:3])}”附近" if marks else ""
