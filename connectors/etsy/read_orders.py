"""The way through a shop's receipts: what was updated, and beside it what Etsy changes without moving its clock.

Four kinds of sweeps that share no record. Updated: receipts in force by last modification. Cancelled: those of the last
90 days (of a longer window: of all of it), whenever they were cancelled. Open: receipts in force, not shipped, last
modified before the window (their ship-by dates move silently). Refunded: through the ledger's refund entries to the
payment, and from there to the receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.contract import Window
from connectors.etsy.endpoints import SWEEP_DAYS
from connectors.etsy.read_money import ask_payments, ledger_sweeps, speaks_of_refund
from connectors.etsy.values import earlier, first_second, last_second
from connectors.etsy.walk import Errand, Lists, Sweep
from connectors.loose import entries, text

PAYMENTS, RECEIPTS = "refund payments", "receipts"


class OrdersWay(Lists):
    """Behind each page of refunds in the ledger the payments they gave back, and behind those their receipts."""

    def __init__(self, shop_id: str) -> None:
        self._path = f"/shops/{shop_id}"

    def sweeps(self, window: Window, now: datetime) -> list[Sweep]:
        start, end = first_second(window.start), last_second(window.end)
        since = _since(window)
        in_force, oldest_first = {"was_canceled": "false"}, {"sort_on": "created", "sort_order": "asc"}
        updated = {"min_last_modified": str(start), "max_last_modified": str(end), "sort_on": "updated", "sort_order": "asc"}
        cancelled = {"was_canceled": "true", "min_created": str(since), **oldest_first}
        unshipped = {"was_shipped": "false", "min_created": str(since), "max_last_modified": str(start - 1), **oldest_first}
        return [
            self._receipts({**updated, **in_force}, f"updated {start} to {end}"),
            self._receipts(cancelled, f"cancelled, created since {since}"),
            self._receipts({**unshipped, **in_force}, f"open, created since {since}"),
            *ledger_sweeps(self._path, window, part="refund ledger", is_counted=False),
        ]

    def _receipts(self, parameters: Mapping[str, str], note: str) -> Sweep:
        return Sweep("getShopReceipts", f"{self._path}/receipts", parameters, RECEIPTS, "receipt_id", f"receipts {note}")

    def errands(self, sweep: Sweep, answer: Mapping[str, Any]) -> list[Errand]:
        if sweep.is_counted:
            return []
        return ask_payments(self._path, filter(speaks_of_refund, entries(answer.get("results"))), PAYMENTS)

    def after(self, errand: Errand, answer: Mapping[str, Any], window: Window) -> tuple[list[Errand], list[str]]:
        if errand.part == PAYMENTS:
            receipts = dict.fromkeys(text(payment.get("receipt_id")) for payment in entries(answer.get("results")))
            return [self._receipt(receipt) for receipt in receipts if receipt], []
        return [], [] if _was_swept(answer, window) else [errand.record]

    def _receipt(self, receipt: str) -> Errand:
        path = f"{self._path}/receipts/{receipt}"
        return Errand("getShopReceipt", path, RECEIPTS, f"refunded receipt {receipt}", record=receipt)


def _since(window: Window) -> int:
    """The creation from which cancelled and open receipts are looked for; a window of a longer past names its own beginning."""
    return min(earlier(window.end, SWEEP_DAYS), first_second(window.start))


def _was_swept(receipt: Mapping[str, Any], window: Window) -> bool:
    """Whether one of the counted sweeps shows this receipt too."""
    created, updated = receipt.get("created_timestamp"), receipt.get("updated_timestamp")
    if type(created) is not int or type(updated) is not int:
        return False
    is_recent = created >= _since(window)
    if text(receipt.get("status")).lower() == "canceled":
        return is_recent
    is_updated = first_second(window.start) <= updated <= last_second(window.end)
    return is_updated or (is_recent and receipt.get("is_shipped") is False and updated < first_second(window.start))
