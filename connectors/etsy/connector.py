"""The contract's questions, answered for one Etsy shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from connectors.base import BaseConnector, Entity, Mapper
from connectors.contract import Credentials, Page, Services, Shop
from connectors.errors import FatalError
from connectors.etsy import shipping, writes
from connectors.etsy.endpoints import BUDGETS, ENDPOINTS
from connectors.etsy.gateway import Gateway
from connectors.etsy.map_goods import map_listings
from connectors.etsy.map_money import map_ledger
from connectors.etsy.map_orders import map_orders
from connectors.etsy.map_payments import map_payments
from connectors.etsy.map_service import map_account, map_reviews
from connectors.etsy.read_lists import AccountWay, ListingsWay, ReviewsWay
from connectors.etsy.read_money import LedgerWay
from connectors.etsy.read_orders import OrdersWay
from connectors.etsy.record_ids import record_ids
from connectors.etsy.walk import Walk, walk
from connectors.loose import text
from connectors.writes import Answer, PriceChange, ShipmentNotice, StockChange


class EtsyConnector(BaseConnector):
    """One shop, which has one home."""

    gateway: Gateway

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        if len(shop.sites) != 1:
            raise FatalError(
                f"etsy, shop '{shop.client}/{shop.name}': one Etsy shop has one home, not {', '.join(shop.sites) or 'none'}. "
                "Name its country alone under `sites` in the client's file. Not retried."
            )
        gateway = Gateway(shop, credentials, services)
        super().__init__(shop, services, gateway.session, ENDPOINTS, BUDGETS, _entities(gateway, services))
        object.__setattr__(self, "gateway", gateway)  # the base is frozen

    def check(self) -> str:
        """Whose account answers; the token's shop must be the connection's."""
        me = self.gateway.get("getMe", "/users/me").json
        mine = text(me.get("shop_id")) if isinstance(me, Mapping) else ""
        if mine != self.gateway.shop_id:
            raise FatalError(
                f"{self.gateway.who('getMe')}: the token is good for shop {mine or '(none)'}, the connection says {self.gateway.shop_id}. "
                "Correct `shop_id` in the connection's account, or let the right seller consent. Not retried."
            )
        return f"Etsy shop {mine}, user {text(me.get('user_id'))}"

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        return writes.push_stock(self.gateway, changes, dry_run=dry_run)

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        return writes.observe_stock(self.gateway, changes)

    def push_prices(self, changes: Sequence[PriceChange], *, dry_run: bool = False) -> list[Answer]:
        return writes.push_prices(self.gateway, changes, dry_run=dry_run)

    def observe_prices(self, changes: Sequence[PriceChange]) -> dict[str, int | None]:
        return writes.observe_prices(self.gateway, changes)

    def push_shipments(self, notices: Sequence[ShipmentNotice]) -> list[Answer]:
        return shipping.push_shipments(self.gateway, notices)

    def observe_shipments(self, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
        return shipping.observe_shipments(self.gateway, notices)


def _entities(gateway: Gateway, services: Services) -> dict[str, Entity]:
    shop, shop_id = gateway.shop, gateway.shop_id

    def ledger(pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
        return map_ledger(shop, pages) | map_payments(shop, services.pseudonym, pages)

    ways: dict[str, tuple[Walk, Mapper]] = {
        "orders": (OrdersWay(shop_id), lambda pages: map_orders(shop, services.pseudonym, pages)),
        "listings": (ListingsWay(shop_id), lambda pages: map_listings(shop, pages)),
        "reviews": (ReviewsWay(shop_id), lambda pages: map_reviews(shop, pages)),
        "ledger": (LedgerWay(shop_id), ledger),
        "account": (AccountWay(shop_id), lambda pages: map_account(shop, pages)),
    }
    return {
        name: Entity(partial(walk, way, gateway, services.clock.now), mapping, partial(record_ids, name))
        for name, (way, mapping) in ways.items()
    }
