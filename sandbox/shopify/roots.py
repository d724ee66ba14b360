"""The query root of one shop: its connections with what each may be searched by, and single objects by id."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.shopify import ids
from sandbox.shopify.asked import connection, refused, search
from sandbox.shopify.node_goods import SCOPES, Goods
from sandbox.shopify.node_money import Money
from sandbox.shopify.node_orders import Orders
from sandbox.shopify.shelf import Shelf
from sandbox.shopify.view import OrderView
from sandbox.world.model import Listing

Node = dict[str, Any]
RECENT = timedelta(days=60)  # without read_all_orders nothing older is shown
_SINGLE = ("product", "productVariant", "inventoryItem", "fulfillmentOrder", "location")
_Row = tuple[OrderView, bool]  # an order, or the test order beside it


class Root:
    """Root fields as plain values and functions; ``extra`` adds what lives elsewhere (bulk operations)."""

    def __init__(self, shelf: Shelf, extra: dict[str, Any] | None = None) -> None:
        self.shelf = shelf
        self.orders, self.goods = Orders(shelf), Goods(shelf)
        self.money = Money(shelf, self.orders)
        self._extra = extra or {}

    def fields(self) -> Node:
        return {
            "orders": self._orders, "order": lambda info, id: self._order(id),
            "ordersCount": lambda info, **asked: _count(self._order_rows(), _ORDER_FIELDS, info, asked),
            "products": connection(
                lambda: list(self.goods.products()), self.goods.product, lambda number: (0, number),
                {"id": lambda number: number, "status": lambda number: self.goods.product(number)["status"]},
            ),
            "productVariants": connection(self.shelf.listings, self.goods.variant, lambda each: (0, ids.variant_id(each)), _VARIANT_FIELDS),
            "productVariantsCount": lambda info, **asked: _count(self.shelf.listings(), _VARIANT_FIELDS, info, asked),
            "productsCount": lambda info, **asked: _count(list(self.goods.products()), {"id": lambda number: number}, info, asked),
            "inventoryItems": connection(
                self.shelf.listings, self.goods.item, lambda each: (0, ids.item_id(each)),
                {"sku": lambda each: each.sku, "id": ids.item_id, "updated_at": lambda each: each.changed_at},
            ),
            "locations": connection(lambda: list(ids.LOCATIONS), self.goods.location, lambda place: (0, ids.LOCATIONS[place])),
            "shop": lambda info: self.goods.shop(), "currentAppInstallation": lambda info: self.goods.installation(),
            "shopifyPaymentsAccount": lambda info: self.money.account(),
            "disputes": connection(
                self.shelf.disputes, self.money.dispute, lambda seen: (0, seen.dispute.number),
                {"initiated_at": lambda seen: seen.dispute.at, "status": lambda seen: seen.dispute.status},
            ),
            "tenderTransactions": connection(
                self.shelf.tenders, self.money.tender, lambda each: (0, each.number),
                {"processed_at": lambda each: each.at, "test": lambda each: "false"},
            ),
            "productByIdentifier": lambda info, identifier: self._by_identifier(**identifier),
            "node": lambda info, id: self.node(id), "nodes": lambda info, ids: [self.node(each) for each in ids],
            **dict.fromkeys(_SINGLE, lambda info, id=None: self.node(id)),
            **self._extra,
        }

    def _order_rows(self) -> list[_Row]:
        known, first, horizon = self.shelf.orders(), self.shelf.house.snapshot.first_at, self.shelf.house.clock.horizon
        rows = [(seen, False) for seen in known.values()]
        rows += [(seen, True) for seen in known.values() if seen.order.number % 9 == 4 and seen.state.placed_at >= first]
        is_whole = "read_all_orders" in SCOPES
        return [row for row in rows if is_whole or row[0].state.placed_at >= horizon - RECENT]

    def _orders(self, info: Any, **arguments: Any) -> Node:
        by = {"UPDATED_AT": _updated, "CREATED_AT": _placed, "PROCESSED_AT": _placed}.get(arguments.pop("sortKey", "PROCESSED_AT"))
        return connection(
            self._order_rows, self._order_node, lambda row: (ids.stamp(by(row)) if by else 0, _number(row)), _ORDER_FIELDS
        )(info, **arguments)

    def _order_node(self, row: _Row) -> Node:
        return self.orders.test_order(row[0]) if row[1] else self.orders.order(row[0])

    def _order(self, gid: str) -> Node | None:
        row = next((row for row in self._order_rows() if ids.gid("Order", _number(row)) == gid), None)
        return self._order_node(row) if row else None

    def node(self, gid: str) -> Node | None:
        """Any object that has an id of its own here; None for one the shop does not have."""
        kind, _, number = gid.removeprefix("gid://shopify/").partition("/")
        if not gid.startswith("gid://shopify/") or not number.isdecimal():
            return None
        find: dict[str, Callable[[int], Node | None]] = {
            "Order": lambda number: self._order(gid), "Fulfillment": self._fulfillment, "FulfillmentOrder": self._work,
            "Product": lambda number: self.goods.product(number) if number in self.goods.products() else None,
            "ProductVariant": lambda number: self._listing(number, ids.variant_id, self.goods.variant),
            "InventoryItem": lambda number: self._listing(number, ids.item_id, self.goods.item),
            "Location": lambda number: next((self.goods.location(place) for place, each in ids.LOCATIONS.items() if each == number), None),
        }
        return find[kind](int(number)) if kind in find else None

    def _by_identifier(self, id: str | None = None, handle: str | None = None) -> Node | None:
        if (id is None) == (handle is None):
            raise refused("INVALID_FIELD_ARGUMENTS", "ProductIdentifierInput requires exactly one argument")
        found = self.shelf.told.at_handle(self.shelf.shop, handle) if handle else None
        by_handle = found and self.goods.product(ids.product_id(found))
        word = (handle or "").removeprefix("product-")
        return by_handle or self.node(id or ids.gid("Product", int(word) if word.isdecimal() else 0))

    def seen_of(self, number: int, first: int) -> OrderView | None:
        """The order behind a number made of its own (times ten) above ``first``."""
        return self.shelf.orders().get((number - first) // 10)

    def _fulfillment(self, number: int) -> Node | None:
        seen = self.seen_of(number, 5_000_000_000_000)
        parcel = next((each for each in seen.parcels if each.number == number), None) if seen else None
        return self.orders.fulfillment(seen, parcel) if parcel else None

    def _work(self, number: int) -> Node | None:
        seen = self.seen_of(number, 7_000_000_000_000)
        return self.orders.order(seen)["fulfillmentOrders"](_ALL)["nodes"][0] if seen else None

    def listing(self, number: int, numbered: Callable[[Listing], int]) -> Listing | None:
        return next((each for each in self.shelf.listings() if numbered(each) == number), None)

    def _listing(self, number: int, numbered: Callable[[Listing], int], node: Callable[[Listing], Node]) -> Node | None:
        found = self.listing(number, numbered)
        return node(found) if found else None


class _Everything:
    """Stands for a query that wants a whole connection."""

    class context:
        is_bulk = True


_ALL = _Everything()


def _number(row: _Row) -> int:
    return ids.order_id(row[0].order, is_test=row[1])


def _updated(row: _Row) -> datetime:
    return row[0].state.placed_at if row[1] else row[0].updated_at


def _placed(row: _Row) -> datetime:
    return row[0].state.placed_at


_ORDER_FIELDS = {
    "updated_at": _updated, "created_at": _placed, "processed_at": _placed, "id": _number,
    "name": lambda row: f"#{row[0].order.number % 1_000_000}", "test": lambda row: str(row[1]).lower(),
    "financial_status": lambda row: "PAID" if row[1] else row[0].financial,
    "fulfillment_status": lambda row: "UNFULFILLED" if row[1] else row[0].fulfillment,
    "return_status": lambda row: "NO_RETURN" if row[1] else row[0].return_word,
    "status": lambda row: "cancelled" if row[0].cancelled_at and not row[1] else "open",
}
_VARIANT_FIELDS = {
    "sku": lambda each: each.sku, "id": ids.variant_id, "updated_at": lambda each: each.changed_at, "product_id": ids.product_id,
}


def _count(rows: list[Any], fields, info: Any, asked: dict[str, Any]) -> Node:
    found = search(rows, asked["query"], fields, info) if asked.get("query") else rows
    limit = asked.get("limit")
    is_more = limit is not None and len(found) > limit
    return {"count": limit if is_more else len(found), "precision": "AT_LEAST" if is_more else "EXACT"}
