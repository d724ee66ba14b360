"""The contract's questions, answered for one eBay shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from connectors.base import BaseConnector, Entity, Mapper
from connectors.contract import Credentials, Services, Shop
from connectors.ebay import offers, shipments, stock
from connectors.ebay.endpoints import BUDGETS, ENDPOINTS
from connectors.ebay.gateway import Gateway
from connectors.ebay.map_listings import map_listings
from connectors.ebay.map_money import map_ledger, map_payouts
from connectors.ebay.map_orders import map_orders
from connectors.ebay.map_service import map_account, map_returns, map_reviews
from connectors.ebay.read_listings import ListingsWay
from connectors.ebay.read_money import ledger_way, payouts_way
from connectors.ebay.read_orders import OrdersWay
from connectors.ebay.read_service import AccountWay, FeedbackWay, ReturnsWay, who_am_i
from connectors.ebay.record_ids import record_ids
from connectors.ebay.sites import check_sites
from connectors.ebay.walk import Way, walk
from connectors.errors import FatalError
from connectors.writes import Answer, OfferChange, PriceChange, ShipmentNotice, StockChange


class EbayConnector(BaseConnector):
    """One seller account, on one or several sites."""

    gateway: Gateway

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        check_sites(shop)
        gateway = Gateway(shop, credentials, services)
        super().__init__(shop, services, gateway.session, ENDPOINTS, BUDGETS, _entities(gateway, services))
        object.__setattr__(self, "gateway", gateway)  # the base is frozen

    def check(self) -> str:
        """Whose account answers.

        Raises:
            FatalError: the token is another user's than the one the connection names.
        """
        user = self.gateway.send(who_am_i()).json
        name = str(user.get("username") or "?")
        if self.gateway.seller_id not in (name, user.get("userId")):
            raise FatalError(
                f"{self.gateway.who('check')}: the token belongs to another eBay user than 'seller_id' of the connection. "
                "Correct 'seller_id', or let the right seller consent."
            )
        kind = str(user.get("accountType") or "account").lower()
        return f"eBay seller {name}, {kind}, registered at {user.get('registrationMarketplaceId')}"

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        return stock.push(self.gateway, changes, dry_run=dry_run)

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        return stock.observe(self.gateway, changes)

    def push_prices(self, changes: Sequence[PriceChange], *, dry_run: bool = False) -> list[Answer]:
        return stock.push(self.gateway, changes, dry_run=dry_run)

    def observe_prices(self, changes: Sequence[PriceChange]) -> dict[str, int | None]:
        return stock.observe(self.gateway, changes)

    def push_offers(self, changes: Sequence[OfferChange], *, dry_run: bool = False) -> list[Answer]:
        return offers.push_offers(self.gateway, changes, dry_run=dry_run)

    def observe_offers(self, changes: Sequence[OfferChange]) -> dict[str, Mapping[str, Any] | None]:
        return offers.observe_offers(self.gateway, changes)

    def push_shipments(self, notices: Sequence[ShipmentNotice]) -> list[Answer]:
        return shipments.push_shipments(self.gateway, notices)

    def observe_shipments(self, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
        return shipments.observe_shipments(self.gateway, notices)


def _entities(gateway: Gateway, services: Services) -> dict[str, Entity]:
    shop = gateway.shop
    ways: dict[str, tuple[Way, Mapper]] = {
        "orders": (OrdersWay(), lambda pages: map_orders(shop, services.pseudonym, pages)),
        "listings": (ListingsWay(shop.sites), lambda pages: map_listings(shop, pages)),
        "returns": (ReturnsWay(), lambda pages: map_returns(shop, pages)),
        "ledger": (ledger_way(), lambda pages: map_ledger(shop, pages)),
        "payouts": (payouts_way(), lambda pages: map_payouts(shop, pages)),
        "reviews": (FeedbackWay(gateway.seller_id), lambda pages: map_reviews(shop, pages)),
        "account": (AccountWay(gateway.seller_id), lambda pages: map_account(shop, pages)),
    }
    return {name: Entity(partial(walk, way, gateway), mapping, partial(record_ids, name)) for name, (way, mapping) in ways.items()}
