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
from connectors.contract import Clock, Credentials, Services, Shop
from connectors.errors import FatalError, RetryableError
from connectors.http import Call, Session, pick
from connectors.iop import filled, signature, signed
from connectors.iop_consent import Consent
from connectors.loose import text
from connectors.tokens import AccessTokens, token_name
from connectors.verdicts import Reply
from connectors.walk import Ask

HOST = "https://openapi-api.alibaba.com"
TRIES = 3
PACKAGE = "apply for its permission package in the app's console (openapi.alibaba.com)"


class Gateway:
    """One shop's signed calls, each through the door that the app is granted.

    ``kind`` says whose affair a refusal is: ``read`` (the pull's), ``record`` (one record's), ``write`` (one change's).
    """

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        self.shop, self._credentials = shop, credentials
        keys = pick(("app_key", "app_secret"), credentials.secrets, f"alibaba, shop '{shop.client}/{shop.name}'")
        name = token_name(shop, credentials)
        base = base_of(credentials.auth_host or credentials.host)
        plain = Session(shop, credentials, services, BUDGETS, judge=JUDGES["read"])
        consent = Consent("Alibaba.com", shop, plain, base, credentials.secrets, services.clock)
        tokens = AccessTokens(name, services.tokens, services.clock, consent.fetch)
        self.grants = Grants(name, services.tokens, services.clock)
        sign = signer(keys["app_key"], keys["app_secret"], services.clock)
        self._sessions = {
            kind: Session(shop, credentials, services, BUDGETS, sign=sign, judge=judge, tokens=tokens) for kind, judge in JUDGES.items()
        }
        self._seen: set[str] = set()  # request numbers of all answers

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
