from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_keep_the_trail")]

    operations = [
        migrations.AddField("entry", "algorithm", models.CharField(default="sha256", max_length=8)),
    ]
