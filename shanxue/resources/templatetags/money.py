"""How money is written on pages."""

from __future__ import annotations

from django import template

from ..rules.money import write_yuan

register = template.Library()


@register.filter
def yuan(fen: int | None) -> str:
    """Write fen as yuan with thousands separators; nothing known is a dash, never 0."""
    return "—" if fen is None else write_yuan(fen)
