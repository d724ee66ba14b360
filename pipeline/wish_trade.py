"""What wishes of trade between businesses are about: a product's price ladder, an offer to a buyer, a contract's consignment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection

from pipeline.client import Client, ShopEntry
from pipeline.wish_rows import Target, agreed, grouped, site_of, wrong
from transforms.wishes import Wish, plain_decimal
from warehouse.merge import read_frame

SELLABLE = ("active", "inactive")
OVER = {"rfqs": ("won", "lost", "expired"), "inquiries": ("closed", "spam")}
ELDERS = {"rfq_id": "rfqs", "inquiry_id": "inquiries"}
SHIPPABLE = ("signed", "deposit_paid", "in_production", "ready", "paid", "partially_shipped")  # contracts with goods still to go
OF_AN_OFFER = ("message", "payment_terms", "valid_until", "currency")
OF_AN_ITEM = {"item": "name", "quantity": "quantity", "unit": "unit", "unit_price": "unit_price", "currency": "currency",
              "incoterm": "incoterm", "port": "port", "sku": "sku", "remark": "remark"}  # fmt: skip


def ladders(conn: Connection, brand: Client, entry: ShopEntry, wishes: list[Wish]) -> Iterator[Target]:
    """Rows of one article are its product's ladder, whole: it counts for all the product's variants, so one of them names it."""
    mine = {"client": brand.name, "shop": entry.name}
    listings, tiers = read_frame(conn, "listings", where=mine), read_frame(conn, "price_tiers", where=mine)
    alive = listings[listings["status"].isin(SELLABLE)]
    named: dict[tuple[str, str], Wish] = {}
    for (site, sku), rows in grouped(wishes, lambda wish: (site_of(entry, "price_tiers", wish), wish.fields["sku"])).items():
        shown = alive[(alive["sku"] == sku) & (alive["site"] == site)].sort_values(["status", "listing_id"])
        if not len(shown):
            raise wrong("price_tiers", rows[0], "sku", f"{sku!r} is not listed in the shop on site {site} (as far as it was read)")
        row = shown.iloc[0]
        product = None if pd.isna(row["product_id"]) else row["product_id"]
        other = named.setdefault((site, product or sku), rows[0])
        if other is not rows[0]:
            why = f"{sku!r} is of the same product as row {other.row}; its ladder counts for all its variants, so name one of them"
            raise wrong("price_tiers", rows[0], "sku", why)
        wanted = {"currency": _currency(rows, row["currency"]), "steps": _steps(rows)}
        variants = shown.head(1) if product is None else alive[(alive["product_id"] == product) & (alive["site"] == site)]
        before = _ladder(tiers[(tiers["site"] == site) & tiers["listing_id"].isin(variants["listing_id"])], len(variants))
        yield Target(site, product or sku, wanted, before, row["listing_id"], product)


def _currency(rows: list[Wish], shown: Any) -> str:
    found = agreed("price_tiers", rows, ("currency",), "ladder")["currency"]
    if pd.notna(shown) and found != shown:
        raise wrong("price_tiers", rows[0], "currency", f"the shop sells {rows[0].fields['sku']!r} in {shown}, not in {found}")
    return found


def _steps(rows: list[Wish]) -> list[list[str]]:
    """Least quantity and price of each step, the least order first."""
    ordered = sorted(rows, key=lambda wish: wish.fields["minimum_quantity"])
    for less, more in pairwise(ordered):
        if less.fields["minimum_quantity"] == more.fields["minimum_quantity"]:
            raise wrong("price_tiers", more, "minimum_quantity", f"row {less.row} has the same of this article")
        if Decimal(less.fields["unit_price"]) <= Decimal(more.fields["unit_price"]):
            raise wrong("price_tiers", more, "unit_price", f"prices must fall as quantities rise, and row {less.row} is not dearer")
    return [[str(wish.fields["minimum_quantity"]), wish.fields["unit_price"]] for wish in ordered]


def _ladder(tiers: pd.DataFrame, variants: int) -> dict[str, Any]:
    """The ladder the product's variants show, where all show the same one; a range is none."""
    if tiers["highest_price"].notna().any():
        return {}
    each = {
        (currency, tuple((plain_decimal(q), plain_decimal(p)) for q, p in zip(mine["minimum_quantity"], mine["unit_price"], strict=True)))
        for (_, currency), mine in tiers.sort_values("minimum_quantity").groupby(["listing_id", "currency"])
    }
    if len(each) != 1 or tiers["listing_id"].nunique() != variants:
        return {}
    currency, steps = each.pop()
    return {"currency": currency, "steps": [list(step) for step in steps]}


