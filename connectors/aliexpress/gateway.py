"""AliExpress's wire: two doors of one gateway, ``/sync`` for methods and ``/rest`` for tokens, and the tokens they carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import requests

from connectors.aliexpress.endpoints import BUDGETS
from connectors.aliexpress.envelope import field, inner
from connectors.aliexpress.verdict import JUDGES
from connectors.contract import Clock, Credentials, Services, Shop
from connectors.http import Call, Session, pick
from connectors.iop import filled, signature
from connectors.iop_consent import Consent
from connectors.loose import text
from connectors.tokens import AccessTokens, token_name
from connectors.verdicts import Reply
from connectors.walk import Ask

HOST = "https://api-sg.aliexpress.com"


class Gateway:
    """One shop's signed calls.

    ``kind`` says whose affair a refusal is: ``read`` (the pull's), ``record`` (one record's), ``write`` (one change's).
    """

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        self.shop, self._credentials = shop, credentials
        keys = pick(("app_key", "app_secret"), credentials.secrets, f"aliexpress, shop '{shop.client}/{shop.name}'")
        path = f"/auth/token/{'security/' if shop.account.get('token_api') == 'security' else ''}"
        plain = Session(shop, credentials, services, BUDGETS, judge=JUDGES["read"])
        consent = Consent("AliExpress", shop, plain, door(credentials.auth_host), credentials.secrets, services.clock, path)
        tokens = AccessTokens(token_name(shop, credentials), services.tokens, services.clock, consent.fetch)
        sign = signer(keys["app_key"], keys["app_secret"], services.clock)
        self._sessions = {
            kind: Session(shop, credentials, services, BUDGETS, sign=sign, judge=judge, tokens=tokens) for kind, judge in JUDGES.items()
        }

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
