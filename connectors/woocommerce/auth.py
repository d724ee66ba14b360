"""How a store knows us: the key as a password over https, a signature of each call over http.

Over http WordPress trusts no password; what it believes is its own ``is_ssl``, so behind a proxy that ends TLS it must be told to
trust the proxy. The signature covers the exact address: a redirect breaks it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlsplit

import requests

from connectors.contract import Clock


def signer(key: str, secret: str, clock: Clock, *, in_query: bool = False) -> Callable[[requests.Request, str], None]:
    """Puts the key on each attempt. ``in_query``: https, but the host strips the header; then secrets stand in its logs."""
    password = base64.b64encode(f"{key}:{secret}".encode()).decode()

    def sign(request: requests.Request, token: str) -> None:
        if urlsplit(request.url).scheme != "https":
            request.params = signed(request.method, request.url, request.params or {}, key, secret, int(clock.now().timestamp()))
        elif in_query:
            request.params = {**(request.params or {}), "consumer_key": key, "consumer_secret": secret}
        else:
            request.headers["Authorization"] = f"Basic {password}"

    return sign


def signed(
    method: str, url: str, params: Mapping[str, str], key: str, secret: str, timestamp: int, nonce: str | None = None
) -> dict[str, str]:
    """The parameters of a call with OAuth 1.0a's beside them (one-legged: there is no token and no token secret)."""
    whole = {
        **params, "oauth_consumer_key": key, "oauth_nonce": nonce or secrets.token_hex(16), "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(timestamp),
    }
    return {**whole, "oauth_signature": signature(method, url, whole, secret)}


def signature(method: str, url: str, params: Mapping[str, str], secret: str) -> str:
    """RFC 5849, 3.4: method, address and sorted parameters, each percent-encoded; HMAC-SHA256 under ``secret&``."""
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in params.items())
    base = "&".join(map(_encoded, (method.upper(), url, "&".join(f"{name}={value}" for name, value in pairs))))
    return base64.b64encode(hmac.new(f"{secret}&".encode(), base.encode(), hashlib.sha256).digest()).decode()


def _encoded(text: str) -> str:
    return quote(str(text), safe="~")
