"""How many HTTP calls each shop cost."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from warehouse.tables import metadata

CALLS = metadata.tables["call_counts"]


def count_calls(conn: Connection, client: str, shop: str, run_id: str, counts: Mapping[str, int]) -> None:
    """Add calls by operation to what the run has made already."""
    if not counts:
        return
    rows = [
        {"client": client, "shop": shop, "run_id": run_id, "operation": operation, "calls": calls}
        for operation, calls in sorted(counts.items())
    ]
    added = insert(CALLS).values(rows)
    conn.execute(
        added.on_conflict_do_update(
            index_elements=["client", "shop", "run_id", "operation"], set_={"calls": CALLS.c.calls + added.excluded.calls}
        )
    )


def calls_by_shop(conn: Connection, run_id: str | None = None) -> dict[str, int]:
    """Shop → HTTP calls of one run (None: of all)."""
    query = select(CALLS.c.shop, func.sum(CALLS.c.calls)).group_by(CALLS.c.shop)
    if run_id is not None:
        query = query.where(CALLS.c.run_id == run_id)
    return {shop: int(calls) for shop, calls in conn.execute(query)}


_USUAL = text("""
WITH nights AS (
    SELECT run_id, client, shop, max(window_end) AS until, max(opened_at) AS opened_at FROM pulls GROUP BY run_id, client, shop
), recent AS (
    SELECT run_id, client, shop, row_number() OVER (PARTITION BY client, shop ORDER BY until DESC, opened_at DESC) AS age FROM nights
)
SELECT c.shop, c.operation, ceil(percentile_cont(0.5) WITHIN GROUP (ORDER BY c.calls))::bigint AS calls
FROM call_counts c JOIN recent r USING (client, shop, run_id) WHERE r.age <= :nights GROUP BY c.shop, c.operation""")


def usual_calls(conn: Connection, nights: int = 7) -> dict[str, dict[str, int]]:
    """Shop → operation → HTTP calls of a usual night: the median of its last ``nights`` runs that read anything."""
    found: dict[str, dict[str, int]] = {}
    for row in conn.execute(_USUAL, {"nights": nights}):
        found.setdefault(row.shop, {})[row.operation] = row.calls
    return found
