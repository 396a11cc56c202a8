"""Addresses of the assessment, a module for each part of the room."""

from __future__ import annotations

from . import ballots, binding, proceedings, results, schemes, scoring

app_name = "assessment"
urlpatterns = [
    *schemes.urlpatterns,
    *results.urlpatterns,
    *binding.urlpatterns,
    *ballots.urlpatterns,
    *scoring.urlpatterns,
    *proceedings.urlpatterns,
]
