"""The web application, for granian: ``shanxue.wsgi:application``."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanxue.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  every page is loaded before the first visitor comes
# What is loaded now lives as long as the process. Left out of every later collection, a page that makes many small
# values (the board of duties) is a third faster.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)  # and such a page's values are not looked through while it is being made
