"""How mail is sent, from one setting."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from broadsheet.config.options import SettingError


def email_settings(url: str) -> dict[str, object]:
    """Django's mail settings out of `console:` or `smtp://user:password@host:port?tls=1` (`ssl=1` for TLS from the
    first byte). Raises SettingError, which shows nothing of the value: it may hold a password.
    """
    if url.rstrip(":") == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    refused = SettingError(
        "EMAIL_URL can't be read. Write smtp://user:password@host:587?tls=1, or console: to print mail."
    )
    try:
        parts = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        port = parts.port or 25
    except ValueError:
        raise refused from None
    if parts.scheme != "smtp" or not parts.hostname or set(asked) - {"tls", "ssl"}:
        raise refused
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": asked.get("tls") == "1",
        "EMAIL_USE_SSL": asked.get("ssl") == "1",
        "EMAIL_TIMEOUT": 30,
    }
