"""What was written from outside and is no stock: prices, listings taken off sale, parcels told. Kept in the journal."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import instant, iso
from sandbox.market import House

PRICE_DELAY = timedelta(seconds=40)  # until a new price shows


@dataclass(frozen=True)
class Shipment:
    number: int
    at: datetime
    carrier: str
    tracking: str


class Written:
    def __init__(self, house: House) -> None:
        self._house = house
        self._prices: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
        self._states: dict[int, str] = {}
        self._shipments: dict[int, list[Shipment]] = defaultdict(list)
        for row in house.journal.rows("etsy_price"):
            self._prices[row["product"]].append((instant(row["from"]), row["minor"]))
        for row in house.journal.rows("etsy_state"):
            self._states[row["listing"]] = row["state"]
        for row in house.journal.rows("etsy_shipment"):
            self._shipments[row["receipt"]].append(Shipment(row["number"], instant(row["told"]), row["carrier"], row["tracking"]))

    def price(self, product: int) -> int | None:
        """The price written last of those that show by now."""
        now = self._house.clock.now()
        return next((minor for since, minor in reversed(self._prices.get(product, ())) if since <= now), None)

    def set_price(self, product: int, minor: int) -> None:
        since = (self._house.clock.now() + PRICE_DELAY).replace(microsecond=0)
        self._prices[product].append((since, minor))
        self._add("etsy_price", {"product": product, "minor": minor, "from": iso(since)})

    def state(self, listing: int) -> str | None:
        return self._states.get(listing)

    def set_state(self, listing: int, state: str) -> None:
        self._states[listing] = state
        self._add("etsy_state", {"listing": listing, "state": state})

    def shipments(self, receipt: int) -> list[Shipment]:
        return list(self._shipments.get(receipt, ()))

    def tell(self, receipt: int, carrier: str, tracking: str) -> None:
        """A parcel was told, and the buyer got a mail."""
        at = self._house.clock.now().replace(microsecond=0)
        number = 8_000_000_000_000 + sum(map(len, self._shipments.values()))
        self._shipments[receipt].append(Shipment(number, at, carrier, tracking))
        self._add("etsy_shipment", {"receipt": receipt, "number": number, "told": iso(at), "carrier": carrier, "tracking": tracking})

    @property
    def mails(self) -> int:
        return sum(map(len, self._shipments.values()))

    def _add(self, kind: str, row: dict[str, object]) -> None:
        self._house.journal.add(kind, row, self._house.clock.now())
