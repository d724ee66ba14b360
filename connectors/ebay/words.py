"""eBay's words and ours. A word that is in no list here is a fault of its row, never a guess."""

from __future__ import annotations

_CANCEL = ("NONE_REQUESTED", "IN_PROGRESS", "CANCELED")
_SHIPPED = {"IN_PROGRESS": "partially_shipped", "FULFILLED": "shipped"}
_SENT = ("IN_PROGRESS", "FULFILLED")
_BY_MONEY = {
    ("PENDING", "NOT_STARTED"): "pending",
    **{("PENDING", parcels): word for parcels, word in _SHIPPED.items()},
    **{("FAILED", parcels): "failed" for parcels in ("NOT_STARTED", *_SENT)},
    **{(money, "NOT_STARTED"): "paid" for money in ("PAID", "PARTIALLY_REFUNDED")},
    **{(money, parcels): word for money in ("PAID", "PARTIALLY_REFUNDED") for parcels, word in _SHIPPED.items()},
    # All the money went back: before anything was sent that is a cancellation, afterwards the goods' way does not go back.
    ("FULLY_REFUNDED", "NOT_STARTED"): "cancelled",
    **{("FULLY_REFUNDED", parcels): "returned" for parcels in _SENT},
}
# (cancelState, orderPaymentStatus, orderFulfillmentStatus) together say where an order stands; of a line likewise, where a line
# whose whole price was refunded counts as FULLY_REFUNDED.
ORDER_STATUS = {
    (cancel, *pair): "cancelled" if cancel == "CANCELED" else word for cancel in _CANCEL for pair, word in _BY_MONEY.items()
}

# Offers: status and, once published, the listing's. Listings of the active inventory report are live.
LISTING_STATUS = {
    "UNPUBLISHED": "inactive", "PUBLISHED": "active", "ACTIVE": "active",
    "ACTIVE,PUBLISHED": "active", "OUT_OF_STOCK,PUBLISHED": "active", "ENDED,PUBLISHED": "inactive", "INACTIVE,PUBLISHED": "inactive",
    "NOT_LISTED,PUBLISHED": "inactive", "EBAY_ENDED,PUBLISHED": "suppressed",
    **{f"{word},UNPUBLISHED": "inactive" for word in ("ACTIVE", "OUT_OF_STOCK", "ENDED", "INACTIVE", "NOT_LISTED")},
    "EBAY_ENDED,UNPUBLISHED": "suppressed",
}

# Post-Order, ReturnStatusEnum. The vendor says that new ones appear; UNKNOWN and what is not here is looked at by a person.
_REPLACEMENTS = ("REQUESTED", "STARTED", "LABEL_REQUESTED", "WAITING_FOR_RMA")
RETURN_STATUS = {
    **dict.fromkeys(("RETURN_REQUESTED", "RETURN_REQUESTED_TIMEOUT", "ESCALATED", "PARTIAL_REFUND_REQUESTED"), "requested"),
    **dict.fromkeys(("WAITING_FOR_RMA", "WAITING_FOR_RETURN_LABEL", "RETURN_LABEL_REQUESTED", "READY_FOR_SHIPPING"), "approved"),
    **dict.fromkeys((f"REPLACEMENT_{word}" for word in _REPLACEMENTS), "approved"),
    "ITEM_SHIPPED": "in_transit",
    **dict.fromkeys(("ITEM_DELIVERED", "PARTIAL_REFUND_FAILED", "REPLACEMENT_SHIPPED", "REPLACEMENT_DELIVERED"), "received"),
    # A closed return whose refund eBay shows is mapped as the first of these.
    **dict.fromkeys(("REFUND_INITIATED", "PARTIAL_REFUND_INITIATED", "LESS_THAN_A_FULL_REFUND_ISSUED"), "refunded"),
    **dict.fromkeys(("RETURN_REJECTED", "PARTIAL_REFUND_DECLINED"), "rejected"),
    **dict.fromkeys(("CLOSED", "REPLACED", "REPLACEMENT_CLOSED"), "closed"),
}
# Post-Order, CancelStatusEnum. FOR_COMMITMENT: called off before anything was paid.
CANCEL_STATUS = {
    **dict.fromkeys(("CANCEL_REQUESTED", "CANCEL_PENDING"), "requested"),
    **dict.fromkeys(("CANCEL_CLOSED_FOR_COMMITMENT", "CANCEL_CLOSED_NO_REFUND"), "closed"),
    **dict.fromkeys(("CANCEL_CLOSED_WITH_REFUND", "CANCEL_CLOSED_UNKNOWN_REFUND"), "refunded"),
    "CANCEL_REJECTED": "rejected",
}

# Finances, TransactionTypeEnum: an open list; a type that is not here stays "other" under its own name.
ENTRY_KIND = {
    "SALE": "sale", "REFUND": "refund", "CREDIT": "adjustment", "ADJUSTMENT": "adjustment", "NON_SALE_CHARGE": "fee",
    "SHIPPING_LABEL": "shipping",
}
# FAILED is left out on purpose: no money moved, and a person should look at it.
MONEY_STATUS = {
    "FUNDS_PROCESSING": "deferred", "FUNDS_ON_HOLD": "deferred", "FUNDS_AVAILABLE_FOR_PAYOUT": "released", "PAYOUT": "released",
    "COMPLETED": "released",
}
SIGN = {"CREDIT": 1, "DEBIT": -1}
PAYOUT_STATUS = {
    "INITIATED": "pending", "RETRYABLE_FAILED": "pending", "SUCCEEDED": "paid", "TERMINAL_FAILED": "failed", "REVERSED": "failed",
}

VERDICT = {"POSITIVE": "positive", "NEUTRAL": "neutral", "NEGATIVE": "negative"}
# Identity, account status; a seller is verified only where the registration as a seller is complete too.
ACCOUNT_STATUS = {
    (True, "CONFIRMED"): "verified", (False, "CONFIRMED"): "pending",
    **{(done, "UNCONFIRMED"): "pending" for done in (True, False)},
    **{(done, "ACCOUNTONHOLD"): "suspended" for done in (True, False)},
    **{(done, "UNDETERMINED"): "pending" for done in (True, False)},
}
ACCOUNT_KIND = {"BUSINESS": "business", "INDIVIDUAL": "individual"}

# Our shippers' names, written without spaces and case, and eBay's carrier codes (Trading API, ShippingCarrierCodeType).
CARRIERS = {
    "dhl": "DHL", "dhlexpress": "DHLExpress", "hermes": "Hermes", "evri": "Evri", "royalmail": "RoyalMail", "parcelforce": "Parcelforce",
    "ups": "UPS", "usps": "USPS", "fedex": "FedEx", "dpd": "DPD", "gls": "GLS", "colissimo": "Colissimo", "chronopost": "Chronopost",
    "deutschepost": "DeutschePost", "ontrac": "OnTrac", "japanpost": "JapanPost", "canadapost": "CanadaPost", "auspost": "AustraliaPost",
    "australiapost": "AustraliaPost", "yodel": "Yodel", "postnl": "PostNL", "other": "Other",
}
