"""A store's wire: its address, calls that read and calls that write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contract import Credentials, Services, Shop
from connectors.errors import FatalError
from connectors.http import CONNECT_SECONDS, Call, Session, pick
from connectors.verdicts import Reply
from connectors.woocommerce.auth import signer
from connectors.woocommerce.endpoints import BUDGETS
from connectors.woocommerce.verdict import judge, judge_once

API = "/wp-json/wc/v3"
SLOWNESS = 3  # a shared host takes a minute and more for what a marketplace does in seconds


class Store:
    """One store's signed calls. ``path`` is below ``/wp-json/wc/v3`` and begins with a slash (or is empty: the route index)."""

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        self.shop, self.services = shop, services
        who = f"woocommerce, shop '{shop.client}/{shop.name}'"
        keys = pick(("consumer_key", "consumer_secret"), credentials.secrets, who)
        self._base = credentials.host.rstrip("/")
        if not self._base.startswith(("https://", "http://")):
            raise FatalError(f"{who}: the host needs its scheme (https://www.brand.example). Mend the shop's connection.")
        in_query = shop.account.get("auth") == "query"
        sign = signer(keys["consumer_key"], keys["consumer_secret"], services.clock, in_query=in_query)
        patience = (CONNECT_SECONDS, SLOWNESS * services.answer_seconds)
        self.session = Session(shop, credentials, services, BUDGETS, sign=sign, judge=judge, timeout_seconds=patience)
        self._once = Session(shop, credentials, services, BUDGETS, sign=sign, judge=judge_once, timeout_seconds=patience)

    def get(self, operation: str, path: str, params: Mapping[str, Any] | None = None, *, note: str = "", lacks: bool = False) -> Reply:
        """Read. ``lacks``: a 404 is an answer too (what is asked for may have gone meanwhile)."""
        sent = {name: str(value) for name, value in (params or {}).items()}
        call = Call(operation, "GET", self._url(path), params=sent, note=note, is_json=False, tolerates=(404,) if lacks else ())
        return self.session.send(call)

    def post(self, operation: str, path: str, body: Any, *, note: str = "", is_repeatable: bool = True, method: str = "POST") -> Reply:
        """Write. ``is_repeatable``: the same again leaves the store as once."""
        call = Call(operation, method, self._url(path), json=body, note=note, is_json=False, is_repeatable=is_repeatable)
        return (self.session if is_repeatable else self._once).send(call)

    def _url(self, path: str) -> str:
        return f"{self._base}{API}{path}"
