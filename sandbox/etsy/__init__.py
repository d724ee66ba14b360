"""Etsy's Open API v3 over the sandbox's world: ``/v3/application``, the token service ``/v3/public/oauth/token``, the consent page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.etsy import ids
from sandbox.etsy.gate import Gate
from sandbox.etsy.tokens import KEYSTRING
from sandbox.etsy.truth import TRUTH
from sandbox.market import House
from sandbox.world import SHOPS


class Etsy:
    name = "etsy"

    def __init__(self, house: House) -> None:
        self._house, self.gate = house, Gate(house)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/oauth/connect", self.gate.consent), Route("/v3/public/oauth/token", self.gate.token, methods=["POST"]),
            Route("/v3/application/{path:path}", self.gate.call, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        return base, base

    def account(self, shop: str) -> Mapping[str, str]:
        return {"seller_id": str(ids.user_id(shop)), "shop_id": str(ids.shop_id(shop))}

    def credentials(self, shop: str) -> Mapping[str, str]:
        tokens = self.gate.tokens
        return {"client_id": KEYSTRING, "shared_secret": tokens.shared_secret, "refresh_token": tokens.refresh(shop)}

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        stated = TRUTH.get(table)
        if stated is None:
            return
        for shop in ids.shops():
            for row in stated(self._house, self.gate.written, shop):
                yield {"client": SHOPS[shop].client, "shop": shop, **row}

    def refusal(self, kind: str) -> Response:
        status, error = {"error": (500, "Server Error"), "throttled": (429, "Exceeded per second rate limit")}[kind]
        return JSONResponse({"error": error}, status)


def open_market(house: House) -> Etsy:
    return Etsy(house)
