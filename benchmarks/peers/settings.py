"""A small Django project of its own for the peers: the same server, another database."""

import importlib.util
import os

import environ

DEBUG = False
SECRET_KEY = "a-bench-measures-and-keeps-nothing-secret-at-all"
USE_TZ = True
DATABASES = {"default": environ.Env.db_url_config(os.environ["PEER_DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["benchmarks.peers.mailing"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ["PEER_PORT"])
EMAIL_TIMEOUT = 60
if importlib.util.find_spec("post_office"):
    INSTALLED_APPS += ["django.contrib.contenttypes", "post_office"]
    POST_OFFICE = {
        "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
        "BATCH_SIZE": 2000,
        "THREADS_PER_PROCESS": 5,
        "LOG_LEVEL": 1,  # only what failed
        "CELERY_ENABLED": False,
    }
CELERY_BROKER_URL = os.environ.get("REDIS_URL", "")
