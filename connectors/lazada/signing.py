"""How Lazada wants a request signed (open platform guide, "Signature algorithm").

HMAC-SHA256 over the path followed by every sent parameter as name and value in byte order, upper-case hex. The
vendor's SDKs disagree about empty parameters (Java leaves them out, Python signs them), so none is ever sent.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def signature(path: str, parameters: Mapping[str, str], secret: str) -> str:
    """The value of ``sign`` for ``parameters``, which are all that will be sent apart from ``sign`` itself."""
    ordered = sorted(parameters.items(), key=lambda pair: pair[0].encode())
    text = path + "".join(name + value for name, value in ordered)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


def filled(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The parameters that carry something, as text; None and the empty string are left out."""
    return {name: str(value) for name, value in parameters.items() if value is not None and str(value) != ""}


def signed(
    path: str, parameters: Mapping[str, Any], *, app_key: str, secret: str, at: datetime, access_token: str | None = None
) -> dict[str, str]:
    """Everything one request must carry: business and system parameters and their signature.

    Args:
        at: the instant of this attempt; Lazada refuses one more than 7200 s off its own clock.
        access_token: None for the token calls, which are signed without a seller.
    """
    system = {"app_key": app_key, "sign_method": "sha256", "timestamp": int(at.timestamp() * 1000), "access_token": access_token}
    sent = filled({**parameters, **system})
    return {**sent, "sign": signature(path, sent, secret)}
