"""The web process."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
# gunicorn's word for "do not start another worker": it ends with this code too.
NOT_BOOTED = 3
try:
    application = get_wsgi_application()
    from newsletter import keys

    keys.verify()
except ImproperlyConfigured as problem:
    sys.stderr.write(f"{problem}\n")
    sys.exit(NOT_BOOTED)
