"""Products with their SKUs, prices and stock; and the writes that set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from sandbox.alibaba import ids
from sandbox.alibaba.asked import Asked, invalid
from sandbox.alibaba.written import Written
from sandbox.market import House
from sandbox.world.ladders import ladder, trait
from sandbox.world.model import Listing

ALONE = ("suppressed", "pending")
AUDIT = {"suppressed": "rejected", "pending": "pending"}
BARE_NOUN, RANGE_NOUN, OWN_PRICE_NOUNS = 5, 4, (2, 6)  # no SKUs; a range of prices; SKUs with prices of their own
MOST_STOCK = 99_999_999


class Faulty(Exception):
    """A product call's own refusal: ``success`` false inside a good envelope."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Good:
    """One product: its SKUs (listings of the world), and how it is priced (``TIERED``, ``RANGE``, ``SKU``)."""

    number: int
    skus: tuple[Listing, ...]
    has_skus: bool
    pricing: str


def goods(house: House, shop: str) -> dict[int, Good]:
    """Product id → product; SKUs of one noun share a product, gloves are a product each, deleted ones are shown nowhere."""
    found: dict[int, list[Listing]] = {}
    for listing in house.world.listings_of(shop):
        if listing.status != "deleted":
            found.setdefault(_number(listing), []).append(listing)
    return {number: _good(number, skus) for number, skus in sorted(found.items())}


def _number(listing: Listing) -> int:
    noun = ids.noun(listing.product)
    if noun == BARE_NOUN or listing.status in ALONE:
        return 1_600_500_000_000 + listing.product.number
    return 1_600_000_000_000 + noun


def _good(number: int, skus: list[Listing]) -> Good:
    noun = ids.noun(skus[0].product)
    pricing = "RANGE" if noun == RANGE_NOUN else "SKU" if noun in OWN_PRICE_NOUNS else "TIERED"
    return Good(number, tuple(skus), noun != BARE_NOUN, pricing)


def status_of(written: Written, good: Good) -> str:
    own = "online" if any(each.status == "active" for each in good.skus) else "offline"
    return written.value("status", good.skus[0].shop, str(good.number)) or own


def audit_of(good: Good) -> str:
    return AUDIT.get(good.skus[0].status, "approved")


def steps_of(house: House, written: Written, good: Good) -> list[tuple[int, Decimal]]:
    """(from how many, price) of the product's ladder."""
    found = written.value("ladder", good.skus[0].shop, str(good.number))
    if found:
        return [(quantity, Decimal(price)) for quantity, price in found]
    return [(step.quantity, step.price) for step in ladder(house.seed, good.skus[0].product)]


def own_price(house: House, written: Written, listing: Listing) -> Decimal:
    found = written.value("sku_price", listing.shop, str(ids.sku_id(listing.product)))
    return Decimal(found) if found else ladder(house.seed, listing.product)[0].price


def changed_at(written: Written, good: Good) -> datetime:
    keys = {str(good.number), *(str(ids.sku_id(each.product)) for each in good.skus)}
    later = written.changed_at(good.skus[0].shop, keys)
    return max([*(each.changed_at for each in good.skus), *([later] if later else [])]).replace(microsecond=0)


def created_at(good: Good) -> datetime:
    return min(each.listed_at for each in good.skus)


