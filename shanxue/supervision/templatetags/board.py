"""The cells of the board, written at once: a page of 500 branches has thousands of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any, NamedTuple

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from shanxue.base.lights import SHAPES, Light
from shanxue.plans.rules.settling import Settled
from shanxue.supervision.rules.boards import Row
from shanxue.web.templatetags.page import COLOURS

register = template.Library()


@register.simple_tag
def shape(value: Light) -> SafeString:
    """Show a light as its shape alone, where a hidden word or sentence stands beside it."""
    return format_html('<span class="shape-{}" aria-hidden="true">{}</span>', COLOURS[value], SHAPES[value])


@register.simple_tag(takes_context=True)
def board_rows(context: template.Context, section: dict[str, Any]) -> SafeString:
    """Write the rows of one section: name, one cell per obligation, the next day; and an empty row for a reason.

    ``section`` has ``rows``, ``columns`` and, where a name does not lead to a unit, the ``page`` it leads to; the
    context says whether boxes are shown and ticked.
    """
    page = _Page(
        duty=reverse("supervision:duty", args=["KEY"]).removesuffix("KEY/"),
        subject=reverse(section.get("page", "supervision:unit"), args=[0]).removesuffix("0/"),
        titles=[escape(title) for _line, title in section["columns"]],
        box=bool(context["may_remind"]),
        ticked=bool(context["ticked"]),
        questions=context["questions"],
        today=context["actor"].on,
        words=Words(
            _("选"),
            _("不要求"),
            _("下次到期"),
            _("已逾期"),
            _("%(month)s月%(day)s日"),
            _("待说明"),
            _("说明过期"),
        ),
    )
    return mark_safe("".join(_write_row(row, page) for row in section["rows"]))  # every text in it is escaped


class Words(NamedTuple):
    """What a row says, translated once for the page."""

    tick: str
    nothing: str
    next: str
    late: str
    day: str
    asked: str
    overdue: str


class _Page(NamedTuple):
    duty: str
    subject: str
    titles: list[str]
    box: bool
    ticked: bool
    questions: Mapping[str, date]
    today: date
    words: Words


def _write_row(row: Row, page: _Page) -> str:
    name, words = escape(row.subject.name), page.words
    checked = " checked" if page.ticked else ""
    box = (
        f'<label class="tick"><input class="form-check-input" type="checkbox" name="unit" value="{row.subject.id}"'
        f'{checked}><span class="visually-hidden">{words.tick}{name}</span></label>'
        if page.box
        else ""
    )
    cells = "".join([_write_cell(cell, title, page) for cell, title in zip(row.cells, page.titles, strict=True)])
    if row.light == Light.LATE:
        following = words.late
    else:
        following = words.day % {"month": row.next_on.month, "day": row.next_on.day} if row.next_on else "—"
    return (
        f'<tr><th scope="row">{box}<a href="{page.subject}{row.subject.id}/">{name}</a></th>{cells}'
        f'<td class="nowrap" data-label="{words.next}">{following}</td></tr>\n'
        f'<tr class="reason"><td colspan="{len(page.titles) + 2}"></td></tr>\n'
    )


def _write_cell(cell: Settled | None, title: str, page: _Page) -> str:
    if cell is None:
        return (
            f'<td class="cell" data-label="{title}"><span aria-hidden="true">—</span>'
            f'<span class="visually-hidden">{page.words.nothing}</span></td>'
        )
    colour, mark, name = _LOOKS[cell.light]
    word = f" {cell.short}" if cell.short else ""
    said = " ✎" if cell.asks and cell.remarks else ""
    if cell.duty.key in page.questions:
        late = page.questions[cell.duty.key] < page.today
        said = f" {page.words.overdue if late else page.words.asked}"
    return (
        f'<td class="cell" data-label="{title}"><a class="{colour}" href="{page.duty}{cell.duty.key}/">'
        f'<span aria-hidden="true">{mark}</span>{word}{said}<span class="visually-hidden"> {name}</span></a></td>'
    )


_LOOKS = {light: (f"shape-{COLOURS[light]}", SHAPES[light], str(light)) for light in Light}
