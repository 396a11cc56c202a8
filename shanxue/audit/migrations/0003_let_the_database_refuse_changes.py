"""A later migration that remakes the table (any AlterField on SQLite) must end with ``install_guard`` again."""

from django.db import migrations

from shanxue.audit.guard import install_guard, remove_guard


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_choose_the_algorithm_of_a_chain")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: install_guard(editor.connection),
            lambda apps, editor: remove_guard(editor.connection),
        ),
    ]
