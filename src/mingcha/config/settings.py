"""Django's settings. Everything variable comes from the environment through `env.setting`."""

import os
from pathlib import Path
from typing import Any

from mingcha.config.database import database_settings, home
from mingcha.config.env import flag, setting, words
from mingcha.config.secrets import secret_file, secret_key

PACKAGE = Path(__file__).resolve().parent.parent
HOME = home()

SITE_NAME = setting("MINGCHA_SITE_NAME", "明察", str, help="页面上显示的平台名称。")
SITE_OWNER = setting("MINGCHA_SITE_OWNER", "", str, help="登录页底部显示的主办单位。")

# --- Who answers, and to whom -------------------------------------------------------------
DEBUG = setting("MINGCHA_DEBUG", False, flag, help="开发模式：显示出错细节。生产环境不得开启。")
ALLOWED_HOSTS = setting(
    "MINGCHA_HOSTS", ["127.0.0.1", "localhost", "[::1]"], words, help="允许访问的主机名，逗号分隔。"
)
CSRF_TRUSTED_ORIGINS: list[str] = setting(
    "MINGCHA_ORIGINS", [], words, help="反向代理后的完整来源（https://…），逗号分隔。"
)
HTTPS = setting(
    "MINGCHA_HTTPS", False, flag, help="是否由反向代理提供 HTTPS；开启后 Cookie 只经加密通道发送。"
)
SECRET_KEY = secret_key(HOME)

# --- Rooms --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_vite",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "procrastinate.contrib.django",
    "mingcha.base.ledger",
    "mingcha.base.events",
    "mingcha.base.search",
    "mingcha.base.rules",
    "mingcha.base.runs",
    "mingcha.base.calendar",
    "mingcha.base.people",
    "mingcha.base.cases",
    "mingcha.base.once",
    "mingcha.base.keeping",
    "mingcha.base.opendoors",
    "mingcha.domains.catalog",
    "mingcha.domains.officers",
    "mingcha.domains.parties",
    "mingcha.domains.records",
    "mingcha.domains.quality",
    "mingcha.domains.inspections",
    "mingcha.domains.insight",
    "mingcha.domains.desk",
    "mingcha.domains.portal",
    "mingcha.config",
]

# The sealer writes seals and nothing else; without the domains it takes a fifth less memory.
if os.environ.get("MINGCHA_DATABASE_ROLE") == "sealer":
    INSTALLED_APPS = [name for name in INSTALLED_APPS if not name.startswith("mingcha.domains.")]

MIDDLEWARE = [
    "mingcha.base.http.RequestNumber",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "mingcha.base.people.sessions.IdleSessions",
    "mingcha.base.people.sessions.FirstThings",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "mingcha.base.http.Refusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "mingcha.config.urls"
WSGI_APPLICATION = "mingcha.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mingcha.config.navigation.navigation",
            ],
            "builtins": [
                "mingcha.config.templatetags.looks",
                "mingcha.config.templatetags.numbers",
            ],
        },
    }
]

# --- Database -----------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": database_settings(os.environ.get("MINGCHA_DATABASE_ROLE", "app"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # jobs are imported by `mingcha work` only

# --- People and sessions ------------------------------------------------------------------
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "mingcha.base.people.passwords.AccountBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["login", "real_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "mingcha.base.people.passwords.LawfulPassword"},
]
METRICS_TOKEN = secret_file(HOME / "secrets" / "metrics.token")  # for a probe on this machine
PASSWORD_LENGTH = setting("MINGCHA_PASSWORD_LENGTH", 10, int, help="密码最少位数。")
PASSWORD_CLASSES = setting(
    "MINGCHA_PASSWORD_CLASSES",
    3,
    int,
    help="密码须含大写、小写、数字、符号中的至少几类（1 至 4）。",
)
PASSWORD_DAYS = setting("MINGCHA_PASSWORD_DAYS", 90, int, help="密码多少天后须更换。")
PASSWORD_HISTORY = setting("MINGCHA_PASSWORD_HISTORY", 5, int, help="新密码不得与最近几次相同。")
TOTP_REQUIRED_FOR: list[str] = setting(
    "MINGCHA_TOTP_REQUIRED_FOR",
    [],
    words,
    help="拥有其中任一权限的账号必须启用双因素认证，如 people.manage,audit.search。",
)
TOKEN_DAYS = setting("MINGCHA_TOKEN_DAYS", 365, int, help="接口令牌最长有效天数。")
LOGIN_URL = "/signin"
PASSWORD_URL = "/me/password"  # noqa: S105  # an address: where a due password is changed, before anything else
TOTP_URL = "/me/second-factor"  # where a required second factor is set up
FIRST_THINGS = (PASSWORD_URL, TOTP_URL, LOGIN_URL, "/signout", "/static/")
LOGIN_REDIRECT_URL = "/"
WHY_URL = "/why"  # where it is explained who may see or do what
SESSION_COOKIE_AGE = 8 * 3600
SESSION_IDLE_SECONDS = setting(
    "MINGCHA_IDLE_SECONDS", 1800, int, help="无操作多少秒后自动退出（等保三级要求会话超时）。"
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
X_FRAME_OPTIONS = "DENY"
AXES_FAILURE_LIMIT = setting("MINGCHA_LOCKOUT_FAILURES", 5, int, help="连续登录失败多少次后锁定。")
AXES_COOLOFF_TIME = (
    setting("MINGCHA_LOCKOUT_HOURS", 1.0, float, help="锁定多少小时后自动解除。") or None
)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "mingcha.base.people.sessions.locked_out_answer"
OTP_TOTP_ISSUER = "明察"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],  # the QR code of a second factor
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "object-src": ["'none'"],
    }
}

