"""A small world and its Etsy in this process: a fresh house (clock, quotas, journal) a test, asked without sockets."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette

from sandbox.etsy import Etsy, open_market
from sandbox.house import Settings, open_house
from sandbox.market import House

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its client library is to be renamed
    from starlette.testclient import TestClient

SETTINGS = Settings(seed=7, days=20, orders_per_day=60, speed=0.001)  # its seconds pass when a test says so
SHOP = "kiln_etsy"


@dataclass
class Stand:
    """``ask`` sends key and token as a seller's app does; ``headers`` overrule them, an empty one leaves it out."""

    house: House
    market: Etsy
    client: TestClient
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def shop(self) -> str:
        return f"/shops/{self.market.account(SHOP)['shop_id']}"

    @property
    def secrets(self) -> dict[str, str]:
        return dict(self.market.credentials(SHOP))

    def refresh(self, token: str, **changes: str):
        form = {"grant_type": "refresh_token", "client_id": self.secrets["client_id"], "refresh_token": token, **changes}
        return self.client.post("/v3/public/oauth/token", data=form)

    def token(self) -> str:
        if "access" not in self.tokens:
            self.tokens["access"] = self.refresh(self.secrets["refresh_token"]).json()["access_token"]
        return self.tokens["access"]

    def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more):
        own = {"x-api-key": f"{self.secrets['client_id']}:{self.secrets['shared_secret']}", "Authorization": f"Bearer {self.token()}"}
        sent = {name: value for name, value in {**own, **(headers or {})}.items() if value}
        return self.client.request(method, f"/v3/application{path}", headers=sent, **more)

    def get(self, path: str, **params):
        self.house.clock.advance(1)  # the second's quota is full again
        return self.ask("GET", path, params=params)

    def all(self, path: str, **params) -> list[dict]:
        found: list[dict] = []
        while True:
            page = self.get(path, **params, limit=100, offset=len(found)).json()
            found += page["results"]
            if len(found) >= page["count"]:
                return found

    def truth(self, table: str) -> list[dict]:
        return list(self.market.truth(table))


@pytest.fixture(scope="session")
def etsy_world():
    house = open_house(SETTINGS)
    assert house.snapshot  # made now: no test's first call shall wait for it
    return house.world  # the same facts for every test; what changes is the house around them


@pytest.fixture
def stand(etsy_world) -> Stand:
    house = open_house(SETTINGS)
    house.world = house.stock._world = etsy_world
    market = open_market(house)
    return Stand(house, market, TestClient(Starlette(routes=market.routes())))
