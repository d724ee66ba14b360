"""Login with Amazon: a refresh token of the seller becomes an access token that lives for an hour."""

from __future__ import annotations

from datetime import timedelta

import requests

from connectors.contract import Credentials, Token
from connectors.errors import FatalError
from connectors.http import Call, Session, pick

USER_AGENT = "Daiyun/0.1 (Language=Python)"
SECRETS = ("client_id", "client_secret", "refresh_token")
SHORTEST_LIFE = timedelta(seconds=60)


def sign(request: requests.Request, access_token: str) -> None:
    request.headers["x-amz-access-token"] = access_token
    request.headers["user-agent"] = USER_AGENT


def grant(session: Session, credentials: Credentials, auth_host: str) -> Token:
    """Ask for an access token (``session`` has no token of its own). Amazon's refresh tokens do not rotate.

    Raises:
        FatalError: credentials are missing or refused; the message says which and what to do.
    """
    form = {"grant_type": "refresh_token", **pick(SECRETS, credentials.secrets, session.who("login"))}
    call = Call(
        "grantAccessToken", "POST", f"{auth_host}/auth/o2/token", form=form, headers={"user-agent": USER_AGENT}, is_signed=False
    )
    reply = session.send(call)
    try:
        life = timedelta(seconds=int(reply.json["expires_in"]))
        access_token = reply.json["access_token"]
    except (KeyError, TypeError, ValueError):
        raise FatalError(f"{session.who('login')}: the token service answered without a token. Check the connection's auth_host.") from None
    return Token(access_token, reply.received_at + max(life, SHORTEST_LIFE))
