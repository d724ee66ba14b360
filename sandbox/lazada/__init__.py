"""Lazada's Open Platform over the sandbox's world: country gateways ``/<cc>/rest``, token service ``/auth/rest``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.clock import iso
from sandbox.lazada import ids
from sandbox.lazada.gateway import Gateway
from sandbox.lazada.tokens import APP_KEY
from sandbox.lazada.truth import TRUTH
from sandbox.market import House
from sandbox.world import SHOPS


class Lazada:
    name = "lazada"

    def __init__(self, house: House) -> None:
        self._house, self._gateway = house, Gateway(house)

    def routes(self) -> list[BaseRoute]:
        both = ["GET", "POST"]
        return [
            Route("/oauth/authorize", self._gateway.consent),
            Route("/auth/rest/auth/token/{verb}", self._gateway.token_call, methods=both),
            Route("/{country}/rest/{path:path}", self._gateway.call, methods=both),
        ]

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        return f"{base}/{SHOPS[shop].sites[0].lower()}/rest", f"{base}/auth/rest"

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
        for shop in (each for each in SHOPS.values() if each.marketplace == "lazada"):
            for row in stated(self._house, shop.name):
                yield {"client": shop.client, "shop": shop.name, **row}

    def refusal(self, kind: str) -> Response:
        code, message = {
            "error": ("ServiceTimeout", "The backend service timed out"), "throttled": ("901", "The request was limited by the system"),
        }[kind]
        return JSONResponse({"code": code, "type": "ISP", "message": message, "request_id": self._gateway.request_id()})


def open_market(house: House) -> Lazada:
    return Lazada(house)