def product_list(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    if asked.text("language") != "ENGLISH":
        raise invalid("language: only ENGLISH")
    size, page = asked.whole("page_size", 10, 1, 30), asked.whole("current_page", 1, 1, 10_000)
    found = sorted(goods(house, asked.shop).values(), key=lambda each: (changed_at(written, each), each.number), reverse=True)
    wanted = asked.fields.get("id")
    found = [each for each in found if wanted in (None, each.number, str(each.number))]
    shown = found[(page - 1) * size: page * size]
    return {"current_page": page, "page_size": size, "total_item": len(found), "products": [_item(written, each) for each in shown]}


def _item(written: Written, good: Good) -> dict[str, Any]:
    wall = "%Y-%m-%d %H:%M:%S"
    return {
        "id": good.number, "product_id": ids.disguised(good.number), "subject": title(good), "status": audit_of(good),
        "display": "Y" if status_of(written, good) == "online" else "N",
        "product_type": "sourcing" if good.pricing == "RANGE" else "wholesale",
        "language": "english", "is_rts": False, "is_specific": False, "smart_edit": True, "red_model": good.skus[0].sku, "group_id": -1,
        "gmt_create": created_at(good).strftime(wall), "gmt_modified": changed_at(written, good).strftime(wall),
        "owner_member_display_name": "Lin Wei", "category_id": 1427, "keywords": ["tools"],
    }


def title(good: Good) -> str:
    name = good.skus[0].product.titles["en"]
    return name.rpartition(",")[0] if good.has_skus else name


def product_get(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    number, sku = asked.fields.get("product_id"), asked.fields.get("sku_id")
    for good in goods(house, asked.shop).values():
        if str(good.number) == str(number) or (good.has_skus and any(str(ids.sku_id(each.product)) == str(sku) for each in good.skus)):
            return {"product_info": _product(house, written, good)}
    raise Faulty("B_PRODUCT_NOT_FOUND", "product not found")


def product_search(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    model, code = asked.fields.get("model_number"), asked.fields.get("sku_code")
    if not model and not code:
        raise Faulty("B_PRODUCT_PARAM_INVALID", "model_number or sku_code")
    size, page = asked.whole("page_size", 20, 1, 20), asked.whole("page_index", 1, 1, 10_000)
    found = [
        good for good in goods(house, asked.shop).values()
        if (good.has_skus and any(each.sku == code for each in good.skus)) or (not good.has_skus and good.skus[0].sku == model)
    ]
    if not found:
        raise Faulty("B_PRODUCT_NOT_FOUND", "product not found")
    told = {"page_index": page, "page_size": size, "total_item": len(found), "total_page": -(-len(found) // size)}
    return {"product_info": [_product(house, written, each) for each in found[(page - 1) * size: page * size]], "page": told}


def _product(house: House, written: Written, good: Good) -> dict[str, Any]:
    first, steps = good.skus[0], steps_of(house, written, good)
    price: dict[str, Any] = {"price_type": "RANGE" if good.pricing == "RANGE" else "TIERED", "currency": "USD"}
    if good.pricing == "RANGE":
        price["range_price"] = {"min_price": f"{steps[-1][1] * 9 / 10:.4f}", "max_price": f"{steps[0][1]:.4f}"}
    elif good.pricing == "TIERED":
        price["tiered_price"] = [{"quantity": quantity, "price": f"{each:.2f}"} for quantity, each in steps]
    units = [house.stock.quantity(each.shop, each.site, each.sku) for each in good.skus]
    return {
        "basic_info": {
            "product_id": good.number, "title": title(good), "status": status_of(written, good), "audit_status": audit_of(good),
            "model_number": first.sku if not good.has_skus else "null", "language": "en_US",
            "create_timestamp": ids.milliseconds(created_at(good)), "last_modified_timestamp": ids.milliseconds(changed_at(written, good)),
        },
        "category_info": {"category_id": 1427, "category_name": "Tools/Hardware"}, "attributes": [],
        "trade_info": {
            "price": price, "moq": trait(first.product).least, "unit": trait(first.product).unit, "inventory": sum(units),
            "sku_info": [_sku(house, written, good, *pair) for pair in zip(good.skus, units, strict=True)] if good.has_skus else [],
        },
        "logistics_info": {"weight": "1.0"},
    }


def _sku(house: House, written: Written, good: Good, listing: Listing, units: int) -> dict[str, Any]:
    shown = {"sku_id": ids.sku_id(listing.product), "sku_code": listing.sku, "inventory": units, "sale_attributes": []}
    return {**shown, "sku_price": f"{own_price(house, written, listing):.2f}"} if good.pricing == "SKU" else shown


def edit_inventory(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    good = _wanted(house, asked)
    whole, by_sku = asked.fields.get("inventory"), asked.fields.get("sku_inventory")
    if whole is None and not by_sku:
        raise Faulty("B_INVENTORY_ALL_NULL", "inventory of SPU and SKU are both null")
    if whole is not None and by_sku:
        raise Faulty("B_INVENTORY_CONFLICT", "inventory of SPU and SKU cannot be edited together")
    wishes = {str(ids.sku_id(each.product)): each for each in good.skus}
    if whole is not None:
        if good.has_skus:
            raise Faulty("B_PRODUCT_PARAM_INVALID", "the product has SKUs")
        pairs = [(good.skus[0], whole)]
    else:
        if not isinstance(by_sku, Mapping) or not set(by_sku) <= set(wishes) or not good.has_skus:
            raise Faulty("B_PRODUCT_PARAM_INVALID", "sku_inventory names an unknown SKU")
        pairs = [(wishes[sku], units) for sku, units in by_sku.items()]
    if not all(str(units).isdecimal() and int(units) <= MOST_STOCK for _, units in pairs):
        raise Faulty("B_PRODUCT_PARAM_INVALID", "inventory is no number")
    for listing, units in pairs:
        house.stock.write(listing.shop, listing.site, listing.sku, int(units))
    return {"result": {"data": None}, "success": True}


def edit_price(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    good = _wanted(house, asked)
    price, by_sku = asked.fields.get("price"), asked.fields.get("sku_price")
    if not price and not by_sku:
        raise Faulty("B_PRICE_ALL_NULL", "price of SPU and SKU are both null")
    if price and by_sku:
        raise Faulty("B_PRICE_CONFLICT", "price of SPU and SKU cannot be edited together")
    if price:
        written.write("ladder", asked.shop, str(good.number), _judged_ladder(price))
        return {"result": {"data": None}, "success": True}
    known = {str(ids.sku_id(each.product)) for each in good.skus}
    prices = [(str(each.get("sku_id")), _price(each.get("price"))) for each in by_sku]
    if good.pricing != "SKU" or not {sku for sku, _ in prices} <= known:
        raise Faulty("B_PRODUCT_PARAM_INVALID", "sku_price names an unknown SKU, or one without a price of its own")
    for sku, each in prices:
        written.write("sku_price", asked.shop, sku, str(each))
    return {"result": {"data": None}, "success": True}


def _judged_ladder(price: Mapping[str, Any]) -> list[list[object]]:
    if price.get("price_type") != "TIERED" or price.get("currency") != "USD" or not isinstance(price.get("tiered_price"), list):
        raise Faulty("B_PRODUCT_PARAM_INVALID", "price_type, currency or tiered_price")
    steps = [(int(each["quantity"]), _price(each["price"])) for each in price["tiered_price"]]
    if not steps or any(a[0] >= b[0] or a[1] <= b[1] for a, b in pairwise(steps)):
        raise Faulty("B_PRICE_SEQUENCE_INVALID", "the sequence of prices is invalid")
    return [[quantity, str(each)] for quantity, each in steps]


def _price(value: object) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise Faulty("B_PRODUCT_PARAM_INVALID", f"price {value!r}") from None
    if found != found.quantize(Decimal("0.01")):
        raise Faulty("B_PRICE_SCALE_INVALID", "the price has more than two decimals")
    return found


def update_status(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    """Each product for itself."""
    numbers, action = asked.fields.get("product_id_list"), asked.text("action")
    if action not in ("online", "offline") or not isinstance(numbers, list):
        raise Faulty("B_PRODUCT_PARAM_INVALID", "product_id_list or action")
    known, updated, errors = goods(house, asked.shop), [], []
    for number in numbers:
        good = known.get(int(number))
        if good is None or audit_of(good) != "approved":
            code = "B_PRODUCT_NOT_FOUND" if good is None else "B_PRODUCT_PARAM_INVALID"
            errors.append({"product_id": number, "msg_code": code, "message": "not found" if good is None else "not approved"})
            continue
        written.write("status", asked.shop, str(good.number), action)
        updated.append(number)
    failed = {"message": "some products failed", "msg_code": "B_PART_FAILED"} if errors else {}
    return {"updated_product_ids": updated, "errors": errors, "success": not errors, **failed}


def _wanted(house: House, asked: Asked) -> Good:
    number = asked.text("product_id")
    good = goods(house, asked.shop).get(int(number)) if number.isdecimal() else None
    if good is None:
        raise Faulty("B_PRODUCT_NOT_FOUND", "product not found")
    return good
