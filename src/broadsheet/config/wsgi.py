"""The server's entry point (gunicorn: `broadsheet.config.wsgi`)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in cli/boot.py
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.config.settings")
application = get_wsgi_application()

from broadsheet.leases.pacing import serving_begins  # noqa: E402 -- settings come first

serving_begins()
