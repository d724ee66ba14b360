"""Keep secrets out of everything a person or a log can read.

Four layers: known secret values are cut out wherever they appear, what has the shape of a vendor's token or key is cut
out too, parameters whose *name* says they are secret are blanked, and the HTTP library's own debug lines pass through
the same filter. 17TRACK's, DHL's and AfterShip's older keys have no shape of their own: only name and value give them away.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

BLANK = "***"
LONGEST_MESSAGE = 300

_SECRET_NAMES = (
    r"access[_-]?token|refresh[_-]?token|client[_-]?secret|app[_-]?secret|x-amz-access-token|x-amz-signature|x-amz-credential"
    r"|x-amz-security-token|authorization|signature|sign|code|password"
    r"|oauth_signature|(?:oauth_)?consumer_key|consumer_secret|shared[_-]?secret|api[_-]?key|17token"
)
_IN_QUERY = re.compile(rf"(?i)\b({_SECRET_NAMES})=[^&\s'\"]+")
_IN_JSON = re.compile(rf"(?i)([\"']?\b(?:{_SECRET_NAMES})[\"']?\s*:\s*[\"']?)(?:bearer\s+)?[^\"',}}\s]+")
_SHAPES = re.compile("|".join((
    r"\bAtz[a-z]\|[\w\-|.+/=]+",  # Amazon: tokens
    r"\bamzn1\.oa2-cs\.[\w.]+",  # Amazon: an app's secret
    r"\bc[ks]_[0-9a-f]{40}\b",  # WooCommerce: key and secret
    r"\bshp[a-z]{2,4}_\w{8,}",  # Shopify: access tokens, refresh tokens, an app's secret
    r"\b[AR]2[0-9]AA[\w-]{12,}",  # PayPal: access and refresh tokens
    r"\basat_\w{8,}",  # AfterShip
    r"\b\d{5,}\.[\w-]{30,}",  # Etsy: the user's number, then the token
    r"\bv(?:\^|%5E)1\.1(?:#|%23)[^\s'\"&]+",  # eBay: tokens, as they are and in an address
    r"\b(?:PRD|SBX)-[0-9a-f]{8,}(?:-[0-9a-f]{4,})+",  # eBay: an app's secret
    r"\b500\d{2}[0-9A-Za-z]{30,}",  # Lazada, AliExpress: tokens
)))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return ``text`` without ``secrets``, secret-named parameters and anything that looks like a seller's token."""
    for secret in secrets:
        if len(secret) >= 4:  # shorter ones would blank innocent words, and are no secrets
            text = text.replace(secret, BLANK)
    text = _SHAPES.sub(BLANK, text)
    text = _IN_QUERY.sub(rf"\1={BLANK}", text)
    return _IN_JSON.sub(rf"\1{BLANK}", text)


def shorten(text: str, secrets: Iterable[str] = ()) -> str:
    """One harmless line of at most 300 characters out of whatever a vendor wrote."""
    line = " ".join(redact(text, secrets).split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"


class _RedactingFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        return True


def guard_library_logs() -> None:
    """Make the HTTP libraries' debug lines (they show whole query strings) harmless; safe to call often."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry", "requests"):
        logger = logging.getLogger(name)
        if not any(isinstance(known, _RedactingFilter) for known in logger.filters):
            logger.addFilter(_RedactingFilter())
