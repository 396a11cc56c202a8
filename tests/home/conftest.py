"""What the tests of the importer's pages share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tests.home.desk import Desk, give_real_names
from tests.house import House

Visit = Callable[[str | None], Client]


@pytest.fixture(autouse=True)
def files_apart(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]


@pytest.fixture
def desk(visit: Visit, house: House) -> Desk:
    give_real_names(house)
    return Desk(visit("office"))
