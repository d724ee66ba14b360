"""The way through the payment account: entries in spans of at most 31 days, and the payments they speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.contract import Window
from connectors.etsy.endpoints import LONGEST_LEDGER
from connectors.etsy.values import first_second, last_second
from connectors.etsy.walk import Errand, Lists, Sweep
from connectors.loose import entries, text
from connectors.paging import cut

PAYMENTS_A_CALL = 50  # their ids stand in the address


class LedgerWay(Lists):
    """Behind each page of entries, the payments that its entries speak of."""

    def __init__(self, shop_id: str) -> None:
        self._path = f"/shops/{shop_id}"

    def sweeps(self, window: Window, now: datetime) -> list[Sweep]:
        return ledger_sweeps(self._path, window)

    def errands(self, sweep: Sweep, answer: Mapping[str, Any]) -> list[Errand]:
        return ask_payments(self._path, filter(speaks_of_payment, entries(answer.get("results"))), "payments")


def ledger_sweeps(path: str, window: Window, *, part: str = "entries", is_counted: bool = True) -> list[Sweep]:
    """One sweep a span. Bounds include their second, so each span ends the second before the next begins."""
    found = []
    for span in cut(window, LONGEST_LEDGER):
        first, last = first_second(span.start), last_second(span.end)
        bounds = {"min_created": str(first), "max_created": str(last)}
        address = f"{path}/payment-account/ledger-entries"
        if first <= last:  # a span without a whole second has no entries
            found.append(
                Sweep("getShopPaymentAccountLedgerEntries", address, bounds, part, "entry_id", f"entries {first} to {last}", is_counted)
            )
    return found


def ask_payments(path: str, spoken_of: Iterable[Mapping[str, Any]], part: str) -> list[Errand]:
    """The payments of these entries, as many at once as an address holds."""
    ids = [text(entry.get("entry_id")) for entry in spoken_of]
    return [_ask(path, ids[at : at + PAYMENTS_A_CALL], part) for at in range(0, len(ids), PAYMENTS_A_CALL)]


def _ask(path: str, entry_ids: Sequence[str], part: str) -> Errand:
    return Errand(
        "getPaymentAccountLedgerEntryPayments", f"{path}/payment-account/ledger-entries/payments", part,
        f"payments of {len(entry_ids)} entries from {entry_ids[0]}", {"ledger_entry_ids": ",".join(entry_ids)},
    )


def speaks_of_payment(entry: Mapping[str, Any]) -> bool:
    """Only these lead to a payment; fees refer to listings and transactions."""
    return entry.get("reference_type") in ("shop_payment", "payment_adjustment") or bool(entries(entry.get("payment_adjustments")))


def speaks_of_refund(entry: Mapping[str, Any]) -> bool:
    """A refund of whatever name: it carries its adjustments, or refers to one."""
    return (
        entry.get("reference_type") == "payment_adjustment"
        or bool(entries(entry.get("payment_adjustments")))
        or "refund_gross" in text(entry.get("ledger_type")).lower()
    )
