"""WooCommerce's words and ours."""

from __future__ import annotations

# WooCommerce, "Order statuses". Plugins add words of their own; see ``order_status``.
ORDER_STATUS = {
    "pending": "pending", "on-hold": "pending",
    "processing": "paid",
    "completed": "shipped",
    "cancelled": "cancelled", "failed": "cancelled", "trash": "cancelled",
    "refunded": "returned",  # only where all of it was
}
CLOSED = frozenset(("completed", "cancelled", "refunded", "failed"))
# A checkout nobody has finished is no order yet; WooCommerce throws it away after a day, and it keeps its number if it is finished.
DRAFTS = frozenset(("checkout-draft", "auto-draft"))
NO_STATUS = frozenset(("any", "trash"))

PRODUCT_STATUS = {
    "publish": "active", "draft": "inactive", "private": "inactive", "pending": "pending", "future": "pending", "trash": "deleted",
}

# Gateways of plugins by the service that moves the money; another gateway's own word is its provider's name.
PROVIDER = {
    **dict.fromkeys(
        ("paypal", "ppcp-gateway", "ppec_paypal", "paypal_express", "ppcp-credit-card-gateway", "ppcp-card-button-gateway"), "paypal",
    ),
    **dict.fromkeys(("stripe", "stripe_sepa", "stripe_klarna", "stripe_ideal", "stripe_cc"), "stripe"),
}

TRACKING_ITEMS = "_wc_shipment_tracking_items"  # both tracking plugins' own, and ours where there is no plugin
TRACKING_NUMBER, TRACKING_PROVIDER = "_tracking_number", "_tracking_provider"  # one parcel, written by hand
REFUNDED_ITEM = "_refunded_item_id"


def order_status(word: str, is_paid: bool) -> str:
    """Where an order stands. A word of a plugin is no closed one: then what counts is whether the order was paid."""
    return ORDER_STATUS.get(word) or ("paid" if is_paid else "pending")
