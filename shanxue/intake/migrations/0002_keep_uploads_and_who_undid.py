
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0001_keep_batches_and_what_they_changed'),
    ]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='undone_by',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=64, unique=True)),
                ('bureau_code', models.CharField(max_length=32)),
                ('owner', models.CharField(max_length=150)),
                ('made_at', models.DateTimeField()),
                ('files', models.JSONField(default=list)),
                ('refused', models.JSONField(default=list)),
                ('answers', models.JSONField(default=dict)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('batches', models.JSONField(default=list)),
            ],
            options={
                'indexes': [models.Index(fields=['bureau_code', 'owner'], name='intake_uplo_bureau__c1e0f4_idx')],
            },
        ),
    ]
