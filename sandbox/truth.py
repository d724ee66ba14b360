"""The sandbox's own truth: every canonical table, stated from the world and never read off the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sandbox.clock import instant
from sandbox.market import House, Market
from sandbox.world import ZONES

Row = Mapping[str, object]

TABLES = (
    "listings", "price_tiers", "orders", "order_lines", "shipments", "shipment_lines", "inventory", "returns", "ledger_entries",
    "payouts", "payments",
    "inquiries", "rfqs", "quotations", "quotation_lines", "contracts", "contract_lines", "payment_milestones", "trade_shipments",
    "inspections", "acceptances",
    "disputes", "reviews", "seller_accounts", "tracked_parcels", "tracking_events", "ad_spend", "traffic", "fx_rates", "stage_events",
)


def truth_rows(house: House, markets: Mapping[str, Market], table: str) -> Iterable[Row]:
    """Rows of one table over all shops as of the horizon (inventory: with the writes in effect now)."""
    if table == "fx_rates":
        return house.world.fx_rates(house.clock.horizon)
    if table == "stage_events":
        return list(_stage_events(*(_all(markets, each) for each in ("orders", "shipments", "returns"))))
    return _all(markets, table)


def _all(markets: Mapping[str, Market], table: str) -> list[Row]:
    return [_of_market(row, market.name) for market in markets.values() for row in market.truth(table)]


def _of_market(row: Row, market: str) -> Row:
    """A buyer's identity is one marketplace's own: the same number elsewhere is somebody else."""
    people = {name: f"{market}:{row[name]}" for name in ("buyer_key", "payer_key") if row.get(name) is not None}
    return {**row, **people} if people else row


def _stage_events(orders: list[Row], shipments: list[Row], returns: list[Row]) -> Iterable[Row]:
    """The chain of each order: first proof of each stage; delivered when every parcel that was not cancelled has arrived."""
    parcels, requests = _by_order(shipments), _by_order(returns)
    for order in orders:
        key = (order["client"], order["shop"], order["order_id"])
        alive = [parcel["delivered_at"] for parcel in parcels.get(key, ()) if parcel["status"] != "cancelled"]
        asked = requests.get(key, ())
        moments = (
            ("ordered", order["placed_at"], "orders.placed_at"), ("paid", order["paid_at"], "orders.paid_at"),
            ("shipped", _least(parcel["shipped_at"] for parcel in parcels.get(key, ())), "shipments.shipped_at"),
            ("delivered", max(alive) if alive and all(alive) else None, "shipments.delivered_at"),
            ("after_sales", _least(row["requested_at"] for row in asked if row["kind"] != "cancel"), "returns.requested_at"),
        )
        for stage, at, evidence in moments:
            if at is not None:
                yield {
                    **dict(zip(("client", "shop", "order_id"), key, strict=True)), "mode": "b2c", "stage": stage, "entered_at": at,
                    "entered_date": instant(at).astimezone(ZONES[order["site"]]).date().isoformat(), "evidence": evidence,
                }


def _by_order(rows: list[Row]) -> dict[tuple[object, ...], list[Row]]:
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        found.setdefault((row["client"], row["shop"], row["order_id"]), []).append(row)
    return found


def _least(moments: Iterable[object]) -> object | None:
    """The earliest; every truth writes instants alike, in UTC to the second, so that text order is time order."""
    return min((at for at in moments if at is not None), default=None)
