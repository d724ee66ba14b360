"""Products with their SKUs and stock, and the writes that set stock and prices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.aliexpress import ids
from sandbox.aliexpress.asked import Asked, invalid
from sandbox.aliexpress.wire import Typed
from sandbox.aliexpress.written import Written
from sandbox.market import House
from sandbox.world import SITES
from sandbox.world.model import Listing

STATUSES = ("onSelling", "offline", "auditing", "editingRequired")
MOST_PRODUCTS, MOST_SKUS = 20, 200
DISCOUNTED = 5  # every fifth article runs a discount from the start


def products(house: House, shop: str) -> dict[int, list[Listing]]:
    """Product id → its SKUs; a deleted product is shown nowhere."""
    found: dict[int, list[Listing]] = {}
    for listing in house.world.listings_of(shop):
        if listing.status != "deleted":
            found.setdefault(ids.product_id(listing), []).append(listing)
    return dict(sorted(found.items()))


def product_status(skus: list[Listing]) -> tuple[str, str]:
    """Status, and why it is off sale."""
    if any(listing.status == "active" for listing in skus):
        return "onSelling", ""
    first = skus[0]
    if first.status == "suppressed":
        return ("editingRequired", "") if first.number // 7 % 2 else ("offline", "violate_offline")
    return ("auditing", "") if first.status == "pending" else ("offline", "user_offline")


def prices(written: Written, listing: Listing) -> tuple[int, int | None]:
    """List price and discount price (None: no discount) now."""
    found = written.price(listing.shop, listing.sku)
    if found:
        return found.price_minor, found.discount_minor
    discount = listing.price_minor * 85 // 100 if listing.number // 7 % DISCOUNTED == 0 else None
    return listing.price_minor, discount


def changed_at(written: Written, skus: list[Listing]) -> datetime:
    """A sale does not count as a change of the product; a price does."""
    prices_at = [found.applies_at for found in (written.price(each.shop, each.sku) for each in skus) if found]
    return max([*prices_at, *(listing.changed_at for listing in skus)])


def product_list_get(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    query = asked.query("aeop_a_e_product_list_query")
    status = query.word("product_status_type", STATUSES)
    size, page = query.whole("page_size", 20, 1, 99), query.whole("current_page", 1, 1, 10_000)
    since, until = query.since("gmt_modified_start"), query.until("gmt_modified_end")
    code, number = query.fields.get("sku_code"), query.fields.get("product_id")
    found = [
        (key, skus) for key, skus in products(house, asked.shop).items()
        if product_status(skus)[0] == status and (since is None or since <= changed_at(written, skus))
        and (until is None or changed_at(written, skus) <= until) and number in (None, key, str(key))
        and (code is None or any(listing.sku == code for listing in skus))
    ]
    shown = [_item(written, *pair) for pair in found[(page - 1) * size: page * size]]
    return {"result": {
        "success": True, "error_message": "", "error_msg": "", "error_code": 0, "product_count": len(found),
        "total_page": -(-len(found) // size), "current_page": page,
        "aeop_a_e_product_display_d_t_o_list": Typed("item_display_dto", shown),
    }}


def _item(written: Written, number: int, skus: list[Listing]) -> dict[str, Any]:
    first, all_prices = skus[0], [prices(written, listing)[0] for listing in skus]
    return {
        "product_id": number, "subject": title(first), "gmt_create": ids.wall(min(each.listed_at for each in skus)),
        "gmt_modified": ids.wall(changed_at(written, skus)), "currency_code": SITES[first.site].currency,
        "product_min_price": ids.amount(min(all_prices), first.site), "product_max_price": ids.amount(max(all_prices), first.site),
        "ws_display": product_status(skus)[1], "ws_offline_date": "2038-01-01 00:00:00", "image_u_r_ls": "http://img.example/1.jpg",
        "owner_member_id": f"cn{first.shop}", "owner_member_seq": ids.seller_id(first.shop), "src": "isv", "freight_template_id": 1000,
    }


def title(listing: Listing) -> str:
    return listing.product.titles["en"]


def product_info_get(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    wanted = asked.text("product_id")
    skus = products(house, asked.shop).get(int(wanted) if wanted.isdecimal() else 0)
    if skus is None:
        return {"result": {"success": False, "error_code": "F00-00-10002-007", "error_message": "The product does not exist"}}
    first = skus[0]
    subjects = [{"locale": "es_ES", "subject": first.product.titles["fr"]}, {"locale": "en_US", "subject": title(first)}]
    return {"result": {
        "product_id": int(wanted), "product_status_type": product_status(skus)[0], "subject": "deprecated",
        "multi_language_subject_list": Typed("global_subject", subjects), "currency_code": SITES[first.site].currency,
        "gmt_create": ids.wall(min(each.listed_at for each in skus)), "gmt_modified": ids.wall(changed_at(written, skus)),
        "product_price": ids.amount(prices(written, first)[0], first.site), "delivery_time": 7, "category_id": 200_003_210,
        "aeop_ae_product_s_k_us": Typed("global_aeop_ae_product_sku", [_sku(house, written, listing) for listing in skus]),
    }}


def _sku(house: House, written: Written, listing: Listing) -> dict[str, Any]:
    price, discount = prices(written, listing)
    units = house.stock.quantity(listing.shop, listing.site, listing.sku)
    return {
        "id": ids.sku_id(listing), "sku_code": listing.sku, "sku_price": ids.amount(price, listing.site), "sku_stock": units > 0,
        "ipm_sku_stock": units, "currency_code": SITES[listing.site].currency, "barcode": "",
        **({"sku_discount_price": ids.amount(discount, listing.site)} if discount is not None else {}),
        "aeop_s_k_u_property_list": Typed("global_aeop_sku_property", [{"sku_property_id": 14, "property_value_id": 100}]),
    }


def stock_update(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    def judge(listing: Listing, row: dict[str, Any]) -> str | None:
        units = row.get("inventory")
        return None if isinstance(units, int) and not isinstance(units, bool) and 0 <= units <= 999_999 else f"inventory {units!r}"

    def take(listing: Listing, row: dict[str, Any]) -> None:
        house.stock.write(listing.shop, listing.site, listing.sku, row["inventory"])

    return _updated(house, asked, judge, take)


def price_update(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    """A discount price that is not sent is erased."""

    def judge(listing: Listing, row: dict[str, Any]) -> str | None:
        price, discount = _minor(row.get("price"), listing.site), _minor(row.get("discount_price"), listing.site)
        if not price or ("discount_price" in row and (not discount or discount > price)):
            return f"price {row.get('price')!r}, discount_price {row.get('discount_price')!r}"
        return None

    def take(listing: Listing, row: dict[str, Any]) -> None:
        site = listing.site
        written.set_price(listing.shop, listing.sku, _minor(row["price"], site), _minor(row.get("discount_price"), site))

    return _updated(house, asked, judge, take)


def _minor(value: object, site: str) -> int | None:
    try:
        minor = Decimal(value).scaleb(SITES[site].decimals) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return int(minor) if minor is not None and minor == int(minor) and minor > 0 else None


def _updated(
    house: House, asked: Asked, judge: Callable[[Listing, dict[str, Any]], str | None], take: Callable[[Listing, dict[str, Any]], None]
) -> dict[str, Any]:
    """Each product is taken as a whole or refused as a whole."""
    rows = asked.rows("mutiple_product_update_list")
    if not 0 < len(rows) <= MOST_PRODUCTS:
        raise invalid(f"mutiple_product_update_list: {len(rows)} products, 1 to {MOST_PRODUCTS} are allowed")
    known, failed, taken = products(house, asked.shop), [], []
    for row in rows:
        number = row.get("product_id") if isinstance(row, dict) else None
        why = _fault(known.get(number, []), row, judge) if isinstance(number, int) else "product_id is no number"
        (failed if why else taken).append((number, why))
        for each in [] if why else row["multiple_sku_update_list"]:
            take(next(listing for listing in known[number] if listing.sku == each["sku_code"]), each)
    faults = [{"product_id": number, "error_code": "F00-00-10007-002", "error_message": why} for number, why in failed]
    return {
        "update_success": not failed, "update_error_code": "", "update_error_message": "",
        "update_successful_list": Typed("synchronize_product_response_dto", [{"product_id": number} for number, _ in taken]),
        "update_failed_list": Typed("synchronize_product_response_dto", faults),
    }


def _fault(skus: list[Listing], row: dict[str, Any], judge: Callable[[Listing, dict[str, Any]], str | None]) -> str | None:
    wanted = row.get("multiple_sku_update_list")
    if not skus:
        return "the product is not one of this seller's"
    if not isinstance(wanted, list) or not 0 < len(wanted) <= MOST_SKUS:
        return f"multiple_sku_update_list has not 1 to {MOST_SKUS} SKUs"
    by_code = {listing.sku: listing for listing in skus}
    for each in wanted:
        listing = by_code.get(each.get("sku_code")) if isinstance(each, dict) else None
        why = judge(listing, each) if listing else "an unknown sku_code"
        if why:
            return why
    return None
