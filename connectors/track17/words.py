"""17TRACK's words and codes, and ours."""

from __future__ import annotations

STATUS = {
    "NotFound": "pending", "InfoReceived": "info_received", "InTransit": "in_transit", "OutForDelivery": "out_for_delivery",
    "AvailableForPickup": "available_for_pickup", "Delivered": "delivered", "DeliveryFailure": "attempt_failed",
    "Exception": "exception", "Expired": "expired",
}
RETURNS = frozenset(("Exception_Returning", "Exception_Returned"))
LOST = frozenset(("Exception_Lost", "Exception_Destroyed"))

ALREADY_REGISTERED, NOT_REGISTERED, NO_INFO_YET = -18019901, -18019902, -18019909
QUOTA_SPENT = frozenset((-18019907, -18019908))
KEY_REFUSED = frozenset((-18010001, -18010002))


def status_of(status: object, sub_status: object) -> str | None:
    """Our word; a sub-status nobody knows counts by its beginning. None: an unknown main word."""
    if sub_status in RETURNS:
        return "returned"
    if sub_status in LOST:
        return "undeliverable"
    main = status if isinstance(status, str) and status else str(sub_status or "").partition("_")[0]
    return STATUS.get(main)
