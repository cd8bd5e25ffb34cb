"""Bugsink for one test, on the loopback: tells nobody, mails nobody, works off events within the request."""

from pathlib import Path

from bugsink.settings.default import *  # noqa

_FOLDER = Path(__file__).parent

SECRET_KEY = "nobody ever logs in here"
ALLOWED_HOSTS = ["127.0.0.1"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
DATABASES["default"]["NAME"] = str(_FOLDER / "db.sqlite3")  # noqa
DATABASES["snappea"]["NAME"] = str(_FOLDER / "snappea.sqlite3")  # noqa
SNAPPEA = {
    "TASK_ALWAYS_EAGER": True,
    "NUM_WORKERS": 1,
    "PID_FILE": None,
    "WAKEUP_CALLS_DIR": str(_FOLDER / "wakeup"),
    "STATS_RETENTION_MINUTES": 60,
}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SENTRY_DSN = None
BUGSINK = {"BASE_URL": "http://127.0.0.1", "PHONEHOME": False, "INGEST_STORE_BASE_DIR": str(_FOLDER / "ingestion")}
