"""How often a book of the shelf was studied (D11): entries of the materials that rest on it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, Q

from shanxue.base.uses import TitleUse

from .models import Material


def list_title_uses(title_ids: Collection[int], year: int) -> list[TitleUse]:
    """List these titles that a material rests on, with the year's entries of self-study. One query."""
    found = Material.objects.filter(book__in=title_ids).values_list("book").order_by("book")
    return [TitleUse(*row) for row in found.annotate(n=Count("studies", filter=Q(studies__on__year=year)))]
