"""A listing's inventory as it is read, and as it must be written: all products at once, without what Etsy numbers itself.

Etsy knows no partial write, so that a sale between our reading and our writing is overwritten. What varies by a property
must be the same on all products that share that property's value, and no listing may go to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.etsy.values import decimal_text
from connectors.loose import entries, text
from transforms.money import exponents

QUANTITY, PRICE = "quantity", "price"
ON = ("price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property")
VALUE = ("property_id", "property_name", "scale_id", "value_ids", "values")

Body = dict[str, Any]


@dataclass(frozen=True)
class Wish:
    """One wanted quantity, or price of ``currency``; ``listing`` and ``variant`` are Etsy's numbers."""

    job_id: str
    listing: str
    variant: str
    sku: str
    field: str
    value: int | Decimal
    currency: str = ""


def living(inventory: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [product for product in entries(inventory.get("products")) if product.get("is_deleted") is not True]


def offering(product: Mapping[str, Any]) -> Mapping[str, Any]:
    """The product's only living offering."""
    return next((each for each in entries(product.get("offerings")) if each.get("is_deleted") is not True), {})


def matching(inventory: Mapping[str, Any], wish: Wish) -> list[int]:
    """Places of the products meant, among the living: by article number, else by Etsy's number, which a write may change."""
    products = living(inventory)
    by_sku = [at for at, product in enumerate(products) if wish.sku and text(product.get("sku")) == wish.sku]
    return by_sku or [at for at, product in enumerate(products) if text(product.get("product_id")) == wish.variant]


def writable(inventory: Mapping[str, Any]) -> Body:
    """The body of a write that changes nothing."""
    products = [
        {
            "sku": text(product.get("sku")),
            "property_values": [{name: value.get(name) for name in VALUE} for value in entries(product.get("property_values"))],
            "offerings": [_writable_offering(offering(product))],
        }
        for product in living(inventory)
    ]
    return {"products": products, **{name: inventory.get(name) or [] for name in ON}}


def _writable_offering(read: Mapping[str, Any]) -> dict[str, Any]:
    price = money_of(read)
    return {
        "price": None if price is None else float(price),  # read as whole numbers, written as a decimal number: its repr is exact
        "quantity": read.get("quantity"), "is_enabled": read.get("is_enabled") is not False,
        "readiness_state_id": read.get("readiness_state_id"),
    }


def money_of(read: Mapping[str, Any]) -> Decimal | None:
    price = read.get("price")
    if not isinstance(price, Mapping) or type(price.get("amount")) is not int or type(price.get("divisor")) is not int:
        return None
    return Decimal(decimal_text(price["amount"], price["divisor"]))


def minor_of(read: Mapping[str, Any], currency: str) -> int | None:
    """The offering's price in minor units of ``currency``; None where it has another one."""
    price, shown = money_of(read), read.get("price") or {}
    return None if price is None or shown.get("currency_code") != currency else int(price.scaleb(exponents()[currency]))


def apply(body: Body, inventory: Mapping[str, Any], wishes: Sequence[Wish]) -> dict[str, str]:
    """Put the wishes into ``body``; returns why some cannot be: job id → reason."""
    refused: dict[str, str] = {}
    taken: dict[tuple[str, int], Any] = {}
    for wish in wishes:
        at = matching(inventory, wish)
        places = _sharing(body, wish.field, at[0]) if at else []
        value = float(wish.value) if wish.field == PRICE else wish.value
        if not at:
            refused[wish.job_id] = f"the listing has no variant '{wish.sku}'"
        elif wish.currency and minor_of(offering(living(inventory)[at[0]]), wish.currency) is None:
            refused[wish.job_id] = f"the listing is not priced in {wish.currency}"
        elif not set(at) <= set(places):
            refused[wish.job_id] = f"several variants of the listing carry the article number '{wish.sku}', each with its own {wish.field}"
        elif any(taken.get((wish.field, place), value) != value for place in places):
            refused[wish.job_id] = f"its {wish.field} is shared with a variant for which another one is wanted"
        else:
            for place in places:
                taken[wish.field, place] = body["products"][place]["offerings"][0][wish.field] = value
    return refused


def _sharing(body: Body, field: str, place: int) -> list[int]:
    """Places of all products that must have the same ``field`` as that one."""
    by = body[f"{field}_on_property"]
    keys = [
        [value["values"] for value in product["property_values"] if value["property_id"] in by] for product in body["products"]
    ]
    return [at for at, key in enumerate(keys) if key == keys[place]]


def keep_one_unit(body: Body) -> bool:
    """Where nothing would be left, leave one unit, as Etsy insists; returns whether that was so. The listing must go off sale."""
    offerings = [product["offerings"][0] for product in body["products"]]
    if any(each[QUANTITY] for each in offerings):
        return False
    offerings[0][QUANTITY] = 1
    return True


def shown_quantity(listing: Mapping[str, Any], inventory: Mapping[str, Any], wish: Wish) -> int | None:
    """Units on offer of the article, as the ``inventory`` table counts them; None where the listing does not have it."""
    products, places = living(inventory), matching(inventory, wish)
    quantities = [offering(products[at]).get("quantity") for at in places]
    if not quantities or any(type(each) is not int for each in quantities):
        return None
    held = sum(quantities) if inventory.get("quantity_on_property") else quantities[0]
    return 0 if held == 1 and is_forced(listing.get("state"), listing.get("quantity")) else held


def is_forced(state: Any, quantity: Any) -> bool:
    """Whether a listing was taken off sale for want of stock: Etsy insists on one unit, which then nobody can order."""
    return state == "inactive" and quantity == 1
