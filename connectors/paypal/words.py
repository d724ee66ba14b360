"""PayPal's words and ours. A word that is in no list here is a fault of its row, never a guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

# Transaction event codes: by their group (the first two digits), with the groups of mixed kinds told apart by code.
GROUP_KIND = {
    "T00": "payment",  # from account to account: checkout, invoice, mass payment
    "T01": "fee",
    "T02": "conversion",
    "T03": "other",  # deposit from the account's own bank
    "T04": "payout",  # withdrawal to it
    **dict.fromkeys(("T05", "T06", "T07"), "other"),  # PayPal's debit and credit cards
    **dict.fromkeys(("T08", "T09"), "adjustment"),  # bonus, incentive
    "T10": "other",  # bill pay
    "T12": "adjustment",
    "T13": "authorisation",
    "T14": "other",  # dividend
    "T15": "hold",
    **dict.fromkeys(("T16", "T17", "T18"), "other"),  # buyer credit, withdrawals elsewhere
    "T19": "adjustment",
    "T20": "other",  # transfer between accounts
    "T21": "hold",  # reserves
    **dict.fromkeys(("T22", "T30", "T50", "T97", "T98", "T99"), "other"),
}
CODE_KIND = {
    **dict.fromkeys(("T1100", "T1101", "T1102", "T1103", "T1104", "T1106"), "reversal"),
    **dict.fromkeys(("T1112", "T1114", "T1116", "T1117", "T1118", "T1119"), "reversal"),
    **dict.fromkeys(("T1107", "T1113", "T1115"), "refund"),
    **dict.fromkeys(("T1108", "T1109"), "fee"),
    **dict.fromkeys(("T1105", "T1110", "T1111"), "hold"),  # a hold's reversal is its release
    **dict.fromkeys(("T1201", "T1202", "T1205", "T1207", "T1208"), "chargeback"),
}
_CODE = re.compile(r"T\d{4}")

PAYMENT_STATUS = {"S": "completed", "P": "pending", "D": "failed", "V": "reversed"}
PAYOUT_STATUS = {"S": "paid", "P": "pending", "D": "failed", "V": "failed"}

DISPUTE_KIND = {
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED": "not_received",
    "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED": "not_as_described",
    "UNAUTHORISED": "unauthorised",
    "CREDIT_NOT_PROCESSED": "credit_not_processed",
    "DUPLICATE_TRANSACTION": "duplicate",
    "INCORRECT_AMOUNT": "wrong_amount",
    "CANCELED_RECURRING_BILLING": "cancelled",
    **dict.fromkeys(("PAYMENT_BY_OTHER_MEANS", "PROBLEM_WITH_REMITTANCE", "OTHER"), "other"),
}
# A case's status; a resolved one is named by its outcome, one of status OTHER by the seller's view of it.
DISPUTE_STATUS = {
    "OPEN": "open", "WAITING_FOR_BUYER_RESPONSE": "waiting_for_buyer", "WAITING_FOR_SELLER_RESPONSE": "waiting_for_seller",
    "UNDER_REVIEW": "under_review",
}
DISPUTE_STATE = {
    "OPEN_INQUIRIES": "open", "REQUIRED_ACTION": "waiting_for_seller", "REQUIRED_OTHER_PARTY_ACTION": "waiting_for_buyer",
    "UNDER_PAYPAL_REVIEW": "under_review", "APPEALABLE": "closed", "RESOLVED": "closed",
}
# ACCEPTED and DENIED: PayPal accepted or denied the buyer's case. A payout protects either side: nothing is said of who was right.
DISPUTE_OUTCOME = {
    "RESOLVED_BUYER_FAVOUR": "lost", "RESOLVED_SELLER_FAVOUR": "won", "CANCELED_BY_BUYER": "withdrawn", "ACCEPTED": "lost", "DENIED": "won",
    "RESOLVED_WITH_PAYOUT": "closed", "NONE": "closed",
}


def kinds(codes: Sequence[Any]) -> dict[str, str]:
    """The known codes among these and our words for them."""
    known = {code for code in codes if isinstance(code, str) and _CODE.fullmatch(code)}
    found = {code: CODE_KIND.get(code) or GROUP_KIND.get(code[:3]) for code in known}
    return {code: kind for code, kind in found.items() if kind}


def case_status(status: Any, state: Any, outcome: Any) -> Any:
    """Our word; what is unknown comes back as it is, to be a fault."""
    if status == "RESOLVED":
        return "closed" if outcome is None else DISPUTE_OUTCOME.get(outcome, outcome) if isinstance(outcome, str) else outcome
    if status == "OTHER":
        return DISPUTE_STATE.get(state, state) if isinstance(state, str) else status
    return DISPUTE_STATUS.get(status, status) if isinstance(status, str) else status
