"""Addresses of this room, one module for each part."""

from . import funds

app_name = "resources"
urlpatterns = [*funds.urlpatterns]
