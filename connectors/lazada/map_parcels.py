"""Items by package, and traces → ``shipments`` and ``shipment_lines``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.columns import INSTANT
from connectors.contract import Page, Shop
from connectors.epochs import read_milliseconds
from connectors.exact import read_json
from connectors.frames import Draft
from connectors.lazada.documents import Documents
from connectors.lazada.verdict import inner_error
from connectors.lazada.words import CAN_HAVE_TRACE, PARCEL_ORDER, PARCEL_STATUS
from connectors.loose import blanked, entries, key_of
from transforms.tables import SHIPMENT_LINES, SHIPMENTS


def map_parcels(
    shop: Shop, pages: Sequence[Page], items: Documents, item: dict[str, list[Any]], parent: np.ndarray, orders: Draft, updated: pa.Array
) -> dict[str, pd.DataFrame]:
    """One row a parcel, one a unit in it. ``parent``: row of each item's order; its faults go both ways."""
    packages = [None if value is None else str(value) for value in blanked(item["package_id"])]
    inside = [row for row, package in enumerate(packages) if package is not None]
    places: dict[tuple[int, str], int] = {}
    parcel = np.array([places.setdefault((int(parent[row]), packages[row]), len(places)) for row in inside], dtype=np.int64)
    first = np.unique(parcel, return_index=True)[1]
    leaders = [inside[row] for row in first.tolist()]
    above = parent[leaders] if leaders else np.array([], dtype=np.int64)

    shipments = Draft(SHIPMENTS, shop, items.records.take(np.array(leaders, dtype=np.int64)))
    lines = Draft(SHIPMENT_LINES, shop, items.records.take(np.array(inside, dtype=np.int64)))
    shipments.text("shipment_id", [packages[row] for row in leaders])
    shipments.text("carrier", _of(item["carrier"], leaders))
    shipments.text("tracking_number", _of(item["tracking"], leaders))
    _map_status(shipments, [item["status"][row] for row in inside], parcel)
    has_left = {int(at) for at, row in zip(parcel.tolist(), inside, strict=True) if str(item["status"][row]) in CAN_HAVE_TRACE}
    _map_times(shipments, pages, [(items.groups[row], packages[row]) for row in leaders], has_left)
    lines.text("shipment_id", [packages[row] for row in inside])
    lines.text("line_id", _of(item["line_id"], inside))
    lines.constant("quantity", 1)
    orders.faults.lift(shipments.faults, above, "parcel")
    for draft, rows, order_of in ((shipments, leaders, above), (lines, inside, parent[inside])):
        draft.text("order_id", _of(item["order_id"], rows))
        draft.put("source_updated_at", updated.take(pa.array(order_of, pa.int64())))
        draft.faults.spread(orders.faults, order_of, "order")
    return {"shipments": shipments.frame(), "shipment_lines": lines.frame()}


def _of(values: Sequence[Any], rows: Sequence[int]) -> list[Any]:
    return blanked([values[row] for row in rows])


def _map_status(shipments: Draft, words: Sequence[Any], parcel: np.ndarray) -> None:
    """A parcel stands where its least advanced unit stands; an unknown word is a fault (of the line already)."""
    found: list[set[str]] = [set() for _ in range(shipments.size)]
    for row, word in zip(parcel.tolist(), words, strict=True):
        found[row].add(str(word))
    shipments.text("status_raw", [",".join(sorted(raw)) for raw in found])
    ours = [{PARCEL_STATUS.get(word) for word in raw} for raw in found]
    shipments.text("status", [None if None in each else next(word for word in PARCEL_ORDER if word in each) for each in ours])


def _map_times(shipments: Draft, pages: Sequence[Page], parcels: Sequence[tuple[int, str]], has_left: set[int]) -> None:
    """``has_left``: the parcels that were asked for; a refused trace names none, so it faults those it left unanswered."""
    times, refusals = read_traces(pages)
    told = [times.get(parcel, {}) for parcel in parcels]
    shipments.put("shipped_at", pa.array([each.get("shipped") for each in told], INSTANT))
    shipments.put("delivered_at", pa.array([each.get("delivered") for each in told], INSTANT))
    for row, each in enumerate(told):
        for fault in each.get("faults", ()):
            shipments.faults.add(row, "trace", fault)
    for group, why in refusals:
        for row in (row for row, parcel in enumerate(parcels) if row in has_left and parcel[0] == group and parcel not in times):
            shipments.faults.add(row, "trace", why)


def read_traces(pages: Sequence[Page]) -> tuple[dict[tuple[int, str], dict[str, Any]], list[tuple[int, str]]]:
    """(group, package) → earliest ``shipped`` and ``delivered``; and the groups with a refused trace, with the reason."""
    times: dict[tuple[int, str], dict[str, Any]] = {}
    refusals: list[tuple[int, str]] = []
    for page in pages:
        if not page.part.startswith("trace"):
            continue
        answer = read_json(page.body)
        error = inner_error(answer) if isinstance(answer, Mapping) else ("trace", "no object")
        if error:
            refusals.append((page.group, f"the marketplace refused it ({error[0]}: {error[1]})"))
        for package, events in _packages(answer):
            _note_events(times.setdefault((page.group, package), {}), events)
    return times, refusals


def _packages(answer: Any) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    result = answer.get("result") if isinstance(answer, Mapping) else None
    for module in entries(result.get("module") if isinstance(result, Mapping) else None):
        for package in entries(module.get("package_detail_info_list")):
            name = key_of(package, "ofc_package_id")
            if name is not None:
                yield name, entries(package.get("logistic_detail_info_list"))


def _note_events(times: dict[str, Any], events: Sequence[Mapping[str, Any]]) -> None:
    for event in events:
        kind, shown = event.get("detail_type"), event.get("event_time")
        if kind != "shipped" and kind != "delivered":
            continue
        moment = None if isinstance(shown, list | dict) else read_milliseconds(shown)
        if moment is None:
            times.setdefault("faults", []).append(f"event_time {str(shown)[:40]!r} is not a time")
        elif kind not in times or moment < times[kind]:
            times[kind] = moment
