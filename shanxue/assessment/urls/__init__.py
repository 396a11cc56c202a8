"""Addresses of the assessment, a module for each part of the room."""

from __future__ import annotations

from . import ballots, binding, proceedings, results, scoring

app_name = "assessment"
urlpatterns = [
    *results.urlpatterns,
    *binding.urlpatterns,
    *ballots.urlpatterns,
    *scoring.urlpatterns,
    *proceedings.urlpatterns,
]
