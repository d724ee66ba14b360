"""Followed shipments: derived from the stored rows of the orders a batch touched, and replaced as a set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pandas as pd
from sqlalchemy import Connection, text

from transforms.tables import FOLLOWED_SHIPMENTS
from warehouse.copying import read_frame
from warehouse.derived import replace_derived


def lock_derivations(conn: Connection, client: str, *, alone: bool) -> None:
    """Taken after a batch's rows are written and before anything is derived from them; held until the transaction ends.

    ``alone``: for who derives rows of other shops (a tracking account's merge). Shops derive side by side, each its own; nobody does
    beside a tracking account, so that whoever comes second sees what the first has written.
    """
    how = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    conn.execute(text(f"SELECT {how}(hashtextextended(:what, 0))"), {"what": f"derive/{client}"})


def refresh_followed(
    conn: Connection, client: str, shop: str, order_ids: Sequence[str], follow_function: Callable[..., pd.DataFrame]
) -> int:
    """Derive the followed shipments of these orders again and store what differs; returns how many rows that were.

    ``follow_function(orders, shipments, tracked_parcels)`` (``transforms.followed.follow``) is given the stored rows of these orders,
    and what any tracking account of the client knows of their numbers.
    """
    if not len(order_ids):
        return 0
    where = {"client": client, "shop": shop, "order_id": list(order_ids)}
    orders, shipments = (read_frame(conn, name, where=where) for name in ("orders", "shipments"))
    numbers = list(shipments["tracking_number"].dropna().unique())
    tracked = read_frame(conn, "tracked_parcels", where={"client": client, "tracking_number": numbers})
    followed = FOLLOWED_SHIPMENTS.conform(follow_function(orders, shipments, tracked))
    return replace_derived(conn, FOLLOWED_SHIPMENTS, followed, "t.order_id = ANY(:order_id)", where)


def orders_of_parcels(conn: Connection, client: str, numbers: Iterable[str]) -> dict[str, list[str]]:
    """Shop → its orders that have a parcel with one of these tracking numbers."""
    query = text("SELECT DISTINCT shop, order_id FROM shipments WHERE client = :client AND tracking_number = ANY(:numbers) ORDER BY 1, 2")
    found: dict[str, list[str]] = {}
    for shop, order_id in conn.execute(query, {"client": client, "numbers": sorted(set(numbers))}):
        found.setdefault(shop, []).append(order_id)
    return found


def stored_orders(conn: Connection, client: str, after: tuple[str, str], limit: int) -> list[tuple[str, str]]:
    """The next (shop, order) of a client after this one, in the key's order."""
    query = text(
        "SELECT shop, order_id FROM orders WHERE client = :client AND (shop, order_id) > (:shop, :order_id) ORDER BY 1, 2 LIMIT :limit"
    )
    return [tuple(row) for row in conn.execute(query, {"client": client, "shop": after[0], "order_id": after[1], "limit": limit})]
