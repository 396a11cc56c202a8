"""The database's own refusal to change or remove an entry, whoever asks it: triggers, the same for both databases.

Whoever owns the database can take a trigger away; that is what the chain and its exported heads are for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

SENTENCE = "audit entries are never changed or removed"
TABLE = "audit_entry"
STATEMENTS = {
    "sqlite": (
        f"CREATE TRIGGER audit_entry_stays_update BEFORE UPDATE ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END",
        f"CREATE TRIGGER audit_entry_stays_delete BEFORE DELETE ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$",
        f"CREATE TRIGGER audit_entry_stays_update BEFORE UPDATE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
        f"CREATE TRIGGER audit_entry_stays_delete BEFORE DELETE OR TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
    ),
}
ON_UPDATE, ON_DELETE = "audit_entry_stays_update", "audit_entry_stays_delete"
NAMES = (ON_UPDATE, ON_DELETE)


def install_guard(connection: Any) -> None:
    """Put the triggers in place."""
    remove_guard(connection)
    with connection.cursor() as cursor:
        for statement in STATEMENTS.get(connection.vendor, ()):
            cursor.execute(statement)


def remove_guard(connection: Any, names: Iterable[str] = NAMES) -> None:
    """Take triggers away: before a migration of the table, and in tests of what the chain then finds."""
    on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
