"""AliExpress's wire: two doors of one gateway, ``/sync`` for methods and ``/rest`` for tokens, and the tokens they carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import requests

from connectors.aliexpress.endpoints import BUDGETS
from connectors.aliexpress.envelope import field, inner
from connectors.aliexpress.verdict import JUDGES
from connectors.contract import Clock, Credentials, Services, Shop, Token
from connectors.errors import FatalError
from connectors.http import Call, Session, pick
from connectors.iop import filled, signature, signed, token_of
from connectors.loose import text
from connectors.tokens import AccessTokens, token_name
from connectors.verdicts import Reply
from connectors.walk import Ask

HOST = "https://api-sg.aliexpress.com"
SELLER = "seller_center"  # the account platform of a seller; affiliate and dropship apps get tokens of others


class Gateway:
    """One shop's signed calls.

    ``kind`` says whose affair a refusal is: ``read`` (the pull's), ``record`` (one record's), ``write`` (one change's).
    """

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        self.shop, self._credentials, self._services = shop, credentials, services
        self._keys = pick(("app_key", "app_secret"), credentials.secrets, f"aliexpress, shop '{shop.client}/{shop.name}'")
        tokens = AccessTokens(token_name(shop, credentials), services.tokens, services.clock, self._fetch_token)
        sign = signer(self._keys["app_key"], self._keys["app_secret"], services.clock)
        self._sessions = {
            kind: Session(shop, credentials, services, BUDGETS, sign=sign, judge=judge, tokens=tokens) for kind, judge in JUDGES.items()
        }
        self._token_session = Session(shop, credentials, services, BUDGETS, judge=JUDGES["read"])

    @property
    def session(self) -> Session:
        return self._sessions["read"]

    def answer(self, site: str, ask: Ask) -> Reply:
        return self.call(ask.operation, ask.parameters, note=ask.note, kind=ask.kind)

    def number(self, reply: Reply) -> str | None:
        return text(field(inner(reply.json), "request_id")) or None

    def call(self, method: str, parameters: Mapping[str, Any], *, note: str = "", kind: str = "read", once: bool = False) -> Reply:
        """Everything in the form, so that no token stands in an address.

        Args:
            once: asking twice would do it twice; passing trouble is the caller's then.
        """
        named = self.shop.account.get(method, method)
        form = {**filled(parameters), "method": named}
        url = f"{door(self._credentials.host)}/sync"
        call = Call(method, "POST", url, form=form, note=note, is_reading=kind != "write", is_repeatable=not once)
        return self._sessions[kind].send(call)

    def _fetch_token(self, stored: Token | None) -> Token:
        """Refresh, or (first time, where the connection holds a consent's code) exchange it. Called under the store's lock."""
        given = self._credentials.secrets
        refresh_token = stored.refresh_token if stored else given.get("refresh_token")
        if refresh_token:
            answer = self._ask_for_token("refresh", {"refresh_token": refresh_token})
        elif given.get("code") and not stored:
            answer = self._ask_for_token("create", {"code": given["code"]})
        else:
            raise FatalError(
                f"{self.session.who('auth/token/refresh')}: there is no refresh token (AliExpress gave none, or it may not be refreshed). "
                f"Let the seller consent again and put the new code into the connection '{self.shop.name}'. Not retried."
            )
        self._check_owner(answer)
        return token_of(answer, refresh_token, self._services.clock.now())

    def _ask_for_token(self, verb: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        middle = "security/" if self.shop.account.get("token_api") == "security" else ""
        path, now = f"/auth/token/{middle}{verb}", self._services.clock.now()
        form = signed(path, parameters, app_key=self._keys["app_key"], secret=self._keys["app_secret"], at=now)
        url = f"{door(self._credentials.auth_host)}/rest{path}"
        return self._token_session.send(Call(path[1:], "POST", url, form=form, is_signed=False)).json

    def _check_owner(self, answer: Mapping[str, Any]) -> None:
        """A token of another product line, or of another seller, would read somebody else's orders into this shop."""
        who, platform = self.session.who("auth/token"), text(answer.get("account_platform"))
        if not text(answer.get("access_token")):
            raise FatalError(f"{who}: AliExpress answered without an access token. Look at the app in its console. Not retried.")
        if platform and platform != SELLER:
            raise FatalError(
                f"{who}: the token is of '{platform}', not of '{SELLER}': the app is no seller's app (affiliate or dropship). "
                "Use a seller app's key and let the seller consent to it. Not retried."
            )
        wanted, told = self.shop.account.get("seller_id"), text(answer.get("seller_id"))
        if wanted and told and wanted != told:
            raise FatalError(
                f"{who}: the token is of seller {told}, the shop is {wanted}'s. Mend `account.seller_id` or let the right seller consent. "
                "Not retried."
            )


def door(host: str) -> str:
    """The gateway's base address, whichever of its doors the connection wrote."""
    return (host or HOST).rstrip("/").removesuffix("/sync").removesuffix("/rest")


def signer(app_key: str, secret: str, clock: Clock) -> Callable[[requests.Request, str], None]:
    """Puts app, seller's token (``session`` on this door), time and signature into each attempt's form; no path is signed."""

    def sign(request: requests.Request, token: str) -> None:
        system = {
            "app_key": app_key, "session": token, "timestamp": int(clock.now().timestamp() * 1000), "sign_method": "sha256",
            "format": "json", "simplify": "false",
        }
        sent = filled({**(request.data or {}), **system})
        request.data = {**sent, "sign": signature("", sent, secret)}

    return sign
