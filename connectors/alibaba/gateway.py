"""Alibaba.com's wire: one gateway with two doors, ``/rest`` for paths and ``/sync`` for methods, and the tokens they carry."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import requests

from connectors.alibaba.endpoints import BUDGETS, DOORS, Door
from connectors.alibaba.envelope import error_of, field, inner, is_ungranted
from connectors.alibaba.grants import NOWHERE, Grants
from connectors.alibaba.verdict import JUDGES
from connectors.contract import Clock, Credentials, Services, Shop, Token
from connectors.errors import FatalError, RetryableError
from connectors.http import Call, Session, pick
from connectors.iop import filled, signature, signed, token_of
from connectors.loose import text
from connectors.tokens import AccessTokens, token_name
from connectors.verdicts import Reply
from connectors.walk import Ask

HOST = "https://openapi-api.alibaba.com"
SELLER = "seller_center"  # the account platform of a seller; a buyer's app gets tokens of another
TRIES = 3
PACKAGE = "apply for its permission package in the app's console (openapi.alibaba.com)"


class Gateway:
    """One shop's signed calls, each through the door that the app is granted.

    ``kind`` says whose affair a refusal is: ``read`` (the pull's), ``record`` (one record's), ``write`` (one change's).
    """

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        self.shop, self._credentials, self._services = shop, credentials, services
        self._keys = pick(("app_key", "app_secret"), credentials.secrets, f"alibaba, shop '{shop.client}/{shop.name}'")
        name = token_name(shop, credentials)
        tokens = AccessTokens(name, services.tokens, services.clock, self._fetch_token)
        self.grants = Grants(name, services.tokens, services.clock)
        sign = signer(self._keys["app_key"], self._keys["app_secret"], services.clock)
        self._sessions = {
            kind: Session(shop, credentials, services, BUDGETS, sign=sign, judge=judge, tokens=tokens) for kind, judge in JUDGES.items()
        }
        self._seen: set[str] = set()  # request numbers of all answers
        self._token_session = Session(shop, credentials, services, BUDGETS, judge=JUDGES["read"])

    @property
    def session(self) -> Session:
        return self._sessions["read"]

    def answer(self, site: str, ask: Ask) -> Reply:
        return self.call(ask.operation, ask.parameters, note=ask.note, kind=ask.kind)

    def number(self, reply: Reply) -> str | None:
        return text(field(reply.json, "request_id") or field(inner(reply.json), "request_id")) or None

    def call(self, operation: str, parameters: Mapping[str, Any], *, note: str = "", kind: str = "read", once: bool = False) -> Reply:
        """Ask at one door after the other until the app is let in. A record's refusal at all of them is its answer.

        Args:
            once: asking twice would do it twice; passing trouble is the caller's then.
        Raises:
            FatalError: the app may not call this at any door.
        """
        doors = DOORS[operation]
        for name in self.grants.order(operation, tuple(doors)):
            ask = partial(self._through, name, doors[name], operation, parameters, note, kind, once)
            reply = self._fresh(ask, operation, once)
            if not is_ungranted(reply.json):
                self.grants.learn(operation, name)
                return reply
        self.grants.learn(operation, NOWHERE)
        if kind == "record":
            return reply
        code, sub_code, _ = error_of(reply.json) or ("", "", "")
        raise FatalError(
            f"{self.session.who(operation)}: this app is not granted {' or '.join(door.name for door in doors.values())} "
            f"({sub_code or code}): {PACKAGE}, or leave out what needs it (`entities` in the client's file). Not retried."
        )

    def _fresh(self, ask: Callable[[], Reply], operation: str, once: bool) -> Reply:
        """An answer that was not given before: a stale one would pass for another order's, for funds and vouchers name none.

        Raises:
            RetryableError: the gateway repeats itself.
        """
        for _ in range(1 if once else TRIES):
            reply = ask()
            number = self.number(reply)
            if number is None or number not in self._seen:
                self._seen.add(number or "")
                return reply
        raise RetryableError(
            f"{self.session.who(operation)}: the answer (request id {number}) was given to an earlier question. Run the step again later."
        )

    def _through(
        self, name: str, door: Door, operation: str, parameters: Mapping[str, Any], note: str, kind: str, once: bool
    ) -> Reply:
        """Everything in the form, so that no token stands in an address."""
        own = {door.renamed.get(each, each): value for each, value in parameters.items() if value is not None}
        sent = {door.wrap: compact(own)} if door.wrap else {each: _said(value) for each, value in own.items()}
        base = base_of(self._credentials.host)
        url, method = (f"{base}/rest{door.name}", {}) if name == "rest" else (f"{base}/sync", {"method": door.name})
        form = filled({**sent, **door.fixed, **method})
        call = Call(operation, "POST", url, form=form, note=note, is_reading=kind != "write", is_repeatable=not once)
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
                f"{self.session.who('auth/token/refresh')}: there is no refresh token (Alibaba.com gave none, or it may not be refreshed). "
                f"Let the seller consent again and put the new code into the connection '{self.shop.name}'. Not retried."
            )
        self._check_owner(answer)
        return token_of(answer, refresh_token, self._services.clock.now())

    def _ask_for_token(self, verb: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        path, now = f"/auth/token/{verb}", self._services.clock.now()
        form = signed(path, parameters, app_key=self._keys["app_key"], secret=self._keys["app_secret"], at=now)
        url = f"{base_of(self._credentials.auth_host or self._credentials.host)}/rest{path}"
        return self._token_session.send(Call(path[1:], "POST", url, form=form, is_signed=False)).json

    def _check_owner(self, answer: Mapping[str, Any]) -> None:
        """A buyer's token, or another seller's, would read somebody else's contracts into this shop."""
        who, platform = self.session.who("auth/token"), text(answer.get("account_platform"))
        if not text(answer.get("access_token")):
            raise FatalError(f"{who}: Alibaba.com answered without an access token. Look at the app in its console. Not retried.")
        if platform and platform != SELLER:
            raise FatalError(
                f"{who}: the token is of '{platform}', not of '{SELLER}': the app is no seller's app. Use a seller app's key and let the "
                "seller's main account consent to it. Not retried."
            )
        wanted, told = self.shop.account.get("seller_id"), text(field(answer.get("user_info"), "seller_id") or answer.get("seller_id"))
        if wanted and told and wanted != told:
            raise FatalError(
                f"{who}: the token is of seller {told}, the shop is {wanted}'s. Mend `account.seller_id` or let the right seller consent. "
                "Not retried."
            )


def base_of(host: str) -> str:
    """The gateway's base address, whichever of its doors the connection wrote."""
    return (host or HOST).rstrip("/").removesuffix("/sync").removesuffix("/rest")


def compact(value: Any) -> str:
    """A complex parameter as the one JSON text that is signed and sent."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _said(value: Any) -> Any:
    return compact(value) if isinstance(value, Mapping | list) else value


def signer(app_key: str, secret: str, clock: Clock) -> Callable[[requests.Request, str], None]:
    """Puts app, token, time and signature into each attempt's form; the token has two names, and only ``/rest`` signs its path."""

    def sign(request: requests.Request, token: str) -> None:
        path = request.url.partition("/rest/")[2]
        if path and not request.url.endswith("/sync"):
            request.data = signed(f"/{path}", request.data or {}, app_key=app_key, secret=secret, at=clock.now(), access_token=token)
            return
        system = {"app_key": app_key, "session": token, "timestamp": int(clock.now().timestamp() * 1000), "sign_method": "sha256"}
        sent = filled({**(request.data or {}), **system})
        request.data = {**sent, "sign": signature("", sent, secret)}

    return sign
