"""One honest file. A laptop's values are the defaults; with DEBUG=0 what matters must be said."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import django
import environ
from django.core.exceptions import ImproperlyConfigured

from newsletter.core import environment
from newsletter.core.providers import Account
from newsletter.core.relay import Tls

T = TypeVar("T")

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("GARRIGUE_VAR", BASE_DIR / "var"))

env = environ.Env()

DEBUG = env.bool("DEBUG", default=True)


def read(value: Callable[[], T]) -> T:
    """Return what the environment says; what cannot be worked with stops the start with its sentence."""
    try:
        return value()
    except environment.BadEnvironment as problem:
        raise ImproperlyConfigured(str(problem)) from None


if not DEBUG:
    read(lambda: environment.require(os.environ))

SECRET_KEY = env.str("SECRET_KEY", default="a-laptop-has-no-secrets-and-is-not-on-the-internet")
# kid:key,kid:key — the first signs, all verify. Never derived from SECRET_KEY: a link in a mail outlives it.
SIGNING_KEYS = read(lambda: environment.signing_keys(env.str("SIGNING_KEYS", default="laptop:laptop-signing-key")))
# Outside the database, so that a stolen dump names nobody (DUTIES L4).
ADDRESS_PEPPER = env.str("ADDRESS_PEPPER", default="a-laptop-pepper")

SITE_URL = read(lambda: environment.site(env.str("SITE_URL", default="http://127.0.0.1:8000")))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", str(urlsplit(SITE_URL).hostname)])
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "newsletter.apps.NewsletterConfig",
    "audiences.apps.AudiencesConfig",
    "campaigns.apps.CampaignsConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "newsletter.middleware.FastLane",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "newsletter.middleware.KeptLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "newsletter.middleware.ContentSecurityPolicy",
    "newsletter.middleware.Discretion",
    "newsletter.middleware.OwnErrorPages",
]

ROOT_URLCONF = "newsletter.urls"
FAST_URLCONF = "campaigns.fast_urls"
WSGI_APPLICATION = "newsletter.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Django's own widget templates come last; ours are found first.
        "DIRS": [BASE_DIR / "templates", Path(django.__file__).parent / "forms" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "newsletter.context.house",
            ],
            "builtins": ["newsletter.templatetags.house", "newsletter.templatetags.operations"],
            "libraries": {"house": "newsletter.templatetags.house"},
        },
    }
]
FORM_RENDERER = "newsletter.forms.Renderer"

# PostgreSQL is the only database: row locks, unique keys and durable commits are what the promises stand on.
DATABASE_URL = env.str("DATABASE_URL", default="postgres://garrigue@127.0.0.1/garrigue")
read(lambda: environment.server("DATABASE_URL", DATABASE_URL, ("postgres", "postgresql")))
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
# It notices lines that a restart has cut.
DATABASES["default"]["ENGINE"] = "newsletter.postgresql"
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "pool": {"min_size": 0, "max_size": env.int("DATABASE_POOL", default=8), "timeout": 10},
}
# Who owns the tables and migrates; the web and the workers come as another, who cannot rewrite what was said.
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="")
# While `migrate` comes as the owner, this says who the others are.
DATABASE_APP_URL = env.str("DATABASE_APP_URL", default="") or DATABASE_URL
# For session advisory locks, which a transaction pooler would lose.
DATABASE_DIRECT_URL = env.str("DATABASE_DIRECT_URL", default="") or DATABASE_URL
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
read(lambda: environment.server("REDIS_URL", REDIS_URL, ("redis", "rediss")))
# The header in which the web server in front says who the visitor is, for the ceilings of the sign-up form.
VISITOR_HEADER = env.str("VISITOR_HEADER", default="")
# What /metrics asks of a reader who does not sit on this machine; empty: nobody else reads them.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# A worker that moved nothing for so many seconds while messages were due ends itself, to be started anew.
STUCK_AFTER = env.int("STUCK_AFTER", default=120)
CELERY_QUEUES = ("send", "default")

# Several relays may be named, separated by commas, each with ?weight=
RELAY_URLS = tuple(env.list("EMAIL_URL", default=["smtp://127.0.0.1:1025"]))
# Log-in mails leave by the first, read by the same eyes as for campaigns.
RELAY = read(lambda: environment.relays(RELAY_URLS))[0]
# This machine's name for whoever it writes to.
EHLO_NAME = read(lambda: environment.introduction(env.str("EHLO_NAME", default=""), environment.relays(RELAY_URLS)))
# Whom to ask for mail exchangers, host or host:port; empty: whom the system asks.
DNS_SERVERS = tuple(env.list("DNS_SERVERS", default=[]))
if isinstance(RELAY, Account):  # a provider's HTTP interface
    EMAIL_BACKEND, ANYMAIL = RELAY.backend, RELAY.anymail
elif RELAY.direct:
    EMAIL_BACKEND = "newsletter.direct.EmailBackend"
else:
    EMAIL_HOST, EMAIL_PORT = RELAY.host, RELAY.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = RELAY.user, RELAY.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = RELAY.tls is Tls.STARTTLS, RELAY.tls is Tls.IMPLICIT
EMAIL_TIMEOUT = 20
# user:password by which mail providers may tell what became of our messages; empty: none may.
WEBHOOK_SECRET = read(lambda: environment.webhook_secret(env.str("WEBHOOK_SECRET", default="")))
MAILGUN_WEBHOOK_KEY = env.str("MAILGUN_WEBHOOK_KEY", default="")
MAIL_FROM = env.str("MAIL_FROM", default="Les Professionnels des Alpilles <lettre@alpilles.example>")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
REPLY_TO = env.str("REPLY_TO", default="")
# What comes back: to which addresses, and where it is read. Without both, the relay keeps the bounces.
BOUNCE_INBOX_URL = env.str("BOUNCE_INBOX_URL", default="")
BOUNCES = read(lambda: environment.bounces(env.str("BOUNCE_DOMAIN", default=""), BOUNCE_INBOX_URL, SIGNING_KEYS[:1]))
JOURNAL_DIR = Path(env.str("JOURNAL_DIR", default=str(VAR_DIR / "journal")))
DKIM_KEY = env.str("DKIM_KEY", default="")
# The catcher's web page, only where the demo runs.
CATCHER_URL = env.str("DEMO_CATCHER_URL", default="")
DEMO = env.bool("GARRIGUE_DEMO", default=False)
if DEMO and not DEBUG:
    raise ImproperlyConfigured("The demo opens one-click log-ins, so it never runs with DEBUG=0.")

AUTH_USER_MODEL = "newsletter.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "sesame.backends.ModelBackend"]
SESAME_MAX_AGE = 60 * 60
SESAME_ONE_TIME = True
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "desk"
SESSION_COOKIE_AGE = 90 * 24 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
# A token stands in a page's address: no other site learns it. "no-referrer" would also hide the Origin that
# our own forms are checked by.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if DEBUG else env.int("HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
SECURE_SSL_REDIRECT = False if DEBUG else env.bool("SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^health$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"  # but for a preview, which its own page shows in a frame

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["newsletter.formats"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = SITE_URL.startswith("https://")
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/Paris"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_DIR", default=str(VAR_DIR / "media")))
# Files on their way in, which the web server never shows; web and workers see the same.
PRIVATE_ROOT = Path(env.str("PRIVATE_DIR", default=str(VAR_DIR / "private")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_PERMISSIONS = 0o644

LOG_FORMAT = env.str("LOG_FORMAT", default="line")
if LOG_FORMAT not in ("line", "json"):
    raise ImproperlyConfigured(f"LOG_FORMAT is line or json, not {LOG_FORMAT}.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # Both leave out whatever looks like an address.
    "formatters": {
        "line": {"()": "newsletter.logs.Line", "format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {
            "()": "newsletter.logs.Json",
            "format": "{asctime}{levelname}{name}{process}{message}",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
            "style": "{",
            "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # premailer's CSS parser warns on every mso-* property.
    "loggers": {"CSSUTILS": {"level": "CRITICAL"}, "cssutils": {"level": "CRITICAL"}},
}
TESTING = "pytest" in sys.modules
