"""Alibaba.com's seller API over the sandbox's world: paths below ``/rest``, methods at ``/sync``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.alibaba import ids
from sandbox.alibaba.apps import FULL, app_secret
from sandbox.alibaba.gateway import Gateway
from sandbox.alibaba.truth import TRUTH
from sandbox.clock import iso
from sandbox.market import House
from sandbox.world import SHOPS


class Alibaba:
    name = "alibaba"

    def __init__(self, house: House) -> None:
        self._house, self._gateway = house, Gateway(house)

    def routes(self) -> list[BaseRoute]:
        both = ["GET", "POST"]
        return [
            Route("/oauth/authorize", self._gateway.consent),
            Route("/sync", self._gateway.sync, methods=both),
            Route("/rest/{path:path}", self._gateway.rest, methods=both),
        ]

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        return base, base

    def account(self, shop: str) -> Mapping[str, str]:
        return {"seller_id": str(ids.seller_id(shop)), "rfq_search": "bolt, drill, wire, box, glove, clamp"}

    def credentials(self, shop: str) -> Mapping[str, str]:
        token, end = self._gateway.tokens.access(shop)
        return {
            "app_key": FULL.key, "app_secret": app_secret(self._house.seed, FULL.key), "refresh_token": self._gateway.tokens.refresh(shop),
            "access_token": token, "expires_at": iso(end),
        }

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        stated = TRUTH.get(table)
        if stated is None:
            return
        for shop in (each for each in SHOPS.values() if each.marketplace == "alibaba"):
            for row in stated(self._house, self._gateway.written, shop.name):
                yield {"client": shop.client, "shop": shop.name, **row}

    def refusal(self, kind: str) -> Response:
        code, message = {
            "error": ("ServiceTimeout", "The backend service timed out"),
            "throttled": ("ApiCallLimit", "The call frequency exceeds the limit"),
        }[kind]
        return JSONResponse({"type": "ISP", "code": code, "message": message, "request_id": self._gateway.request_id()})


def open_market(house: House) -> Alibaba:
    return Alibaba(house)
