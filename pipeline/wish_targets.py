"""What wishes are about, looked up in the tables: the article's listing, the order's parcel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from connectors import registry
from pipeline import opened as state
from pipeline import wish_trade
from pipeline.client import Client, ShopEntry
from pipeline.wish_rows import Target, agreed, grouped, site_of, wrong
from pipeline.wish_trade import SELLABLE
from transforms.wishes import Wish
from warehouse.merge import read_frame

OVER = ("cancelled", "returned", "failed")


def targets_of(conn: Connection, brand: Client, entry: ShopEntry, kind: str, wishes: list[Wish]) -> Iterator[Target]:
    """Each wish with what the tables show of it.

    Raises:
        SchemaError: a row speaks of what the tables do not know, or of more than is there; names row and column.
    """
    if kind in ("shipment", "price_tiers", "quotation"):
        yield from _of_several_rows(conn, brand, entry, kind, wishes)
        return
    listings = read_frame(conn, "listings", where={"client": brand.name, "shop": entry.name})
    for wish in wishes:
        yield _article(listings, entry, kind, wish)


def _of_several_rows(conn: Connection, brand: Client, entry: ShopEntry, kind: str, wishes: list[Wish]) -> Iterator[Target]:
    if kind == "price_tiers":
        return wish_trade.ladders(conn, brand, entry, wishes)
    if kind == "quotation":
        return wish_trade.offers(conn, brand, entry, wishes, state.clock().now())
    shown = {table for endpoint in registry.endpoints(entry.marketplace).values() for table in endpoint.tables}
    if "orders" in shown:
        return _parcels(conn, brand, entry, wishes)
    if "contracts" in shown:
        return wish_trade.consignments(conn, brand, entry, _by_parcel(wishes))
    return _paid_parcels(conn, brand, entry, wishes)


def _article(listings: pd.DataFrame, entry: ShopEntry, kind: str, wish: Wish) -> Target:
    wanted = {name: value for name, value in wish.fields.items() if name not in ("sku", "site")}
    site, sku = site_of(entry, kind, wish), wish.fields["sku"]
    mine = listings[(listings["sku"] == sku) & (listings["site"] == site) & listings["status"].isin(SELLABLE)]
    alive = mine.sort_values(["status", "listing_id"])
    if not len(alive):
        if kind == "price" or (kind == "product" and "title" not in wanted):
            why = "a new product needs a title" if kind == "product" else "no price can be set"
            raise wrong(kind, wish, "sku", f"{sku!r} is not listed in the shop on site {site} (as far as it was read), so {why}")
        return Target(site, sku, wanted)
    row = alive.iloc[0]
    if "currency" in wanted and pd.notna(row["currency"]) and wanted["currency"] != row["currency"]:
        raise wrong(kind, wish, "currency", f"the shop sells {sku!r} in {row['currency']}, not in {wanted['currency']}")
    shown = {"title": row["title"], "status": row["status"], "price_minor": row["price_minor"], "currency": row["currency"]}
    kept = {name: value for name, value in shown.items() if pd.notna(value)}
    kept |= {"price_minor": int(kept["price_minor"])} if "price_minor" in kept else {}
    return Target(site, sku, wanted, kept, row["listing_id"], None if pd.isna(row["product_id"]) else row["product_id"])


def _parcels(conn: Connection, brand: Client, entry: ShopEntry, wishes: list[Wish]) -> Iterator[Target]:
    """Rows of one order and number are one parcel; without lines it holds what is not shipped yet."""
    numbers = list(dict.fromkeys(wish.fields["order_id"] for wish in wishes))
    mine = {"client": brand.name, "shop": entry.name, "order_id": numbers}
    orders = read_frame(conn, "orders", where=mine).set_index("order_id")
    lines = read_frame(conn, "order_lines", where=mine)
    parcels = _by_parcel(wishes)
    left = {order: _left(lines[lines["order_id"] == order]) for order in orders.index}
    for (order, number), rows in parcels.items():
        if order not in left:
            raise wrong("shipment", rows[0], "order_id", f"{order!r} is no order of the shop (as far as it was read)")
        units = _units(rows, left[order])
        left[order] = {line: waiting - units.get(line, 0) for line, waiting in left[order].items()}
        told = _said_of(rows)
        wanted = {"order_id": order, "tracking_number": number, "units": units, **told}
        yield Target(orders.loc[order, "site"], f"{order} {number}", wanted)


def _paid_parcels(conn: Connection, brand: Client, entry: ShopEntry, wishes: list[Wish]) -> Iterator[Target]:
    """A payment service knows payments and no orders: ``order_id`` is the number the store told it, or a payment's own."""
    paid = {"client": brand.name, "shop": entry.name, "kind": "payment", "status": "completed"}
    for (order, number), rows in _by_parcel(wishes).items():
        found = {
            row.transaction_id for name in ("order_id", "transaction_id")
            for row in read_frame(conn, "payments", where={**paid, name: order}).itertuples() if row.amount_minor > 0
        }
        if not found:
            raise wrong("shipment", rows[0], "order_id", f"{order!r} names no completed payment (as far as they were read)")
        if len(found) > 1:
            several = ", ".join(sorted(found))
            raise wrong("shipment", rows[0], "order_id", f"{order!r} is the order of several payments; write one's number: {several}")
        if len(rows) > 1 or "line_id" in rows[0].fields:
            raise wrong("shipment", rows[-1], "line_id", f"{entry.marketplace} knows no lines; a parcel is one row without them")
        yield Target(entry.sites[0], f"{order} {number}", {"order_id": order, "tracking_number": number, "units": {}, **_said_of(rows)})


def _by_parcel(wishes: list[Wish]) -> dict[tuple[str, str], list[Wish]]:
    return grouped(wishes, lambda wish: (wish.fields["order_id"], wish.fields["tracking_number"]))


def _said_of(rows: list[Wish]) -> dict[str, Any]:
    """Carrier and time of one parcel, which its rows must not contradict each other about."""
    return agreed("shipment", rows, ("carrier", "shipped_at"), "parcel")


def _left(lines: pd.DataFrame) -> dict[str, int]:
    """Line → units that still wait to be shipped; none of a line that was called off or came back."""
    rows = ((row.line_id, 0 if row.status in OVER else int(row.quantity) - int(row.shipped_quantity)) for row in lines.itertuples())
    return dict(rows)


def _units(rows: list[Wish], left: Mapping[str, int]) -> dict[str, int]:
    if not any("line_id" in wish.fields for wish in rows):
        waiting = {line: units for line, units in left.items() if units > 0}
        if not waiting:
            raise wrong("shipment", rows[0], "order_id", f"{rows[0].fields['order_id']!r} waits for nothing any more")
        return waiting
    found: Counter[str] = Counter()
    for wish in rows:
        line, units = wish.fields.get("line_id"), wish.fields.get("units", 0)
        if line not in left:
            raise wrong("shipment", wish, "line_id", f"{line!r} is no line of the order; it has {', '.join(left) or 'none'}")
        found[line] += units
        if found[line] > left[line]:
            raise wrong("shipment", wish, "units", f"{found[line]} of line {line}, but {max(left[line], 0)} wait to be shipped")
    return dict(found)
