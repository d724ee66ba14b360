"""derive: followed shipments and every stage once more, from what is stored; for after an upgrade, or a mended rule.

A night derives what it touches by itself. Derived rows are a function of the stored ones, so this may be run at any time.
"""

from __future__ import annotations

from pipeline import opened as state
from pipeline import stages
from pipeline.merge import derive_orders
from warehouse.database import client_session
from warehouse.followed import lock_derivations, stored_orders

AT_ONCE = 5_000


def derive_client(client: str) -> int:
    """Derive the orders of every shop of ``client``, then all that stands on its chains; returns how many rows are others than before."""
    changed, after, brand = 0, ("", ""), state.find_client(client)
    while True:
        with client_session(state.engine(), client) as conn:
            lock_derivations(conn, client, alone=True)
            found = stored_orders(conn, client, after, AT_ONCE)
            for shop in dict(found):
                changed += derive_orders(conn, brand, shop, [order for one, order in found if one == shop])
        if len(found) < AT_ONCE:
            return changed + sum(stages.rebuild(brand).values())
        after = found[-1]
