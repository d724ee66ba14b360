"""The contract's questions, answered for one AliExpress shop."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from connectors.aliexpress.endpoints import BUDGETS, ENDPOINTS, PROFILE, SITE
from connectors.aliexpress.envelope import field, inner
from connectors.aliexpress.gateway import Gateway
from connectors.aliexpress.map_goods import map_listings
from connectors.aliexpress.map_orders import map_orders
from connectors.aliexpress.map_service import map_account, map_disputes, map_reviews
from connectors.aliexpress.prices import observe_prices, push_prices
from connectors.aliexpress.read_listings import ListingsWalk
from connectors.aliexpress.read_orders import OrdersWalk
from connectors.aliexpress.read_service import AccountWalk, DisputesWalk, ReviewsWalk
from connectors.aliexpress.record_ids import record_ids
from connectors.aliexpress.shipments import observe_shipments, push_shipments
from connectors.aliexpress.stock import observe_stock, push_stock
from connectors.base import BaseConnector, Entity, Mapper, refuse_other_sites
from connectors.contract import Credentials, Services, Shop
from connectors.loose import text
from connectors.walk import Walk, walk
from connectors.writes import Answer, PriceChange, ShipmentNotice, StockChange


class AliExpressConnector(BaseConnector):
    """One seller account; it sells to the world from one site."""

    gateway: Gateway

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        refuse_other_sites(shop, SITE, "AliExpress's own clock and currency")
        gateway = Gateway(shop, credentials, services)
        super().__init__(shop, services, gateway.session, ENDPOINTS, BUDGETS, _entities(gateway, services))
        object.__setattr__(self, "gateway", gateway)  # the base is frozen

    def check(self) -> str:
        """Whose account answers."""
        profile = inner(self.gateway.call(PROFILE, {}, note="the seller's profile").json)
        name = text(field(profile, "shop_name")) or "unnamed"
        return f"{SITE}: shop {text(field(profile, 'shop_id')) or '?'} ({name})"

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        return push_stock(self.gateway, changes, dry_run=dry_run)

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        return observe_stock(self.gateway, changes)

    def push_prices(self, changes: Sequence[PriceChange], *, dry_run: bool = False) -> list[Answer]:
        return push_prices(self.gateway, changes, dry_run=dry_run)

    def observe_prices(self, changes: Sequence[PriceChange]) -> dict[str, int | None]:
        return observe_prices(self.gateway, changes)

    def push_shipments(self, notices: Sequence[ShipmentNotice]) -> list[Answer]:
        return push_shipments(self.gateway, notices)

    def observe_shipments(self, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
        return observe_shipments(self.gateway, notices)


def _entities(gateway: Gateway, services: Services) -> dict[str, Entity]:
    shop = gateway.shop
    ways: dict[str, tuple[Walk, Mapper]] = {
        "orders": (OrdersWalk(), lambda pages: map_orders(shop, services.pseudonym, pages)),
        "listings": (ListingsWalk(), lambda pages: map_listings(shop, pages)),
        "disputes": (DisputesWalk(), lambda pages: map_disputes(shop, pages)),
        "reviews": (ReviewsWalk(), lambda pages: map_reviews(shop, pages)),
        "account": (AccountWalk(), lambda pages: map_account(shop, pages)),
    }
    return {
        name: Entity(partial(walk, way, gateway, shop.sites, services.clock.now), mapping, partial(record_ids, name))
        for name, (way, mapping) in ways.items()
    }
