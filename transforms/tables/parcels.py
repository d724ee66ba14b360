"""Where each parcel is: by the services that follow carriers, and by shop and service together."""

from transforms.schema import Column, Kind, Table
from transforms.tables.orders import SHIPMENT_STATUSES

TRACKING_STATUSES = (
    "pending", "info_received", "in_transit", "out_for_delivery", "available_for_pickup", "delivered", "attempt_failed", "exception",
    "undeliverable",  # lost, destroyed or seized, by the carrier's own word; it may turn up all the same
    "returned", "expired",
)

TRACKED_PARCELS = Table(
    name="tracked_parcels",
    grain="One parcel as one tracking service follows it.",
    key=("tracking_number", "service"),
    body=(
        Column("tracking_number", Kind.TEXT, "As printed on the label."),
        Column("service", Kind.TEXT, "Who was asked (17track, aftership, dhl)."),
        Column("carrier", Kind.TEXT, "The carrier, as the service names it.", nullable=True),
        Column("order_id", Kind.TEXT, "The order it was sent for, where the service was told.", nullable=True),
        Column("status", Kind.TEXT, "Where it is.", allowed=TRACKING_STATUSES),
        Column("status_raw", Kind.TEXT, "The service's own word(s), joined by a comma."),
        Column("shipped_at", Kind.INSTANT, "First scan in the carrier's hands, where its instant is known.", nullable=True),
        Column("delivered_at", Kind.INSTANT, "When it was delivered, where its instant is known.", nullable=True),
        Column("delivered_date", Kind.DAY, "The carrier's own calendar day of delivery, also where no zone was told.", nullable=True),
        Column("last_event_at", Kind.INSTANT, "The newest event whose instant is known.", nullable=True),
    ),
)

TRACKING_EVENTS = Table(
    name="tracking_events",
    grain="One event in a parcel's history.",
    key=("tracking_number", "service", "event_id"),
    parent="tracked_parcels",
    parent_key=("tracking_number", "service"),
    body=(
        Column("tracking_number", Kind.TEXT, "The parcel."),
        Column("service", Kind.TEXT, "Who told."),
        Column("event_id", Kind.TEXT, "Hash of time, raw status, place and text: no service numbers its events."),
        Column("status", Kind.TEXT, "What the event means.", allowed=TRACKING_STATUSES),
        Column("status_raw", Kind.TEXT, "The service's own word(s).", nullable=True),
        Column("occurred_at", Kind.INSTANT, "When, where the offset was told; never invented.", nullable=True),
        Column("occurred_local", Kind.TEXT, "The time as the carrier wrote it."),
        Column("place", Kind.TEXT, "Where, as told.", nullable=True),
        Column("description", Kind.TEXT, "The carrier's sentence.", nullable=True),
    ),
)

FOLLOWED_SHIPMENTS = Table(
    name="followed_shipments",
    grain="One parcel of one order as far as anybody knows: its shop's word, and the tracking service's where the shop has none.",
    key=("order_id", "shipment_id"),
    is_derived=True,
    body=(
        Column("order_id", Kind.TEXT, "The order."),
        Column("shipment_id", Kind.TEXT, "The parcel, as in `shipments`."),
        Column("carrier", Kind.TEXT, "Carrier as the marketplace names it.", nullable=True),
        Column("tracking_number", Kind.TEXT, "As printed on the label.", nullable=True),
        Column("status", Kind.TEXT, "Where the parcel is.", allowed=SHIPMENT_STATUSES),
        Column("status_evidence", Kind.TEXT, "Whose word the status is, as table.column."),
        Column("shipped_at", Kind.INSTANT, "Handed to the carrier.", nullable=True),
        Column("shipped_evidence", Kind.TEXT, "Where that instant comes from, as table.column.", nullable=True),
        Column("delivered_at", Kind.INSTANT, "When it was delivered, where its instant is known.", nullable=True),
        Column("delivered_evidence", Kind.TEXT, "Where that instant, or the day alone, comes from, as table.column.", nullable=True),
        Column(
            "delivered_date", Kind.DAY,
            "Day of delivery: the order's site's where the shop tells the instant, else the carrier's own, also where no zone was told.",
            nullable=True,
        ),
        Column("service", Kind.TEXT, "The tracking service that knows it (17track, aftership, dhl).", nullable=True),
        Column("tracking_status", Kind.TEXT, "That service's word.", nullable=True, allowed=TRACKING_STATUSES),
        Column("last_event_at", Kind.INSTANT, "The newest event that service told with its instant.", nullable=True),
    ),
)
