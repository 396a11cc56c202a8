"""Small pieces that every template uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shanxue.base.days import name_day
from shanxue.base.lights import SHAPES, Light
from shanxue.base.points import MILLI, format_scaled
from shanxue.web.assets import find_asset

register = template.Library()


@register.simple_tag
def asset(name: str) -> str:
    return find_asset(name)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Show one icon of the sprite in ``web/icons.html``; always beside a word, so hidden from screen readers."""
    return format_html(
        '<svg class="icon" width="20" height="20" aria-hidden="true" focusable="false"><use href="#i-{}"></use></svg>',
        name,
    )


COLOURS = {Light.NONE: "none", Light.FINE: "good", Light.NEAR: "near", Light.LATE: "late", Light.PAUSED: "none"}


@register.simple_tag
def light(value: Light, text: str = "") -> SafeString:
    """Show one of the five states as its shape with a word or a sentence, which also print in black and white."""
    return format_html(
        '<span class="state state-{}"><span aria-hidden="true">{}</span><span>{}</span></span>',
        COLOURS[value], SHAPES[value], text or value,
    )  # fmt: skip


@register.simple_tag
def bar(part: int, whole: int, kind: str = "") -> SafeString:
    """Draw a share as a bar, without inline styles. The number itself stands beside it."""
    width = round(part * 1000 / whole) if whole else 0
    return format_html(
        '<svg class="bar {}" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect width="1000" height="10"></rect><rect width="{}" height="10"></rect></svg>',
        kind,
        width,
    )


@register.filter
def points(value: int | None, scale: int) -> str:
    """Write points of a scheme's scale; no data is a dash, never 0."""
    return "—" if value is None else format_scaled(value, scale, trim=True)


@register.filter
def fixed_points(value: int | None, scale: int) -> str:
    """Write points with all of the scheme's decimals, so that a column lines up."""
    return "—" if value is None else format_scaled(value, scale)


@register.filter
def milli(value: int | None) -> str:
    return "—" if value is None else format_scaled(value, MILLI, trim=True)


@register.filter
def moment(value: datetime | None) -> str:
    """Write an instant as people here do: 2025年6月10日 10:32."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


@register.simple_tag(takes_context=True)
def when(context: template.Context, value: datetime | date | None) -> str:
    """Write a day or an instant the way people speak of it (今天 14:30, 明天, 周五, 6月12日): ux B0 law 8."""
    if value is None:
        return "—"
    now = timezone.localtime(context.get("shown_at") or timezone.now())
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{name_day(local.date(), now.date())} {local:%H:%M}"
    return name_day(value, now.date())


@register.filter
def get(table: Mapping[str, int] | None, key: str) -> int | None:
    """Look up a key that only the template knows."""
    return table.get(key) if table else None
