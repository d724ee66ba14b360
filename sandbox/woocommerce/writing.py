"""What a store takes: stock, prices, an order called completed, notes and trackings; one by one or in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from sandbox.woocommerce import ids, reading
from sandbox.woocommerce.body_goods import product_body, variation_body
from sandbox.woocommerce.body_orders import Body, Desk, note_body, tracking_id, tracking_items
from sandbox.woocommerce.refusals import Invalid, Refused, no_such
from sandbox.woocommerce.store import TRACKING_ITEMS
from sandbox.world.model import Listing

MOST_IN_A_BATCH = 100
_PRICES = ("regular_price", "sale_price")


def update_product(desk: Desk, number: int, sent: Body) -> Body:
    alone = (each for each in desk.stores.listings(desk.shop) if not ids.is_variation(each))
    listing = next((each for each in alone if ids.listing_id(each) == number), None)
    if listing is None:
        _check(sent)
        return reading.product(desk, number)  # a variable product: its stock and prices are its variations'
    return _update(desk, listing, sent, product_body)


def update_variation(desk: Desk, parent: int, number: int, sent: Body) -> Body:
    listing = next((each for each in desk.stores.variations(desk.shop, parent) if ids.listing_id(each) == number), None)
    if listing is None:
        raise no_such("variation")
    return _update(desk, listing, sent, variation_body)


def _update(desk: Desk, listing: Listing, sent: Body, body: Callable[[Desk, Listing], Body]) -> Body:
    _check(sent)
    is_managed = sent.get("manage_stock") is True or desk.stores.quantity(listing) is not None
    quantity = sent.get("stock_quantity") if is_managed else None
    if isinstance(quantity, int):
        desk.stores.house.stock.write(listing.shop, listing.site, listing.sku, quantity)
    if any(name in sent for name in _PRICES):
        _write_price(desk, listing, sent)
    shown = body(desk, listing)
    if isinstance(quantity, int):  # the answer shows the product as it was saved, whatever a reader sees meanwhile
        shown |= {"manage_stock": True, "stock_quantity": quantity, "stock_status": "instock" if quantity > 0 else "outofstock"}
    return shown


def _check(sent: Body) -> None:
    faults: dict[str, tuple[str, str, object]] = {}
    for name in _PRICES:
        if name in sent and not isinstance(sent[name], str):
            faults[name] = ("rest_invalid_type", f"{name} is not of type string.", {"param": name})
    quantity = sent.get("stock_quantity")
    if quantity is not None and (isinstance(quantity, bool) or not isinstance(quantity, int)):
        faults["stock_quantity"] = ("rest_invalid_type", "stock_quantity is not of type integer.", {"param": "stock_quantity"})
    if faults:
        raise Invalid(faults)


def _write_price(desk: Desk, listing: Listing, sent: Body) -> None:
    """Text that is no number blanks a price; a sale price that is not below the regular one is dropped without a word."""
    regular, sale = (_number(sent.get(name, now)) for name, now in zip(_PRICES, desk.stores.prices(listing), strict=True))
    if sale and (not regular or Decimal(sale) >= Decimal(regular)):
        sale = ""
    desk.stores.written.write_price(desk.shop, ids.listing_id(listing), regular, sale)


def _number(text: object) -> str:
    try:
        return str(text) if Decimal(str(text)).is_finite() else ""
    except InvalidOperation:
        return ""


def update_order(desk: Desk, number: int, sent: Body) -> Body:
    reading.order_seen(desk, number)
    status = sent.get("status")
    if status is not None and status not in reading.order_words(desk):
        raise Invalid({"status": ("rest_not_in_enum", "status is not one of the order statuses.", None)})
    if status not in (None, "completed", reading.order_seen(desk, number).status):
        raise Refused(500, "sandbox_status", "This sandbox lets orders be completed from outside, and nothing else.")
    meta = {each["key"]: each["value"] for each in sent.get("meta_data") or () if isinstance(each, Mapping)}  # type: ignore[attr-defined]
    desk.stores.written.write_order(desk.shop, number, status == "completed", meta)
    return reading.order(desk, number)


def add_note(desk: Desk, number: int, sent: Body) -> Body:
    found = reading.order_seen(desk, number)
    if not isinstance(sent.get("note"), str):
        raise Refused(400, "rest_missing_callback_param", "Missing parameter(s): note", params=["note"])
    place = desk.stores.written.write_note(desk.shop, number, str(sent["note"]), bool(sent.get("customer_note")))
    return note_body(desk, found, place)


def add_tracking(desk: Desk, number: int, sent: Body) -> Body:
    """The plugin's: it takes a day or an instant, and writes the parcel into the order's meta data too."""
    found = reading.order_seen(desk, number)
    if not sent.get("tracking_number"):
        raise Refused(400, "rest_missing_callback_param", "Missing parameter(s): tracking_number", params=["tracking_number"])
    told = str(sent.get("date_shipped") or "")
    at = int(told) if told.isdecimal() else int((_day(told) or desk.stores.house.clock.now()).timestamp())
    item = {
        "tracking_provider": sent.get("tracking_provider") or "", "custom_tracking_provider": sent.get("custom_tracking_provider") or "",
        "custom_tracking_link": "", "tracking_number": sent["tracking_number"], "date_shipped": str(at),
        "tracking_id": tracking_id(str(sent["tracking_number"])),
    }
    desk.stores.written.write_order(desk.shop, number, False, {TRACKING_ITEMS: [*tracking_items(desk, found), item]})
    return item


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None


def batch(sent: Body, update: Callable[[int, Body], Body], bad_id_status: int) -> Body:
    """Every item has its own fate; the whole is 200 whatever became of them."""
    wanted = {verb: sent.get(verb) or [] for verb in ("create", "update", "delete")}
    if sum(len(rows) for rows in wanted.values()) > MOST_IN_A_BATCH:
        said = f"Unable to accept more than {MOST_IN_A_BATCH} items for this request."
        raise Refused(413, "woocommerce_rest_request_entity_too_large", said)
    if wanted["create"] or wanted["delete"]:
        raise Refused(500, "sandbox_batch", "This sandbox updates in batches, and nothing else.")
    return {"update": [_one(row, update, bad_id_status) for row in wanted["update"]]}


def _one(row: Body, update: Callable[[int, Body], Body], bad_id_status: int) -> Body:
    try:
        return update(int(row.get("id") or 0), row)  # type: ignore[call-overload]
    except Refused as refused:
        body = refused.body()
        if refused.status == 404:
            body["data"] = {"status": bad_id_status}
        return {"id": row.get("id"), "error": body}


