"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import views

app_name = "supervision"
urlpatterns: list[URLPattern] = [
    path("", views.show_board, name="duties"),
    path("mine/", views.show_mine, name="mine"),
    path("unit/<int:unit_id>/", views.show_unit, name="unit"),
    path("person/<int:person_id>/", views.show_person, name="person"),
    path("coverage/", views.show_coverage, name="coverage"),
    path("remind/", views.send_reminders, name="remind"),
    path("reminders/<int:reminder_id>/answer/", views.answer, name="answer"),
    path("one/<path:key>/", views.show_duty, name="duty"),
]
