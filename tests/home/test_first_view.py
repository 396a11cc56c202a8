"""What a phone loads before it shows the first page."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.house import House

pytestmark = [pytest.mark.django_db, pytest.mark.browser]  # needs `make assets`

Visit = Callable[[str | None], Client]

MOST_BYTES = 60_000


def compress(text: bytes) -> int:
    return len(gzip.compress(text, 9, mtime=0))


@pytest.mark.parametrize("role", ["member", "secretary"])
def test_the_first_view_of_a_phone_is_at_most_60_kilobytes(house: House, visit: Visit, role: str) -> None:
    """Issue 3, “Quality”: HTML, style sheet and scripts of “/”, each compressed, and nothing else is fetched."""
    page = visit(role).get("/").content
    files = re.findall(rb'<(?:link rel="stylesheet" href|script src|img src)="/static/([^"]+)"', page)
    assert [name.split(b"/")[1].split(b".")[0] for name in files] == [b"site", b"site"]
    found = [finders.find(name.decode()) for name in files]
    texts = [Path(path).read_bytes() for path in found if isinstance(path, str)]
    assert len(texts) == 2
    assert compress(page) + sum(map(compress, texts)) <= MOST_BYTES
