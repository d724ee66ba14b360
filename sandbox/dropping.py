"""A marketplace nobody asks over HTTP: its clients drop files, which the control desk hands out under ``/drops/{client}``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from sandbox.market import House
from sandbox.world.cast import SERVICES, SHOPS
from sandbox.world.model import Shop

Rows = Iterable[Mapping[str, object]]


@dataclass(frozen=True)
class Export:
    """``at``: when it was made; the file's own date."""

    at: datetime
    body: bytes = field(repr=False)


class Dropping:
    """``rows(house, shop, table)``: the truth of one shop; ``exports(house, client)``: path below the client's folder → file;
    ``accounts``: a shop's settings, where it has any."""

    def __init__(
        self, name: str, house: House, rows: Callable[[House, Shop, str], Rows], exports: Callable[[House, str], Mapping[str, Export]],
        accounts: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        self.name = name
        self._house, self._rows, self._exports, self._accounts = house, rows, exports, accounts
        self._made: dict[str, tuple[datetime, Mapping[str, Export]]] = {}

    def routes(self) -> list[BaseRoute]:
        return []

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        """Where the control desk lists the client's files; nobody logs in there."""
        desk = f"{base.removesuffix('/' + self.name)}/drops/{self._shops()[shop].client}"
        return desk, desk

    def account(self, shop: str) -> Mapping[str, str]:
        return {"seller_id": shop, **self._accounts.get(shop, {})}

    def credentials(self, shop: str) -> Mapping[str, str]:
        return {}

    def truth(self, table: str) -> Rows:
        for shop in self._shops().values():
            yield from self._rows(self._house, shop, table)

    def refusal(self, kind: str) -> Response:
        return PlainTextResponse(kind, 500)

    def exports(self, client: str) -> Mapping[str, Export]:
        """Made once a horizon: they are asked for one by one, and each is as much work as all of them."""
        horizon = self._house.clock.horizon
        if client not in self._made or self._made[client][0] != horizon:
            self._made[client] = horizon, self._exports(self._house, client)
        return self._made[client][1]

    def _shops(self) -> dict[str, Shop]:
        return {name: shop for name, shop in {**SHOPS, **SERVICES}.items() if shop.marketplace == self.name}
