"""Trackings, from a list or as they were created → what was told of each parcel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from connectors.aftership.words import status_of
from connectors.columns import instants
from connectors.contract import Page, Shop
from connectors.exact import read_json
from connectors.flatten import Faults
from connectors.loose import entries
from connectors.tracking import LIST, Event, Told, frames

SERVICE = "aftership"
CREATED = "created"


def map_parcels(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    found = [(at, row, record) for at, page in enumerate(pages) for row, record in enumerate(_records(page))]
    told = frames(shop, SERVICE, [(at, row, _told(record)) for at, row, record in found])
    parcels, events = told["tracked_parcels"], told["tracking_events"]
    changed = instants([record.get("updated_at") for _, _, record in found], "updated_at", Faults(len(found)))  # unread: its arrival counts
    parcels["source_updated_at"] = pd.Series(changed, index=parcels.index, dtype=parcels["source_updated_at"].dtype)
    places = {(page, row): number for number, (page, row, _) in enumerate(found)}
    owner = [places[page, row] for page, row in zip(events["landing_page"], events["landing_record"], strict=True)]
    events["source_updated_at"] = pd.Series(
        changed.take(pa.array(owner, pa.int64())), index=events.index, dtype=events["source_updated_at"].dtype,
    )
    return told


def numbers_of(page: Page) -> Iterable[Any]:
    return [record.get("tracking_number") for record in _records(page)]


def _records(page: Page) -> list[Mapping[str, Any]]:
    """A created tracking is one record; a refused creation is none: nothing is followed there."""
    if page.part == LIST:
        return []
    answer = read_json(page.body)
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, Mapping):
        return []
    if page.part == CREATED:
        return [data] if data.get("tracking_number") else []
    return entries(data.get("trackings"))


def _told(record: Mapping[str, Any]) -> Told:
    tag, subtag = record.get("tag"), record.get("subtag")
    status = status_of(tag, subtag, record.get("subtag_message"))
    if status == "exception" and record.get("return_to_sender") is True:
        status = "returned"
    events = [_event(each) for each in entries(record.get("checkpoints"))]
    faults = {} if status else {"status": f"{str(tag)!r} is not a known word"}
    raw = ",".join(str(word) for word in (tag, subtag) if word)
    return Told(record.get("tracking_number"), status, raw, record.get("slug") or None, record.get("order_id") or None, events, faults)


def _event(checkpoint: Mapping[str, Any]) -> Event:
    tag, subtag = checkpoint.get("tag"), checkpoint.get("subtag")
    return Event(
        checkpoint.get("checkpoint_time"), status_of(tag, subtag, checkpoint.get("subtag_message")), str(subtag or tag or "") or None,
        checkpoint.get("location") or checkpoint.get("city") or None, checkpoint.get("message") or None,
    )
