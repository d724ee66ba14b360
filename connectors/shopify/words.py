"""Shopify's words and ours. A word that is in no list here is a fault of its row, never a guess."""

from __future__ import annotations

# Order.displayFinancialStatus: whether the money is secured (an authorisation is: the goods may leave).
IS_PAID = {
    **dict.fromkeys(("PAID", "AUTHORIZED", "PARTIALLY_REFUNDED", "REFUNDED"), "paid"),
    **dict.fromkeys(("PENDING", "PARTIALLY_PAID", "EXPIRED"), "pending"),
    "VOIDED": "cancelled",
}
# Order.displayFulfillmentStatus and Order.returnStatus are kept in status_raw; where an order stands its parcels say better.
FULFILLMENT_WORDS = frozenset(
    ("FULFILLED", "FULFILLMENT_NOT_REQUIRED", "IN_PROGRESS", "ON_HOLD", "OPEN", "PARTIALLY_FULFILLED", "PENDING_FULFILLMENT",
     "REQUEST_DECLINED", "RESTOCKED", "SCHEDULED", "UNFULFILLED")
)
RETURN_WORDS = frozenset(("NO_RETURN", "RETURN_REQUESTED", "IN_PROGRESS", "INSPECTION_COMPLETE", "RETURNED", "RETURN_FAILED"))

# Fulfillment.displayStatus: FULFILLED and MARKED_AS_FULFILLED say that it left, and that no carrier reports on it.
PARCEL_STATUS = {
    **dict.fromkeys(("SUBMITTED", "CONFIRMED", "LABEL_PURCHASED", "LABEL_PRINTED", "READY_FOR_PICKUP"), "pending"),
    **dict.fromkeys(
        ("CARRIER_PICKED_UP", "IN_TRANSIT", "OUT_FOR_DELIVERY", "ATTEMPTED_DELIVERY", "DELAYED", "FULFILLED", "MARKED_AS_FULFILLED"),
        "in_transit",
    ),
    **dict.fromkeys(("DELIVERED", "PICKED_UP"), "delivered"),
    **dict.fromkeys(("NOT_DELIVERED", "FAILURE"), "undeliverable"),
    **dict.fromkeys(("CANCELED", "LABEL_VOIDED"), "cancelled"),
}
# Fulfillment.status overrules it where the fulfilment itself came to nothing, and stands in where no display status is told.
FULFILLMENT_FAILED = {"CANCELLED": "cancelled", "ERROR": "cancelled", "FAILURE": "cancelled"}
FULFILLMENT_PLAIN = {"SUCCESS": "in_transit", "OPEN": "pending", "PENDING": "pending"}
HAS_LEFT = frozenset(("in_transit", "delivered", "undeliverable"))

# Unlisted products are sold to whoever has their link.
PRODUCT_STATUS = {"ACTIVE": "active", "UNLISTED": "active", "DRAFT": "inactive", "ARCHIVED": "inactive"}

RETURN_STATUS = {"REQUESTED": "requested", "OPEN": "approved", "CLOSED": "closed", "DECLINED": "rejected", "CANCELED": "cancelled"}
RESTOCK_KIND = {"CANCEL": "cancel", "RETURN": "return", "LEGACY_RESTOCK": "return", "NO_RESTOCK": "refund_only"}

