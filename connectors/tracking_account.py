"""What the accounts at tracking services have in common: one entity, ``parcels``, a key that stays the same, and nothing to sell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import pandas as pd
import requests

from connectors.base import BaseConnector, Entity
from connectors.contract import Budget, Endpoint, Page, Services, Shop, Window
from connectors.errors import FatalError
from connectors.http import Session
from connectors.tracking import named
from connectors.writes import Answer, StockChange


class Parcels(Protocol):
    """How one service is asked for the parcels it is to follow."""

    shop: Shop
    services: Services
    session: Session

    def read(self, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]: ...


class TrackingAccount(BaseConnector):
    """One account at a tracking service; services add ``check``."""

    parcels: Parcels

    def __init__(
        self, parcels: Parcels, endpoints: Mapping[str, Endpoint], budgets: Mapping[str, Budget],
        map_parcels: Callable[[Shop, Sequence[Page]], dict[str, pd.DataFrame]], numbers_of: Callable[[Page], Iterable[Any]],
    ) -> None:
        entity = Entity(parcels.read, partial(map_parcels, parcels.shop), partial(named, numbers=numbers_of))
        super().__init__(parcels.shop, parcels.services, parcels.session, endpoints, budgets, {"parcels": entity})
        object.__setattr__(self, "parcels", parcels)  # the base is frozen

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        raise self._sells_nothing()

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        raise self._sells_nothing()

    def _sells_nothing(self) -> FatalError:
        who = f"{self.shop.marketplace}, shop '{self.shop.client}/{self.shop.name}'"
        return FatalError(f"{who}: a tracking service sells nothing, so it has no stock.")


def keyed(header: str, key: str) -> Callable[[requests.Request, str], None]:
    """Signs each call with the account's key; the closure keeps it out of every repr."""

    def sign(request: requests.Request, token: str) -> None:
        request.headers[header] = key

    return sign
