"""Django settings, read top to bottom. Owners set environment variables (`config.options`) and edit nothing here."""

from __future__ import annotations

import zoneinfo
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

from broadsheet.config.email import email_settings
from broadsheet.config.home import home_path, prepare_home, secret_key
from broadsheet.config.options import OPTIONS, SettingError

PACKAGE = Path(__file__).resolve().parent.parent
HOME = prepare_home(home_path())
SECRET_KEY = secret_key(HOME)
DEBUG = OPTIONS["DEBUG"].flag()
SITE_NAME = OPTIONS["SITE_NAME"].text()

# Who may reach it
ALLOWED_HOSTS = OPTIONS["ALLOWED_HOSTS"].listed()
CSRF_TRUSTED_ORIGINS = OPTIONS["CSRF_TRUSTED_ORIGINS"].listed()
HTTPS = OPTIONS["HTTPS"].flag()
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "broadsheet.config",
    "broadsheet.leases",
    "broadsheet.accounts",
    "broadsheet.catalog",
    "broadsheet.trends",
    "broadsheet.ingest",
    "broadsheet.search",
    "broadsheet.results",
    "broadsheet.jobs",
    "broadsheet.web",
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "front"
LOGOUT_REDIRECT_URL = "front"

MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "broadsheet.config.urls"
WSGI_APPLICATION = "broadsheet.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "broadsheet.web.context.site",
            ],
        },
    }
]

# Where things are kept. SQLite: one writer at a time, taken at the start of a transaction so that none fails half-way.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;",
}
try:
    DATABASES = {
        "default": dj_database_url.parse(
            OPTIONS["DATABASE_URL"].text() or f"sqlite:///{HOME / 'broadsheet.sqlite3'}",
            conn_max_age=600,
            conn_health_checks=True,
        )
    }
except ValueError:
    # Neither the value nor the parser's complaint is shown: both may hold a password.
    raise SettingError(
        "DATABASE_URL can't be read. Write postgres://user:password@host/broadsheet, "
        "or leave it empty for SQLite in the home."
    ) from None
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    # What the site needs to run, apart from the papers: a reader who logs in never waits for a file that is taken in.
    DATABASES["site"] = {**DATABASES["default"], "NAME": str(HOME / "site.sqlite3")}
elif DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise SettingError("DATABASE_URL must begin with postgres:// (or be empty, for SQLite in the home).")
DATABASE_ROUTERS = ["broadsheet.config.routers.SiteRouter"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "jobs_cacheentry"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EMBEDDER = OPTIONS["EMBEDDER"].text()
SEARCH = {"BACKEND": "broadsheet.search.backends.embedded.EmbeddedBackend", "PATH": HOME / "index"}

# What is harvested, and how. Each source is given the settings it names, and no others.
HARVEST = {
    name: option.text() for name, option in OPTIONS.items() if not name.endswith("_URL") or name == "SOURCE_URLS"
}
SOURCES = OPTIONS["SOURCES"].listed()
FETCH_ALLOW = OPTIONS["FETCH_ALLOW"].listed()
FETCH_PAUSE = OPTIONS["FETCH_PAUSE"].number()
FIRST_HARVEST_DAYS = OPTIONS["FIRST_HARVEST_DAYS"].number() or 0.0
SOURCE_URLS = OPTIONS["SOURCE_URLS"].pairs()
CONTACT = OPTIONS["CONTACT"].text()

# Mail
OWNER_EMAIL = OPTIONS["OWNER_EMAIL"].text()
DEFAULT_FROM_EMAIL = SERVER_EMAIL = OPTIONS["EMAIL_FROM"].text()
globals().update(email_settings(OPTIONS["EMAIL_URL"].text()))

# Files the browser needs
STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "broadsheet.web.assets.VersionedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

# Time and language
USE_TZ = True
TIME_ZONE = OPTIONS["TIME_ZONE"].text()
if TIME_ZONE not in zoneinfo.available_timezones():
    raise SettingError(f"TIME_ZONE is {TIME_ZONE!r}, which is no time zone. Use a name such as UTC or Europe/Berlin.")
LANGUAGE_CODE = "en-us"
USE_I18N = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"broadsheet": {"level": "INFO"}},
}
