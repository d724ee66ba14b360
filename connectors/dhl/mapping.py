"""``/track/shipments`` answers → what was told of each parcel.

A 404 does not name the number it is about, so the page's part does: ``new/<number>`` for one DHL told nothing of yet (it is
pending: the label may be minutes old), ``told/<number>`` for one it knew. Of that one a 404 is no record: DHL has forgotten it,
and what it told before stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from connectors.contract import Page, Shop
from connectors.dhl.words import status_of
from connectors.exact import read_json
from connectors.loose import entries
from connectors.tracking import Event, Told, frames

SERVICE = "dhl"
NEW, TOLD = "new", "told"


def map_parcels(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    told = [(at, 0, _told(page)) for at, page in enumerate(pages) if any(True for _ in numbers_of(page))]
    return frames(shop, SERVICE, told)


def numbers_of(page: Page) -> Iterable[Any]:
    what, _, number = page.part.partition("/")
    is_record = what == NEW or (what == TOLD and "shipments" in read_json(page.body))
    return [number] if is_record else []


def _told(page: Page) -> Told:
    number = page.part.partition("/")[2]
    answer = read_json(page.body)
    if "shipments" not in answer:
        return Told(number, "pending", "404")
    shipments = entries(answer["shipments"])
    mine = next((each for each in shipments if str(each.get("id")).casefold() == number.casefold()), None)
    if mine is None:
        return Told(number, None, "", faults={"status": "the answer is about another parcel"})
    latest = mine.get("status") if isinstance(mine.get("status"), Mapping) else {}
    events = [_event(event) for event in reversed(entries(mine.get("events")))]  # newest first
    newest = _event(latest)
    if latest.get("timestamp") and newest.event_id not in {event.event_id for event in events}:
        events.append(newest)
    status = status_of(latest.get("statusCode"), _words(latest))
    faults = {} if status else {"status": f"{str(latest.get('statusCode'))!r} is not a known word"}
    return Told(number, status, _raw(latest), _carrier(mine), None, events, faults)


def _carrier(shipment: Mapping[str, Any]) -> str | None:
    service = shipment.get("service")
    return f"DHL {service}" if isinstance(service, str) and service else None


def _event(event: Mapping[str, Any]) -> Event:
    return Event(
        event.get("timestamp"), status_of(event.get("statusCode"), _words(event)), _raw(event) or None, _place(event.get("location")),
        event.get("description") or event.get("status") or None,
    )


def _raw(event: Mapping[str, Any]) -> str:
    """``statusCode`` and the free ``status`` beside it where it is a word and no sentence."""
    parts = (event.get("statusCode"), event.get("status"))
    return ",".join(str(part) for part in parts if part)


def _words(event: Mapping[str, Any]) -> str:
    return " ".join(str(event.get(name) or "") for name in ("status", "description", "remark"))


def _place(location: Any) -> str | None:
    address = location.get("address") if isinstance(location, Mapping) else None
    if not isinstance(address, Mapping):
        return None
    return address.get("addressLocality") or address.get("countryCode") or None
