"""AliExpress's seller API over the sandbox's world: methods at ``/sync``, token service ``/rest``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.aliexpress import ids
from sandbox.aliexpress.gateway import Gateway
from sandbox.aliexpress.tokens import APP_KEY
from sandbox.aliexpress.truth import TRUTH
from sandbox.clock import iso
from sandbox.market import House
from sandbox.world import SHOPS


class AliExpress:
    name = "aliexpress"

    def __init__(self, house: House) -> None:
        self._house, self._gateway = house, Gateway(house)

    def routes(self) -> list[BaseRoute]:
        both = ["GET", "POST"]
        return [
            Route("/oauth/authorize", self._gateway.consent),
            Route("/sync", self._gateway.sync, methods=both),
            Route("/rest/{path:path}", self._gateway.token_call, methods=both),
        ]

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        return base, base

    def account(self, shop: str) -> Mapping[str, str]:
        return {"seller_id": str(ids.seller_id(shop))}

    def credentials(self, shop: str) -> Mapping[str, str]:
        token, end = self._gateway.tokens.access(shop)
        return {
            "app_key": APP_KEY, "app_secret": self._gateway.tokens.app_secret, "refresh_token": self._gateway.tokens.refresh(shop),
            "access_token": token, "expires_at": iso(end),
        }

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        stated = TRUTH.get(table)
        if stated is None:
            return
        for shop in (each for each in SHOPS.values() if each.marketplace == "aliexpress"):
            for row in stated(self._house, self._gateway.written, shop.name):
                yield {"client": shop.client, "shop": shop.name, **row}

    def refusal(self, kind: str) -> Response:
        code, message = {
            "error": ("ServiceTimeout", "The backend service timed out"),
            "throttled": ("ApiCallLimit", "The call frequency exceeds the limit"),
        }[kind]
        return JSONResponse({"error_response": {"code": code, "msg": message, "type": "ISP", "request_id": self._gateway.request_id()}})


def open_market(house: House) -> AliExpress:
    return AliExpress(house)
