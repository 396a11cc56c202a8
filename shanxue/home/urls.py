"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from . import brief_views, leader_views, views

app_name = "home"
urlpatterns = [
    path("", views.show_home, name="home"),
    path("due/", views.show_due, name="due"),
    path("office/", views.show_office, name="office"),
    path("desk/", views.choose_desk, name="desk"),
    path("desk/<int:unit_id>/", views.show_desk, name="unit_desk"),
    path("overview/", leader_views.show_overview, name="overview"),
    path("overview/units/<int:unit_id>/", leader_views.show_unit, name="unit_overview"),
    path("overview/lines/<slug:code>/", leader_views.show_line, name="year_line"),
    path("overview/briefs/", brief_views.show_briefs, name="briefs"),
    path("overview/briefs/make/", brief_views.make, name="make_brief"),
    path("overview/briefs/wish/", brief_views.wish, name="wish_briefs"),
    path("overview/briefs/<int:brief_id>/", brief_views.download, name="brief"),
    path("more/", views.show_more, name="more"),
    path("calendar/", views.show_calendar, name="calendar"),
    path("calendar/revoke/", views.revoke_calendar, name="revoke_calendar"),
    path("calendar/<slug:token>.ics", views.show_feed, name="feed"),
]
