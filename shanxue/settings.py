"""Settings from the environment, one file. A wrong value stops the start with a Chinese sentence.

| variable | meaning | default |
| --- | --- | --- |
| SHANXUE_DATA | folder for the embedded database and the files it keeps | ./var |
| SHANXUE_DATABASE | ``sqlite:PATH`` or ``postgresql://user:password@host:port/name`` | sqlite in SHANXUE_DATA |
| SHANXUE_HOSTS | comma-separated host names the site answers to | 127.0.0.1,localhost |
| SHANXUE_HTTPS | ``1`` when people reach the site through HTTPS | 0 |
| SHANXUE_LANGUAGE | ``zh-hans`` or ``en`` for the frame of the pages | zh-hans |
| SHANXUE_OFFICE | the command of LibreOffice, for PDF/A copies in the archive; empty: none are made | soffice |
| SHANXUE_DEBUG | ``1`` for developers | 0 |

The secret key lives in SHANXUE_DATA/secret and is made on first use, so that nobody ships a shared one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
DATA = Path(os.environ.get("SHANXUE_DATA", "var")).resolve()


def _read_flag(name: str) -> bool:
    value = os.environ.get(name, "0")
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"环境变量 {name} 只能是 0 或 1，现在是“{value}”。")
    return value == "1"


def _read_database(url: str) -> dict[str, Any]:
    if url.startswith("sqlite:"):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.removeprefix("sqlite:"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"环境变量 SHANXUE_DATABASE 应写成 sqlite:路径 或 postgresql://…，现在是“{url}”。")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or dict(parse_qsl(parts.query)).get("host", ""),  # a folder: Unix socket
        "PORT": parts.port or "",
        "CONN_MAX_AGE": None,
    }


def _read_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
        with open(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another worker was first; a link appears whole or not at all
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text().strip()


DEBUG = _read_flag("SHANXUE_DEBUG")
HTTPS = _read_flag("SHANXUE_HTTPS")
SECRET_KEY = _read_secret(DATA / "secret")
ALLOWED_HOSTS = os.environ.get("SHANXUE_HOSTS", "127.0.0.1,localhost").split(",")
DATABASES = {"default": _read_database(os.environ.get("SHANXUE_DATABASE", f"sqlite:{DATA / 'shanxue.sqlite3'}"))}

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "shanxue.web",
    "shanxue.audit",
    "shanxue.accounts",
    "shanxue.jobs",
    "shanxue.intake",
    "shanxue.orgs",
    "shanxue.plans",
    "shanxue.resources",
    "shanxue.activities",
    "shanxue.study",
    "shanxue.exams",
    "shanxue.supervision",
    "shanxue.assessment",
    "shanxue.bulletins",
    "shanxue.archive",
    "shanxue.home",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shanxue.web.middleware.RefusalMiddleware",
    "shanxue.accounts.middleware.OwnPasswordMiddleware",
    "axes.middleware.AxesMiddleware",
]
# Long work: queued in the database, done by a worker started when there is something to do (shanxue/jobs)
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
LARGE_BUREAU = 3000  # people from which an assessment is computed without its page
WORKER_COMMAND = ["-m", "django", "db_worker", "--batch", "--no-startup-delay", "--verbosity", "0"]
# What each room holds about one person: for 我的信息 and its export (base/holdings.py)
HOLDINGS = [
    "shanxue.orgs.holdings",
    "shanxue.plans.holdings",
    "shanxue.resources.holdings",
    "shanxue.activities.holdings",
    "shanxue.study.holdings",
    "shanxue.exams.holdings",
    "shanxue.supervision.holdings",
    "shanxue.assessment.holdings",
    "shanxue.bulletins.holdings",
]
# What each room puts into the archive of a year (base/volumes.py)
VOLUMES = [
    "shanxue.plans.volumes",
    "shanxue.resources.volumes",
    "shanxue.activities.volumes",
    "shanxue.study.volumes",
    "shanxue.exams.volumes",
    "shanxue.supervision.volumes",
    "shanxue.assessment.volumes",
    "shanxue.assessment.ballot_volumes",
    "shanxue.assessment.proceeding_volumes",
    "shanxue.bulletins.volumes",
]
# Formats a sealed year is handed over in (archive/packagers)
PACKAGERS = {"bagit": "shanxue.archive.packagers.bagit", "eep": "shanxue.archive.packagers.eep"}
OFFICE_PROGRAM = os.environ.get("SHANXUE_OFFICE", "soffice")
# What each room puts before a leader, beside units that are late: ``list_matters(actor, now) -> list[Due]``, no names
MATTERS = [
    "shanxue.supervision.matters",
    "shanxue.assessment.matters",
    "shanxue.assessment.score_due",
    "shanxue.bulletins.matters",
]
# What rooms say of the use of places and of books (base/uses.py)
VENUE_USES = ["shanxue.activities.uses"]
TITLE_USES = ["shanxue.study.uses"]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_VERBOSE = False
CSRF_FAILURE_VIEW = "shanxue.web.views.refuse_forgery"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

ROOT_URLCONF = "shanxue.urls"
WSGI_APPLICATION = "shanxue.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shanxue.web.context.describe_page",
                "shanxue.home.context.describe_actor",
            ],
        },
    }
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The house speaks one language, whatever a browser asks for.
LANGUAGE_CODE = os.environ.get("SHANXUE_LANGUAGE", "zh-hans")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [("vendor", ROOT / "static" / "vendor")] if (ROOT / "static" / "vendor").is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # served from where the build puts them: nothing is collected
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+\.[0-9a-f]{12}\..+$"  # named by their content, kept for good
MEDIA_ROOT = DATA / "files"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
    }
}
SESSION_ENGINE = "shanxue.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
