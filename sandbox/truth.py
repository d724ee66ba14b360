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
    "disputes", "reviews", "seller_accounts", "tracked_parcels", "tracking_events", "ad_spend", "traffic", "fx_rates",
    "followed_shipments", "stage_events",
)


def truth_rows(house: House, markets: Mapping[str, Market], table: str) -> Iterable[Row]:
    """Rows of one table over all shops as of the horizon (inventory: with the writes in effect now)."""
    if table == "fx_rates":
        return house.world.fx_rates(house.clock.horizon)
    if table in ("followed_shipments", "stage_events"):
        orders = _all(markets, "orders")
        followed = list(_followed(orders, _all(markets, "shipments"), _all(markets, "tracked_parcels")))
        return followed if table == "followed_shipments" else list(_stage_events(orders, followed, _all(markets, "returns")))
    return _all(markets, table)


def _all(markets: Mapping[str, Market], table: str) -> list[Row]:
    return [_of_market(row, market.name) for market in markets.values() for row in market.truth(table)]


def _of_market(row: Row, market: str) -> Row:
    """A buyer's identity is one marketplace's own: the same number elsewhere is somebody else."""
    people = {name: f"{market}:{row[name]}" for name in ("buyer_key", "payer_key") if row.get(name) is not None}
    return {**row, **people} if people else row


_BY_CARRIER = {"delivered": "delivered", "returned": "returned", "undeliverable": "undeliverable"}
_MOVING = ("in_transit", "out_for_delivery", "available_for_pickup", "attempt_failed", "exception")


def _followed(orders: list[Row], shipments: list[Row], tracked: list[Row]) -> Iterable[Row]:
    """Each parcel as its shop tells it, and beyond that as the one service that follows it does."""
    sites = {(row["client"], row["shop"], row["order_id"]): ZONES[row["site"]] for row in orders}
    told = {(row["client"], row["tracking_number"]): row for row in tracked}
    for parcel in shipments:
        zone = sites[parcel["client"], parcel["shop"], parcel["order_id"]]
        seen = told.get((parcel["client"], parcel["tracking_number"]), {})
        heard, status, by = seen.get("status"), parcel["status"], "shipments.status"
        if status in ("pending", "in_transit") and heard in _BY_CARRIER:
            status, by = _BY_CARRIER[heard], "tracked_parcels.status"
        elif status == "pending" and heard in _MOVING:
            status, by = "in_transit", "tracked_parcels.status"
        shipped, delivered = (parcel[name] or seen.get(name) for name in ("shipped_at", "delivered_at"))
        own_day = instant(parcel["delivered_at"]).astimezone(zone).date().isoformat() if parcel["delivered_at"] else None
        on = "delivered_at" if delivered else "delivered_date" if seen.get("delivered_date") else None
        yield {
            **{name: parcel[name] for name in ("client", "shop", "order_id", "shipment_id", "carrier", "tracking_number")},
            "status": status, "status_evidence": by, "shipped_at": shipped, "delivered_at": delivered,
            "shipped_evidence": f"{_whose(parcel['shipped_at'])}.shipped_at" if shipped else None,
            "delivered_evidence": f"{_whose(parcel['delivered_at'])}.{on}" if on else None,
            "delivered_date": own_day or seen.get("delivered_date"), "service": seen.get("service"), "tracking_status": heard,
            "last_event_at": seen.get("last_event_at"),
        }


def _whose(own: object) -> str:
    return "shipments" if own else "tracked_parcels"


def _stage_events(orders: list[Row], shipments: list[Row], returns: list[Row]) -> Iterable[Row]:
    """The chain of each order: first proof of each stage; delivered when every parcel that was not cancelled has arrived."""
    parcels, requests = _by_order(shipments), _by_order(returns)
    for order in orders:
        key = (order["client"], order["shop"], order["order_id"])
        mine = parcels.get(key, ())
        alive = [parcel["delivered_at"] for parcel in mine if parcel["status"] != "cancelled"]
        left, arrived = _least(parcel["shipped_at"] for parcel in mine), max(alive) if alive and all(alive) else None
        asked = requests.get(key, ())
        moments = (
            ("ordered", order["placed_at"], "orders.placed_at"), ("paid", order["paid_at"], "orders.paid_at"),
            ("shipped", left, _proof(mine, "shipped", left)),
            ("delivered", arrived, _proof(mine, "delivered", arrived)),
            ("after_sales", _least(row["requested_at"] for row in asked if row["kind"] != "cancel"), "returns.requested_at"),
        )
        for stage, at, evidence in moments:
            if at is not None:
                yield {
                    **dict(zip(("client", "shop", "order_id"), key, strict=True)), "mode": "b2c", "stage": stage, "entered_at": at,
                    "entered_date": instant(at).astimezone(ZONES[order["site"]]).date().isoformat(), "evidence": evidence,
                }


def _proof(parcels: Iterable[Row], what: str, at: object) -> object | None:
    """Whose word the instant is; told by both, the shop's."""
    return min(parcel[f"{what}_evidence"] for parcel in parcels if parcel[f"{what}_at"] == at) if at else None


def _by_order(rows: list[Row]) -> dict[tuple[object, ...], list[Row]]:
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        found.setdefault((row["client"], row["shop"], row["order_id"]), []).append(row)
    return found


def _least(moments: Iterable[object]) -> object | None:
    """The earliest; every truth writes instants alike, in UTC to the second, so that text order is time order."""
    return min((at for at in moments if at is not None), default=None)
