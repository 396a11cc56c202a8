"""The web application, for granian: ``shanxue.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanxue.settings")
application = get_wsgi_application()
