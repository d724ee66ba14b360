"""eBay over the sandbox's world: the hosts ``/api`` and ``/apiz``, with OAuth under the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.ebay import ids, signed
from sandbox.ebay.door import Doors
from sandbox.ebay.errors import internal, over_quota
from sandbox.ebay.tokens import CLIENT_ID
from sandbox.ebay.truth import truth_of
from sandbox.market import House
from sandbox.world import SHOPS


class Ebay:
    name = "ebay"

    def __init__(self, house: House) -> None:
        self._house, self._doors, self._base = house, Doors(house), ""

    def routes(self) -> list[BaseRoute]:
        every = ["GET", "POST", "PUT", "DELETE"]
        return [
            Route("/api/identity/v1/oauth2/token", self._doors.token, methods=["POST"]),
            Route("/api/{path:path}", self._doors.api, methods=every), Route("/apiz/{path:path}", self._doors.apiz, methods=every),
        ]

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        self._base = base
        return f"{base}/api", f"{base}/api"

    def account(self, shop: str) -> Mapping[str, str]:
        """The seller's eBay name; the second host stands beside the first (``addresses`` is asked before)."""
        return {"seller_id": ids.username(shop), **({"money_host": f"{self._base}/apiz"} if self._base else {})}

    def credentials(self, shop: str) -> Mapping[str, str]:
        keys = signed.handed_out(self._house.seed, shop) if signed.is_bound(shop) else {}
        tokens = self._doors.tokens
        return {"client_id": CLIENT_ID, "client_secret": tokens.client_secret, "refresh_token": tokens.refresh(shop), **keys}

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        for shop in (each for each in SHOPS.values() if each.marketplace == "ebay"):
            for row in truth_of(table, self._house, self._doors.written, self._doors.goods, shop.name):
                yield {"client": shop.client, "shop": shop.name, **row}

    def refusal(self, kind: str) -> Response:
        return (over_quota() if kind == "throttled" else internal()).answer()


def open_market(house: House) -> Ebay:
    return Ebay(house)
