"""OAuth: the seller's refresh token (18 months, not rotated) becomes an access token of two hours."""

from __future__ import annotations

import base64
from datetime import timedelta

import requests

from connectors.contract import Credentials, Token
from connectors.errors import FatalError
from connectors.http import Call, Session, pick

PATH = "/identity/v1/oauth2/token"
SHORTEST_LIFE = timedelta(seconds=60)


def bearer(request: requests.Request, token: str) -> None:
    request.headers["Authorization"] = f"Bearer {token}"


def post_order(request: requests.Request, token: str) -> None:
    """Post-Order takes the same token under another word."""
    request.headers["Authorization"] = f"IAF {token}"


def trading(request: requests.Request, token: str) -> None:
    request.headers["X-EBAY-API-IAF-TOKEN"] = token


def grant(session: Session, credentials: Credentials, auth_host: str, stored: Token | None) -> Token:
    """Ask for an access token (``session`` has no token of its own); quotas of this call are small, so answers are stored.

    Raises:
        FatalError: credentials are missing or refused; the message says which and what to do.
    """
    secrets, who = credentials.secrets, session.who("login")
    keys = pick(("client_id", "client_secret"), secrets, who)
    known = (stored.refresh_token if stored else None) or secrets.get("refresh_token")
    form = {"grant_type": "refresh_token", "refresh_token": known} if known else _consent(pick(("code", "ru_name"), secrets, who))
    basic = base64.b64encode(f"{keys['client_id']}:{keys['client_secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    reply = session.send(Call("token", "POST", f"{auth_host}{PATH}", form=form, headers=headers, is_signed=False, note=form["grant_type"]))
    try:
        life = timedelta(seconds=int(reply.json["expires_in"]))
        access = str(reply.json["access_token"])
    except (KeyError, TypeError, ValueError):
        raise FatalError(f"{who}: the token service answered without a token. Check the connection's auth_host. Not retried.") from None
    return Token(access, reply.received_at + max(life, SHORTEST_LIFE), reply.json.get("refresh_token") or known)


def _consent(given: dict[str, str]) -> dict[str, str]:
    """The first exchange; ``redirect_uri`` is the RuName, not an address."""
    return {"grant_type": "authorization_code", "code": given["code"], "redirect_uri": given["ru_name"]}
