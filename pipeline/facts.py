"""What a report is computed from: the client's rows of the weeks concerned, and how far each shop is proven."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection

from connectors import registry
from pipeline.clients import Client, ShopEntry
from reports.facts import ShopCertificate
from transforms.metrics import ClientFacts, Period, ShopFacts
from warehouse import ledger
from warehouse.merge import read_frame
from warehouse.tables import metadata

VELOCITY_DAYS = 28  # stock to watch is judged by the last four weeks' sales
RATE_DAYS = 8  # a day without a published rate takes an earlier one, at most a week old


def selling(client: Client) -> tuple[ShopEntry, ...]:
    """The client's shops that have orders; a payment service's account sells nothing and has no week of its own."""
    return tuple(entry for entry in client.shops if "orders" in registry.endpoints(entry.marketplace))


def client_facts(client: Client) -> ClientFacts:
    shops = tuple(ShopFacts(entry.name, entry.marketplace, entry.sites) for entry in selling(client))
    return ClientFacts(client=client.name, currency=client.currency, zone=client.zone, shops=shops)


def week_frames(conn: Connection, client: Client, period: Period) -> dict[str, pd.DataFrame]:
    """The client's rows the weekly metrics need: four weeks of orders, returns since then, stock and listings now, rates."""
    zone = ZoneInfo(client.zone)
    since = datetime.combine(period.end - timedelta(days=VELOCITY_DAYS), time(), tzinfo=zone)
    columns = {name: metadata.tables[name].c for name in ("orders", "returns", "fx_rates")}
    mine = {"client": client.name}
    orders = read_frame(conn, "orders", columns["orders"].placed_at >= since, where=mine)
    ids = list(orders["order_id"].unique())
    return {
        "orders": orders,
        "order_lines": read_frame(conn, "order_lines", where={**mine, "order_id": ids}),
        "returns": read_frame(conn, "returns", columns["returns"].requested_at >= since, where=mine),
        "inventory": read_frame(conn, "inventory", where=mine),
        "listings": read_frame(conn, "listings", where=mine),
        "fx_rates": read_frame(conn, "fx_rates", columns["fx_rates"].rate_date >= since.date() - timedelta(days=RATE_DAYS)),
    }


def shop_certificates(conn: Connection, client: Client) -> list[ShopCertificate]:
    """A shop is proven as far as the least proven of the entities a report speaks of."""
    marks: dict[str, list[datetime | None]] = {entry.name: [] for entry in selling(client)}
    for row in ledger.certificates(conn, client.name):
        if row["entity"] in ("orders", "returns") and row["shop"] in marks:
            marks[row["shop"]].append(row["watermark"])
    return [ShopCertificate(shop, min(found) if found and all(found) else None) for shop, found in marks.items()]
