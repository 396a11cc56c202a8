"""Addresses of places, and of the page that says what the money did."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import used, venues

urlpatterns: list[URLPattern] = [
    path("used/", used.show_used, name="used"),
    path("venues/", venues.show_venues, name="venues"),
    path("venues/new/", venues.edit_venue, name="new_venue"),
    path("venues/<int:venue_id>/", venues.show_venue, name="venue"),
    path("venues/<int:venue_id>/edit/", venues.edit_venue, name="edit_venue"),
    path("venues/<int:venue_id>/end/", venues.end_venue, name="end_venue"),
    path("venues/<int:venue_id>/book/", venues.book, name="book"),
    path("venues/<int:venue_id>/equipment/", venues.add_equipment, name="add_equipment"),
    path("lines/<int:line_id>/place/", venues.place_equipment, name="place_equipment"),
    path("equipment/<int:equipment_id>/", venues.check_equipment, name="equipment"),
    path("bookings/<int:booking_id>/cancel/", venues.free, name="free_booking"),
]
