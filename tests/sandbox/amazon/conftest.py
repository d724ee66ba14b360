"""A small world and its Amazon on loopback: one server a session, a fresh house (quotas, clock, journal) a test."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import requests
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.amazon import open_market
from sandbox.amazon.market import AmazonMarket
from sandbox.amazon.places import PLACES
from sandbox.house import Settings, open_house
from sandbox.market import House

SETTINGS = Settings(seed=7, days=12, orders_per_day=85)


@dataclass
class Stand:
    """One house behind the server, and a seller's way of asking it."""

    house: House
    market: AmazonMarket
    base: str
    shop: str = "lumora_amazon_us"

    @property
    def seller_id(self) -> str:
        return self.market.account(self.shop)["seller_id"]

    @property
    def marketplace(self) -> str:
        return PLACES[self.house.world.listings_of(self.shop)[0].site].marketplace_id

    def token(self, shop: str | None = None) -> str:
        form = {"grant_type": "refresh_token", **self.market.credentials(shop or self.shop)}
        return requests.post(f"{self.base}/auth/o2/token", data=form, timeout=10).json()["access_token"]

    def ask(self, method: str, path: str, *, headers=None, **more) -> requests.Response:
        sent = {"x-amz-access-token": self.token(), **(headers or {})}
        return requests.request(method, f"{self.base}{path}", headers=sent, timeout=10, **more)

    def get(self, path: str, **params) -> requests.Response:
        return self.ask("GET", path, params=params)

    def truth(self, table: str) -> list[dict]:
        return [row for row in self.market.truth(table) if row["shop"] == self.shop]


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
    holder["app"] = Starlette(routes=[Mount("/amazon", routes=market.routes())])
    return Stand(house, market, f"{base}/amazon")


def refused(answer: requests.Response, status: int, code: str) -> str:
    """The details of a refusal in Amazon's envelope, which it must be."""
    assert answer.status_code == status, answer.text
    error = answer.json()["errors"][0]
    assert error["code"] == code
    assert answer.headers["x-amzn-RequestId"]
    return error["message"] + " " + error["details"]


@pytest.fixture
def is_refused():
    return refused