# --- Words, times, files ------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
NUMBER_GROUPING = 3
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [PACKAGE / "config" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/dist/assets/"  # Vite puts a hash into these names
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": PACKAGE / "config" / "static" / "dist" / ".vite" / "manifest.json",
        "static_url_prefix": "dist",
    }
}
VAULT = HOME / "vault"
LAKE = HOME / "lake"
EXPORTS = HOME / "exports"
KEYS = HOME / "keys"
DRAWS = HOME / "draws"  # frozen frames and their secrets, for this user alone
UPLOAD_LIMIT_BYTES = setting(
    "MINGCHA_UPLOAD_LIMIT", 1024**3, int, help="单个报送文件的最大字节数。"
)
PROVIDER_QUOTA_BYTES = setting(
    "MINGCHA_PROVIDER_QUOTA", 50 * 1024**3, int, help="每个报送单位原始文件的总配额（字节）。"
)
ATTACHMENT_LIMIT_BYTES = setting(
    "MINGCHA_ATTACHMENT_LIMIT", 5 * 1024**2, int, help="公众提交的单个附件的最大字节数。"
)
OPEN_FORM_SECONDS = setting(
    "MINGCHA_OPEN_FORM_SECONDS", 3, int, help="公开表单打开后至少多少秒才接受提交，0 为不限。"
)
OPEN_FORMS_EACH = setting(
    "MINGCHA_OPEN_FORMS_EACH", 10, int, help="同一来源一小时内最多提交几次公开表单。"
)
OPEN_FORMS_ALL = setting(
    "MINGCHA_OPEN_FORMS_ALL", 200, int, help="全部来源一小时内最多提交几次公开表单。"
)
OPEN_LOOKUPS_EACH = setting(
    "MINGCHA_OPEN_LOOKUPS_EACH", 30, int, help="同一来源一小时内最多凭查询码查询几次。"
)
CHUNK_ROWS = setting(
    "MINGCHA_CHUNK_ROWS",
    50_000,
    int,
    help="接入时一次入库多少行；越大越快，占内存越多。有未完成的批次时不要改动。",
)
FONT_FOLDERS: list[str] = setting(
    "MINGCHA_FONTS",
    [],
    lambda text: [part for part in text.split(os.pathsep) if part],
    help="生成 PDF 时另行查找字体的目录，多个以系统路径分隔符分隔；系统字体总会查找。",
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024**2
FILE_UPLOAD_TEMP_DIR = HOME / "incoming"
FILE_UPLOAD_PERMISSIONS = 0o600
for folder in (VAULT, LAKE, EXPORTS, KEYS, DRAWS, FILE_UPLOAD_TEMP_DIR):
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)

ANALYTICS: dict[str, Any] = {
    "folder": HOME / "analytics",
    "memory": setting(
        "MINGCHA_ANALYTICS_MEMORY", "1GB", str, help="一次分析或导出最多使用的内存，如 1GB。"
    ),
    "threads": setting("MINGCHA_ANALYTICS_THREADS", 2, int, help="一次分析或导出使用的线程数。"),
}
EXPORT_DAYS = setting("MINGCHA_EXPORT_DAYS", 7, int, help="导出的数据文件保留多少天。")

EXTRA_STANDARDS: list[str] = setting(
    "MINGCHA_STANDARDS",
    [],
    lambda text: [part for part in text.split(os.pathsep) if part],
    help="本地数据标准目录（*.yaml），多个以系统路径分隔符分隔。",
)

# --- Logs: structured, ids yes, personal data no -------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "mingcha.base.logs.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
