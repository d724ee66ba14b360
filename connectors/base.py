"""What every marketplace's connector has in common: look an entity up, then read, map or list its ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from connectors.contract import Budget, Endpoint, Page, Services, Shop, Window
from connectors.errors import FatalError
from connectors.exact import without_collector
from connectors.http import Session


class Entity(Protocol):
    """One entity of one marketplace: how its pages are read, mapped and counted."""

    def read(self, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]: ...
    def map(self, pages: Sequence[Page]) -> dict[str, pd.DataFrame]: ...
    def record_ids(self, pages: Sequence[Page]) -> list[str]: ...


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
