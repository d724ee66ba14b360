"""``gettrackinfo`` answers → what was told of each parcel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from connectors.contract import Page, Shop
from connectors.exact import read_json
from connectors.loose import entries
from connectors.track17.words import NO_INFO_YET, NOT_REGISTERED, status_of
from connectors.tracking import Event, Told, frames

SERVICE = "17track"
ASKED = "gettrackinfo"


def map_parcels(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    told = []
    for at, page in enumerate(pages):
        if page.part == ASKED:
            told += [(at, row, _told(record)) for row, record in enumerate(_records(page))]
    return frames(shop, SERVICE, told)


def numbers_of(page: Page) -> Iterable[Any]:
    return [record.get("number") for record in _records(page)] if page.part == ASKED else []


def _records(page: Page) -> list[Mapping[str, Any]]:
    """Accepted items, and rejected ones but those that are to be registered first: a number is never passed over in silence."""
    data = _within(read_json(page.body), "data")
    refused = [item for item in entries(data.get("rejected")) if _within(item, "error").get("code") != NOT_REGISTERED]
    return [*entries(data.get("accepted")), *refused]


def _told(record: Mapping[str, Any]) -> Told:
    number = record.get("number")
    if "error" in record:
        code = _within(record, "error").get("code")
        if code == NO_INFO_YET:
            return Told(number, "pending", "NotFound")
        return Told(number, None, str(code), faults={"status": f"17TRACK refused the number with {code}"})
    info = _within(record, "track_info")
    latest = _within(info, "latest_status")
    main, sub = latest.get("status"), latest.get("sub_status")
    status = status_of(main, sub)
    providers = entries(_within(info, "tracking").get("providers"))
    # Each list is newest first; a second provider is the last mile's, so its events come after the first one's.
    events = [_event(event) for provider in providers for event in reversed(entries(provider.get("events")))]
    faults = {} if status else {"status": f"{str(main)!r} is not a known word"}
    raw = ",".join(str(word) for word in (main, sub) if word)
    return Told(number, status, raw, _carrier(providers, record), record.get("tag") or None, events, faults)


def _carrier(providers: Sequence[Mapping[str, Any]], record: Mapping[str, Any]) -> str | None:
    name = _within(providers[0], "provider").get("name") if providers else None
    key = record.get("carrier")
    return name or (str(key) if key else None)


def _event(event: Mapping[str, Any]) -> Event:
    main, sub = event.get("stage"), event.get("sub_status")
    return Event(
        _time(event), status_of(str(sub or "").partition("_")[0] or main, sub), str(sub or main or "") or None,
        event.get("location") or None, event.get("description") or None,
    )


def _time(event: Mapping[str, Any]) -> str | None:
    """As the carrier wrote it; of a ``Delivered_Other`` only ``time_raw`` is the true time."""
    raw = _within(event, "time_raw")
    written = f"{raw.get('date')}T{raw['time']}{raw.get('timezone') or ''}" if raw.get("date") and raw.get("time") else None
    iso = event.get("time_iso")
    return written or iso or None if event.get("sub_status") == "Delivered_Other" else iso or written


def _within(value: Any, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}
