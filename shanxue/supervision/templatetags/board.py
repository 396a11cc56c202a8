"""The cells of the board, written at once: a page of 500 branches has thousands of them."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from shanxue.base.lights import SHAPES, Light
from shanxue.plans.rules.settling import Settled
from shanxue.supervision.rules.boards import Row
from shanxue.web.templatetags.page import COLOURS

register = template.Library()


@register.simple_tag
def duty_base() -> str:
    """Give the address that every duty's begins with; keys hold letters, digits, ``-``, ``_`` and ``/`` only."""
    return reverse("supervision:duty", args=["KEY"]).removesuffix("KEY/")


@register.simple_tag
def shape(value: Light) -> SafeString:
    """Show a light as its shape alone, where a hidden word or sentence stands beside it."""
    return format_html('<span class="shape-{}" aria-hidden="true">{}</span>', COLOURS[value], SHAPES[value])


@register.simple_tag
def board_cells(row: Row, columns: list[tuple[str, str]], base: str) -> SafeString:
    """Write a row's cells: shape, a short word where there is one, and the state for those who cannot see shapes."""
    pairs = zip(row.cells, columns, strict=True)
    parts = [_write(cell, escape(title), base) for cell, (_line, title) in pairs]
    return mark_safe("".join(parts))  # every text in it is escaped


def _write(cell: Settled | None, title: str, base: str) -> str:
    if cell is None:
        nothing = _("不要求")
        return (
            f'<td class="cell" data-label="{title}"><span aria-hidden="true">—</span>'
            f'<span class="visually-hidden">{nothing}</span></td>'
        )
    word = f" {escape(cell.short)}" if cell.short else ""
    said = " ✎" if cell.asks and cell.remarks else ""
    return (
        f'<td class="cell shape-{COLOURS[cell.light]}" data-label="{title}"><a href="{base}{cell.duty.key}/">'
        f'<span aria-hidden="true">{SHAPES[cell.light]}</span>{word}{said}'
        f'<span class="visually-hidden"> {cell.light}</span></a></td>'
    )
