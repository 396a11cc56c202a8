"""A point on the agenda of the next bulletin is of a duty or of a finding."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0005_let_no_grant_end_before_it_begins'),
        ('supervision', '0004_keep_inspections_findings_and_rectification'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='agendapoint',
            name='one_point_waiting_per_duty',
        ),
        migrations.AddField(
            model_name='agendapoint',
            name='finding',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agenda_points', to='supervision.finding'),
        ),
        migrations.AlterField(
            model_name='agendapoint',
            name='duty',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AlterField(
            model_name='agendapoint',
            name='sentence',
            field=models.CharField(max_length=600),
        ),
        migrations.AddConstraint(
            model_name='agendapoint',
            constraint=models.UniqueConstraint(condition=models.Q(('finding__isnull', True), ('state', '待列入')), fields=('bureau', 'duty'), name='one_point_waiting_per_duty'),
        ),
        migrations.AddConstraint(
            model_name='agendapoint',
            constraint=models.UniqueConstraint(condition=models.Q(('state', '待列入')), fields=('finding',), name='one_point_waiting_per_finding'),
        ),
        migrations.AddConstraint(
            model_name='agendapoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finding__isnull', True), models.Q(('duty', ''), _negated=True)), models.Q(('duty', ''), ('finding__isnull', False)), _connector='OR'), name='point_is_of_a_duty_or_of_a_finding'),
        ),
    ]
