"""What the tracking services have in common: the fixed list a pull works off, one history's standing, and the two tables.

A tracking connector reads one entity, ``parcels``, and writes nothing. Its pull begins by landing the list of the parcels it
is to follow (part ``list``), so that a killed pull goes on with the same list; what is left of it travels in the cursor.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import takewhile
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.columns import INSTANT
from connectors.contract import Page, ParcelToFollow, Services, Shop
from connectors.frames import Draft, Records
from transforms.tables import TRACKED_PARCELS, TRACKING_EVENTS

LIST = "list"
IN_HAND = (
    "in_transit", "out_for_delivery", "available_for_pickup", "delivered", "attempt_failed", "exception", "undeliverable", "returned",
)
FINAL = ("delivered", "returned", "expired")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII)


@dataclass(frozen=True)
class Event:
    """One thing a service told of a parcel. ``local``: the time as it was written; ``status`` None: a word nobody knows."""

    local: str | None
    status: str | None
    status_raw: str | None
    place: str | None = None
    description: str | None = None

    @property
    def event_id(self) -> str:
        told = "\x1f".join(part or "" for part in (self.local, self.status_raw, self.place, self.description))
        return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


@dataclass(frozen=True)
class Told:
    """What a service told of one parcel, in our words. ``events``: oldest first. ``faults``: column → what is wrong with it."""

    tracking_number: Any
    status: str | None
    status_raw: str | None
    carrier: str | None = None
    order_id: str | None = None
    events: Sequence[Event] = ()
    faults: Mapping[str, str] = field(default_factory=dict)


def listing(services: Services, now: datetime) -> tuple[Page, list[dict[str, Any]]]:
    """The list of parcels as the first page of a pull (its cursor still to be set), and as JSON-able entries."""
    parcels = services.parcels() if services.parcels else ()
    entries = [_entry(parcel) for parcel in parcels]
    page = Page(json.dumps(entries, ensure_ascii=False).encode(), now, f"{len(entries)} parcels to follow", part=LIST)
    return page, entries


def _entry(parcel: ParcelToFollow) -> dict[str, Any]:
    return {
        "number": parcel.tracking_number, "order": parcel.order_id, "carrier": parcel.carrier, "country": parcel.country,
        "is_known": parcel.followed_by is not None, "is_told": parcel.status not in (None, "pending"),
    }


def standing(latest: str | None, history: Sequence[str | None]) -> str | None:
    """Where a parcel is by its history, oldest first, and the service's own latest word.

    A scan that arrives late does not take back that the parcel was delivered; only a return does. A service that gave up
    (``expired``) may still learn that it arrived.
    """
    reached: str | None = None
    for status in (*history, latest):
        if status is None:
            continue
        is_open = reached not in FINAL or (reached == "expired" and status == "delivered")
        if is_open or status == "returned":
            reached = status
    return reached if latest is not None else None


def read_time(text: Any) -> tuple[datetime | None, date | None]:
    """The instant (None without an offset: none is invented) and the calendar day the carrier wrote. Never fails."""
    found = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        return None, _day(text)
    day, clock, fraction, offset = found.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{clock}{(fraction or '')[:7]}{offset or ''}")  # nanoseconds are cut
    except ValueError:
        return None, _day(text)
    return (local.astimezone(UTC) if local.tzinfo else None), local.date()


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None


def frames(shop: Shop, service: str, told: Sequence[tuple[int, int, Told]]) -> dict[str, pd.DataFrame]:
    """``tracked_parcels`` and ``tracking_events`` from (index of the page, place in it, what was told)."""
    places = Records([], np.array([page for page, _, _ in told], dtype=np.int64), np.array([at for _, at, _ in told], dtype=np.int64))
    parcels = Draft(TRACKED_PARCELS, shop, places)
    each = [parcel for _, _, parcel in told]
    parcels.constant("service", service)
    for name in ("tracking_number", "carrier", "order_id", "status_raw"):
        parcels.text(name, [getattr(parcel, name) for parcel in each])
    parcels.text("status", [standing(parcel.status, [event.status for event in parcel.events]) for parcel in each])
    for row, parcel in enumerate(each):
        for column, why in parcel.faults.items():
            parcels.faults.add(row, column, why)
        if parcel.tracking_number is None:
            parcels.faults.add(row, "tracking_number", "is missing")
    _put_moments(parcels, each)
    events = _events(parcels, shop, service, places, each)  # lifts its faults onto the parcels
    return {"tracked_parcels": parcels.frame(), "tracking_events": events.frame()}


def _put_moments(parcels: Draft, each: Sequence[Told]) -> None:
    """What a carrier hands over after a return has begun is handed back to the sender: no arrival."""
    first, delivered, days, last = [], [], [], []
    for parcel in each:
        timed = [(event, *read_time(event.local)) for event in parcel.events]
        scans = [moment for event, moment, _ in timed if event.status in IN_HAND]
        out = takewhile(lambda told: told[0].status != "returned", timed)
        arrivals = [(moment, day) for event, moment, day in out if event.status == "delivered"]
        moments = [moment for _, moment, _ in timed if moment]
        first.append(scans[0] if scans else None)  # the first scan without an offset has no instant; a later one is not the first
        delivered.append(arrivals[0][0] if arrivals else None)
        days.append(arrivals[0][1] if arrivals else None)
        last.append(max(moments, default=None))
    for name, values in (("shipped_at", first), ("delivered_at", delivered), ("last_event_at", last)):
        parcels.put(name, pa.array(values, INSTANT))
    parcels.put("delivered_date", pa.array(days, pa.date32()))


def _events(parcels: Draft, shop: Shop, service: str, places: Records, each: Sequence[Told]) -> Draft:
    """One row an event; told twice, it is one."""
    unique = [list({event.event_id: event for event in parcel.events}.values()) for parcel in each]
    parent = np.repeat(np.arange(len(each)), [len(mine) for mine in unique]).astype(np.int64)
    rows = [event for mine in unique for event in mine]
    events = Draft(TRACKING_EVENTS, shop, places.take(parent))
    events.constant("service", service)
    events.put("tracking_number", parcels["tracking_number"].take(pa.array(parent)))
    events.text("occurred_local", [event.local for event in rows])
    for name in ("event_id", "status", "status_raw", "place", "description"):
        events.text(name, [getattr(event, name) for event in rows])
    events.put("occurred_at", pa.array([read_time(event.local)[0] for event in rows], INSTANT))
    for row, event in enumerate(rows):
        if event.status is None:
            events.faults.add_value(row, "status", event.status_raw, "is not a known word")
        if not event.local:
            events.faults.add(row, "occurred_local", "is missing")
    parcels.faults.lift(events.faults, parent, "event")
    events.faults.spread(parcels.faults, parent, "parcel")
    return events


def named(pages: Sequence[Page], numbers: Callable[[Page], Iterable[Any]]) -> list[str]:
    """Ids of the records in these pages, each once; ``numbers(page)`` reads one page's."""
    return list(dict.fromkeys(str(number) for page in pages if page.part != LIST for number in numbers(page) if number is not None))
