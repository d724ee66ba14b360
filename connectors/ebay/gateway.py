"""eBay's wire: one token, four roads (REST, signed money, Post-Order, Trading), two hosts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from connectors.contract import Credentials, Services, Shop
from connectors.ebay import auth
from connectors.ebay.endpoints import BUDGETS
from connectors.ebay.signatures import load_key, sign_request
from connectors.ebay.sites import marketplace
from connectors.ebay.verdict import judge, judge_trading
from connectors.http import Call, Session, pick
from connectors.tokens import AccessTokens, token_name
from connectors.verdicts import Reply

HOST = "https://api.ebay.com"


@dataclass(frozen=True)
class Ask:
    """One call as eBay's reference names it. ``road``: ``rest``, ``money`` (the other host, signed), ``post_order``, ``trading``."""

    operation: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    road: str = "rest"
    method: str = "GET"
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    is_json: bool = True
    is_repeatable: bool = True
    tolerates: tuple[int, ...] = ()


class Gateway:
    """One shop's calls."""

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        self.shop, self.services = shop, services
        who = f"ebay, shop '{shop.client}/{shop.name}'"
        self.seller_id = pick(("seller_id",), shop.account, who)["seller_id"]
        secrets = credentials.secrets
        pick(("client_id", "client_secret"), secrets, who)
        self.host = credentials.host.rstrip("/") or HOST
        self.money_host = (shop.account.get("money_host") or self.host.replace("://api.", "://apiz.", 1)).rstrip("/")
        auth_host = credentials.auth_host.rstrip("/") or self.host
        self._key = load_key(secrets["signing_key"], who) if secrets.get("signing_key") else None
        self._jwe = pick(("signing_jwe",), secrets, who)["signing_jwe"] if self._key else ""
        bare = Session(shop, credentials, services, BUDGETS, judge=judge)
        name = token_name(shop, credentials)
        tokens = AccessTokens(name, services.tokens, services.clock, lambda stored: auth.grant(bare, credentials, auth_host, stored))
        signs = {"rest": auth.bearer, "money": self._sign_money, "post_order": auth.post_order, "trading": auth.trading}
        judges = {"trading": judge_trading}
        self._roads = {
            road: Session(shop, credentials, services, BUDGETS, sign=sign, judge=judges.get(road, judge), tokens=tokens)
            for road, sign in signs.items()
        }

    @property
    def session(self) -> Session:
        return self._roads["rest"]

    @property
    def home(self) -> str:
        """The seller's own site, as eBay calls it."""
        return marketplace(self.shop.sites[0])

    def who(self, operation: str) -> str:
        return self.session.who(operation)

    def send(self, ask: Ask) -> Reply:
        host = self.money_host if ask.road == "money" else self.host
        return self._roads[ask.road].send(
            Call(
                ask.operation, ask.method, f"{host}{ask.path}", params=ask.params, json=ask.json, headers=ask.headers, note=ask.note,
                is_json=ask.is_json, is_repeatable=ask.is_repeatable, tolerates=ask.tolerates,
            )
        )

    def send_xml(self, operation: str, site_id: int, body: bytes, note: str) -> Reply:
        """A Trading call: its name and site travel in headers."""
        headers = {
            "X-EBAY-API-CALL-NAME": operation, "X-EBAY-API-SITEID": str(site_id), "X-EBAY-API-COMPATIBILITY-LEVEL": "1395",
            "Content-Type": "text/xml",
        }
        call = Call(operation, "POST", f"{self.host}/ws/api.dll", form=body, headers=headers, note=note, is_json=False)
        return self._roads["trading"].send(call)

    def _sign_money(self, request: requests.Request, token: str) -> None:
        auth.bearer(request, token)
        request.headers["X-EBAY-C-MARKETPLACE-ID"] = self.home
        if self._key:  # others' signatures would be ignored
            sign_request(request, self._jwe, self._key, self.services.clock.now())
