"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import asking, duties, instructions

app_name = "supervision"
urlpatterns: list[URLPattern] = [
    path("", duties.show_board, name="duties"),
    path("mine/", duties.show_mine, name="mine"),
    path("unit/<int:unit_id>/", duties.show_unit, name="unit"),
    path("unit/<int:unit_id>/members/", duties.show_members, name="members"),
    path("person/<int:person_id>/", duties.show_person, name="person"),
    path("coverage/", duties.show_coverage, name="coverage"),
    path("remind/", asking.send_reminders, name="remind"),
    path("reminders/<int:reminder_id>/answer/", duties.answer, name="answer"),
    path("ask/", asking.ask, name="ask"),
    path("agenda/", asking.show_agenda, name="agenda"),
    path("agenda/add/", asking.add_points, name="add_points"),
    path("agenda/<int:point_id>/withdraw/", asking.withdraw, name="withdraw_point"),
    path("instructions/", instructions.list_all, name="instructions"),
    path("instructions/<int:instruction_id>/", instructions.show_one, name="instruction"),
    path("one/<path:key>/", duties.show_duty, name="duty"),
]
