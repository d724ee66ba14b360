"""What is read at DHL, how fast, which parcels it follows, and what it cannot see. Data, no loops."""

from __future__ import annotations

from connectors.contract import Budget, Endpoint, TrackingSource

A_DAY = 250
KEPT_FOR_RETRIES = 30  # of a day's calls: a call that has to be made again counts too
_LIMIT = "DHL Shipment Tracking 1.4.1: 250 calls a day (to 00:00 GMT) and one a second at the start; more on request"

BUDGETS = {
    "shipments": Budget("shipments", 0.9, 1, per="shop", source=f"{_LIMIT}; a tenth is left for their different ways"),
    "calls of a day": Budget("calls of a day", A_DAY / 86_400, A_DAY, per="shop", source=_LIMIT),
}

ENDPOINTS = {
    "parcels": Endpoint(
        "parcels", ("tracked_parcels", "tracking_events"), "tracking_number", incremental="snapshot", has_trusted_clock=False,
        operations=("shipments", "calls of a day"),
        blind_spots=(
            "One number a call: of more parcels than a day's calls those whose check is oldest are asked for, the others the next "
            "night. Many times come without an offset, so their instant is unknown. DHL forgets a parcel about 90 days after delivery; "
            "what was told of it before is kept."
        ),
    ),
}

SOURCE = TrackingSource(cost=0.0, calls=1.0, carriers=("dhl", "deutsche post"), per_night=A_DAY - KEPT_FOR_RETRIES)
WRITES = ()
MODES = ("b2c",)
