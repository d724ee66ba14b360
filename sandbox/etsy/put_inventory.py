"""The one write of stock and price: all products of a listing at once, judged as Etsy judges them, all or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.etsy import ids
from sandbox.etsy.answer_listings import find, inventory
from sandbox.etsy.asked import Asked
from sandbox.etsy.errors import wrong
from sandbox.etsy.stall import Stalled
from sandbox.etsy.written import Written
from sandbox.market import House
from sandbox.world import SITES

LEAST_PRICE_MINOR = 20
ON = ("price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property")
OFFERED = ("price", "quantity", "is_enabled", "readiness_state_id")
VALUED = ("property_id", "value_ids", "values")


def put_inventory(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    """What differs from what is shown is written; it shows after a while, and the answer shows it at once."""
    found = find(house, written, asked)
    wanted = _judged(asked, found)
    for product, (quantity, minor) in zip(found.products, wanted, strict=True):
        listing = product.listing
        if quantity != product.quantity:
            house.stock.write(listing.shop, listing.site, listing.sku, quantity)
        if minor != product.price_minor:
            written.set_price(ids.product_id(listing), minor)
    answer = inventory(found, asked)
    for product, (quantity, minor) in zip(answer["products"], wanted, strict=True):
        product["offerings"][0] |= {"quantity": quantity, "price": ids.money(minor, asked.shop)}
    return answer


def _judged(asked: Asked, found: Stalled) -> list[tuple[int, int]]:
    """(quantity, price) of each product, in the shop's order."""
    body = asked.json
    products = body.get("products") if isinstance(body, Mapping) else None
    if not isinstance(products, list) or not products:
        raise wrong("Missing input parameter: [products]")
    for product in products:
        _refuse_shape(product, needs_values=len(found.products) > 1)
    by_sku = {product.get("sku"): product for product in products}
    if len(products) != len(found.products) or set(by_sku) != {each.listing.sku for each in found.products}:
        raise wrong("This world knows the products of a listing by their sku, and neither adds nor drops one")
    _refuse_incompatible(body, products)
    if not any(offering["quantity"] for product in products for offering in product["offerings"]):
        raise wrong("At least one offering must have quantity greater than 0")
    offerings = [by_sku[each.listing.sku]["offerings"][0] for each in found.products]
    return [(offering["quantity"], _minor(offering["price"], asked.shop)) for offering in offerings]


def _refuse_shape(product: Any, *, needs_values: bool) -> None:
    offerings = product.get("offerings") if isinstance(product, Mapping) else None
    if not isinstance(offerings, list) or len(offerings) != 1:
        raise wrong("Missing input parameter: [offerings]")
    for name in ("product_id", "is_deleted"):
        if name in product:
            raise wrong(f"Invalid field in product: {name}")
    offering = offerings[0]
    for name in OFFERED:
        if name not in offering:
            raise wrong(f"Missing input parameter: [{name}]")
    if set(offering) - set(OFFERED):
        raise wrong(f"Invalid field in offering: {', '.join(sorted(set(offering) - set(OFFERED)))}")
    if type(offering["quantity"]) is not int or not 0 <= offering["quantity"] <= 999 or not isinstance(offering["is_enabled"], bool):
        raise wrong("Invalid value for quantity or is_enabled")
    values = product.get("property_values") or []
    if needs_values and not values:
        raise wrong("Property values can't be empty")
    for value in values:
        if any(name not in value for name in VALUED) or "scale_name" in value:
            raise wrong("Invalid property_values")
        if any("(" in word or ")" in word for word in value["values"]):
            raise wrong("Parentheses are not allowed in property values")


def _refuse_incompatible(body: Mapping[str, Any], products: list[Mapping[str, Any]]) -> None:
    """What varies by no property, or by one, is the same on all products with the same values of it."""
    if any(not isinstance(body.get(name, []), list) for name in ON):
        raise wrong("on_property must be arrays")
    for name, field in (("price_on_property", "price"), ("quantity_on_property", "quantity")):
        groups = defaultdict(set)
        for product in products:
            key = tuple(
                tuple(value["values"]) for value in product.get("property_values") or [] if value["property_id"] in body.get(name, [])
            )
            groups[key].add(product["offerings"][0][field])
        if any(len(values) > 1 for values in groups.values()):
            raise wrong(f"The listing's {field} is incompatible with {name}")


def _minor(price: Any, shop: str) -> int:
    if isinstance(price, bool) or not isinstance(price, int | float):
        raise wrong("price must be a number")
    scaled = Decimal(repr(price)).scaleb(SITES[ids.site(shop)].decimals)
    if scaled != scaled.to_integral_value():
        raise wrong("price has too many decimals")
    if scaled < LEAST_PRICE_MINOR:
        raise wrong("Price must be above min price")
    return int(scaled)
