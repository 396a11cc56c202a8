"""A 简报 is a document of its own, numbered by issues. No guarded table is rebuilt: its triggers would be lost."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bulletins', '0004_guard_named_units'),
    ]

    operations = [
        migrations.AddField(
            model_name='letterhead',
            name='briefing',
            field=models.CharField(default='学习简报', max_length=60),
        ),
        migrations.AddField(
            model_name='numberseries',
            name='style',
            field=models.CharField(choices=[('字号', '字号'), ('期号', '期号')], default='字号', max_length=2),
        ),
        migrations.AddField(
            model_name='officialdocument',
            name='practices',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='documentpart',
            name='section',
            field=models.CharField(choices=[('引言', '引言'), ('总体情况', '总体情况'), ('经验做法', '经验做法'), ('存在问题', '存在问题'), ('整改要求', '整改要求'), ('正文', '正文')], max_length=4),
        ),
        migrations.AlterField(
            model_name='officialdocument',
            name='kind',
            field=models.CharField(choices=[('情况通报', '情况通报'), ('通知', '通知'), ('年度意见', '年度意见'), ('简报', '简报')], max_length=8),
        ),
    ]
