"""The sandbox's own truth: every canonical table, stated from the world and never read off the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from sandbox.followed_truth import followed_shipments
from sandbox.market import House, Market
from sandbox.stage_truth import stage_events, stage_exceptions

Row = Mapping[str, object]

TABLES = (
    "listings", "price_tiers", "orders", "order_lines", "shipments", "shipment_lines", "inventory", "returns", "ledger_entries",
    "payouts", "payments",
    "inquiries", "rfqs", "quotations", "quotation_lines", "contracts", "contract_lines", "payment_milestones", "trade_shipments",
    "inspections", "acceptances",
    "disputes", "reviews", "seller_accounts", "tracked_parcels", "tracking_events", "ad_spend", "traffic", "fx_rates",
    "followed_shipments", "stage_events", "stage_exceptions",
)
DERIVED = {"stage_events": stage_events, "stage_exceptions": stage_exceptions}


def truth_rows(house: House, markets: Mapping[str, Market], table: str) -> Iterable[Row]:
    """Rows of one table over all shops as of the horizon (inventory: with the writes in effect now)."""
    if table == "fx_rates":
        return house.world.fx_rates(house.clock.horizon)
    if table == "followed_shipments":
        return _followed(markets)
    if table in DERIVED:
        told = cache(lambda name: _followed(markets) if name == "followed_shipments" else _all(markets, name))  # of this one answer
        return list(DERIVED[table](told))
    return _all(markets, table)


def _followed(markets: Mapping[str, Market]) -> list[Row]:
    return list(followed_shipments(*(_all(markets, name) for name in ("orders", "shipments", "tracked_parcels"))))


def _all(markets: Mapping[str, Market], table: str) -> list[Row]:
    return [_of_market(row, market.name) for market in markets.values() for row in market.truth(table)]


def _of_market(row: Row, market: str) -> Row:
    """A buyer's identity is one marketplace's own: the same number elsewhere is somebody else."""
    people = {name: f"{market}:{row[name]}" for name in ("buyer_key", "payer_key") if row.get(name) is not None}
    return {**row, **people} if people else row
