"""AliExpress's words and ours. A word that is in no list here is a fault of its row, never a guess."""

from __future__ import annotations

from functools import lru_cache

# Order statuses (method's own description). Three more say that an order is held up, not where it stands.
STANDS = {
    **dict.fromkeys(("PLACE_ORDER_SUCCESS", "RISK_CONTROL", "WAIT_SELLER_EXAMINE_MONEY"), "pending"),
    "WAIT_SELLER_SEND_GOODS": "paid",
    "SELLER_PART_SEND_GOODS": "partially_shipped",
    "WAIT_BUYER_ACCEPT_GOODS": "shipped",
    "FUND_PROCESSING": "delivered",
}
HELD_UP = frozenset(("IN_CANCEL", "IN_ISSUE", "IN_FROZEN"))
FINISHED = "FINISH"
PARTLY_SENT = "SELLER_PART_SEND_GOODS"
UNPAID = "NOT_PAY"

# Where a held-up order stands: what its logistics say.
LOGISTICS = {
    **dict.fromkeys(("NO_LOGISTICS", "WAIT_SELLER_SEND_GOODS"), "paid"),
    "SELLER_SEND_PART_GOODS": "partially_shipped",
    "SELLER_SEND_GOODS": "shipped",
    "BUYER_ACCEPT_GOODS": "delivered",
}

# Why an order is finished: it was completed, called off, or ended with a refund after a dispute.
END_REASON = {
    **dict.fromkeys(("buyer_accept_goods", "buyer_accept_goods_timeout", "buyer_confirm_goods"), "delivered"),
    **dict.fromkeys(
        ("buyer_pay_timeout", "risk_reject_closed", "buyer_cancel_notpay_order", "cancel_order_close_trade",
         "seller_send_goods_timeout", "buyer_cancel_order_in_risk"), "cancelled",
    ),
    **dict.fromkeys(("seller_accept_issue_no_goods_return", "seller_response_issue_timeout"), "returned"),
}

PARCEL_STATUS = {**dict.fromkeys(("default", "not_received", "suspected_received"), "in_transit"), "received": "delivered"}
SENDER = {"SELLER_SEND_GOODS": "seller", "WAREHOUSE_SEND_GOODS": "marketplace"}

PRODUCT_STATUS = {"onSelling": "active", "offline": "inactive", "auditing": "pending", "editingRequired": "suppressed"}
# Why a product is off sale, where AliExpress took it down itself.
TAKEN_DOWN = frozenset(("violate_offline", "punish_offline", "degrade_offline"))

DISPUTE_STATUS = {"processing": "open", "canceled_issue": "withdrawn", "finish": "closed"}
REFUND_STATUS = {
    "refund_ok": "refunded",
    **dict.fromkeys(("wait_refund", "refund_frozen"), "approved"),
    **dict.fromkeys(("refund_cancel", "close"), "closed"),
}
# Reasons are sentences, and new ones come: what holds none of these words is "other", under its own name.
DISPUTE_REASON = (
    ("not_received", ("not receive", "not arrive", "delivery", "logistics", "tracking", "in transit")),
    ("not_as_described", ("describ", "damage", "defect", "broken", "quality", "wrong", "size", "colo", "missing", "counterfeit")),
    ("cancelled", ("cancel", "no longer")),
)

COUNTRY = {"UK": "GB"}  # AliExpress writes two countries its own way
COUNTRY["SRB"], COUNTRY["MNE"] = "RS", "ME"


@lru_cache(maxsize=4096)
def order_word(status: str | None, logistics: str | None, fund: str | None, reason: str | None) -> tuple[str | None, str]:
    """Our word for an order, and the name of the field whose word decided."""
    if status == FINISHED:
        return END_REASON.get(reason or ""), "end_reason"
    if status in HELD_UP:
        stands = LOGISTICS.get(logistics or "")
        return ("pending" if stands == "paid" and fund == UNPAID else stands), "logistics_status"
    return STANDS.get(status or ""), "order_status"


def order_raw(status: object, logistics: object, reason: object) -> str:
    """The words that say where an order stands, sorted: its status, and what decides beside it."""
    beside = reason if status == FINISHED else logistics if status in HELD_UP else None
    return ",".join(sorted({str(word) for word in (status, beside) if word}))


def line_word(status: str | None, is_sent: bool, any_sent: bool, of_order: str | None) -> str | None:
    """Our word for an order line.

    A finished line does not say how it ended: one that left ended as its order did, or was delivered before that goes on;
    one that never left was called off, unless its whole order ended well without a parcel.
    """
    if status == FINISHED and is_sent:
        return of_order if of_order in ("delivered", "cancelled", "returned") else "delivered"
    if status == FINISHED:
        return of_order if not any_sent and of_order in ("delivered", "returned") else "cancelled"
    if status in HELD_UP:
        if is_sent:
            return "delivered" if of_order == "delivered" else "shipped"
        return "pending" if of_order == "pending" else "paid"
    return STANDS.get(status or "")


def dispute_kind(reason: object) -> str:
    said = str(reason).lower()
    return next((kind for kind, words in DISPUTE_REASON if any(word in said for word in words)), "other")


def country(value: object) -> str | None:
    """ISO 3166-1 alpha-2; anything that is no such code is left out."""
    code = COUNTRY.get(str(value), str(value)) if value else ""
    return code if len(code) == 2 and code.isascii() and code.isalpha() and code.isupper() else None
