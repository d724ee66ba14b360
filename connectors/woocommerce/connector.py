"""The contract's questions, answered for one WooCommerce store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from connectors.base import BaseConnector, Entity, Mapper
from connectors.contract import Credentials, Page, Services, Shop
from connectors.woocommerce import prices, shipping, stock
from connectors.woocommerce.endpoints import BUDGETS, ENDPOINTS
from connectors.woocommerce.map_goods import map_listings
from connectors.woocommerce.map_orders import map_orders
from connectors.woocommerce.map_service import account_ids, map_account, map_returns, map_reviews, versions
from connectors.woocommerce.read_listings import ListingsWalk, has_variations
from connectors.woocommerce.read_orders import OrdersWalk, is_draft
from connectors.woocommerce.read_service import STATUS_FIELDS, AccountWalk, RefundsWalk, ReviewsWalk, environment
from connectors.woocommerce.records import ids
from connectors.woocommerce.sites import digits, site_of
from connectors.woocommerce.store import Store
from connectors.woocommerce.walk import Walk, walk
from connectors.writes import Answer, PriceChange, ShipmentNotice, StockChange


class WooCommerceConnector(BaseConnector):
    """One store."""

    store: Store

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        site_of(shop)
        store = Store(shop, credentials, services)
        super().__init__(shop, services, store.session, ENDPOINTS, BUDGETS, _entities(store))
        object.__setattr__(self, "store", store)  # the base is frozen

    def check(self) -> str:
        """Which store answers, and with which versions."""
        status = self.store.get("status", "/system_status", {"_fields": STATUS_FIELDS}).json
        settings = status.get("settings") if isinstance(status, Mapping) else None
        currency = settings.get("currency") if isinstance(settings, Mapping) else None
        told = environment(status)
        return f"{told.get('home_url') or 'a store'}: {versions(told).replace(',', ', ')}, sells in {currency or 'an untold currency'}"

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        return stock.push_stock(self.store, changes, dry_run=dry_run)

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        return stock.observe_stock(self.store, changes)

    def push_prices(self, changes: Sequence[PriceChange], *, dry_run: bool = False) -> list[Answer]:
        return prices.push_prices(self.store, changes, dry_run=dry_run)

    def observe_prices(self, changes: Sequence[PriceChange]) -> dict[str, int | None]:
        return prices.observe_prices(self.store, changes)

    def push_shipments(self, notices: Sequence[ShipmentNotice]) -> list[Answer]:
        return shipping.push_shipments(self.store, notices)

    def observe_shipments(self, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
        return shipping.observe_shipments(self.store, notices)


def _entities(store: Store) -> dict[str, Entity]:
    shop, pseudonym, decimals = store.shop, store.services.pseudonym, digits(store.shop)
    ways: dict[str, tuple[Walk, Mapper, Callable[[Sequence[Page]], list[str]]]] = {
        "orders": (OrdersWalk(decimals), lambda pages: map_orders(shop, pseudonym, pages), lambda pages: ids(pages, "orders", _is_order)),
        "listings": (ListingsWalk(), lambda pages: map_listings(shop, pages), _article_ids),
        "returns": (RefundsWalk(decimals), lambda pages: map_returns(shop, pages), lambda pages: ids(pages, "refunds")),
        "reviews": (ReviewsWalk(), lambda pages: map_reviews(shop, pages), lambda pages: ids(pages, "reviews")),
        "account": (AccountWalk(), lambda pages: map_account(shop, pages), lambda pages: account_ids(shop, pages)),
    }
    return {name: Entity(partial(walk, way, store), mapping, record_ids) for name, (way, mapping, record_ids) in ways.items()}


def _is_order(record: Any) -> bool:
    return not is_draft(record)


def _article_ids(pages: Sequence[Page]) -> list[str]:
    return [*ids(pages, "products", lambda record: not has_variations(record)), *ids(pages, "variations")]
