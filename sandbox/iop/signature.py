"""The platform's request signatures, as its developers' guides describe them; written for the server's side."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping


def expected(path: str, parameters: Mapping[str, str], secret: str) -> str:
    """Upper-case hex HMAC-SHA256 over the path and every name and value, sorted by name; ``sign`` itself left out."""
    return hmac.new(secret.encode(), path.encode() + _told(parameters), hashlib.sha256).hexdigest().upper()


def expected_md5(parameters: Mapping[str, str], secret: str) -> str:
    """The older way: upper-case hex MD5 over the same names and values between two secrets, without a path."""
    return hashlib.md5(secret.encode() + _told(parameters) + secret.encode(), usedforsecurity=False).hexdigest().upper()


def _told(parameters: Mapping[str, str]) -> bytes:
    names = sorted((name for name in parameters if name != "sign"), key=lambda each: each.encode())
    return b"".join(name.encode() + parameters[name].encode() for name in names)


def is_valid(path: str, parameters: Mapping[str, str], secret: str) -> bool:
    """Empty parameters may be signed or left out: both kinds of official client exist."""
    given = parameters.get("sign", "")
    filled = {name: value for name, value in parameters.items() if value}
    return any(hmac.compare_digest(expected(path, each, secret), given) for each in (parameters, filled))