PAYOUT_STATUS = {"SCHEDULED": "pending", "IN_TRANSIT": "pending", "PAID": "paid", "FAILED": "failed", "CANCELED": "failed"}
PAYOUT_SIGN = {"DEPOSIT": 1, "WITHDRAWAL": -1}
BALANCE_STATUS = {
    "PAID": "released", **dict.fromkeys(("PENDING", "SCHEDULED", "IN_TRANSIT", "FAILED", "CANCELED", "ACTION_REQUIRED"), "deferred"),
}
DISPUTE_STATUS = {
    "NEEDS_RESPONSE": "waiting_for_seller", "UNDER_REVIEW": "under_review", "WON": "won", "LOST": "lost", "ACCEPTED": "lost",
    "PREVENTED": "withdrawn", "CHARGE_REFUNDED": "closed",
}
DISPUTE_KIND = {
    "PRODUCT_NOT_RECEIVED": "not_received", "PRODUCT_UNACCEPTABLE": "not_as_described", "CREDIT_NOT_PROCESSED": "credit_not_processed",
    "DUPLICATE": "duplicate", "INCORRECT_ACCOUNT_DETAILS": "wrong_amount", "SUBSCRIPTION_CANCELLED": "cancelled",
    **dict.fromkeys(("FRAUDULENT", "DEBIT_NOT_AUTHORIZED", "UNRECOGNIZED"), "unauthorised"),
    **dict.fromkeys(("GENERAL", "CUSTOMER_INITIATED", "BANK_CANNOT_PROCESS", "INSUFFICIENT_FUNDS", "NONCOMPLIANT"), "other"),
}

_FEES = (
    "ACH_BANK_FAILURE_DEBIT_FEE", "ACH_BANK_FAILURE_DEBIT_REVERSAL_FEE", "APPLICATION_FEE_REFUND", "BILLING_DEBIT",
    "BILLING_DEBIT_REVERSAL",
    "CHARGEBACK_FEE", "CHARGEBACK_FEE_REFUND", "MARKETPLACE_FEE_CREDIT", "MARKETPLACE_FEE_CREDIT_REVERSAL", "REFERRAL_FEE",
    "REFERRAL_FEE_TAX", "SHOP_CASH_BILLING_DEBIT", "SHOP_CASH_BILLING_DEBIT_REVERSAL", "SHOP_CASH_CAMPAIGN_BILLING_DEBIT",
    "SHOP_CASH_CAMPAIGN_BILLING_DEBIT_REVERSAL", "STRIPE_FEE",
)
_SHIPPING = (
    "SHIPPING_LABEL", "SHIPPING_LABEL_ADJUSTMENT", "SHIPPING_LABEL_ADJUSTMENT_BASE", "SHIPPING_LABEL_ADJUSTMENT_SURCHARGE",
    "SHIPPING_OTHER_CARRIER_CHARGE_ADJUSTMENT", "SHIPPING_RETURN_TO_ORIGIN_ADJUSTMENT",
)
_TAX = (
    "CUSTOMS_DUTY", "CUSTOMS_DUTY_ADJUSTMENT", "IMPORT_TAX", "IMPORT_TAX_ADJUSTMENT", "IMPORT_TAX_REFUND", "TAX_ADJUSTMENT_CREDIT",
    "TAX_ADJUSTMENT_CREDIT_REVERSAL", "TAX_ADJUSTMENT_DEBIT", "TAX_ADJUSTMENT_DEBIT_REVERSAL", "VAT_REFUND_CREDIT",
    "VAT_REFUND_CREDIT_REVERSAL",
)
# ShopifyPaymentsBalanceTransaction.type. A type in no list is money all the same: it is booked as `other` under its own name.
ENTRY_KIND = {
    "CHARGE": "sale", "CHARGE_ADJUSTMENT": "sale",
    **dict.fromkeys(
        ("REFUND", "REFUND_ADJUSTMENT", "REFUND_FAILURE", "SHOP_CASH_REFUND_DEBIT", "SHOP_CASH_REFUND_DEBIT_REVERSAL"), "refund"
    ),
    **dict.fromkeys(_FEES, "fee"), **dict.fromkeys(_SHIPPING, "shipping"), **dict.fromkeys(_TAX, "tax"),
    **dict.fromkeys(
        ("ADJUSTMENT", "ANOMALY_CREDIT", "ANOMALY_CREDIT_REVERSAL", "ANOMALY_DEBIT", "ANOMALY_DEBIT_REVERSAL"), "adjustment"
    ),
}
