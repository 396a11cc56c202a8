"""Addresses of accounts and grants, for the three administrators."""

from __future__ import annotations

from django.urls import path

from . import grant_views as views

app_name = "grants"
urlpatterns = [
    path("", views.show_accounts, name="accounts"),
    path("new/", views.new_account, name="new_account"),
    path("trail/", views.show_trail, name="trail"),
    path("<int:user_id>/", views.show_account, name="account"),
    path("<int:user_id>/give/", views.give, name="give"),
    path("<int:user_id>/end/<int:grant_id>/", views.end, name="end"),
    path("<int:user_id>/password/", views.renew_password, name="password"),
    path("<int:user_id>/switch/", views.switch, name="switch"),
]
