"""Addresses of records by their key, for the pages of this room."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.urls import reverse

from shanxue.web.templatetags.page import moment

register = template.Library()


@register.filter
def day_or_moment(value: date | datetime | None) -> str:
    """Write a day or an instant; what has neither is a dash."""
    if value is None or isinstance(value, datetime):
        return moment(value)
    return f"{value.year}年{value.month}月{value.day}日"


@register.filter
def algorithm_name(value: str) -> str:
    """Write the name of a hash as people write it: SHA-256, SM3."""
    return {"sha256": "SHA-256"}.get(value, value.upper())


@register.simple_tag
def chain_address(key: str) -> str:
    """The page of a record's chain: session-12."""
    kind, _, number = key.rpartition("-")
    return reverse("archive:chain", args=[kind, number])
