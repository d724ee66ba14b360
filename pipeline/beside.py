"""What a report tells beside sales, from the client's rows: parcels, unmatched payments, advertising and visits, trade by contracts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, or_, text

from connectors import registry
from pipeline.clients import Client
from pipeline.facts import trading
from pipeline.trade import trade
from reports.facts import Beside
from transforms.delivery import LOOKED_BACK, DeliveryWeek, delivery_week, telling_shops
from transforms.metrics import Period
from transforms.promised import PromisedWeek, promised_week
from transforms.promotion import Promotion, promotion_week
from transforms.unmatched import PaymentWeek, payment_week
from warehouse import ledger
from warehouse.merge import read_frame
from warehouse.tables import metadata

A_DAY = timedelta(days=1)
CLOCKS_DIFFER = timedelta(days=7)  # a shop dates a payment by its order, a service by its own start of it


def beside(conn: Connection, client: Client, period: Period, now: datetime) -> Beside:
    """``now``: the night the report belongs to."""
    delivery, promised = _delivery(conn, client, period, now)
    payments, promotion = _payments(conn, client, period), _promotion(conn, client, period, now)
    return Beside(delivery, promised, payments, promotion, trade(conn, client, period))


def _delivery(conn: Connection, client: Client, period: Period, now: datetime) -> tuple[DeliveryWeek, PromisedWeek | None]:
    parcel = metadata.tables["followed_shipments"].c
    since = min(_midnight(period.start, client), now) - LOOKED_BACK
    arrived = parcel.delivered_date.between(period.start - A_DAY, period.end)  # the site's days, which differ from the client's
    asked = or_(parcel.shipped_at >= since, and_(parcel.shipped_at.is_(None), arrived))  # some shops tell arrivals only
    followed = read_frame(conn, "followed_shipments", asked, where={"client": client.name})
    promise = metadata.tables["orders"].c.deliver_by_at
    within = promise >= _midnight(period.start, client), promise < _midnight(period.end, client)
    orders = read_frame(conn, "orders", *within, where={"client": client.name})
    parcels = read_frame(conn, "followed_shipments", where={"client": client.name, "order_id": list(orders["order_id"].unique())})
    promised = promised_week(orders, parcels, telling_shops(followed), period, client.zone, now)
    return delivery_week(followed, period, client.zone, now), promised


def payment_services(client: Client) -> dict[str, str]:
    """Accounts that take payments and sell nothing → the service's name, as shops say it of an order."""
    paid = [entry for entry in client.shops if "payments" in registry.endpoints(entry.marketplace)]
    return {entry.name: entry.marketplace for entry in paid if not {"orders", "contracts"} & registry.endpoints(entry.marketplace).keys()}


def _payments(conn: Connection, client: Client, period: Period) -> PaymentWeek | None:
    services = payment_services(client)
    if not services:
        return None
    paid = metadata.tables["payments"].c.paid_at
    around = _midnight(period.start, client) - CLOCKS_DIFFER, _midnight(period.end, client) + CLOCKS_DIFFER
    of_orders = metadata.tables["payments"].c.shop.not_in([entry.name for entry in trading(client)])  # a deal's stand on its chain
    payments = read_frame(conn, "payments", of_orders, paid >= around[0], paid < around[1], where={"client": client.name})
    orders = read_frame(conn, "orders", where={"client": client.name, "order_id": list(payments["order_id"].dropna().unique())})
    since, until = _proven(conn, client, list(services))
    return payment_week(payments, orders, services, period, client.zone, since, until)


def _proven(conn: Connection, client: Client, accounts: list[str]) -> tuple[datetime | None, datetime | None]:
    """Over which time the payments of every account are certified."""
    ends = {row["shop"]: row["watermark"] for row in ledger.certificates(conn, client.name) if row["entity"] == "payments"}
    starts = ledger.proven_since(conn, client.name, ("payments",))
    found = [(starts.get((name, "payments")), ends.get(name)) for name in accounts]
    if any(None in each for each in found):
        return None, None
    return max(start for start, _ in found), min(end for _, end in found)


def _promotion(conn: Connection, client: Client, period: Period, now: datetime) -> Promotion | None:
    files = {table: _newest_file(conn, table, client) for table in ("ad_spend", "traffic")}
    days = {"ad_spend": "spend_date", "traffic": "traffic_date"}
    rows = {}
    for table, day in days.items():
        column = metadata.tables[table].c[day]
        rows[table] = read_frame(conn, table, column >= period.start, column < period.end, where={"client": client.name})
    return promotion_week(rows["ad_spend"], rows["traffic"], period, now, files["ad_spend"], files["traffic"])


def _newest_file(conn: Connection, table: str, client: Client) -> datetime | None:
    """When the newest export of this kind was saved; one that told nothing new counts too."""
    query = text(
        f"SELECT greatest((SELECT max(source_updated_at) FROM {table} WHERE client = :client),"
        " (SELECT max(source_updated_at) FROM confirmations WHERE client = :client AND table_name = :name))"
    )
    return conn.execute(query, {"client": client.name, "name": table}).scalar()


def _midnight(day: date, client: Client) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(client.zone))
