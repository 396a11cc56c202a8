"""The small pictures of a year: two lines drawn on the server; the table beside them says the same aloud."""

from __future__ import annotations

from collections.abc import Iterator

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from shanxue.bulletins.rules.overview import MonthFigure, Spot, YearLine, scale_line, write_tenths

register = template.Library()
STEP, HEIGHT, EDGE = 10, 30, 4


@register.simple_tag
def year_chart(line: YearLine) -> SafeString:
    """Draw this year as a solid line with dots and the year before as a dashed one; no inline style."""
    this, last = scale_line(line, HEIGHT)
    return format_html(
        '<svg class="year-chart" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">'
        '<line class="ground" x1="0" y1="{}" x2="{}" y2="{}"></line>{}{}{}</svg>',
        11 * STEP + 2 * EDGE, HEIGHT + 2 * EDGE, HEIGHT + EDGE, 11 * STEP + 2 * EDGE, HEIGHT + EDGE,
        _draw(last, "last"), _draw(this, "this"),
        format_html_join("", '<circle class="this" cx="{}" cy="{}" r="2"></circle>', _list_points(this)),
    )  # fmt: skip


def _draw(spots: tuple[Spot, ...], name: str) -> SafeString:
    points = " ".join(f"{x},{y}" for x, y in _list_points(spots))
    return format_html('<polyline class="{}" points="{}"></polyline>', name, points)


def _list_points(spots: tuple[Spot, ...]) -> Iterator[tuple[int, int]]:
    return ((EDGE + (spot.month - 1) * STEP, EDGE + spot.height) for spot in spots if spot.height is not None)


@register.simple_tag
def month_rows(line: YearLine) -> list[tuple[int, str, str]]:
    """List month, this year and last year as a table shows them."""
    return [
        (month, _write(line, this), _write(line, last))
        for month, (this, last) in enumerate(zip(line.this, line.last, strict=True), 1)
    ]


def _write(line: YearLine, figure: MonthFigure) -> str:
    if not figure.count:
        return "—"
    if not line.by_mean:
        return str(figure.count)
    return f"{write_tenths(figure.mean_tenths)}（{figure.count}）" if figure.mean_tenths is not None else "不足3人"
