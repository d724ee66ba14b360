"""What a faithful reader must end up with, stated from the world's facts in canonical words and never read off the wire.

One function a table: rows of one shop as of the horizon. ``source_updated_at`` stands only where Amazon tells an honest one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time
from typing import Any

from sandbox.amazon import numbers, traffic
from sandbox.amazon.fba import changed_at as stock_changed_at
from sandbox.amazon.fba import tells_time
from sandbox.amazon.listing_body import changed_at, issues_of, statuses
from sandbox.amazon.places import PLACES
from sandbox.amazon.report_files import RETURN_STATUS, merchant_returns
from sandbox.amazon.truth_money import ledger_entries, payouts
from sandbox.amazon.truth_orders import order_lines, orders, shipment_lines, shipments
from sandbox.clock import iso
from sandbox.market import House
from sandbox.world.cast import SITES, ZONES
from sandbox.world.model import Listing, Shop
from sandbox.world.snapshot import ReturnState

Rows = Iterator[dict[str, Any]]


def listings(house: House, shop: Shop) -> Rows:
    for listing in house.world.listings_of(shop.name):
        yield {
            "client": shop.client, "shop": shop.name, "site": listing.site, "listing_id": listing.sku,
            "product_id": numbers.asin(listing.product), "sku": listing.sku, "title": listing.product.titles[SITES[listing.site].language],
            "status": _status(listing), "status_raw": ",".join(sorted(statuses(listing))), "fulfilled_by": listing.fulfilled_by,
            "currency": SITES[listing.site].currency, "price_minor": listing.price_minor, "listed_at": iso(listing.listed_at),
            "listed_date": _date(listing.listed_at, listing.site), "source_updated_at": iso(changed_at(house, listing)),
        }


def _status(listing: Listing) -> str:
    if "BUYABLE" in statuses(listing):
        return "active"
    return "suppressed" if any("enforcements" in issue for issue in issues_of(listing)) else "inactive"


def inventory(house: House, shop: Shop) -> Rows:
    """The seller's own stock, and what lies with Amazon."""
    for listing in house.world.listings_of(shop.name):
        is_own = listing.fulfilled_by == "seller"
        told = None if is_own or not tells_time(listing) else stock_changed_at(house, listing)
        yield {
            "client": shop.client, "shop": shop.name, "site": listing.site, "sku": listing.sku,
            "location": "DEFAULT" if is_own else PLACES[listing.site].channel, "fulfilled_by": listing.fulfilled_by,
            "sellable_quantity": house.stock.quantity(shop.name, listing.site, listing.sku),
            "reserved_quantity": None if is_own else listing.reserved, "inbound_quantity": None if is_own else listing.inbound,
            **({"source_updated_at": iso(told)} if told else {}),
        }


def returns(house: House, shop: Shop) -> Rows:
    """Amazon tells the day of a request, not its hour."""
    for seen in merchant_returns(house, shop):
        request, order = seen.request, seen.order
        sku = order.lines[request.line].listing.sku
        yield {
            "client": shop.client, "shop": shop.name, "return_id": numbers.rma_id(request), "return_line_id": sku,
            "order_id": numbers.order_id(order), "line_id": None, "sku": sku, "kind": "return", "status": seen.status,
            "status_raw": RETURN_STATUS[seen.status], "quantity": request.quantity, "reason": f"CR-{request.reason}",
            "currency": SITES[order.site].currency, "refund_minor": request.refund_minor if seen.status == "refunded" else None,
            "requested_at": iso(_day_start(seen)), "requested_date": _date(seen.requested_at, order.site),
        }


def _day_start(seen: ReturnState) -> datetime:
    zone = ZONES[seen.order.site]
    return datetime.combine(seen.requested_at.astimezone(zone).date(), time(), zone)


def _date(at: datetime, site: str) -> str:
    return at.astimezone(ZONES[site]).date().isoformat()


TRUTH: dict[str, Callable[[House, Shop], Rows]] = {
    "listings": listings, "inventory": inventory, "orders": orders, "order_lines": order_lines, "shipments": shipments,
    "shipment_lines": shipment_lines, "returns": returns, "ledger_entries": ledger_entries, "payouts": payouts,
    "traffic": traffic.rows,
}
