"""The sandbox's own truth: every canonical table, stated from the world and never read off the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sandbox.market import House, Market

TABLES = (
    "listings", "orders", "order_lines", "shipments", "shipment_lines", "inventory", "returns", "ledger_entries", "payouts", "reviews",
    "fx_rates", "stage_events",
)


def truth_rows(house: House, markets: Mapping[str, Market], table: str) -> Iterable[Mapping[str, object]]:
    """Rows of one table over all shops as of the horizon (inventory: with the writes in effect now)."""
    if table == "fx_rates":
        return house.world.fx_rates(house.clock.horizon)
    return [row for market in markets.values() for row in market.truth(table)]
