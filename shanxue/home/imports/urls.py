"""Addresses of the import."""

from __future__ import annotations

from django.urls import path

from . import batch_views, views

app_name = "imports"
urlpatterns = [
    path("", views.start, name="start"),
    path("templates/<slug:kind>.xlsx", views.give_template, name="template"),
    path("batches/", batch_views.show_batches, name="batches"),
    path("batches/<int:number>/", batch_views.show_batch, name="batch"),
    path("<slug:token>/columns/", views.match_columns, name="columns"),
    path("<slug:token>/", views.check, name="check"),
    path("<slug:token>/fix.xlsx", views.give_fix_table, name="fix"),
    path("<slug:token>/drop/", views.drop, name="drop"),
    path("<slug:token>/done/", views.show_done, name="done"),
]
