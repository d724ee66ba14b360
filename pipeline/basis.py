"""What a stock plan is made from, besides the stock itself: the master's date, units taken since, and how far all is proven."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection

from connectors import registry
from connectors.contract import Endpoint
from pipeline import opened as state
from pipeline.clients import Client
from transforms import stock
from transforms.stock.wanted import OPEN_STATUSES
from warehouse import ledger, quarantine
from warehouse.copying import read_frame
from warehouse.tables import metadata

ORDERS = metadata.tables["orders"]
_ORDER = ("client", "shop", "order_id")
READ = {  # a stale master can mean many orders: only what is counted
    "orders": (*_ORDER, "status", "placed_at", "fulfilled_by"),
    "order_lines": (*_ORDER, "line_id", "sku", "status", "quantity", "shipped_quantity"),
    "shipments": (*_ORDER, "shipment_id", "shipped_at", "delivered_at"),
    "shipment_lines": (*_ORDER, "shipment_id", "line_id", "quantity"),
}
OF_ORDERS, OF_STOCK = ("orders", "order_lines"), ("listings", "inventory")


def read_dated(file: Path) -> tuple[bytes, datetime]:
    """A dropped file and its own date (when the brand counted: whoever copies it must keep that), of one and the same file.

    Raises:
        OSError: it cannot be read.
    """
    with file.open("rb") as handle:
        return handle.read(), datetime.fromtimestamp(os.fstat(handle.fileno()).st_mtime, UTC)


def stand_on(conn: Connection, brand: Client, counted_at: datetime) -> tuple[pd.DataFrame, stock.Basis]:
    """What the master's count must be lessened by, and how fresh all of it is.

    Returns:
        Units per ``client`` and ``sku`` that are no longer free: promised and not shipped yet, or shipped after the count;
        and the basis the guard judges.
    """
    is_open = {"client": brand.name, "status": list(OPEN_STATUSES)}
    orders, changed = read_frame(conn, "orders", where=is_open, columns=READ["orders"]), _changed_since(conn, brand.name, counted_at)
    lines, *parcels = (_of_orders(conn, name, brand.name, changed) for name in ("order_lines", "shipments", "shipment_lines"))
    promised = stock.promised(orders, _of_orders(conn, "order_lines", brand.name, orders))
    basis = stock.Basis(
        now=state.clock().now(),
        master_at=counted_at,
        ordered_since=stock.ordered_since(changed, lines, counted_at),
        proofs=tuple(_proofs(conn, brand)),
        held_orders=quarantine.orders_held(conn, brand.name),
    )
    return stock.together(promised, stock.left_since(changed, lines, *parcels, counted_at)), basis


def _changed_since(conn: Connection, client: str, since: datetime) -> pd.DataFrame:
    """Whatever was ordered or shipped since then has changed since then."""
    return read_frame(conn, "orders", ORDERS.c.source_updated_at >= since, where={"client": client}, columns=READ["orders"])


def _of_orders(conn: Connection, table: str, client: str, orders: pd.DataFrame) -> pd.DataFrame:
    return read_frame(conn, table, where={"client": client, "order_id": list(orders["order_id"].unique())}, columns=READ[table])


def _proofs(conn: Connection, brand: Client) -> Iterator[stock.Proof]:
    """Also of entities the client's file leaves out: an order nobody reads is promised all the same."""
    for entry in brand.shops:
        for entity, endpoint in registry.endpoints(entry.marketplace).items():
            of_orders = not set(endpoint.tables).isdisjoint(OF_ORDERS)
            if of_orders or _tells_of_stock(endpoint):
                yield stock.Proof(entry.name, entity, of_orders, ledger.watermark(conn, brand.name, entry.name, entity))


def _tells_of_stock(endpoint: Endpoint) -> bool:
    """Stock in the marketplace's own warehouses is never written, so that it need not be proven."""
    is_theirs = endpoint.retires.get("inventory", {}).get("fulfilled_by") == "marketplace"
    return not is_theirs and not set(endpoint.tables).isdisjoint(OF_STOCK)
