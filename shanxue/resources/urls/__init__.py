"""Addresses of this room, one module for each part."""

from . import funds, shelf, venues

app_name = "resources"
urlpatterns = [*funds.urlpatterns, *shelf.urlpatterns, *venues.urlpatterns]
