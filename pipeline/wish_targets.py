"""What wishes are about, looked up in the tables: the article's listing, the order's parcel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from connectors import registry
from pipeline.client import Client, ShopEntry
from transforms.schema import SchemaError
from transforms.wishes import Wish
from warehouse.merge import read_frame

SELLABLE = ("active", "inactive")
OVER = ("cancelled", "returned", "failed")


@dataclass(frozen=True)
class Target:
    """What a wish is about, as the tables know it. ``name``: within shop, site and kind; ``observed``: what they show."""

    site: str
    name: str
    wanted: Mapping[str, Any]
    observed: Mapping[str, Any] = field(default_factory=dict)
    listing_id: str | None = None
    product_id: str | None = None

    @property
    def spot(self) -> tuple[str, str]:
        return self.site, self.name


def targets_of(conn: Connection, brand: Client, entry: ShopEntry, kind: str, wishes: list[Wish]) -> Iterator[Target]:
    """Each wish with what the tables show of it.

    Raises:
        SchemaError: a row speaks of what the tables do not know, or of more than is there; names row and column.
    """
    if kind == "shipment":
        has_orders = any("orders" in endpoint.tables for endpoint in registry.endpoints(entry.marketplace).values())
        yield from (_parcels if has_orders else _paid_parcels)(conn, brand, entry, wishes)
        return
    listings = read_frame(conn, "listings", where={"client": brand.name, "shop": entry.name})
    for wish in wishes:
        yield _article(listings, entry, kind, wish)


def _article(listings: pd.DataFrame, entry: ShopEntry, kind: str, wish: Wish) -> Target:
    wanted = {name: value for name, value in wish.fields.items() if name not in ("sku", "site")}
    site, sku = _site(entry, kind, wish), wish.fields["sku"]
    mine = listings[(listings["sku"] == sku) & (listings["site"] == site) & listings["status"].isin(SELLABLE)]
    alive = mine.sort_values(["status", "listing_id"])
    if not len(alive):
        if kind == "price" or (kind == "product" and "title" not in wanted):
            why = "a new product needs a title" if kind == "product" else "no price can be set"
            raise _wrong(kind, wish, "sku", f"{sku!r} is not listed in the shop on site {site} (as far as it was read), so {why}")
        return Target(site, sku, wanted)
    row = alive.iloc[0]
    if "currency" in wanted and pd.notna(row["currency"]) and wanted["currency"] != row["currency"]:
        raise _wrong(kind, wish, "currency", f"the shop sells {sku!r} in {row['currency']}, not in {wanted['currency']}")
    shown = {"title": row["title"], "status": row["status"], "price_minor": row["price_minor"], "currency": row["currency"]}
    kept = {name: value for name, value in shown.items() if pd.notna(value)}
    kept |= {"price_minor": int(kept["price_minor"])} if "price_minor" in kept else {}
    return Target(site, sku, wanted, kept, row["listing_id"], None if pd.isna(row["product_id"]) else row["product_id"])


def _site(entry: ShopEntry, kind: str, wish: Wish) -> str:
    site = wish.fields.get("site") or (entry.sites[0] if len(entry.sites) == 1 else None)
    if site not in entry.sites:
        what = f"{site!r} is no site of the shop" if site else "is empty, and the shop has several sites"
        raise _wrong(kind, wish, "site", f"{what}; it has {', '.join(entry.sites)}")
    return site


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
            raise _wrong("shipment", rows[0], "order_id", f"{order!r} is no order of the shop (as far as it was read)")
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
            raise _wrong("shipment", rows[0], "order_id", f"{order!r} names no completed payment (as far as they were read)")
        if len(found) > 1:
            several = ", ".join(sorted(found))
            raise _wrong("shipment", rows[0], "order_id", f"{order!r} is the order of several payments; write one's number: {several}")
        if len(rows) > 1 or "line_id" in rows[0].fields:
            raise _wrong("shipment", rows[-1], "line_id", f"{entry.marketplace} knows no lines; a parcel is one row without them")
        yield Target(entry.sites[0], f"{order} {number}", {"order_id": order, "tracking_number": number, "units": {}, **_said_of(rows)})


def _by_parcel(wishes: list[Wish]) -> dict[tuple[str, str], list[Wish]]:
    parcels: dict[tuple[str, str], list[Wish]] = {}
    for wish in wishes:
        parcels.setdefault((wish.fields["order_id"], wish.fields["tracking_number"]), []).append(wish)
    return parcels


def _said_of(rows: list[Wish]) -> dict[str, Any]:
    """Carrier and time of one parcel, which its rows must not contradict each other about."""
    first = rows[0].fields
    for wish in rows[1:]:
        for name in ("carrier", "shipped_at"):
            if wish.fields.get(name) != first.get(name):
                shown = [str(each or "nothing") for each in (wish.fields.get(name), first.get(name))]
                raise _wrong("shipment", wish, name, f"says {shown[0]}, row {rows[0].row} says {shown[1]} of the same parcel")
    return {name: first[name] for name in ("carrier", "shipped_at") if name in first}


def _left(lines: pd.DataFrame) -> dict[str, int]:
    """Line → units that still wait to be shipped; none of a line that was called off or came back."""
    rows = ((row.line_id, 0 if row.status in OVER else int(row.quantity) - int(row.shipped_quantity)) for row in lines.itertuples())
    return dict(rows)


def _units(rows: list[Wish], left: Mapping[str, int]) -> dict[str, int]:
    if not any("line_id" in wish.fields for wish in rows):
        waiting = {line: units for line, units in left.items() if units > 0}
        if not waiting:
            raise _wrong("shipment", rows[0], "order_id", f"{rows[0].fields['order_id']!r} waits for nothing any more")
        return waiting
    found: Counter[str] = Counter()
    for wish in rows:
        line, units = wish.fields.get("line_id"), wish.fields.get("units", 0)
        if line not in left:
            raise _wrong("shipment", wish, "line_id", f"{line!r} is no line of the order; it has {', '.join(left) or 'none'}")
        found[line] += units
        if found[line] > left[line]:
            raise _wrong("shipment", wish, "units", f"{found[line]} of line {line}, but {max(left[line], 0)} wait to be shipped")
    return dict(found)


def _wrong(kind: str, wish: Wish, column: str, why: str) -> SchemaError:
    return SchemaError(f"{kind} wishes, row {wish.row}, column {column}: {why}")

