"""Shopify's GraphQL Admin API 2026-10 over the sandbox's world: every shop at its own address ``/<domain>/admin/api/...``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.market import House
from sandbox.shopify import ids
from sandbox.shopify.gate import Gate
from sandbox.shopify.truth import TRUTH
from sandbox.world import SHOPS


class Shopify:
    name = "shopify"

    def __init__(self, house: House) -> None:
        self._gate = Gate(house)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{domain}/admin/oauth/access_token", self._gate.token, methods=["POST"]),
            Route("/{domain}/admin/api/{version}/graphql.json", self._gate.graphql, methods=["POST"]),
            Route("/{domain}/bulk/{ticket}", self._gate.file),
        ]

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        return f"{base}/{ids.domain(shop)}", f"{base}/{ids.domain(shop)}"

    def account(self, shop: str) -> Mapping[str, str]:
        return {"seller_id": str(64_000_000 + SHOPS[shop].number), "domain": f"{ids.domain(shop)}.myshopify.com"}

    def credentials(self, shop: str) -> Mapping[str, str]:
        return self._gate.credentials(shop)

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        stated = TRUTH.get(table)
        if stated is None:
            return
        for name, shelf in self._gate.shelves.items():
            for row in stated(shelf):
                yield {"client": SHOPS[name].client, "shop": name, **row}

    def refusal(self, kind: str) -> Response:
        code, message = {
            "error": ("INTERNAL_SERVER_ERROR", "Internal error. Looks like something went wrong on our end."),
            "throttled": ("THROTTLED", "Throttled"),
        }[kind]
        return JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]})


def open_market(house: House) -> Shopify:
    return Shopify(house)
