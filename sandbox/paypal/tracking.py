"""Trackers: parcels told to PayPal. Taken at once, shown after a while on the clock, kept in the journal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random

from sandbox.clock import instant, iso
from sandbox.market import House
from sandbox.paypal import ids
from sandbox.paypal.asked import Asked
from sandbox.paypal.books import Books
from sandbox.paypal.errors import Refused, invalid

MOST = 20
STATUSES = (
    "CANCELLED", "DELIVERED", "LOCAL_PICKUP", "ON_HOLD", "SHIPPED", "SHIPMENT_CREATED", "DROPPED_OFF", "IN_TRANSIT", "RETURNED",
    "LABEL_PRINTED", "ERROR", "UNCONFIRMED", "PICKUP_FAILED", "DELIVERY_DELAYED", "DELIVERY_SCHEDULED", "DELIVERY_FAILED", "INRETURN",
    "IN_PROCESS", "NEW", "VOID", "PROCESSED", "NOT_SHIPPED", "COMPLETED",
)
_CARRIER = re.compile(r"[A-Z0-9_]{1,64}")
_FIELDS = ("transaction_id", "tracking_number", "status", "carrier", "carrier_name_other", "shipment_date", "notify_buyer")
Key = tuple[str, str, str]  # account, transaction, tracking number


class Trackers:
    def __init__(self, house: House, books: Books) -> None:
        self._house, self._books = house, books
        self._written: dict[Key, list[Mapping[str, object]]] = {}
        self._count = 0
        for row in house.journal.rows("paypal_tracker"):
            self._keep(row)

    def add(self, asked: Asked) -> dict[str, object]:
        """``POST /v1/shipping/trackers-batch``: good ones are taken, the others named beside them."""
        trackers = asked.body.get("trackers") if isinstance(asked.body, dict) else None
        if not isinstance(trackers, list) or not trackers:
            raise invalid("/trackers", "", "MISSING_REQUIRED_PARAMETER", "trackers is required.", "body")
        if len(trackers) > MOST:
            raise invalid("/trackers", str(len(trackers)), "INVALID_ARRAY_MAX_ITEMS", f"At most {MOST} trackers a call.", "body")
        taken, faults = [], []
        for place, each in enumerate(trackers):
            fault = self._fault(asked.account, each, f"/trackers/{place}")
            if fault:
                faults.append(fault.body(f"t{place}"))
            else:
                self._take(asked.account, each)
                number = each["tracking_number"]
                href = f"{asked.base}/v1/shipping/trackers/{each['transaction_id']}-{number}"
                taken.append(
                    {"transaction_id": each["transaction_id"], "tracking_number": number, "links": [{"href": href, "rel": "self"}]}
                )
        return {**({"tracker_identifiers": taken} if taken else {}), **({"errors": faults} if faults else {}), "links": []}

    def show(self, account: str, transaction: str, number: str | None) -> dict[str, object]:
        """One tracker in effect, the newest where no number is asked for. Raises Refused where there is none."""
        rows = [
            row for key, written in self._written.items() if key[:2] == (account, transaction) and number in (None, "", key[2])
            for row in written if instant(row["applies_at"]) <= self._house.clock.now()
        ]
        if not rows:
            raise Refused("RESOURCE_NOT_FOUND", ("transaction_id", transaction, "query", "INVALID_TRACKING_INFO", "No such tracker."))
        row = max(rows, key=lambda each: each["number"])
        return {**row["tracker"], "last_updated_time": ids.plain(instant(row["applies_at"])), "links": []}

    def change(self, asked: Asked, path: str) -> None:
        """``PUT /v1/shipping/trackers/{transaction_id}-{tracking_number}``."""
        transaction, _, number = path.partition("-")
        shown = self.show(asked.account, transaction, number)
        told = {**{name: shown[name] for name in _FIELDS if name in shown}, **(asked.body if isinstance(asked.body, dict) else {})}
        fault = self._fault(asked.account, told, "")
        if fault:
            raise fault
        self._take(asked.account, told)

    def _fault(self, account: str, each: object, place: str) -> Refused | None:
        if not isinstance(each, dict):
            return invalid(place, "", "INVALID_PARAMETER_SYNTAX", "Not an object.", "body")
        required = [name for name in ("transaction_id", "tracking_number", "status") if not each.get(name)]
        if required:
            return invalid(f"{place}/{required[0]}", "", "MISSING_REQUIRED_PARAMETER", f"{required[0]} is required.", "body")
        known = {entry.movement.transaction_id for entry in self._books.entries(account) if entry.movement.code.startswith("T00")}
        if each["transaction_id"] not in known:
            return invalid(f"{place}/transaction_id", str(each["transaction_id"]), "INVALID_TRANSACTION_ID", "No such payment.", "body")
        if each["status"] not in STATUSES:
            return invalid(f"{place}/status", str(each["status"]), "INVALID_PARAMETER_VALUE", "No such status.", "body")
        carrier = str(each.get("carrier", "OTHER"))
        if not _CARRIER.fullmatch(carrier) or (carrier == "OTHER" and not each.get("carrier_name_other")):
            return invalid(f"{place}/carrier", carrier, "INVALID_CARRIER", "OTHER needs carrier_name_other.", "body")
        try:
            date.fromisoformat(str(each.get("shipment_date", "2026-01-01")))
        except ValueError:
            return invalid(f"{place}/shipment_date", str(each["shipment_date"]), "INVALID_PARAMETER_SYNTAX", "Not a date.", "body")
        return None

    def _take(self, account: str, each: Mapping[str, object]) -> None:
        now, number = self._house.clock.now(), self._count + 1
        delay = timedelta(seconds=Random(f"{self._house.seed}:paypal tracker:{account}:{number}").uniform(20, 90))
        row = {
            "number": number, "account": account, "tracker": {name: each[name] for name in _FIELDS if name in each},
            "applies_at": iso(_whole(now + delay)),
        }
        self._keep(row)
        self._house.journal.add("paypal_tracker", row, now)

    def _keep(self, row: Mapping[str, object]) -> None:
        self._count = max(self._count, row["number"])
        key = (row["account"], row["tracker"]["transaction_id"], row["tracker"]["tracking_number"])
        self._written.setdefault(key, []).append(row)


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
