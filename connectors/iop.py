"""What Alibaba's open platforms have in common (Lazada, AliExpress): the signature, the ban's wording, what a token answer says.

HMAC-SHA256 over every sent parameter as name and value in byte order, upper-case hex; a call under a path is signed with
the path in front. The vendor's SDKs disagree about empty parameters (Java leaves them out, Python signs them), so none is
ever sent.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Token
from connectors.loose import text

EARLIER = timedelta(minutes=28)  # with the machinery's own two minutes: half an hour before the end


def signature(path: str, parameters: Mapping[str, str], secret: str) -> str:
    """The value of ``sign`` for ``parameters``, which are all that will be sent apart from ``sign`` itself.

    ``path``: of a call that has one (``/auth/token/refresh``); empty for calls named by a parameter.
    """
    ordered = sorted(parameters.items(), key=lambda pair: pair[0].encode())
    told = path + "".join(name + value for name, value in ordered)
    return hmac.new(secret.encode(), told.encode(), hashlib.sha256).hexdigest().upper()


def filled(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The parameters that carry something, as text; None and the empty string are left out."""
    return {name: str(value) for name, value in parameters.items() if value is not None and str(value) != ""}


def signed(
    path: str, parameters: Mapping[str, Any], *, app_key: str, secret: str, at: datetime, access_token: str | None = None
) -> dict[str, str]:
    """Everything a call under a path must carry: business and system parameters and their signature.

    Args:
        at: the instant of this attempt; Lazada refuses one more than 7200 s off its own clock.
        access_token: None for the token calls, which are signed without a seller.
    """
    system = {"app_key": app_key, "sign_method": "sha256", "timestamp": int(at.timestamp() * 1000), "access_token": access_token}
    sent = filled({**parameters, **system})
    return {**sent, "sign": signature(path, sent, secret)}


def ban_seconds(message: str) -> float:
    """How long the message says the ban lasts; one second, the usual ban, where it says nothing."""
    found = re.search(r"(\d+)\s*(?:more\s+)?s(?:ec(?:ond)?s?)?\b", message, re.IGNORECASE)
    return max(1.0, float(found.group(1))) if found else 1.0


def token_of(answer: Mapping[str, Any], old_refresh_token: str | None, now: datetime) -> Token:
    """The token a create or refresh call gave, to be renewed half an hour before its end.

    ``refresh_expires_in`` 0 says that it cannot be refreshed; a refresh never moves the refresh token's own end.
    """
    lifetime = timedelta(seconds=float(text(answer.get("expires_in")) or 0))
    can_refresh = text(answer.get("refresh_expires_in")) != "0"
    return Token(
        access_token=text(answer["access_token"]),
        expires_at=now + lifetime - min(EARLIER, lifetime / 10),
        refresh_token=(text(answer.get("refresh_token")) or old_refresh_token) if can_refresh else None,
    )
