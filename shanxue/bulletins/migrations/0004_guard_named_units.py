"""Of an issued document, who is named and why stays as it was signed; an answer, once given, stays as it was given."""

from __future__ import annotations

from typing import Any

from django.db import migrations

TABLE = "bulletins_namedunit"
SAID = "an issued document is not changed"
ISSUED = "EXISTS (SELECT 1 FROM bulletins_officialdocument d WHERE d.id = OLD.document_id AND d.state IN ('已签发', '作废'))"


def _write_condition(word: str, text: str) -> str:
    named = f'NEW."unit_id" {word} OLD."unit_id" OR NEW."evidence"{text} {word} OLD."evidence"{text}'
    answered = f'OLD."answered_at" IS NOT NULL AND NEW."answer" {word} OLD."answer"'
    return f"(({named}) AND {ISSUED}) OR ({answered})"


def guard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE FUNCTION {TABLE}_stays() RETURNS trigger AS $$ BEGIN "
            f"IF {_write_condition('IS DISTINCT FROM', '::text')} THEN RAISE EXCEPTION '{SAID}'; END IF; "
            "RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_stays()"
        )
        return
    schema_editor.execute(
        f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE ON {TABLE} WHEN {_write_condition('IS NOT', '')} "
        f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    )


def unguard(apps: Any, schema_editor: Any) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(f"DROP TRIGGER {TABLE}_stays" + (f" ON {TABLE}" if postgresql else ""))
    if postgresql:
        schema_editor.execute(f"DROP FUNCTION {TABLE}_stays()")


class Migration(migrations.Migration):
    dependencies = [("bulletins", "0003_keep_briefs")]

    operations = [migrations.RunPython(guard, unguard)]
