"""Etsy's wire: key and token on every call, one quota for the app, and refresh tokens that change with each use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import requests

from connectors.contract import Credentials, Services, Shop, Token
from connectors.errors import FatalError
from connectors.etsy.endpoints import BUDGETS, DAY
from connectors.etsy.verdict import CONSENT, judge, said
from connectors.http import Call, Session, pick
from connectors.loose import text
from connectors.redaction import shorten
from connectors.tokens import AccessTokens, GrantRefused, RotatingGrant, token_name
from connectors.verdicts import Reply

HOST, AUTH_HOST = "https://openapi.etsy.com", "https://api.etsy.com"
SECRETS = ("client_id", "shared_secret", "refresh_token")


class Gateway:
    """One shop's calls. Paths are given below ``/v3/application``."""

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        who = f"etsy, shop '{shop.client}/{shop.name}'"
        self.shop, self._services = shop, services
        self.shop_id = pick(("shop_id",), shop.account, who)["shop_id"]
        self._keys = pick(SECRETS, credentials.secrets, who)
        self._host = (credentials.host or HOST).rstrip("/")
        self._auth_host = (credentials.auth_host or AUTH_HOST).rstrip("/")
        name = token_name(shop, credentials)
        grant = RotatingGrant(name, services.tokens, services.clock, self._exchange, self._keys["refresh_token"])
        tokens = AccessTokens(name, services.tokens, services.clock, grant)
        sign = signer(self._keys["client_id"], self._keys["shared_secret"])
        self.session = Session(shop, credentials, services, BUDGETS, sign=sign, judge=judge, tokens=tokens)
        self._token_session = Session(shop, credentials, services, BUDGETS, judge=judge)

    def who(self, operation: str) -> str:
        return self.session.who(operation)

    def get(
        self, operation: str, path: str, parameters: Mapping[str, str] | None = None, *, note: str = "", tolerates: tuple[int, ...] = ()
    ) -> Reply:
        url = self._url(path)
        return self.send(Call(operation, "GET", url, params=parameters or {}, note=note, tolerates=tolerates))

    def put(self, operation: str, path: str, body: Any, *, note: str, tolerates: tuple[int, ...] = ()) -> Reply:
        """JSON, as the inventory wants it; ``legacy=false`` lets processing profiles pass."""
        return self.send(Call(operation, "PUT", self._url(path), params={"legacy": "false"}, json=body, note=note, tolerates=tolerates))

    def form(
        self, operation: str, method: str, path: str, body: Mapping[str, str], *, note: str, is_repeatable: bool = True,
        tolerates: tuple[int, ...] = (),
    ) -> Reply:
        """Form-encoded, as everything but the inventory wants it: under JSON Etsy answers 200 and does nothing."""
        call = Call(operation, method, self._url(path), form=body, note=note, is_repeatable=is_repeatable, tolerates=tolerates)
        return self.send(call)

    def send(self, call: Call) -> Reply:
        """Every call costs one of the second's and one of the day's.

        Raises:
            QuotaWait: the day is spent; RetryableError, FatalError: as :meth:`Session.send`.
        """
        wait = self._services.limiter.take(DAY, self.session.holder(DAY), self._services.patience_seconds, self.session.asker)
        if wait > 0:
            self._services.clock.sleep(wait)
        return self.session.send(call)

    def _url(self, path: str) -> str:
        return f"{self._host}/v3/application{path}"

    def _exchange(self, refresh_token: str) -> Token:
        """A refresh token for an access token and the next refresh token."""
        form = {"grant_type": "refresh_token", "client_id": self._keys["client_id"], "refresh_token": refresh_token}
        call = Call(
            "refresh token", "POST", f"{self._auth_host}/v3/public/oauth/token", form=form, is_signed=False, tolerates=(400, 401)
        )
        reply = self._token_session.send(call)
        if reply.status != 200:
            raise self._refusal(reply, refresh_token)
        access_token, lifetime = reply.json.get("access_token"), reply.json.get("expires_in")
        if not isinstance(access_token, str) or type(lifetime) is not int:
            raise FatalError(f"{self.who('refresh token')}: Etsy answered without an access token. Check the connection's auth_host.")
        return Token(access_token, reply.received_at + timedelta(seconds=lifetime), text(reply.json.get("refresh_token")) or None)

    def _refusal(self, reply: Reply, refresh_token: str) -> FatalError:
        words = shorten(said(reply), (*self._keys.values(), refresh_token))
        answer = reply.json_or_none()
        is_lost = isinstance(answer, Mapping) and answer.get("error") == "invalid_grant"
        kind, remedy = (GrantRefused, CONSENT) if is_lost else (FatalError, "Mend the app's keystring in the connection '{shop}'.")
        remedy = remedy.format(shop=self.shop.name)
        return kind(f"{self.who('refresh token')}: HTTP {reply.status}. The marketplace says \"{words}\". {remedy} Not retried.")


def signer(keystring: str, shared_secret: str) -> Callable[[requests.Request, str], None]:
    """Since February 2026 the keystring alone is refused: the app's secret stands behind it."""

    def sign(request: requests.Request, access_token: str) -> None:
        request.headers["x-api-key"] = f"{keystring}:{shared_secret}"
        request.headers["Authorization"] = f"Bearer {access_token}"

    return sign
