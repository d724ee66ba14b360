"""What every marketplace's connector has in common: what an entity is, and how it is looked up, then read, mapped or counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from connectors.contract import Budget, Endpoint, Page, Services, Shop, Window
from connectors.errors import FatalError
from connectors.exact import without_collector
from connectors.http import Session

Mapper = Callable[[Sequence[Page]], dict[str, pd.DataFrame]]


@dataclass(frozen=True, repr=False)
class Entity:
    """One entity of one shop, in three functions that answer the contract's questions: its pages, their rows, their records' ids."""

    read: Callable[[Window, Mapping[str, Any] | None], Iterator[Page]]
    map: Mapper
    record_ids: Callable[[Sequence[Page]], list[str]]


@dataclass(frozen=True, repr=False)
class BaseConnector:
    """Dispatches the contract's three questions about an entity; marketplaces add ``check`` and the writes."""

    shop: Shop
    services: Services
    session: Session
    endpoints: Mapping[str, Endpoint]
    budgets: Mapping[str, Budget]
    entities: Mapping[str, Entity] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shop={self.shop.client}/{self.shop.name})"

    def read(self, entity: str, window: Window, cursor: Mapping[str, Any] | None = None) -> Iterator[Page]:
        return self._entity(entity).read(window, cursor)

    def map(self, entity: str, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
        with without_collector():
            return self._entity(entity).map(pages)

    def record_ids(self, entity: str, pages: Sequence[Page]) -> list[str]:
        with without_collector():
            return self._entity(entity).record_ids(pages)

    def _entity(self, name: str) -> Entity:
        if name not in self.entities:
            raise FatalError(
                f"{self.shop.marketplace}, shop '{self.shop.client}/{self.shop.name}': nothing is read under the name '{name}'. "
                f"Known: {', '.join(sorted(self.entities))}."
            )
        return self.entities[name]


def refuse_other_sites(shop: Shop, site: str, why: str) -> None:
    """For marketplaces that sell to the world from one site. Raises FatalError: the shop names another, or none."""
    if shop.sites != (site,):
        raise FatalError(
            f"{shop.marketplace}, shop '{shop.client}/{shop.name}': its only site is {site} ({why}), not "
            f"{', '.join(shop.sites) or '(none)'}. Mend `sites` in the client's file. Not retried."
        )
