"""The contract's questions, answered for one Lazada shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from connectors.base import BaseConnector, Entity, Mapper
from connectors.contract import Credentials, Services, Shop
from connectors.lazada.endpoints import BUDGETS, ENDPOINTS
from connectors.lazada.gateway import Gateway
from connectors.lazada.map_goods import map_listings
from connectors.lazada.map_money import map_ledger, map_payouts
from connectors.lazada.map_orders import map_orders
from connectors.lazada.map_service import map_returns, map_reviews
from connectors.lazada.read_listings import ListingsWalk
from connectors.lazada.read_money import LedgerWalk, PayoutsWalk
from connectors.lazada.read_orders import OrdersWalk
from connectors.lazada.read_service import ReturnsWalk, ReviewsWalk
from connectors.lazada.record_ids import record_ids
from connectors.lazada.sites import check_sites
from connectors.lazada.stock import observe_stock, push_stock
from connectors.loose import text
from connectors.walk import Walk, walk
from connectors.writes import Answer, StockChange


class LazadaConnector(BaseConnector):
    """One seller account, on one or (cross-border) several sites."""

    gateway: Gateway

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        check_sites(shop)
        gateway = Gateway(shop, credentials, services)
        super().__init__(shop, services, gateway.session, ENDPOINTS, BUDGETS, _entities(gateway, services))
        object.__setattr__(self, "gateway", gateway)  # the base is frozen

    def check(self) -> str:
        """Whose account answers, on each site."""
        return "; ".join(self._check_site(site) for site in self.shop.sites)

    def _check_site(self, site: str) -> str:
        seller = self.gateway.get(site, "seller/get", {}, note=site).json.get("data")
        seller = seller if isinstance(seller, Mapping) else {}
        name = text(seller.get("short_code")) or text(seller.get("name")) or "unnamed"
        return f"{site}: seller {text(seller.get('seller_id')) or '?'} ({name})"

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        return push_stock(self.gateway, changes, dry_run=dry_run)

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        return observe_stock(self.gateway, changes)


def _entities(gateway: Gateway, services: Services) -> dict[str, Entity]:
    shop = gateway.shop
    ways: dict[str, tuple[Walk, Mapper]] = {
        "orders": (OrdersWalk(), lambda pages: map_orders(shop, services.pseudonym, pages)),
        "listings": (ListingsWalk(), lambda pages: map_listings(shop, pages)),
        "returns": (ReturnsWalk(), lambda pages: map_returns(shop, pages)),
        "ledger": (LedgerWalk(), lambda pages: map_ledger(shop, pages)),
        "payouts": (PayoutsWalk(), lambda pages: map_payouts(shop, pages)),
        "reviews": (ReviewsWalk(), lambda pages: map_reviews(shop, pages)),
    }
    return {
        name: Entity(partial(walk, way, gateway, shop.sites, services.clock.now), mapping, partial(record_ids, name))
        for name, (way, mapping) in ways.items()
    }
