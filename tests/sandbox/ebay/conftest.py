"""A small world and its eBay on loopback: one server a session, a fresh house a test; a caller of its own making."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.serialization import load_der_private_key
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.ebay import Ebay, open_market
from sandbox.house import Settings, open_house
from sandbox.market import House

SETTINGS = Settings(seed=7, days=14, orders_per_day=170)
ORDERS = "/sell/fulfillment/v1/order"


@dataclass
class Stand:
    """One house behind the server, and a seller's way of asking it."""

    house: House
    market: Ebay
    base: str
    shop: str = "northpeak_ebay"

    def token(self) -> str:
        secrets = self.market.credentials(self.shop)
        basic = base64.b64encode(f"{secrets['client_id']}:{secrets['client_secret']}".encode()).decode()
        form = {"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"]}
        address = f"{self.base}/api/identity/v1/oauth2/token"
        return requests.post(address, data=form, headers={"Authorization": f"Basic {basic}"}, timeout=10).json()["access_token"]

    def ask(self, method: str, path: str, *, word: str = "Bearer", host: str = "api", headers=None, **more) -> requests.Response:
        sent = {"Authorization": f"{word} {self.token()}", **(headers or {})}
        return requests.request(method, f"{self.base}/{host}{path}", headers=sent, timeout=10, **more)

    def get(self, path: str, **params) -> requests.Response:
        return self.ask("GET", path, params=params)

    def post_order(self, path: str, **params) -> requests.Response:
        return self.ask("GET", f"/post-order/v2{path}", word="IAF", params=params)

    def money(self, path: str, *, spoil: dict | None = None, **params) -> requests.Response:
        """Signed, as the guide describes it; ``spoil`` replaces headers after signing."""
        headers = {"X-EBAY-C-MARKETPLACE-ID": "EBAY_GB" if self.shop == "northpeak_ebay" else "EBAY_US"}
        secrets = self.market.credentials(self.shop)
        if "signing_key" in secrets:
            headers |= self.signed(f"{self.base}/apiz{path}", secrets)
        return self.ask("GET", path, host="apiz", headers={**headers, **(spoil or {})}, params=params)

    def signed(self, address: str, secrets) -> dict[str, str]:
        parts, created = urlsplit(address), int(self.house.clock.now().timestamp())
        inside = f'("x-ebay-signature-key" "@method" "@path" "@authority");created={created}'
        text = (
            f'"x-ebay-signature-key": {secrets["signing_jwe"]}\n"@method": GET\n"@path": {parts.path}\n"@authority": {parts.netloc}\n'
            f'"@signature-params": {inside}'
        )
        signature = load_der_private_key(base64.b64decode(secrets["signing_key"]), None).sign(text.encode())
        return {
            "x-ebay-signature-key": secrets["signing_jwe"], "Signature-Input": f"sig1={inside}",
            "Signature": f"sig1=:{base64.b64encode(signature).decode()}:",
        }

    def window(self, name: str, days: int = 14) -> str:
        now = self.house.clock.now()
        start = now - timedelta(days=days)
        return f"{name}:[{start:%Y-%m-%dT%H:%M:%S.000Z}..{now:%Y-%m-%dT%H:%M:%S.000Z}]"

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
    holder["app"] = Starlette(routes=[Mount("/ebay", routes=market.routes())])
    return Stand(house, market, f"{base}/ebay")


def refused(answer: requests.Response, status: int, number: int) -> str:
    """The message of a refusal in the REST envelope, which it must be."""
    assert answer.status_code == status, answer.text[:300]
    error = answer.json()["errors"][0]
    assert error["errorId"] == number, error
    return error["message"]


@pytest.fixture
def is_refused():
    return refused
