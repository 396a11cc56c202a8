"""Items of the year's plans, of a person or of a unit."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices

from .rules import ItemState


class PlanItem(models.Model):
    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="plan_items")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="plan_items")
    kind = models.CharField(max_length=16, blank=True)
    title = models.CharField(max_length=200)
    due_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=list_choices(ItemState), default=ItemState.OPEN)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit__isnull=True) | Q(person__isnull=True, unit__isnull=False),
                name="plan_item_of_a_person_or_of_a_unit",
            ),
        ]
