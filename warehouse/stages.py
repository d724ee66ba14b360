"""Stage events: derived from the stored rows of the orders a batch touched, and replaced as a set."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from sqlalchemy import Connection, text

from transforms.tables import STAGE_EVENTS
from warehouse import merge_sql
from warehouse.copying import copy_in, read_frame

SOURCES = ("orders", "shipments", "returns")


def refresh_stages(
    conn: Connection, client: str, shop: str, order_ids: Sequence[str], stage_function: Callable[..., pd.DataFrame]
) -> int:
    """Derive the stages of these orders again and store what differs; returns how many rows that were.

    ``stage_function(orders, shipments, returns)`` (``transforms.stages.order_stages``) is given the stored rows of these orders.
    """
    if not len(order_ids):
        return 0
    where = {"client": client, "shop": shop, "order_id": list(order_ids)}
    events = STAGE_EVENTS.conform(stage_function(*(read_frame(conn, name, where=where) for name in SOURCES)))
    incoming = merge_sql.incoming(STAGE_EVENTS)
    conn.execute(text(f"CREATE TEMPORARY TABLE {incoming} ON COMMIT DROP AS SELECT * FROM stage_events WITH NO DATA"))
    copy_in(conn, incoming, events, STAGE_EVENTS.arrow_schema)
    removed = conn.execute(
        text(
            "DELETE FROM stage_events t WHERE t.client = :client AND t.shop = :shop AND t.order_id = ANY(:orders)"
            f" AND NOT EXISTS (SELECT FROM {incoming} i WHERE {merge_sql.matched(STAGE_EVENTS.full_key, 'i', 't')})"
        ),
        {"client": client, "shop": shop, "orders": list(order_ids)},
    ).rowcount
    stored = conn.execute(text(merge_sql.upsert_derived(STAGE_EVENTS))).rowcount
    conn.execute(text(f"DROP TABLE {incoming}"))
    return removed + stored
