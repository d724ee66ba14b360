"""A small world and its stores on loopback: one server a session, a fresh house (clock, journal, writes) a test."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import pytest
import requests
from starlette.applications import Starlette
from starlette.routing import Mount

from connectors import registry
from connectors.contract import Connector, Credentials, Services, Shop, Window
from connectors.memory import MemoryLimiter, MemoryTokens
from sandbox.house import Settings, open_house
from sandbox.market import House
from sandbox.woocommerce import WooCommerce, open_market
from sandbox.world import SHOPS

SETTINGS = Settings(seed=7, days=12, orders_per_day=190)
NORTHPEAK, KILN = "northpeak_woocommerce", "kiln_woocommerce"
_nonces = itertools.count(1)


class HouseClock:
    """The house's own clock; whoever sleeps lets it run on."""

    def __init__(self, house: House) -> None:
        self._house = house

    def now(self) -> datetime:
        return self._house.clock.now()

    def sleep(self, seconds: float) -> None:
        self._house.clock.advance(seconds)


@dataclass
class Stand:
    """One house behind the server, and ways of asking its stores."""

    house: House
    market: WooCommerce
    base: str
    shop: str = NORTHPEAK

    def url(self, path: str) -> str:
        return f"{self.base}/{self.shop}/wp-json/wc/v3/{path}"

    def ask(self, path: str, method: str = "GET", body: object = None, spoil: dict | None = None, **params: object) -> requests.Response:
        """Signed by hand; ``spoil`` replaces parameters after signing."""
        self.house.clock.advance(1)
        secrets = self.market.credentials(self.shop)
        sent = {name: str(value) for name, value in params.items()} | {
            "oauth_consumer_key": secrets["consumer_key"], "oauth_nonce": f"n{next(_nonces)}", "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(self.house.clock.now().timestamp())),
        }
        pairs = "&".join(sorted(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sent.items()))
        message = f"{method}&{quote(self.url(path), safe='~')}&{quote(pairs, safe='~')}"
        digest = hmac.new(f"{secrets['consumer_secret']}&".encode(), message.encode(), hashlib.sha256).digest()
        sent |= {"oauth_signature": base64.b64encode(digest).decode(), **(spoil or {})}
        return requests.request(method, self.url(path), params=sent, json=body, timeout=10)

    def get(self, path: str, **params: object):
        answer = self.ask(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def truth(self, table: str) -> list[dict]:
        return [dict(row) for row in self.market.truth(table) if row["shop"] == self.shop]

    def connector(self, **changes: object) -> Connector:
        """Our connector for the shop, lent services of this process and the house's clock."""
        clock = HouseClock(self.house)
        services = Services(clock, MemoryLimiter(clock), MemoryTokens(), pseudonym=lambda text: f"key of {text}", patience_seconds=3600.0)
        shop = SHOPS[self.shop]
        credentials = Credentials(f"{self.base}/{self.shop}", "", self.market.credentials(self.shop))
        return registry.connect(Shop(shop.client, shop.name, "woocommerce", shop.sites, **changes), credentials, services)

    @property
    def window(self) -> Window:
        return Window(self.house.world.first_at, self.house.clock.horizon)


@pytest.fixture(scope="session")
def _world():
    house = open_house(SETTINGS)
    assert house.snapshot  # made now: no test's first call shall wait for it
    return house.world  # the same facts for every test; what changes is the house around them


@pytest.fixture
def stand(served, _world) -> Stand:
    base, holder = served
    house = open_house(SETTINGS)
    house.world = house.stock._world = _world
    market = open_market(house)
    holder["app"] = Starlette(routes=[Mount("/woocommerce", routes=market.routes())])
    return Stand(house, market, f"{base}/woocommerce")


@pytest.fixture
def kiln(stand) -> Stand:
    return Stand(stand.house, stand.market, stand.base, KILN)
