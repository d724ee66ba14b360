"""Lazada's words and ours. A word that is in no list here is a fault of its row, never a guess."""

from __future__ import annotations

# Orders guide, "item status"; topack and toship are filter aliases that some answers echo.
LINE_STATUS = {
    "unpaid": "pending",
    **dict.fromkeys(("pending", "packed", "repacked", "ready_to_ship", "topack", "toship"), "paid"),
    "shipped": "shipped",
    "delivered": "delivered",
    **dict.fromkeys(("failed", "failed_delivery", "lost", "lost_by_3pl", "damaged_by_3pl", "package_scrapped"), "failed"),
    "canceled": "cancelled",
    **dict.fromkeys(("returned", "shipped_back", "shipped_back_success", "shipped_back_failed"), "returned"),
}

# The parcel left the seller: these units count as shipped, whatever became of them.
HAS_LEFT = frozenset(
    ("shipped", "delivered", "returned", "shipped_back", "shipped_back_success", "shipped_back_failed",
     "failed_delivery", "lost", "lost_by_3pl", "damaged_by_3pl")
)

PARCEL_STATUS = {
    **dict.fromkeys(("unpaid", "pending", "packed", "repacked", "ready_to_ship", "topack", "toship"), "pending"),
    "shipped": "in_transit",
    "delivered": "delivered",
    **dict.fromkeys(("failed", "failed_delivery", "lost", "lost_by_3pl", "damaged_by_3pl", "package_scrapped"), "undeliverable"),
    **dict.fromkeys(("returned", "shipped_back", "shipped_back_success", "shipped_back_failed"), "returned"),
    "canceled": "cancelled",
}
# Least advanced first: a parcel stands where its least advanced unit stands.
PARCEL_ORDER = ("pending", "in_transit", "delivered", "undeliverable", "returned", "cancelled")

# Only such a parcel can have left or arrived; asking for another's trace would be a call for nothing.
CAN_HAVE_TRACE = HAS_LEFT | {"failed", "package_scrapped"}

PRODUCT_STATUS = {
    "active": "active",
    "inactive": "inactive",
    **dict.fromkeys(("pending qc", "pending"), "pending"),
    "suspended": "suppressed",
    "deleted": "deleted",
}

REQUEST_KIND = {"CANCEL": "cancel", "RETURN": "return", "ONLY_REFUND": "refund_only"}
# The vendor's list is incomplete: an unknown word is quarantined with its value, and added here when understood.
RETURN_STATUS = {
    "REQUEST_INITIATE": "requested",
    "REQUEST_REJECT": "rejected",
    "REQUEST_CANCEL": "cancelled",
    "CANCEL_SUCCESS": "refunded",
    "REFUND_SUCCESS": "refunded",
    "REFUND_ISSUED": "refunded",
}

# Finance guide, fee_type numbers; the others stay "other" under their own name.
ENTRY_KIND = {"13": "sale", "14": "refund", "3": "fee", "15": "fee", "16": "fee", "7": "shipping", "8": "shipping"}

REVIEW_KIND = {"PRODUCT_REVIEW": "product", "FOLLOW_UP_REVIEW": "follow_up"}

COUNTRY = {
    "singapore": "SG", "malaysia": "MY", "thailand": "TH", "vietnam": "VN", "viet nam": "VN", "philippines": "PH", "indonesia": "ID",
    "sg": "SG", "my": "MY", "th": "TH", "vn": "VN", "ph": "PH", "id": "ID",
}
