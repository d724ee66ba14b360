"""PayPal's wire: a token for hours, and calls that carry it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import requests

from connectors.contract import Credentials, Services, Shop, Token
from connectors.errors import FatalError
from connectors.http import Call, Session, pick
from connectors.loose import text
from connectors.paypal.endpoints import BUDGETS, SEARCH
from connectors.paypal.verdict import judge, judge_search
from connectors.tokens import AccessTokens, token_name
from connectors.verdicts import Reply

LIVE = "https://api-m.paypal.com"
TOKEN = "oauth2/token"


class Wire:
    """One account's calls. The token is fetched once for its whole life: one a call would be rate limited."""

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        self.shop, self.services = shop, services
        self._credentials = credentials
        self._app = pick(("client_id", "client_secret"), credentials.secrets, f"paypal, shop '{shop.client}/{shop.name}'")
        tokens = AccessTokens(token_name(shop, credentials), services.tokens, services.clock, lambda stored: self._token()[0])
        self.session = Session(shop, credentials, services, BUDGETS, sign=_bearer, judge=judge, tokens=tokens)
        self._searches = Session(shop, credentials, services, BUDGETS, sign=_bearer, judge=judge_search, tokens=tokens)
        self._token_session = Session(shop, credentials, services, BUDGETS, judge=judge)

    def who(self, operation: str) -> str:
        return self.session.who(operation)

    def search(self, parameters: Mapping[str, str], note: str) -> Reply:
        """Transaction search; a 400 that comes back is one of the window's two troubles."""
        call = Call(SEARCH, "GET", self._url(f"v1/{SEARCH}"), params=parameters, note=note)
        return self._searches.send(call)

    def get(self, operation: str, path: str, parameters: Mapping[str, str], *, note: str = "", **more: Any) -> Reply:
        return self.session.send(Call(operation, "GET", self._url(path), params=parameters, note=note, **more))

    def post(self, operation: str, path: str, body: Any, *, note: str = "") -> Reply:
        return self.session.send(Call(operation, "POST", self._url(path), json=body, note=note))

    def scopes(self) -> str:
        """What the app may do today; asks for a token of its own, for a person who sets an account up."""
        return self._token()[1]

    def _url(self, path: str) -> str:
        return f"{(self._credentials.host or LIVE).rstrip('/')}/{path}"

    def _token(self) -> tuple[Token, str]:
        """A token and its scopes. There is no refresh token: the app's secret fetches the next one."""
        pair = f"{self._app['client_id']}:{self._app['client_secret']}".encode()
        headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        host = (self._credentials.auth_host or self._credentials.host or LIVE).rstrip("/")
        call = Call(
            TOKEN, "POST", f"{host}/v1/{TOKEN}", form={"grant_type": "client_credentials"}, headers=headers, is_signed=False
        )
        answer = self._token_session.send(call).json
        if not isinstance(answer, Mapping) or not text(answer.get("access_token")):
            raise FatalError(
                f"{self.who(TOKEN)}: PayPal answered without an access token. Look at the app on developer.paypal.com. Not retried."
            )
        seconds = float(text(answer.get("expires_in")) or 0)
        until = self.services.clock.now() + timedelta(seconds=seconds * 0.95)
        return Token(access_token=text(answer["access_token"]), expires_at=until), text(answer.get("scope"))


def _bearer(request: requests.Request, token: str) -> None:
    request.headers["Authorization"] = f"Bearer {token}"
