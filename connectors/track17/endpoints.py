"""What is read at 17TRACK, how fast, what a parcel costs there, and what it cannot see. Data, no loops."""

from __future__ import annotations

from connectors.contract import Budget, Endpoint, TrackingSource

NUMBERS_A_CALL = 40
_LIMIT = "17TRACK API v2.2: 3 requests a second and account, 40 numbers a request"

BUDGETS = {"calls": Budget("calls", 3, 3, per="shop", source=_LIMIT)}

ENDPOINTS = {
    "parcels": Endpoint(
        "parcels", ("tracked_parcels", "tracking_events"), "tracking_number", incremental="snapshot", has_trusted_clock=False,
        operations=("calls",),
        blind_spots=(
            "17TRACK asks a carrier every 6 to 12 hours: a parcel registered tonight is told of the next night. A carrier it does "
            "not recognise by the number is refused at registration and tried again each night, at no cost."
        ),
    ),
}

SOURCE = TrackingSource(cost=1.0, calls=2 / NUMBERS_A_CALL, numbers=r"[A-Za-z0-9]{5,50}")
WRITES = ()
MODES = ("b2c",)
