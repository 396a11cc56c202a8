"""What every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that touch no database, so that the PostgreSQL run does not repeat them."""
    for item in items:
        needs_database = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(
            getattr(item, "fixturenames", ())
        )
        if not needs_database:
            item.add_marker(pytest.mark.pure)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep SQLite's test database in a file: Arrow reads it through a connection of its own."""
    from django.conf import settings

    place = settings.DATABASES["default"]
    if place["ENGINE"].endswith("sqlite3"):
        path = Path(tmp_path_factory.mktemp("database")) / "test.sqlite3"
        place.setdefault("TEST", {})["NAME"] = str(path)

