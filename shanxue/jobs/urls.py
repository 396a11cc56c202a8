"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "jobs"
urlpatterns = [path("<int:job_id>/", views.show_job, name="job")]
