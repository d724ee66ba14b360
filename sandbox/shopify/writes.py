"""Mutations: stock, prices, parcels, products. Business refusals come as ``userErrors``, as the real ones do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sandbox.shopify import ids
from sandbox.shopify.bulk import Bulk
from sandbox.shopify.product_writes import ProductWrites, minor_of
from sandbox.shopify.roots import Root
from sandbox.world.model import Listing

IDEMPOTENT = ("inventorySetQuantities",)
REASONS = ("correction", "cycle_count_available", "damaged", "movement_created", "other", "received", "restock", "shrinkage")
MOST_UNITS = 1_000_000_000


class Writes:
    """Root fields of the mutation type for one shop. ``remembered``: (shop, key) → (what was asked, what was answered)."""

    def __init__(self, root: Root, bulk: Bulk, remembered: dict[tuple[str, str], tuple[str, Any]]) -> None:
        self._root, self._shelf, self._bulk, self._remembered = root, root.shelf, bulk, remembered
        self.products = ProductWrites(root)

    def fields(self) -> dict[str, Callable[..., Any]]:
        return {
            "bulkOperationRunQuery": lambda info, query, groupObjects=False: self._bulk.ask(self._shelf.shop, query, groupObjects),
            "bulkOperationCancel": lambda info, id: self._bulk.cancel(self._shelf.shop, id),
            "inventorySetQuantities": self._stock, "productVariantsBulkUpdate": self._prices, "fulfillmentCreate": self._parcel,
            "productSet": self.products.set, "productUpdate": self.products.update,
        }

    def _stock(self, info: Any, input: dict[str, Any]) -> dict[str, Any]:
        key = (self._shelf.shop, info.context.idempotency_keys[0])
        wanted = json.dumps(input, sort_keys=True)
        if key in self._remembered:
            known, answer = self._remembered[key]
            if known == wanted:
                return answer
            return _stock_refused([("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", None, "The idempotency key was used with other parameters.")])
        answer = self._set_stock(input)
        self._remembered[key] = (wanted, answer)
        return answer

    def _set_stock(self, input: dict[str, Any]) -> dict[str, Any]:
        if input["name"] not in ("available", "on_hand"):
            return _stock_refused([("INVALID_NAME", ["input", "name"], "The quantity name must be either available or on_hand.")])
        if input["reason"] not in REASONS:
            return _stock_refused([("INVALID_REASON", ["input", "reason"], "The specified reason is invalid.")])
        found = [self._judged(place, row) for place, row in enumerate(input["quantities"])]
        troubles = [trouble for trouble, _, _ in found if trouble]
        if troubles:  # all or nothing
            return _stock_refused(troubles)
        for (_, listing, levels), row in zip(found, input["quantities"], strict=True):
            place = next(name for name, number in ids.LOCATIONS.items() if ids.gid("Location", number) == row["locationId"])
            self._shelf.house.stock.write(
                self._shelf.shop, listing.site, listing.sku, sum({**levels, place: row["quantity"]}.values())
            )
        return {"inventoryAdjustmentGroup": {"id": ids.gid("InventoryAdjustmentGroup", 1), "reason": input["reason"]}, "userErrors": []}

    def _judged(self, place: int, row: dict[str, Any]) -> tuple[Any, Listing | None, dict[str, int]]:
        at = ["input", "quantities", str(place)]
        wanted = row["inventoryItemId"]
        listing = next((each for each in self._shelf.listings() if ids.gid("InventoryItem", ids.item_id(each)) == wanted), None)
        if listing is None:
            return ("INVALID_INVENTORY_ITEM", [*at, "inventoryItemId"], "The specified inventory item could not be found."), None, {}
        levels = self._shelf.levels(listing)
        name = next((name for name in levels if ids.gid("Location", ids.LOCATIONS[name]) == row["locationId"]), None)
        if name is None:
            return ("INVALID_LOCATION", [*at, "locationId"], "The specified location could not be found."), listing, levels
        if row["quantity"] < 0:
            return ("INVALID_QUANTITY_NEGATIVE", [*at, "quantity"], "The quantity can't be negative."), listing, levels
        if row["quantity"] > MOST_UNITS:
            return ("INVALID_QUANTITY_TOO_HIGH", [*at, "quantity"], "The quantity can't be higher than 1,000,000,000."), listing, levels
        if "changeFromQuantity" not in row:
            return ("CHANGE_FROM_QUANTITY_STALE", [*at, "changeFromQuantity"], "changeFromQuantity must be given."), listing, levels
        if row["changeFromQuantity"] not in (None, levels[name]):
            stale = "The changeFromQuantity argument no longer matches the persisted quantity."
            return ("CHANGE_FROM_QUANTITY_STALE", [*at, "changeFromQuantity"], stale), listing, levels
        return None, listing, levels

    def _prices(self, info: Any, productId: str, variants: list[dict[str, Any]], allowPartialUpdates: bool = False) -> dict[str, Any]:
        number = int(productId.rpartition("/")[2])
        mine = {ids.gid("ProductVariant", ids.variant_id(each)): each for each in self._root.goods.products().get(number, ())}
        if not mine:
            error = {"code": "PRODUCT_DOES_NOT_EXIST", "field": ["productId"], "message": "Product does not exist"}
            return {"product": None, "productVariants": None, "userErrors": [error]}
        errors, good = [], []
        for place, row in enumerate(variants):
            minor = minor_of(row.get("price"), self._shelf.site)
            if row.get("id") not in mine:
                errors.append(("PRODUCT_VARIANT_DOES_NOT_EXIST", ["variants", str(place), "id"], "Product variant does not exist"))
            elif minor is None:
                errors.append(("GREATER_THAN_OR_EQUAL_TO", ["variants", str(place), "price"], "Price must be greater than or equal to 0"))
            else:
                good.append((mine[row["id"]], minor))
        shown = [{"code": code, "field": field, "message": message} for code, field, message in errors]
        if errors and not allowPartialUpdates:
            return {"product": None, "productVariants": None, "userErrors": shown}
        for listing, minor in good:
            self._shelf.told.set_price(listing, minor)
        return {
            "product": self._root.goods.product(number), "productVariants": [self._root.goods.variant(each) for each, _ in good],
            "userErrors": shown,
        }

    def _parcel(self, info: Any, fulfillment: dict[str, Any], message: str | None = None) -> dict[str, Any]:
        asked = fulfillment["lineItemsByFulfillmentOrder"]
        if len(asked) != 1:
            return _parcel_refused("All fulfillment orders must belong to the same order and location.")
        number = int(asked[0]["fulfillmentOrderId"].rpartition("/")[2])
        seen = self._root.seen_of(number, 7_000_000_000_000)
        if seen is None:
            return _parcel_refused("Fulfillment order does not exist.")
        waiting = {line.index: seen.unfulfilled(line.index) for line in seen.order.lines}
        if not any(waiting.values()):
            return _parcel_refused(f"Fulfillment order {number} has an unfulfillable status= closed.")
        lines = asked[0].get("fulfillmentOrderLineItems")
        contents = waiting if not lines else {int(each["id"].rpartition("/")[2]) - number * 10: each["quantity"] for each in lines}
        contents = {index: units for index, units in contents.items() if units or lines}
        if any(units < 1 or units > waiting.get(index, 0) for index, units in contents.items()):
            return _parcel_refused("Invalid fulfillment order line item quantity requested.")
        tracking = fulfillment.get("trackingInfo") or {}
        told = self._shelf.told.add_parcel(seen.order, tracking.get("company") or "Other", tracking.get("number") or "", contents)
        self._shelf.changes += 1
        return {"fulfillment": self._root.node(ids.gid("Fulfillment", told.number)), "userErrors": []}


def _stock_refused(troubles: list[tuple[str, list[str] | None, str]]) -> dict[str, Any]:
    errors = [{"code": code, "field": field, "message": message} for code, field, message in troubles]
    return {"inventoryAdjustmentGroup": None, "userErrors": errors}


def _parcel_refused(message: str) -> dict[str, Any]:
    return {"fulfillment": None, "userErrors": [{"field": ["fulfillment"], "message": message}]}
