"""Addresses of this room."""

from __future__ import annotations

from . import arranging, presence, records

app_name = "activities"
urlpatterns = [*arranging.urlpatterns, *presence.urlpatterns, *records.urlpatterns]
