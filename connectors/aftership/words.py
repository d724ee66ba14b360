"""AfterShip's words and ours."""

from __future__ import annotations

import re

STATUS = {
    "Pending": "pending", "InfoReceived": "info_received", "InTransit": "in_transit", "OutForDelivery": "out_for_delivery",
    "AvailableForPickup": "available_for_pickup", "Delivered": "delivered", "AttemptFail": "attempt_failed", "Exception": "exception",
    "Expired": "expired",
}
# AfterShip, "Delivery sub-statuses": 010 returning to sender, 011 returned to sender, 013 lost.
RETURNS = frozenset(("Exception_010", "Exception_011"))
LOST = frozenset(("Exception_013",))
_RETURNED = re.compile(r"return(ed|ing)? to (the )?(sender|shipper)", re.IGNORECASE)


def status_of(tag: object, subtag: object, message: object = None) -> str | None:
    """Our word; a subtag nobody knows counts as its tag does. None: an unknown tag."""
    found = STATUS.get(tag) if isinstance(tag, str) else None
    is_return = subtag in RETURNS or (isinstance(message, str) and _RETURNED.search(message) is not None)
    if found != "exception":
        return found
    return "returned" if is_return else "undeliverable" if subtag in LOST else found
