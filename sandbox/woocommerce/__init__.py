"""WooCommerce over the sandbox's world: each brand's store is a WordPress of its own below ``/{shop}``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.market import House
from sandbox.woocommerce import ids, truth
from sandbox.woocommerce.door import Door
from sandbox.woocommerce.refusals import passing
from sandbox.woocommerce.store import Stores, shops
from sandbox.world import SHOPS


class WooCommerce:
    name = "woocommerce"

    def __init__(self, house: House) -> None:
        self._house, self._door = house, Door(house)

    @property
    def stores(self) -> Stores:
        """The facts behind every store."""
        return self._door.stores

    def routes(self) -> list[BaseRoute]:
        return [Route("/{shop}/wp-json/{path:path}", self._door.call, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])]

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        return f"{base}/{shop}", f"{base}/{shop}"

    def account(self, shop: str) -> Mapping[str, str]:
        return {"seller_id": shop}

    def credentials(self, shop: str) -> Mapping[str, str]:
        return {
            "consumer_key": ids.key(self._house.seed, shop, "ck_"), "consumer_secret": ids.key(self._house.seed, shop, "cs_"),
        }

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        for shop in shops():
            for row in truth.rows(self.stores, table, shop):
                yield {"client": SHOPS[shop].client, "shop": shop, **row}

    def refusal(self, kind: str) -> Response:
        return passing(kind)


def open_market(house: House) -> WooCommerce:
    return WooCommerce(house)
