"""Lazada's request signature, as the developers' guide describes it; written for the server's side."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping


def expected(path: str, parameters: Mapping[str, str], secret: str) -> str:
    """Upper-case hex HMAC-SHA256 over the path and every name and value, sorted by name; ``sign`` itself left out."""
    message = bytearray(path.encode())
    for name in sorted(parameters, key=lambda each: each.encode()):
        if name != "sign":
            message += name.encode() + parameters[name].encode()
    return hmac.new(secret.encode(), bytes(message), hashlib.sha256).hexdigest().upper()


def is_valid(path: str, parameters: Mapping[str, str], secret: str) -> bool:
    """Empty parameters may be signed or left out: both kinds of official client exist."""
    given = parameters.get("sign", "")
    filled = {name: value for name, value in parameters.items() if value}
    return any(hmac.compare_digest(expected(path, each, secret), given) for each in (parameters, filled))
