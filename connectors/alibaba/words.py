"""Alibaba.com's words and ours. A word that is in no list here is a fault of its row, never a guess."""

from __future__ import annotations

# Order statuses (order API's description). What a two-stage contract waits for is told by its pay step beside the status.
# `trade_unavailable` is left out on purpose: nothing says what became of such a contract.
UNPAID = frozenset(("unpay", "paying", "relating"))  # relating: a transfer that is being matched
FUNDED = frozenset(("paid", "captured", "undeliver"))
STANDS = {
    **dict.fromkeys(("to_be_audited", "intention_processing"), "draft"),
    "delivering": "partially_shipped",  # when all has left, it becomes wait_confirm_receipt; vouchers that tell their goods know better
    "wait_confirm_receipt": "shipped",
    "trade_success": "completed",
    "trade_close": "cancelled",
    **dict.fromkeys(("frozen", "charge_back"), "disputed"),
    "wait_confirm_modify": "on_hold",
}
DRAFTS = frozenset(("to_be_audited", "intention_processing"))
CAN_HAVE_VOUCHERS = frozenset(("delivering", "wait_confirm_receipt", "trade_success", "frozen", "charge_back"))
IS_FOLLOWED = frozenset(("delivering", "wait_confirm_receipt", "frozen"))  # goods may be on their way
HELD = frozenset(("frozen", "charge_back"))
CLOSED, SUCCESS = "trade_close", "trade_success"

STEPS = {"ADVANCE": "deposit", "BALANCE": "balance", "FULL": "full"}
# Fund data: UNPAY is money that is still due and no movement.
UNPAY = "UNPAY"
PAY_STATUS = {
    **dict.fromkeys(("PAID", "CAPTURED", "FULFILLED"), "completed"),
    **dict.fromkeys(("PAYING", "RELATING"), "pending"),
}

ARRIVED = frozenset(("DELIVERED", "SIGNED", "GTMS_SIGNED"))  # tracking codes are the carriers'; any other one is on its way
BY_TYPE = {"EXPRESS": "courier", "POST": "post"}

PRODUCT_STATUS = {"online": "active", "offline": "inactive", "deleted": "deleted"}
AUDIT_STATUS = {"approved": None, "pending": "pending", "rejected": "suppressed"}

RFQ_STATUS = {"open": "open", "quoted": "quoted", "won": "won", "lost": "lost", "closed": "expired", "expired": "expired"}


def contract_word(status: str | None, step: str | None, is_all_sent: bool) -> tuple[str | None, str]:
    """Our word for a contract, and the name of the column whose word decided."""
    if status in UNPAID or status in FUNDED:
        if step not in STEPS:
            return None, "pay_step"
        if status in UNPAID:
            return ("deposit_paid" if step == "BALANCE" else "signed"), "trade_status"
        return ("deposit_paid" if step == "ADVANCE" else "paid"), "trade_status"
    if status == "delivering" and is_all_sent:
        return "shipped", "trade_status"
    return STANDS.get(status or ""), "trade_status"


def milestone_words(status: str, step: str | None, names: tuple[str, ...]) -> dict[str, str]:
    """Where each part of the money stands by the order alone, where its funds are not told."""
    if status in (CLOSED, SUCCESS):
        return dict.fromkeys(names, "cancelled" if status == CLOSED else "paid")
    funded = status in FUNDED or status in CAN_HAVE_VOUCHERS
    reached = {"ADVANCE": int(funded), "BALANCE": 1 + funded, "FULL": int(funded)}.get(step or "", 0)
    return {name: ("frozen" if status in HELD else "paid") if place < reached else "due" for place, name in enumerate(names)}


def travels(provider: str, kind: str) -> str | None:
    """How a voucher's goods travel: by the provider's code where it says so, else by the logistics type."""
    return next((mode for word, mode in (("OCEAN", "sea"), ("AIR", "air")) if word in provider), BY_TYPE.get(kind))
