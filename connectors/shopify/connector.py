"""The contract's questions, answered for one Shopify shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from connectors.base import BaseConnector, Entity, Mapper
from connectors.contract import Credentials, Services, Shop
from connectors.errors import FatalError
from connectors.shopify.account import AccountReader, check
from connectors.shopify.endpoints import BUDGETS, ENDPOINTS
from connectors.shopify.graph import Graph
from connectors.shopify.map_goods import map_listings
from connectors.shopify.map_money import map_account, map_disputes, map_ledger, map_payments, map_payouts
from connectors.shopify.map_orders import map_orders
from connectors.shopify.map_returns import map_returns
from connectors.shopify.prices import observe_prices, push_prices
from connectors.shopify.products import observe_products, push_products
from connectors.shopify.record_ids import record_ids
from connectors.shopify.shipments import observe_shipments, push_shipments
from connectors.shopify.stock import observe_stock, push_stock
from connectors.shopify.walk import Walk
from connectors.shopify.ways import WAYS
from connectors.writes import Answer, PriceChange, ProductChange, ShipmentNotice, StockChange
from transforms.sites import SITES


class ShopifyConnector(BaseConnector):
    """One store. It has one site, its home: where else it sells to does not part its orders."""

    graph: Graph

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        if len(shop.sites) != 1 or shop.sites[0] not in SITES:
            raise FatalError(
                f"shopify, shop '{shop.client}/{shop.name}': a store has one site, the country it is run from; the client's file "
                f"names {', '.join(shop.sites) or 'none'}. Known: {', '.join(SITES)}. Not retried."
            )
        graph = Graph(shop, credentials, services)
        super().__init__(shop, services, graph.session, ENDPOINTS, BUDGETS, _entities(graph, services))
        object.__setattr__(self, "graph", graph)  # the base is frozen

    def check(self) -> str:
        return check(self.graph)

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        return push_stock(self.graph, changes, dry_run=dry_run)

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        return observe_stock(self.graph, changes)

    def push_prices(self, changes: Sequence[PriceChange], *, dry_run: bool = False) -> list[Answer]:
        return push_prices(self.graph, changes, dry_run=dry_run)

    def observe_prices(self, changes: Sequence[PriceChange]) -> dict[str, int | None]:
        return observe_prices(self.graph, changes)

    def push_products(self, changes: Sequence[ProductChange], *, dry_run: bool = False) -> list[Answer]:
        return push_products(self.graph, changes, dry_run=dry_run)

    def observe_products(self, changes: Sequence[ProductChange]) -> dict[str, Mapping[str, Any] | None]:
        return observe_products(self.graph, changes)

    def push_shipments(self, notices: Sequence[ShipmentNotice]) -> list[Answer]:
        return push_shipments(self.graph, notices)

    def observe_shipments(self, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
        return observe_shipments(self.graph, notices)


def _entities(graph: Graph, services: Services) -> dict[str, Entity]:
    shop = graph.shop
    mappings: dict[str, Mapper] = {
        "orders": lambda pages: map_orders(shop, services.pseudonym, pages),
        "listings": lambda pages: map_listings(shop, pages), "returns": lambda pages: map_returns(shop, pages),
        "ledger": lambda pages: map_ledger(shop, pages), "payouts": lambda pages: map_payouts(shop, pages),
        "payments": lambda pages: map_payments(shop, pages), "disputes": lambda pages: map_disputes(shop, pages),
        "account": lambda pages: map_account(shop, pages),
    }
    readers = {**{name: Walk(name, WAYS[name], graph) for name in WAYS}, "account": AccountReader(graph)}
    return {name: Entity(readers[name].read, mapping, partial(record_ids, name)) for name, mapping in mappings.items()}
