"""Study places (阵地): seats, equipment, opening hours, and who has booked them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shanxue.orgs.models import Bureau, Person, Unit, list_choices

from ..rules import BookingState, Condition
from .funds import PaymentLine


class Venue(models.Model):
    """One place to study. ``weekdays`` are the ISO days it opens on, as digits: 12345."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="venues")
    name = models.CharField(max_length=40)
    address = models.CharField(max_length=80, blank=True)
    seats = models.PositiveSmallIntegerField()
    keeper = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    opens_at = models.TimeField()
    closes_at = models.TimeField()
    weekdays = models.CharField(max_length=7, default="12345")
    longest_minutes = models.PositiveSmallIntegerField(default=240)
    ended_on = models.DateField(null=True, blank=True)  # not to be booked from this day on

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "name"], name="venue_once"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="venue_closes_after_it_opens"),
            models.CheckConstraint(condition=Q(seats__gt=0, longest_minutes__gt=0), name="venue_has_seats"),
        ]

    def __str__(self) -> str:
        return self.name


class Equipment(models.Model):
    """What stands in a place, how many, and how it is. ``line`` is the receipt line it was bought with."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="equipment")
    name = models.CharField(max_length=60)
    count = models.PositiveSmallIntegerField()
    condition = models.CharField(max_length=4, choices=list_choices(Condition), default=Condition.GOOD)
    checked_on = models.DateField()
    line = models.ForeignKey(PaymentLine, models.PROTECT, null=True, blank=True, related_name="equipment")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["venue", "name", "condition"], name="equipment_once_per_condition"),
            models.CheckConstraint(condition=Q(count__gt=0), name="equipment_is_counted"),
        ]


class Booking(models.Model):
    """A place taken for some hours of one day, half-open. Two that overlap are refused while the place is locked."""

    venue = models.ForeignKey(Venue, models.PROTECT, related_name="bookings")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="bookings")
    what = models.CharField(max_length=200)
    on = models.DateField()
    start_time = models.TimeField()
    end_time = models.TimeField()
    state = models.CharField(max_length=4, choices=list_choices(BookingState), default=BookingState.BOOKED)
    of_session = models.BooleanField(default=False)  # it moves and goes with a session, not by itself
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end_time__gt=F("start_time")), name="booking_stays_within_one_day"),
            models.UniqueConstraint(
                fields=["venue", "on", "start_time"], condition=Q(state="已预约"), name="one_booking_per_place_and_hour"
            ),
        ]
        indexes = [models.Index(fields=["venue", "on"], name="bookings_of_a_day")]
