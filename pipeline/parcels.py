"""Which parcels a tracking account is to follow tonight: undelivered ones of its client's shops, cheapest service first.

What counts is what the warehouse holds when the pull begins. The night reads its tracking accounts after its shops, so a parcel
that a shop told of this very night is followed from tonight on; one of a shop that failed tonight, from the night that reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from connectors import registry
from connectors.contract import ParcelToFollow, TrackingSource
from connectors.sources import assign
from pipeline.clients import Client
from transforms.tables import TRACKED_PARCELS
from warehouse.merge_sql import row_key

LONGEST = timedelta(days=60)  # carriers forget a parcel after about 90 days, and what has not arrived by then is lost

_WAITING = text(f"""
    WITH told AS (
        SELECT DISTINCT ON (t.tracking_number) t.tracking_number, t.shop, t.status,
               greatest(t.source_updated_at, c.source_updated_at) AS checked_at
        FROM tracked_parcels t
        LEFT JOIN confirmations c
          ON c.client = t.client AND c.shop = t.shop AND c.table_name = 'tracked_parcels' AND c.row_key = {row_key(TRACKED_PARCELS, "t")}
        WHERE t.client = :client
        ORDER BY t.tracking_number, checked_at DESC, t.shop
    )
    SELECT s.shop, s.order_id, s.tracking_number, s.carrier, o.ship_country AS country,
           told.shop AS followed_by, told.status, told.checked_at
    FROM shipments s
    JOIN orders o USING (client, shop, order_id)
    LEFT JOIN told USING (tracking_number)
    WHERE s.client = :client AND s.tracking_number IS NOT NULL AND s.delivered_at IS NULL
      AND s.status IN ('pending', 'in_transit')
      AND coalesce(s.shipped_at, o.placed_at) >= :since
      AND (told.status IS NULL OR told.status NOT IN ('delivered', 'returned', 'expired'))
""")


def tracking_sources(client: Client) -> dict[str, TrackingSource]:
    """The client's tracking accounts and what following costs there."""
    found = {entry.name: registry.tracking_source(entry.marketplace) for entry in client.shops}
    return {name: source for name, source in found.items() if source}


def waiting_parcels(conn: Connection, client: str, now: datetime) -> list[ParcelToFollow]:
    """Every parcel of the client's shops that has a number, is not known to have arrived, and left not too long ago."""
    rows = conn.execute(_WAITING, {"client": client, "since": now - LONGEST}).mappings()
    return [ParcelToFollow(**row) for row in rows]


def parcels_for(conn: Connection, client: Client, account: str, now: datetime) -> Sequence[ParcelToFollow]:
    """What ``account`` is asked for tonight."""
    return assign(waiting_parcels(conn, client.name, now), tracking_sources(client)).get(account, ())
