"""What a report is computed from: the client's rows of the weeks concerned, and how far each shop is proven."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
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
REPORTED = ("orders", "returns")  # entities whose rows a report's figures come from
TRADED = ("inquiries", "quotations", "contracts", "payments", "shipments", "acceptances")  # the same of trade between businesses
RATE_DAYS = 8  # a day without a published rate takes an earlier one, at most a week old


def selling(client: Client) -> tuple[ShopEntry, ...]:
    """The client's shops that have orders; a payment service's account sells nothing and has no week of its own."""
    return tuple(entry for entry in client.shops if "orders" in registry.endpoints(entry.marketplace))


def trading(client: Client) -> tuple[ShopEntry, ...]:
    """The client's accounts that trade by contracts, those that only feed another one's deals included."""
    return tuple(entry for entry in client.shops if "contracts" in registry.endpoints(entry.marketplace))


def client_facts(client: Client, zone: str | None = None) -> ClientFacts:
    """``zone``: another than the client's own, for a week that was reported before the client's changed."""
    shops = tuple(ShopFacts(entry.name, entry.marketplace, entry.sites) for entry in selling(client))
    return ClientFacts(client=client.name, currency=client.currency, zone=zone or client.zone, shops=shops)


def week_frames(conn: Connection, client: Client, period: Period) -> dict[str, pd.DataFrame]:
    """The client's rows the weekly metrics need: four weeks of orders, returns since then, stock and listings now, rates."""
    since = period.end - timedelta(days=VELOCITY_DAYS)
    mine = {"client": client.name}
    return {
        **_sold_and_returned(conn, client, client.zone, since),
        "inventory": read_frame(conn, "inventory", where=mine),
        "listings": read_frame(conn, "listings", where=mine),
        "fx_rates": rates_since(conn, since),
    }


def period_frames(conn: Connection, client: Client, period: Period, zone: str) -> dict[str, pd.DataFrame]:
    """The orders placed in the period, their lines, and the returns requested in it; its days are ``zone``'s."""
    return _sold_and_returned(conn, client, zone, period.start, period.end)


def rates_since(conn: Connection, day: date) -> pd.DataFrame:
    return read_frame(conn, "fx_rates", metadata.tables["fx_rates"].c.rate_date >= day - timedelta(days=RATE_DAYS))


def _sold_and_returned(conn: Connection, client: Client, zone: str, start: date, end: date | None = None) -> dict[str, pd.DataFrame]:
    mine = {"client": client.name}

    def within(column) -> list:
        since, until = (datetime.combine(day, time(), tzinfo=ZoneInfo(zone)) if day else None for day in (start, end))
        return [column >= since, *([column < until] if until else [])]

    orders = read_frame(conn, "orders", *within(metadata.tables["orders"].c.placed_at), where=mine)
    ids = list(orders["order_id"].unique())
    return {
        "orders": orders,
        "order_lines": read_frame(conn, "order_lines", where={**mine, "order_id": ids}),
        "returns": read_frame(conn, "returns", *within(metadata.tables["returns"].c.requested_at), where=mine),
    }


def shop_certificates(conn: Connection, client: Client) -> list[ShopCertificate]:
    """A shop is proven as far, and as far back, as the least proven of the entities a report speaks of."""
    return _certificates(conn, client, selling(client), REPORTED)


def trade_certificates(conn: Connection, client: Client) -> list[ShopCertificate]:
    """The same of the accounts that trade by contracts, each by what is read of it."""
    return _certificates(conn, client, trading(client), TRADED)


def _certificates(conn: Connection, client: Client, shops: Sequence[ShopEntry], entities: Sequence[str]) -> list[ShopCertificate]:
    marks: dict[str, dict[str, datetime | None]] = {entry.name: {} for entry in shops}
    for row in ledger.certificates(conn, client.name):
        if row["entity"] in entities and row["shop"] in marks:
            marks[row["shop"]][row["entity"]] = row["watermark"]
    starts = ledger.proven_since(conn, client.name, entities)
    return [_certificate(shop, found, {entity: starts.get((shop, entity)) for entity in found}) for shop, found in marks.items()]


def _certificate(shop: str, marks: dict[str, datetime | None], starts: dict[str, datetime | None]) -> ShopCertificate:
    until = min(marks.values()) if marks and all(marks.values()) else None
    return ShopCertificate(shop, until, since=max(starts.values()) if starts and all(starts.values()) else None)
