"""What brands save into their folders: exports of advertising networks and of shops' visitors, and the truth about them.

Nothing is asked over HTTP here; the control desk hands the files out (``/drops/{client}``), as it does the stock masters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from sandbox.filedrop.truth import ACCOUNT, rows
from sandbox.market import House
from sandbox.world.cast import SERVICES, SITES


class FileDrop:
    name = "filedrop"

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[BaseRoute]:
        return []

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        """Where the control desk lists the client's exports; nobody logs in there."""
        desk = f"{base.removesuffix('/' + self.name)}/drops/{SERVICES[shop].client}"
        return desk, desk

    def account(self, shop: str) -> Mapping[str, str]:
        """What the client's file says of exports that leave it out: their network's account, the amounts' currency."""
        home = SERVICES[shop]
        accounts = {network: number for (client, network), number in ACCOUNT.items() if client == home.client}
        return {"seller_id": shop, "currency": SITES[home.sites[0]].currency, **accounts}

    def credentials(self, shop: str) -> Mapping[str, str]:
        return {}

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        for shop in SERVICES.values():
            if shop.marketplace == self.name:
                yield from rows(self._house, shop, table)

    def refusal(self, kind: str) -> Response:
        return PlainTextResponse(kind, 500)


def open_market(house: House) -> FileDrop:
    return FileDrop(house)
