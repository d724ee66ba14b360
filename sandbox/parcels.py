"""Parcels as carriers know them: scans derived from the world's parcels and the seed, whoever asks; and who was asked for which.

What the tracking services share. A scan is visible when it lies before the horizon. Which parcels a service was told of, and
until which horizon it told of them, are facts on its side: they are journalled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import instant, iso
from sandbox.market import House
from sandbox.world import ZONES
from sandbox.world.model import Order, Parcel

HUBS = {
    "US": "Memphis", "DE": "Leipzig", "FR": "Roissy", "GB": "Daventry", "JP": "Tokyo", "SG": "Changi", "MY": "Shah Alam",
    "PH": "Pasay", "VN": "Hanoi", "TH": "Bang Na", "ID": "Cengkareng",
}
TEXTS = {
    "label": "Shipment information received", "picked_up": "Picked up by the carrier", "departed": "Departed from the facility",
    "nobody": "Delivery attempt failed, nobody at home", "pickup": "Ready for pick-up at the parcel shop",
    "out": "Out for delivery", "delivered": "Delivered", "late": "Processed at the facility", "lost": "Lost or damaged on the way",
    "back": "Returned to sender",
}
MEANS = {
    "label": "info_received", "picked_up": "in_transit", "departed": "in_transit", "nobody": "attempt_failed",
    "pickup": "available_for_pickup", "out": "out_for_delivery", "delivered": "delivered", "late": "in_transit", "lost": "undeliverable",
    "back": "returned",
}


@dataclass(frozen=True)
class Scan:
    """One event. ``kind``: a key of ``TEXTS``; ``written``: the time as the carrier writes it, some without an offset."""

    at: datetime
    kind: str
    place: str
    country: str
    written: str

    @property
    def has_offset(self) -> bool:
        return "+" in self.written or self.written.endswith("Z") or "-" in self.written[11:]

    @property
    def text(self) -> str:
        return TEXTS[self.kind]

    @property
    def day(self) -> str:
        return self.written[:10]


def dice(house: House, number: str) -> int:
    return int.from_bytes(hashlib.sha256(f"parcel:{house.seed}:{number}".encode()).digest()[:4])


def find(house: House, number: str) -> tuple[Order, Parcel] | None:
    """The parcel that has this number on its label, packed or not."""
    return _by_number(house).get(number)


def scans(house: House, number: str, until: datetime) -> list[Scan]:
    """What its carrier knows before ``until``, oldest first; nothing for a number nobody has on a label."""
    found = find(house, number)
    if not found:
        return []
    order, parcel = found
    moments = {event.kind: event.at for event in order.events if event.parcel == parcel.index}
    roll = dice(house, number)
    return [_scan(order.site, at, kind, roll) for at, kind in sorted(_life(moments, roll)) if at < until]


def _life(moments: Mapping[str, datetime], roll: int) -> Iterator[tuple[datetime, str]]:
    packed, shipped = moments["packed"], moments["shipped"]
    end = moments.get("delivered") or moments["lost"]
    way = end - shipped
    yield packed, "label"
    yield shipped, "picked_up"
    yield _second(shipped + way / 2), "departed"
    if roll % 5 == 0:
        yield _second(shipped + way * 0.8), "nobody"
    if "lost" in moments:
        yield end, "lost" if roll % 2 else "back"
        return
    yield _second(shipped + way * 0.95), "pickup" if roll % 7 == 1 else "out"
    yield end, "delivered"
    if roll % 6 == 0:
        yield end + timedelta(minutes=40), "late"


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _scan(site: str, at: datetime, kind: str, roll: int) -> Scan:
    local = at.astimezone(ZONES[site])
    is_bare = (kind == "departed" and roll % 3 == 0) or (kind == "delivered" and roll % 8 == 0)
    return Scan(at, kind, HUBS[site], site, local.strftime("%Y-%m-%dT%H:%M:%S") if is_bare else local.isoformat())


_KNOWN: dict[int, tuple[datetime, dict[str, tuple[Order, Parcel]]]] = {}


def _by_number(house: House) -> dict[str, tuple[Order, Parcel]]:
    at = house.clock.horizon
    kept = _KNOWN.get(id(house.world))
    if kept is None or kept[0] != at:
        found = {parcel.tracking: (order, parcel) for order in house.world.orders(at) for parcel in order.parcels}
        kept = _KNOWN[id(house.world)] = (at, found)
    return kept[1]


class Desk:
    """What one service was told and asked, by account; outlives the process.

    A registered parcel is told of from the first horizon after its registration on: services ask the carrier hours later.
    """

    def __init__(self, house: House, service: str) -> None:
        self._house, self._kind = house, f"{service} parcel"
        self._rows: dict[str, dict[str, dict[str, object]]] = {}
        for row in house.journal.rows(self._kind):
            self._rows.setdefault(str(row["shop"]), {})[str(row["number"])] = row

    def row(self, shop: str, number: str) -> Mapping[str, object] | None:
        return self._rows.get(shop, {}).get(number)

    def known(self, shop: str) -> list[Mapping[str, object]]:
        return list(self._rows.get(shop, {}).values())

    def register(self, shop: str, number: str, note: str | None = None) -> Mapping[str, object]:
        now = self._house.clock.now()
        return self._put(shop, number, {"note": note, "since": iso(now), "horizon": iso(self._house.clock.horizon), "told": None})

    def tell(self, shop: str, number: str) -> list[Scan]:
        """The scans the service shows now; that it was asked is written down."""
        row = self.row(shop, number)
        until = iso(self._house.clock.horizon)
        if row and row["told"] != until:
            self._put(shop, number, {**row, "told": until})
        return self.shown(shop, number)

    def shown(self, shop: str, number: str) -> list[Scan]:
        return self._until(self.row(shop, number), self._house.clock.horizon)

    def told(self, shop: str, number: str) -> list[Scan]:
        """The scans as they were told last."""
        row = self.row(shop, number)
        return self._until(row, instant(str(row["told"]))) if row and row["told"] else []

    def _until(self, row: Mapping[str, object] | None, until: datetime) -> list[Scan]:
        is_ready = row is not None and until > instant(str(row["horizon"]))
        return scans(self._house, str(row["number"]), until) if row and is_ready else []

    def _put(self, shop: str, number: str, facts: Mapping[str, object]) -> Mapping[str, object]:
        row = {**{name: value for name, value in facts.items() if name not in ("kind", "at")}, "shop": shop, "number": number}
        self._house.journal.add(self._kind, row, self._house.clock.now())
        self._rows.setdefault(shop, {})[number] = row
        return row


Row = dict[str, object]


def truth_parcel(number: str, service: str, seen: list[Scan], raw: str, carrier: str | None, order: str | None) -> Row:
    """What there is to know of a parcel by these scans, in the canonical words."""
    kinds = [scan.kind for scan in seen]
    arrival = next((scan for scan in seen if scan.kind == "delivered"), None)
    start = next((scan for scan in seen if scan.kind != "label"), None)
    timed = [scan.at for scan in seen if scan.has_offset]
    status = "returned" if "back" in kinds else "delivered" if arrival else MEANS[kinds[-1]] if kinds else "pending"
    return {
        "tracking_number": number, "service": service, "carrier": carrier, "order_id": order, "status": status, "status_raw": raw,
        "shipped_at": iso(start.at) if start and start.has_offset else None,
        "delivered_at": iso(arrival.at) if arrival and arrival.has_offset else None,
        "delivered_date": arrival.day if arrival else None, "last_event_at": iso(max(timed, default=None)),
    }


def truth_events(number: str, service: str, seen: list[Scan], raw: Callable[[Scan], str], place: Callable[[Scan], str]) -> Iterator[Row]:
    for scan in seen:
        told = "\x1f".join((scan.written, raw(scan), place(scan), scan.text))
        yield {
            "tracking_number": number, "service": service, "event_id": hashlib.sha256(told.encode()).hexdigest()[:32],
            "status": MEANS[scan.kind], "status_raw": raw(scan), "occurred_at": iso(scan.at) if scan.has_offset else None,
            "occurred_local": scan.written, "place": place(scan), "description": scan.text,
        }
