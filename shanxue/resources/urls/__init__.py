"""Addresses of this room, one module for each part."""

from . import funds, shelf

app_name = "resources"
urlpatterns = [*funds.urlpatterns, *shelf.urlpatterns]
