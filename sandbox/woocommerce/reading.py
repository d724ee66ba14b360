"""What a store shows: lists with their counts, single records, and what it says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sandbox.woocommerce import ids
from sandbox.woocommerce.asked import ORDER_WORDS, Asked
from sandbox.woocommerce.body_goods import (
    PRODUCT_STATUS,
    VARIATION_STATUS,
    parent_body,
    product_body,
    review_body,
    variation_body,
)
from sandbox.woocommerce.body_orders import Body, Desk, note_body, order_body, refund_body, tracking_items
from sandbox.woocommerce.life import Refund, Seen
from sandbox.woocommerce.refusals import no_such
from sandbox.world.model import Listing
from sandbox.world.snapshot import ReviewState

Given = Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    """An answer. ``total`` is there for lists: all rows that were wanted, of which ``body`` is a page."""

    body: object
    total: int | None = None
    pages: int = 0
    page: int = 1


def _page(asked: Asked, rows: Sequence[Any], number: Callable[[Any], int], when: Mapping[str, Callable], body: Callable) -> Shown:
    page, total = asked.cut(rows, number, when)
    return Shown([body(row) for row in page], total, -(-total // asked.per_page), asked.page)


def orders(desk: Desk, given: Given) -> Shown:
    asked = Asked(desk.shop, "orders", given, order_words(desk)[len(ORDER_WORDS):])
    rows = [
        each for each in desk.stores.orders(desk.shop)
        if ({"any", each.status} & asked.statuses) and asked.is_inside(each.order.placed_at, each.modified_at)
    ]
    when = {"date": lambda each: each.order.placed_at, "modified": lambda each: each.modified_at}
    return _page(asked, rows, lambda each: ids.order_id(each.order), when, lambda each: order_body(desk, each))


def order_words(desk: Desk) -> tuple[str, ...]:
    making = ids.setup(desk.shop).making
    return (*ORDER_WORDS, making) if making else ORDER_WORDS


def order(desk: Desk, number: int) -> Body:
    return order_body(desk, order_seen(desk, number))


def order_seen(desk: Desk, number: int) -> Seen:
    found = desk.stores.order(desk.shop, number)
    if found is None:
        raise no_such("order")
    return found


def refunds(desk: Desk, given: Given, number: int | None = None) -> Shown:
    """All orders' refunds, or one's."""
    asked = Asked(desk.shop, "refunds", given)
    above = desk.stores.orders(desk.shop) if number is None else [order_seen(desk, number)]
    rows: list[Refund] = [refund for each in above for refund in desk.stores.remembered(each) if asked.is_inside(refund.at, refund.at)]
    when = {"date": lambda refund: refund.at, "modified": lambda refund: refund.at}
    return _page(asked, rows, lambda refund: refund.id, when, lambda refund: refund_body(desk, refund, with_parent=number is None))


def notes(desk: Desk, number: int) -> Body:
    """All of them: the real one pages no notes."""
    found = order_seen(desk, number)
    told = desk.stores.written.order(desk.shop, number).notes
    return [note_body(desk, found, place) for place in range(len(told), 0, -1)]  # type: ignore[return-value]


def trackings(desk: Desk, number: int) -> list[Body]:
    return tracking_items(desk, order_seen(desk, number))


def providers(desk: Desk) -> Body:
    return {"Germany": {"DHL": "https://dhl.example/{}", "Hermes": "https://hermes.example/{}"}, "France": {"Colissimo": ""}}


def products(desk: Desk, given: Given) -> Shown:
    """Products, and, asked for by SKU, single variations too."""
    asked = Asked(desk.shop, "products", given)
    sku = asked.text("sku")
    rows = _found_by_sku(desk, sku) if sku else _shelf(desk)
    rows = [row for row in rows if _is_wanted(asked, row[1]) and asked.is_inside(row[2], row[3])]
    when = {"date": lambda row: row[2], "modified": lambda row: row[3]}
    return _page(asked, rows, lambda row: row[0], when, lambda row: row[4]())


def _found_by_sku(desk: Desk, sku: str) -> list[tuple]:
    wanted = set(sku.split(","))
    return [_row(desk, each) for each in desk.stores.listings(desk.shop) if each.sku in wanted]


def _shelf(desk: Desk) -> list[tuple]:
    listings = desk.stores.listings(desk.shop)
    alone = [_row(desk, each) for each in listings if not ids.is_variation(each)]
    parents = sorted({ids.parent_id(each) for each in listings if ids.is_variation(each)})
    return alone + [_parent_row(desk, desk.stores.variations(desk.shop, number)) for number in parents]


def _row(desk: Desk, listing: Listing) -> tuple:
    """(id, status, created, modified, body)."""
    is_variation = ids.is_variation(listing)
    status = (VARIATION_STATUS if is_variation else PRODUCT_STATUS)[listing.status]
    body = variation_body if is_variation else product_body
    return ids.listing_id(listing), status, listing.listed_at, desk.stores.modified_at(listing), lambda: body(desk, listing)


def _parent_row(desk: Desk, variations: list[Listing]) -> tuple:
    modified = max(desk.stores.modified_at(each) for each in variations)
    listed = min(each.listed_at for each in variations)
    return ids.parent_id(variations[0]), "publish", listed, modified, lambda: parent_body(desk, variations)


def _is_wanted(asked: Asked, status: str) -> bool:
    return bool({"any", status} & asked.statuses)


def product(desk: Desk, number: int) -> Body:
    found = next((row for row in _shelf(desk) if row[0] == number), None)
    if found is None:
        raise no_such("product")
    return found[4]()


def variations(desk: Desk, parent: int, given: Given) -> Shown:
    asked = Asked(desk.shop, "variations", given)
    rows = [_row(desk, each) for each in desk.stores.variations(desk.shop, parent)]
    rows = [row for row in rows if _is_wanted(asked, row[1]) and asked.is_inside(row[2], row[3])]
    return _page(asked, rows, lambda row: row[0], {"date": lambda row: row[2], "modified": lambda row: row[3]}, lambda row: row[4]())


def variation(desk: Desk, parent: int, number: int) -> Body:
    found = next((each for each in desk.stores.variations(desk.shop, parent) if ids.listing_id(each) == number), None)
    if found is None:
        raise no_such("variation")
    return variation_body(desk, found)


def reviews(desk: Desk, given: Given) -> Shown:
    """``all`` is what is approved or waits to be; spam and trash must be asked for by name."""
    asked = Asked(desk.shop, "reviews", given)
    rows: list[ReviewState] = [
        each for each in desk.stores.reviews(desk.shop)
        if asked.statuses & {"all", "hold" if ids.is_held(each.review) else "approved"} and asked.is_inside(each.review.at, each.review.at)
    ]
    when = {"date": lambda each: each.review.at, "date_gmt": lambda each: each.review.at}
    return _page(asked, rows, lambda each: ids.review_id(each.review), when, lambda each: review_body(desk, each))


def currency(desk: Desk) -> Body:
    code = ids.currency(desk.shop)
    name = {"EUR": "Euro", "GBP": "Pound sterling"}[code]
    return {"code": code, "name": name, "symbol": {"EUR": "&euro;", "GBP": "&pound;"}[code],
            "_links": desk.links(f"data/currencies/{code}", "data/currencies")}


def system_status(desk: Desk) -> Body:
    return {
        "environment": {
            "home_url": desk.base, "site_url": desk.base, "store_id": None, "version": "9.2.5", "wp_version": "6.5.5",
            "wp_multisite": False, "server_info": "Apache", "php_version": "8.2.20", "default_timezone": "UTC", "language": "en_US",
        },
        "settings": {"api_enabled": False, "force_ssl": False, "currency": ids.currency(desk.shop), "HPOS_enabled": False,
                     "number_of_decimals": 2},
        "_links": {},
    }


def index(desk: Desk, routes: Mapping[str, Sequence[str]]) -> Body:
    """Which routes there are, and what each understands of ``status``: plugins add to both."""
    status = {"description": "Limit result set to orders which have specific statuses.", "type": "array",
              "items": {"type": "string", "enum": list(order_words(desk))}, "default": "any", "required": False}
    found = {"/wc/v3": {"namespace": "wc/v3", "methods": ["GET"], "endpoints": [{"methods": ["GET"], "args": {}}]}}
    for path, methods in routes.items():
        args = {"status": status} if path == "/wc/v3/orders" else {}
        found[path] = {"namespace": "wc/v3", "methods": list(methods), "endpoints": [{"methods": list(methods), "args": args}]}
    return {"namespace": "wc/v3", "routes": found, "_links": {"up": [{"href": f"{desk.base}/wp-json/"}]}}


def query_of_page(given: Given, page: int) -> str:
    """The whole query of the call with another page number, OAuth's parameters and signature too, as the real one does."""
    return urlencode({**given, "page": page})
