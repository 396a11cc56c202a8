"""Notes, and hours or credits recognised by the organisation. Never screen time."""

from __future__ import annotations

from django.db import models

from shanxue.orgs.models import Bureau, Person, list_choices

from .rules import Measure, NoteState


class Note(models.Model):
    """A 笔记 or 心得 as far as the assessment needs it. ``kind`` is the office's word (笔记, 心得, 调研报告 …)."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=16, default="笔记")
    title = models.CharField(max_length=200, blank=True)
    on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=list_choices(NoteState), default=NoteState.WAITING)
    grade = models.CharField(max_length=8, blank=True)  # 优秀/良好/… where a unit grades notes
    characters = models.IntegerField(null=True, blank=True)
    pages = models.IntegerField(null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)


class LearningHours(models.Model):
    """认定学时 or credits: how much, of what kind, as recognised. ``amount_milli`` is thousandths of ``measure``."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, related_name="hours")
    kind = models.CharField(max_length=16)  # 集中培训, 网络培训, 脱产培训, 必修, 选修 …
    title = models.CharField(max_length=200, blank=True)
    on = models.DateField(null=True, blank=True)  # the day it ended
    from_on = models.DateField(null=True, blank=True)
    measure = models.CharField(max_length=4, choices=list_choices(Measure), default=Measure.CREDIT_HOUR)
    amount_milli = models.BigIntegerField()
    done_milli = models.IntegerField(null=True, blank=True)  # share of the course completed, 0–1000 (K12)
    passed = models.BooleanField(null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_milli__gte=0), name="hours_not_negative"),
            models.CheckConstraint(
                condition=models.Q(done_milli__isnull=True) | models.Q(done_milli__range=(0, 1000)),
                name="share_done_between_0_and_1",
            ),
        ]