def offers(conn: Connection, brand: Client, entry: ShopEntry, wishes: list[Wish], now: datetime) -> Iterator[Target]:
    """Rows of one request (or inquiry) are the items of one offer to it."""
    for (column, number), rows in grouped(wishes, _elder).items():
        table = ELDERS[column]
        found = read_frame(conn, table, where={"client": brand.name, "shop": entry.name, column: [number]})
        if not len(found):
            raise wrong("quotation", rows[0], column, f"{number!r} is no {table.removesuffix('s')} of the shop (as far as it was read)")
        why = _is_over(table, found.iloc[0], now)
        if why:
            raise wrong("quotation", rows[0], column, f"{number!r} {why}")
        told = agreed("quotation", rows, OF_AN_OFFER, "offer")
        if told["valid_until"] < now.astimezone(ZoneInfo(brand.zone)).date().isoformat():
            raise wrong("quotation", rows[0], "valid_until", f"{told['valid_until']} is over")
        items = [{ours: wish.fields[theirs] for theirs, ours in OF_AN_ITEM.items() if theirs in wish.fields} for wish in rows]
        wanted = {column: number, **{name: told[name] for name in OF_AN_OFFER if name != "currency"}, "items": items}
        yield Target(entry.sites[0], f"{table.removesuffix('s')} {number}", wanted)


def _elder(wish: Wish) -> tuple[str, str]:
    named = [column for column in ELDERS if column in wish.fields]
    if len(named) != 1:
        raise wrong("quotation", wish, "rfq_id", "an offer answers one request (rfq_id) or one inquiry (inquiry_id): fill one of the two")
    return named[0], wish.fields[named[0]]


def _is_over(table: str, row: pd.Series, now: datetime) -> str | None:
    if row["status"] in OVER[table]:
        return f"is {row['status']}: it takes no offer any more"
    if table == "rfqs" and pd.notna(row["expires_at"]) and row["expires_at"] <= now:
        return f"took offers until {row['expires_at']:%Y-%m-%d %H:%M} UTC"
    if table == "rfqs" and pd.notna(row["quotes_left"]) and row["quotes_left"] <= 0:
        return "takes no more offers: it has as many as it wanted"
    return None


def consignments(conn: Connection, brand: Client, entry: ShopEntry, parcels: Mapping[tuple[str, str], list[Wish]]) -> Iterator[Target]:
    """A contract is its marketplace's order. Without lines a parcel holds whatever has not left yet: what that is the marketplace
    knows, for vouchers do not tell their goods."""
    mine = {"client": brand.name, "shop": entry.name, "contract_id": list(dict.fromkeys(number for number, _ in parcels))}
    contracts, lines = read_frame(conn, "contracts", where=mine).set_index("contract_id"), read_frame(conn, "contract_lines", where=mine)
    for (number, tracking), rows in parcels.items():
        if number not in contracts.index:
            raise wrong("shipment", rows[0], "order_id", f"{number!r} is no contract of the shop (as far as it was read)")
        status = contracts.loc[number, "status"]
        if status not in SHIPPABLE:
            raise wrong("shipment", rows[0], "order_id", f"contract {number!r} is {status}: nothing of it waits to be shipped")
        told = agreed("shipment", rows, ("carrier", "shipped_at"), "parcel")
        units = _units(rows, lines[lines["contract_id"] == number])
        yield Target(entry.sites[0], f"{number} {tracking}", {"order_id": number, "tracking_number": tracking, "units": units, **told})


def _units(rows: Sequence[Wish], lines: pd.DataFrame) -> dict[str, int]:
    sold = dict(zip(lines["line_id"], lines["quantity"], strict=True))
    found: dict[str, int] = {}
    for wish in rows if any("line_id" in each.fields for each in rows) else ():
        line, units = wish.fields.get("line_id"), wish.fields.get("units", 0)
        if line not in sold:
            raise wrong("shipment", wish, "line_id", f"{line!r} is no line of the contract; it has {', '.join(sold) or 'none'}")
        found[line] = found.get(line, 0) + units
        if pd.notna(sold[line]) and found[line] > sold[line]:
            raise wrong("shipment", wish, "units", f"{found[line]} of line {line}, but {plain_decimal(sold[line])} were sold")
    return found
