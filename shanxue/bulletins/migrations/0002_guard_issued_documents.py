"""The database itself refuses to change what was issued: text, figures, files and numbers stay as they were signed."""

from __future__ import annotations

from typing import Any

from django.db import migrations

DOCUMENT = (
    "kind", "title", "unit_id", "period", "from_on", "until_on", "plan_id", "mark", "issuer", "code", "to", "copies",
    "printed_by", "office", "due_on", "answer_days", "drafted_by_id", "submitted_by_id", "issued_on", "signed_by_id",
)  # fmt: skip
PARTS = {
    "bulletins_documentpart": ("section", "text"),
    "bulletins_figure": ("key", "label", "value"),
    "bulletins_keptfile": ("name", "sha256", "kind"),
}
FINAL = "('已签发', '作废')"
SAID = "an issued document is not changed"


def _differs(columns: tuple[str, ...], word: str) -> str:
    return " OR ".join(f'NEW."{name}" {word} OLD."{name}"' for name in columns)


def _list_guards(word: str) -> list[tuple[str, str]]:
    """Table and condition of every guard; ``word``: IS NOT (SQLite) or IS DISTINCT FROM (PostgreSQL)."""
    back = f"(OLD.state IN {FINAL} AND NEW.state NOT IN {FINAL})"
    guards = [("bulletins_officialdocument", f"{back} OR (OLD.state IN {FINAL} AND ({_differs(DOCUMENT, word)}))")]
    for table, columns in PARTS.items():
        issued = f"EXISTS (SELECT 1 FROM bulletins_officialdocument d WHERE d.id = OLD.document_id AND d.state IN {FINAL})"
        guards.append((table, f"({_differs(columns, word)}) AND {issued}"))
    number = ("series_id", "number", "document_id", "title")
    guards.append(("bulletins_documentnumber", f"({_differs(number, word)}) OR (OLD.state = '作废' AND NEW.state <> '作废')"))
    return guards


def guard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for table, condition in _list_guards("IS DISTINCT FROM"):
            schema_editor.execute(
                f"CREATE FUNCTION {table}_stays() RETURNS trigger AS $$ BEGIN IF {condition} THEN "
                f"RAISE EXCEPTION '{SAID}'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_stays()"
            )
        return
    for table, condition in _list_guards("IS NOT"):
        schema_editor.execute(
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
        )


def unguard(apps: Any, schema_editor: Any) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table, _ in _list_guards("IS NOT"):
        schema_editor.execute(f"DROP TRIGGER {table}_stays" + (f" ON {table}" if postgresql else ""))
        if postgresql:
            schema_editor.execute(f"DROP FUNCTION {table}_stays()")


class Migration(migrations.Migration):
    dependencies = [("bulletins", "0001_keep_official_documents")]

    operations = [migrations.RunPython(guard, unguard)]
