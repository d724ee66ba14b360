"""Where every parcel of the world is as far as anybody knows, stated from the other tables' truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sandbox.clock import instant
from sandbox.world import ZONES

Row = Mapping[str, object]
_BY_CARRIER = {"delivered": "delivered", "returned": "returned", "undeliverable": "undeliverable"}
_MOVING = ("in_transit", "out_for_delivery", "available_for_pickup", "attempt_failed", "exception")


def followed_shipments(orders: list[Row], shipments: list[Row], tracked: list[Row]) -> Iterable[Row]:
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
