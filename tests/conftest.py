"""What every test may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings
from hypothesis import settings as hypothesis_settings

from tests.house import House, build_house

hypothesis_settings.register_profile("house", deadline=None)  # a busy machine is no fault of what is tested
hypothesis_settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that touch no database, so that the PostgreSQL run does not repeat them."""
    for item in items:
        needs_database = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(
            getattr(item, "fixturenames", ())
        )
        if not needs_database:
            item.add_marker(pytest.mark.pure)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite's test database in a file: Arrow reads it through a connection of its own."""
    from django.conf import settings

    place = settings.DATABASES["default"]
    if place["ENGINE"].endswith("sqlite3"):
        path = Path(tmp_path_factory.mktemp("database")) / "test.sqlite3"
        place.setdefault("TEST", {})["NAME"] = str(path)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let tests that commit empty their tables afterwards: nothing else may remove an entry of the trail."""
    from django.db import connection

    from shanxue.audit.guard import ON_DELETE, remove_guard

    with django_db_blocker.unblock():
        remove_guard(connection, [ON_DELETE])


@pytest.fixture
def house(db: None) -> House:
    """The small bureau whose pages are looked at."""
    return build_house()


@pytest.fixture
def visit(house: House) -> Callable[[str | None], Client]:
    """Open a browser without JavaScript as one of the house's users, or as a visitor."""

    def open_browser(key: str | None) -> Client:
        client = Client()
        if key is not None:
            client.force_login(house.users[key], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return open_browser


@pytest.fixture(scope="session", autouse=True)
def hash_passwords_quickly() -> Iterator[None]:
    """A slow hash protects real passwords; here it would only cost minutes."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def work_at_once() -> Iterator[None]:
    """Long work is done when it is asked for; the worker process has tests of its own."""
    with override_settings(
        TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}, WORKER_COMMAND=[]
    ):
        yield
