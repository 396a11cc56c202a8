"""Addresses of this room."""

from __future__ import annotations

from django.urls import path, re_path

from . import own_views, views

app_name = "orgs"
urlpatterns = [
    path("", views.show_roster, name="roster"),
    path("new/", views.add_person, name="add"),
    path("<int:person_id>/", views.show_person, name="person"),
    path("<int:person_id>/do/<slug:code>/", views.do_deed, name="deed"),
    path("<int:person_id>/account/", views.give_account, name="account"),
    path("<int:person_id>/grants/<int:unit_id>/", views.grant_secretary, name="grant"),
    path("<int:person_id>/grants/<int:grant_id>/end/", views.end_grant, name="grant_end"),
    path("transfers/", views.show_transfers, name="transfers"),
    path("transfers/<int:transfer_id>/receive/", views.receive_transfer, name="receive"),
    path("transfers/<int:transfer_id>/withdraw/", views.withdraw_transfer, name="withdraw"),
    path("mine/", own_views.show_mine, name="mine"),
    path("mine/correct/", own_views.ask_correction, name="correct"),
    re_path(r"^mine/export\.(?P<ending>xlsx|json)$", own_views.export_mine, name="export"),
    path("corrections/", own_views.show_corrections, name="corrections"),
    path("corrections/<int:correction_id>/", own_views.decide_correction, name="correction"),
    path("requests/<int:request_id>/", own_views.decide_request, name="request"),
]
