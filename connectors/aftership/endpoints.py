"""What is read at AfterShip, how fast, what a parcel costs there, and what it cannot see. Data, no loops."""

from __future__ import annotations

from datetime import timedelta

from connectors.contract import Budget, Endpoint, TrackingSource

_LIMIT = "AfterShip Tracking API since 2024-07: limits per operation and second (create 20, list 6)"

BUDGETS = {
    "create": Budget("create", 20, 20, per="shop", source=_LIMIT),
    "list": Budget("list", 6, 6, per="shop", source=_LIMIT),
}

ENDPOINTS = {
    "parcels": Endpoint(
        "parcels", ("tracked_parcels", "tracking_events"), "tracking_number", incremental="updated_at", overlap=timedelta(hours=1),
        operations=("create", "list"),
        blind_spots=(
            "A parcel registered tonight is pending until AfterShip has asked its carrier, minutes later: it is told of the next night. "
            "AfterShip keeps a tracking for 120 days. A number it refuses (its courier is not recognised) is tried again each night."
        ),
    ),
}

SOURCE = TrackingSource(cost=1.0, calls=1.0, numbers=r"[A-Za-z0-9][A-Za-z0-9 /\-]{2,98}[A-Za-z0-9]")
WRITES = ()
MODES = ("b2c",)
