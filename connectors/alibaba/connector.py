"""The contract's questions, answered for one Alibaba.com shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from connectors.alibaba.endpoints import BUDGETS, ENDPOINTS, ORDER_LIST, PROBES, PRODUCT_LIST, SITE
from connectors.alibaba.gateway import PACKAGE, Gateway
from connectors.alibaba.grants import NOWHERE
from connectors.alibaba.ladders import observe_price_tiers, observe_prices, push_price_tiers, push_prices
from connectors.alibaba.map_contracts import map_contracts
from connectors.alibaba.map_listings import map_listings
from connectors.alibaba.map_rfqs import map_rfqs
from connectors.alibaba.quotations import push_quotations
from connectors.alibaba.read_contracts import ContractsWalk
from connectors.alibaba.read_listings import ListingsWalk
from connectors.alibaba.read_rfqs import RfqsWalk
from connectors.alibaba.record_ids import record_ids
from connectors.alibaba.shelves import ProductWish, observe_products, push_products
from connectors.alibaba.shipments import observe_shipments, push_shipments
from connectors.alibaba.stock import observe_stock, push_stock
from connectors.base import BaseConnector, Entity, Mapper, refuse_other_sites
from connectors.contract import Credentials, Services, Shop
from connectors.errors import FatalError
from connectors.walk import Walk, walk
from connectors.writes import Answer, LadderChange, LadderStep, PriceChange, QuotationOffer, ShipmentNotice, StockChange

LOOK_WITHIN = timedelta(hours=24)  # whether an offer stands there


class AlibabaConnector(BaseConnector):
    """One Gold Supplier account; it sells to the world from one site."""

    gateway: Gateway

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        refuse_other_sites(shop, SITE, "the seller's home")
        gateway = Gateway(shop, credentials, services)
        super().__init__(shop, services, gateway.session, ENDPOINTS, BUDGETS, _entities(gateway, services))
        object.__setattr__(self, "gateway", gateway)  # the base is frozen

    def check(self) -> str:
        """Ask once what this app may read, remember it for the shop, and say it.

        Raises:
            FatalError: neither orders nor products are granted at any door.
        """
        for operation, parameters in PROBES.items():
            self.gateway.call(operation, parameters, note="may the app call it?", kind="record")
        known = self.gateway.grants.known()
        granted = [f"{operation} ({known[operation][0]})" for operation in PROBES if known[operation][0] != NOWHERE]
        missing = [operation for operation in PROBES if known[operation][0] == NOWHERE]
        if {ORDER_LIST, PRODUCT_LIST} <= set(missing):
            who = self.gateway.session.who("check")
            raise FatalError(f"{who}: this app is granted neither orders nor products: {PACKAGE}. Not retried.")
        lacks = f"; not granted: {', '.join(missing)}" if missing else ""
        return f"{SITE}: seller {self.shop.account.get('seller_id', '?')}; granted: {', '.join(granted)}{lacks}"

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        return push_stock(self.gateway, changes, dry_run=dry_run)

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        return observe_stock(self.gateway, changes)

    def push_prices(self, changes: Sequence[PriceChange], *, dry_run: bool = False) -> list[Answer]:
        return push_prices(self.gateway, changes, dry_run=dry_run)

    def observe_prices(self, changes: Sequence[PriceChange]) -> dict[str, int | None]:
        return observe_prices(self.gateway, changes)

    def push_price_tiers(self, changes: Sequence[LadderChange], *, dry_run: bool = False) -> list[Answer]:
        return push_price_tiers(self.gateway, changes, dry_run=dry_run)

    def observe_price_tiers(self, changes: Sequence[LadderChange]) -> dict[str, tuple[LadderStep, ...] | None]:
        return observe_price_tiers(self.gateway, changes)

    def push_products(self, changes: Sequence[ProductWish], *, dry_run: bool = False) -> list[Answer]:
        return push_products(self.gateway, changes, dry_run=dry_run)

    def observe_products(self, changes: Sequence[ProductWish]) -> dict[str, Mapping[str, Any] | None]:
        return observe_products(self.gateway, changes)

    def push_shipments(self, notices: Sequence[ShipmentNotice]) -> list[Answer]:
        return push_shipments(self.gateway, notices)

    def observe_shipments(self, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
        return observe_shipments(self.gateway, notices)

    def push_quotations(self, offers: Sequence[QuotationOffer], *, dry_run: bool = False) -> list[Answer]:
        return push_quotations(self.gateway, offers, self.services.clock.now() + LOOK_WITHIN, dry_run=dry_run)


def _entities(gateway: Gateway, services: Services) -> dict[str, Entity]:
    shop = gateway.shop
    words = tuple(word.strip() for word in shop.account.get("rfq_search", "").split(",") if word.strip())
    ways: dict[str, tuple[Walk, Mapper]] = {
        "contracts": (ContractsWalk(), lambda pages: map_contracts(shop, services.pseudonym, pages)),
        "listings": (ListingsWalk(), lambda pages: map_listings(shop, pages)),
        "rfqs": (RfqsWalk(words), lambda pages: map_rfqs(shop, pages)),
    }
    return {
        name: Entity(partial(walk, way, gateway, shop.sites, services.clock.now), mapping, partial(record_ids, name))
        for name, (way, mapping) in ways.items()
    }
