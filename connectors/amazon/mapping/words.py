"""Amazon's words and ours. A word that is not here is a fault of its row, never a guess."""

from __future__ import annotations

ORDER_STATUS = {
    "PENDING_AVAILABILITY": "pending", "PENDING": "pending", "UNSHIPPED": "paid", "PARTIALLY_SHIPPED": "partially_shipped",
    "SHIPPED": "shipped", "CANCELLED": "cancelled", "UNFULFILLABLE": "failed",
}
FULFILLED_BY = {"AMAZON": "marketplace", "MERCHANT": "seller"}

PACKAGE_STATUS = {
    "PENDING": "pending", "IN_TRANSIT": "in_transit", "SHIPPED": "in_transit", "DELIVERED": "delivered",
    "CANCELLED": "cancelled", "UNDELIVERABLE": "undeliverable",
}
ON_THE_WAY_BACK = ("RETURNING_TO_SELLER", "RETURNED_TO_SELLER")  # these detailed statuses outrank the plain one

SHIPPING_TYPES = ("SHIPPING", "GIFT_WRAP", "COD_FEE", "DELIVERY_TIP")

# The flat file speaks of merchant returns in Seller Central's own words.
RETURN_STATUS = {
    "Pending Approval": "requested", "Pending": "requested", "Approved": "approved", "Denied": "rejected", "Rejected": "rejected",
    "Completed": "refunded", "Refunded": "refunded", "Closed": "closed", "Cancelled": "cancelled", "Canceled": "cancelled",
}

MONEY_STATUS = {"DEFERRED": "deferred", "DEFERRED_RELEASED": "released", "RELEASED": "released"}

# NO_PAYOUT is left out on purpose: such a record shows no amount, and a payout without one is looked at by a person.
PAYOUT_STATUS = {"STARTED": "pending", "IN_TRANSIT": "pending", "PAID": "paid", "FAILED": "failed", "CANCELLED": "failed"}
