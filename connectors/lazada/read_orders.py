"""The way through a shop's orders: a page of orders, their items by fifty, a trace for each parcel that left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Window
from connectors.errors import FatalError
from connectors.lazada.bounds import local_iso
from connectors.lazada.times import read_instant
from connectors.lazada.words import CAN_HAVE_TRACE
from connectors.loose import count, entries, text
from connectors.paging import upward
from connectors.walk import Ask, State, Step

PAGE = 100
LAST_OFFSET = 5000  # the vendor serves no row behind it
ITEMS = 50


class OrdersWalk:
    """Orders by ``updated_at``, oldest first.

    An order that changes while the window is read leaves it, and all behind it move up one place: the count falls, and
    the next offset would skip one. Then, and where the offset ends, the walk goes on from the last row's time; rows of
    that second come twice and are one when mapped.

    State: ``after`` (lower bound), ``offset``, ``total`` (vendor's count for this bound), ``base`` (distinct orders before
    this bound), ``twice`` (those of them that this bound shows again), ``edge`` (newest time seen), ``last`` (last page's
    ids), ``items`` and ``traces`` (calls to be made for the last page), ``is_last``.
    """

    def start(self, site: str, window: Window, now: datetime) -> State:
        return _bound(local_iso(window.start, site))

    def ask(self, site: str, window: Window, state: State) -> Ask:
        if state["items"]:
            return _ask_items(state["items"][:ITEMS])
        if state["traces"]:
            order_id = state["traces"][0]
            return Ask("logistic/order/trace", {"order_id": order_id, "locale": "en"}, "trace", f"order {order_id}", False, "record")
        before = local_iso(upward(window.end), site)
        bounds = {"update_after": state["after"], "update_before": before, "sort_by": "updated_at", "sort_direction": "ASC"}
        note = f"updated {state['after']} to {before}, from {state['offset']}"
        return Ask("orders/get", {**bounds, "limit": PAGE, "offset": state["offset"]}, "orders", note)

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        if state["items"]:
            return Step(_settled({**state, "items": state["items"][ITEMS:], "traces": state["traces"] + _traceable(answer)}))
        if state["traces"]:
            return Step(_settled({**state, "traces": state["traces"][1:]}))
        return _after_orders(state, answer)


def _bound(after: str, base: int = 0, last: list[str] | None = None) -> State:
    fresh = {"offset": 0, "total": None, "twice": 0, "edge": None, "items": [], "traces": [], "is_last": False}
    return {"after": after, "base": base, "last": last or [], **fresh}


def _after_orders(state: State, answer: Mapping[str, Any]) -> Step:
    data = answer.get("data") if isinstance(answer.get("data"), Mapping) else {}
    orders = entries(data.get("orders"))
    ids = [text(order.get("order_id")) for order in orders if text(order.get("order_id"))]
    total = count(data.get("countTotal"))
    if state["offset"] and total is not None and state["total"] is not None and total < state["total"] and state["edge"]:
        return Step(_restarted(state), is_kept=False)
    twice = state["twice"] if state["offset"] else len(set(ids) & set(state["last"]))
    announced = state["base"] + total - twice if not state["offset"] and total is not None else None
    offset = state["offset"] + len(orders)
    edge = _newest(orders) or state["edge"]
    # nothing new behind an offset: the vendor repeats itself, whatever it counts
    is_last = not orders or (total is not None and offset >= total) or bool(state["offset"] and set(ids) <= set(state["last"]))
    following = {**state, "offset": offset, "total": total, "twice": twice, "edge": edge, "last": ids, "items": ids, "is_last": is_last}
    if not is_last and offset + PAGE > LAST_OFFSET:
        following = {**_restarted(following), "items": ids}
    return Step(_settled(following), announced=announced)


def _settled(state: State) -> State | None:
    """The walk is over when the last page's items and traces are in."""
    return None if state["is_last"] and not state["items"] and not state["traces"] else state


def _restarted(state: State) -> State:
    """Go on from a second before the newest row seen, whether the vendor's lower bound includes its own second or not."""
    newest = datetime.fromisoformat(state["edge"])
    after = (newest - timedelta(seconds=1)).isoformat()
    if datetime.fromisoformat(after) <= datetime.fromisoformat(state["after"]):
        raise FatalError(
            f"lazada orders/get: more than {LAST_OFFSET} orders were updated in the second of {state['edge']}, and the marketplace "
            "shows no row behind that. Pull a window that ends before it, then one that begins after it. Not retried."
        )
    return _bound(after, state["base"] + state["offset"] - state["twice"], state["last"])


def _newest(orders: list[Mapping[str, Any]]) -> str | None:
    times = [moment for order in orders if (moment := read_instant(order.get("updated_at")))]
    return max(times).isoformat() if times else None


def _ask_items(ids: list[str]) -> Ask:
    # bare digits as the guide shows; an id that is none goes as text rather than not at all
    wanted = "[" + ",".join(each if each.isdecimal() else json.dumps(each) for each in ids) + "]"
    return Ask("orders/items/get", {"order_ids": wanted}, "items", f"items of {len(ids)} orders from {ids[0]}", False)


def _traceable(answer: Mapping[str, Any]) -> list[str]:
    """Orders of an items answer with a parcel that can have left: only those have times to tell."""
    found: dict[str, None] = {}
    for item in entries(items_of(answer.get("data"))):
        if text(item.get("package_id")) not in ("", "null") and text(item.get("status")) in CAN_HAVE_TRACE:
            found[text(item.get("order_id"))] = None
    return list(found)


def items_of(data: Any) -> list[Any]:
    """Item rows, whether they come nested by order (``/orders/items/get``) or flat (``/order/items/get``)."""
    rows: list[Any] = []
    for entry in data if isinstance(data, list) else []:
        nested = entry.get("order_items") if isinstance(entry, Mapping) else None
        rows.extend(nested if isinstance(nested, list) else [entry])
    return rows
