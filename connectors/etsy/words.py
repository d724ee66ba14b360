"""Etsy's words and ours. A status word that is in no list here is a fault of its row, never a guess."""

from __future__ import annotations

# Receipt status, whatever its case: what it means depends on whether the receipt is paid and shipped.
RECEIPT_STATUS = frozenset(("paid", "completed", "open", "payment processing", "canceled", "fully refunded", "partially refunded"))


def order_status(word: str, is_paid: bool, is_shipped: bool) -> str | None:
    """Our word for a receipt; None where Etsy's is unknown. Digital goods complete without being shipped."""
    word = word.lower()
    if word not in RECEIPT_STATUS:
        return None
    if word == "canceled":
        return "cancelled"
    if word == "fully refunded":
        return "returned" if is_shipped else "cancelled"
    if is_shipped or word == "completed":
        return "shipped"
    return "paid" if is_paid or word in ("paid", "partially refunded") else "pending"


# Sold out and expired listings are hidden, and putting either back on sale costs a fee: nothing of ours touches them.
LISTING_STATE = {
    "active": "active",
    "inactive": "inactive",
    "sold_out": "suppressed",
    "expired": "suppressed",
    "draft": "pending",
    "removed": "deleted",
}

# Etsy names no values for a refund's status and often gives none: money went back, or is on its way.
REFUND_STATUS = {
    None: "refunded",
    **dict.fromkeys(("success", "succeeded", "completed", "processed", "refunded", "settled"), "refunded"),
    **dict.fromkeys(("pending", "processing", "open"), "approved"),
    **dict.fromkeys(("failed", "canceled", "cancelled", "rejected"), "rejected"),
}

# Kinds of ledger entries: an open set; what is not here is "other" under its own name. Compared without case.
ENTRY_KIND = {
    **dict.fromkeys(("payment_gross", "payment"), "sale"),
    **dict.fromkeys(("refund_gross", "refund"), "refund"),
    **dict.fromkeys(
        (
            "payment_processing_fee", "refund_processing_fee", "transaction", "transaction_quantity", "shipping_transaction",
            "transaction_refund", "listing", "renew", "renew_sold", "renew_sold_auto", "renew_expired", "auto_renew_expired",
            "listing_private", "gift_wrap_fees", "vat_seller_services", "vat_tax_ep", "edit", "regulatory_operating_fee",
        ),
        "fee",
    ),
    **dict.fromkeys(("prolist", "offsite_ads_fee", "offsite_ads_fee_refund"), "advertising"),  # prolist: Etsy Ads, by the day
    **dict.fromkeys(("shipping_labels", "shipping_label_refund", "shipping_label_adjustment"), "shipping"),
    **dict.fromkeys(("sales_tax", "sales_tax_refund"), "tax"),
}
PAYOUT_PREFIX = "disburse"  # DISBURSE, DISBURSE2, whatever comes next

PAYMENT_STATUS = {
    **dict.fromkeys(("settled", "posted"), "completed"),
    **dict.fromkeys(("authed", "open", "pending", "processing"), "pending"),
    **dict.fromkeys(("failed", "declined", "canceled"), "failed"),
    "refunded": "reversed",
}
